/* Records made into a contact sheet: whatever is in them, the page is well-formed, and no byte of
 * theirs becomes markup. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sheet_page.h"
#include "sim/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_page(struct img_buf *out, const struct img_sheet_list *list)
{
    const struct img_sheet_page page = {.title = "t", .style = "", .script = "", .folder = "/a/b",
                                        .here = "/a/c", .side = 64, .common = list->common};
    struct img_thumb thumb = {.extent = {4, 4}};
    img_buf_puts(&thumb.picture, "JPEG");
    img_sheet_put_head(out, &page, list);
    for (size_t i = 0; i < list->section_count; i++) {
        const struct img_sheet_section *section = &list->sections[i];
        img_sheet_put_section(out, section, i + 1);
        for (size_t j = 0; j < section->count; j++)
            img_sheet_put_item(out, &page, section, &list->items[section->first + j], &thumb);
        img_sheet_put_section_end(out);
    }
    img_sheet_put_tail(out, &page);
    img_buf_clear(&thumb.picture);
}

static bool is(struct img_xml_span name, const char *text)
{
    return name.len == strlen(text) && memcmp(name.at, text, name.len) == 0;
}

/* As many cards as items, one script, and nothing that has no place in such a page. */
static void require_page(const struct img_buf *page, const struct img_sheet_list *list)
{
    struct img_xml *xml = calloc(1, sizeof *xml);
    const char *html = page->failed ? NULL : strstr(page->data, "<html");
    struct img_xml_token token = {.kind = IMG_XML_FINISH};
    struct img_err err;
    size_t items = 0, scripts = 0;
    if (!xml || !html || !img_xml_begin(xml, html, strlen(html), &err))
        abort();
    do {
        if (!img_xml_next(xml, &token, &err))
            abort();
        bool opens = token.kind == IMG_XML_START || token.kind == IMG_XML_EMPTY;
        for (size_t i = 0; opens && i < xml->attribute_count; i++) {
            struct img_xml_span name = xml->attributes[i].name;
            if (name.len > 2 && memcmp(name.at, "on", 2) == 0)
                abort();
            if (is(name, "class") && xml->attributes[i].value.len >= 4 &&
                memcmp(xml->attributes[i].value.at, "card", 4) == 0)
                items++;
        }
        scripts += opens && is(token.name, "script");
    } while (token.kind != IMG_XML_FINISH);
    if (items != list->count || scripts != 1)
        abort();
    free(xml);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_sheet_list list = {0};
    struct img_buf page = {0};
    struct img_err err;
    const char *at = (const char *)data, *end = at + size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline - at) : (size_t)(end - at);
        bool taken = img_sheet_list_add(&list, at, len, &err);
        (void)taken;
        at += len + (newline != NULL);
    }
    if (!img_sheet_list_sort(&list, &err))
        abort();
    put_page(&page, &list);
    require_page(&page, &list);
    img_sheet_list_clear(&list);
    img_buf_clear(&page);
    return 0;
}
