/* Writing the page's elements. */
#include "sim/sheet_page.h"

#include <string.h>

#include "base/digest.h"
#include "cli/messages.h"
#include "json/base64.h"
#include "sim/sheet_link.h"

static void put_html(struct img_buf *out, const char *text)
{
    struct img_buf safe = {0};
    img_messages_put_escaped(&safe, text);
    for (size_t i = 0; i < safe.len; i++) {
        switch (safe.data[i]) {
        case '&':
            img_buf_puts(out, "&amp;");
            break;
        case '<':
            img_buf_puts(out, "&lt;");
            break;
        case '>':
            img_buf_puts(out, "&gt;");
            break;
        case '"':
            img_buf_puts(out, "&quot;");
            break;
        default:
            img_buf_putc(out, safe.data[i]);
        }
    }
    out->failed |= safe.failed;
    img_buf_clear(&safe);
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* 'sha256-…' as a content security policy names what it lets run. */
static void put_hash(struct img_buf *out, const char *text)
{
    char hex[IMG_DIGEST_HEX];
    unsigned char bytes[32];
    struct img_digest digest;
    img_digest_init(&digest, IMG_SHA256);
    img_digest_add(&digest, text, strlen(text));
    img_digest_hex(&digest, hex);
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
    img_buf_puts(out, "'sha256-");
    img_base64_encode(out, bytes, sizeof bytes);
    img_buf_putc(out, '\'');
}

static void put_count(struct img_buf *out, size_t count, const char *one, const char *many)
{
    img_buf_printf(out, "%zu %s", count, count == 1 ? one : many);
}

/* "“a red circle”", "Group 3", "Cluster 0", or nothing for a page of one list. */
static void put_heading(struct img_buf *out, const struct img_sheet_section *section, size_t number)
{
    switch (section->kind) {
    case IMG_SHEET_QUERY:
        if (section->heading) {
            img_buf_puts(out, "\xe2\x80\x9c");
            put_html(out, section->heading);
            img_buf_puts(out, "\xe2\x80\x9d");
        } else {
            img_buf_printf(out, "Query %zu", number);
        }
        break;
    case IMG_SHEET_GROUP:
        img_buf_printf(out, "Group %zu", number);
        break;
    case IMG_SHEET_CLUSTER:
        img_buf_printf(out, "Cluster %.0f", section->number);
        break;
    case IMG_SHEET_LABEL:
        put_html(out, section->heading);
        break;
    default:
        img_buf_puts(out, "Pictures");
    }
}

static const char *one_of(const struct img_sheet_list *list, bool many)
{
    switch (list->section_count > 0 ? list->sections[0].kind : IMG_SHEET_PLAIN) {
    case IMG_SHEET_QUERY:
        return many ? "queries" : "query";
    case IMG_SHEET_CLUSTER:
        return many ? "clusters" : "cluster";
    case IMG_SHEET_LABEL:
        return many ? "labels" : "label";
    default:
        return many ? "groups" : "group";
    }
}

static void put_contents(struct img_buf *out, const struct img_sheet_list *list)
{
    img_buf_puts(out, "<nav class=\"toc\" aria-label=\"Sections\"><details><summary>");
    put_count(out, list->section_count, one_of(list, false), one_of(list, true));
    img_buf_puts(out, "</summary>\n<ul>\n");
    for (size_t i = 0; i < list->section_count; i++) {
        img_buf_printf(out, "<li><a href=\"#s%zu\">", i + 1);
        put_heading(out, &list->sections[i], i + 1);
        img_buf_puts(out, "</a></li>\n");
    }
    img_buf_puts(out, "</ul></details></nav>\n");
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

/* The first len bytes; a line may break behind the signs that names are put together with. */
static void put_part(struct img_buf *out, const char *text, size_t len)
{
    struct img_buf part = {0};
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        if (i + 1 < len && !strchr("_-. /", text[i]))
            continue;
        img_buf_reset(&part);
        img_buf_put(&part, text + from, i + 1 - from);
        put_html(out, part.data ? part.data : "");
        if (i + 1 < len)
            img_buf_puts(out, "<wbr/>");
        from = i + 1;
    }
    out->failed |= part.failed;
    img_buf_clear(&part);
}

static void put_name(struct img_buf *out, const struct img_sheet_page *page, const char *path)
{
    const char *base = base_of(path);
    size_t folder = (size_t)(base - path);
    img_buf_puts(out, "<p class=\"name\"><bdi>");
    put_part(out, base, strlen(base));
    img_buf_puts(out, "</bdi></p>\n");
    if (folder <= page->common)
        return;
    img_buf_puts(out, "<p class=\"dir\"><bdi>");
    put_part(out, path + page->common, folder - page->common);
    img_buf_puts(out, "</bdi></p>\n");
}

/* The folder that all pictures lie in, for the page's head. */
static void put_common(struct img_buf *out, const struct img_sheet_page *page,
                       const struct img_sheet_list *list)
{
    for (size_t i = 0; page->common > 0 && i < list->count; i++) {
        if (!list->items[i].path)
            continue;
        img_buf_puts(out, " \xc2\xb7 <bdi>");
        put_part(out, list->items[i].path, page->common);
        img_buf_puts(out, "</bdi>");
        return;
    }
}

static void put_controls(struct img_buf *out)
{
    img_buf_puts(out,
                 "<div class=\"tools\" role=\"search\">\n"
                 "<input id=\"filter\" type=\"search\" placeholder=\"Filter\" "
                 "aria-label=\"Filter pictures by name\" autocomplete=\"off\" "
                 "spellcheck=\"false\"/>\n"
                 "<button id=\"smaller\" type=\"button\" aria-label=\"Smaller pictures\" "
                 "title=\"Smaller (-)\">\xe2\x88\x92</button>\n"
                 "<button id=\"larger\" type=\"button\" aria-label=\"Larger pictures\" "
                 "title=\"Larger (+)\">+</button>\n"
                 "<button id=\"ask\" type=\"button\" aria-label=\"Keys\" title=\"Keys (?)\">?"
                 "</button>\n</div>\n");
}

void img_sheet_put_head(struct img_buf *out, const struct img_sheet_page *page,
                        const struct img_sheet_list *list)
{
    img_buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "img-src data:; style-src ");
    put_hash(out, page->style);
    img_buf_puts(out, "; script-src ");
    put_hash(out, page->script);
    img_buf_puts(out, "; base-uri 'none'; form-action 'none'\"/>\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                      "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
                      "<meta name=\"generator\" content=\"img-sim sheet\"/>\n<title>");
    put_html(out, page->title);
    img_buf_puts(out, "</title>\n<style>");
    img_buf_puts(out, page->style);
    img_buf_puts(out, "</style>\n</head>\n<body>\n<header class=\"top\">\n<div><h1>");
    put_html(out, page->title);
    img_buf_puts(out, "</h1>\n<p class=\"sum\">");
    put_count(out, list->count, "picture", "pictures");
    if (list->section_count > 0 && list->sections[0].kind != IMG_SHEET_PLAIN) {
        img_buf_puts(out, " \xc2\xb7 ");
        put_count(out, list->section_count, one_of(list, false), one_of(list, true));
    }
    put_common(out, page, list);
    img_buf_puts(out, " <span id=\"count\" role=\"status\"></span></p></div>\n");
    put_controls(out);
    img_buf_puts(out, "</header>\n");
    if (list->section_count > 3)
        put_contents(out, list);
    img_buf_puts(out, "<main>\n");
    if (list->count == 0)
        img_buf_puts(out, "<p class=\"none\">No pictures.</p>\n");
}

void img_sheet_put_section(struct img_buf *out, const struct img_sheet_section *section,
                           size_t number)
{
    img_buf_printf(out,
                   "<section id=\"s%zu\" aria-labelledby=\"h%zu\">\n<h2 id=\"h%zu\"%s>",
                   number, number, number, section->kind == IMG_SHEET_PLAIN ? " class=\"sr\"" : "");
    put_heading(out, section, number);
    if (section->tier) {
        img_buf_puts(out, " <span class=\"tier\">");
        put_html(out, section->tier);
        img_buf_puts(out, "</span>");
    }
    img_buf_puts(out, " <small>");
    put_count(out, section->count, "picture", "pictures");
    img_buf_puts(out, "</small></h2>\n<ul class=\"grid\">\n");
}

/* The picture with its link, or what stands in its place. */
static void put_picture(struct img_buf *out, const struct img_sheet_page *page,
                        const struct img_sheet_item *item, const struct img_thumb *thumb)
{
    if (item->text) {
        img_buf_puts(out, "<div class=\"pic text\" tabindex=\"0\"><p>");
        put_html(out, item->text);
        img_buf_puts(out, "</p></div>\n");
        return;
    }
    bool made = !item->failed && thumb->err.code == IMG_OK;
    bool small = made && thumb->extent.columns < page->side && thumb->extent.rows < page->side;
    const char *kind = !made ? "pic failed" : small ? "pic small" : "pic";
    if (item->path) {
        img_buf_printf(out, "<a class=\"%s\" href=\"", kind);
        img_sheet_put_link(out, item->path, page->folder, page->here);
        img_buf_puts(out, "\">");
    } else {
        img_buf_printf(out, "<div class=\"%s\" tabindex=\"0\">", kind);
    }
    if (made) {
        img_buf_printf(out, "<img width=\"%u\" height=\"%u\" alt=\"", thumb->extent.columns,
                       thumb->extent.rows);
        put_html(out, base_of(item->path));
        img_buf_puts(out, "\" decoding=\"async\" src=\"data:image/jpeg;base64,");
        img_base64_encode(out, thumb->picture.data, thumb->picture.len);
        img_buf_puts(out, "\"/>");
    } else {
        img_buf_puts(out, "<span>");
        put_html(out, item->failed ? item->failed : thumb->err.text);
        img_buf_puts(out, "</span>");
    }
    if (item->rank > 0)
        img_buf_printf(out, "<span class=\"rank\"><span class=\"sr\">rank </span>%zu</span>",
                       item->rank);
    img_buf_puts(out, item->path ? "</a>\n" : "</div>\n");
}

/* A bar of value in most. */
static void put_bar(struct img_buf *out, double value, double most)
{
    double share = most > 0 && value > 0 ? value / most : 0;
    img_buf_printf(out,
                   "<svg class=\"bar\" viewBox=\"0 0 1 1\" preserveAspectRatio=\"none\" "
                   "aria-hidden=\"true\"><rect width=\"%.4f\" height=\"1\"/></svg>",
                   share < 1 ? share : 1);
}

static void put_labels(struct img_buf *out, const struct img_sheet_item *item)
{
    img_buf_puts(out, "<ul class=\"labels\">\n");
    for (size_t i = 0; i < item->label_count; i++) {
        img_buf_puts(out, "<li><bdi>");
        put_html(out, item->labels[i].text);
        img_buf_printf(out, "</bdi> <span>%.3f</span>", item->labels[i].score);
        put_bar(out, item->labels[i].score, 1);
        img_buf_puts(out, "</li>\n");
    }
    img_buf_puts(out, "</ul>\n");
}

void img_sheet_put_item(struct img_buf *out, const struct img_sheet_page *page,
                        const struct img_sheet_section *section, const struct img_sheet_item *item,
                        const struct img_thumb *thumb)
{
    img_buf_printf(out, "<li class=\"card%s\">\n", item->keeper ? " keep" : "");
    put_picture(out, page, item, thumb);
    img_buf_puts(out, "<div class=\"cap\">\n");
    if (item->path)
        put_name(out, page, item->path);
    if (item->note) {
        img_buf_puts(out, "<p class=\"note\">");
        put_html(out, item->note);
        img_buf_puts(out, "</p>\n");
    }
    if (item->has_score) {
        img_buf_puts(out, "<p class=\"score\">");
        put_bar(out, item->score, section->best);
        img_buf_printf(out, " <span><span class=\"sr\">similarity </span>%.3f</span></p>\n",
                       item->score);
    }
    if (item->label_count > 0)
        put_labels(out, item);
    if (item->keeper)
        img_buf_puts(out, "<p class=\"badge\">keep</p>\n");
    img_buf_puts(out, "</div>\n</li>\n");
}

void img_sheet_put_section_end(struct img_buf *out)
{
    img_buf_puts(out, "</ul>\n</section>\n");
}

static void put_key(struct img_buf *out, const char *key, const char *meaning)
{
    img_buf_printf(out, "<dt>%s</dt><dd>%s</dd>\n", key, meaning);
}

void img_sheet_put_tail(struct img_buf *out, const struct img_sheet_page *page)
{
    img_buf_puts(out, "<p class=\"none\" id=\"none\" hidden=\"\">Nothing matches the filter.</p>\n"
                      "</main>\n<dialog id=\"help\" aria-labelledby=\"keys\">\n"
                      "<h2 id=\"keys\">Keys</h2>\n<dl>\n");
    put_key(out, "<kbd>\xe2\x86\x90</kbd> <kbd>\xe2\x86\x91</kbd> <kbd>\xe2\x86\x93</kbd> "
                 "<kbd>\xe2\x86\x92</kbd>", "from picture to picture");
    put_key(out, "<kbd>Enter</kbd>", "open the picture");
    put_key(out, "<kbd>[</kbd> <kbd>]</kbd>", "from section to section");
    put_key(out, "<kbd>/</kbd>", "filter by name; <kbd>Esc</kbd> ends it");
    put_key(out, "<kbd>+</kbd> <kbd>\xe2\x88\x92</kbd>", "larger, smaller");
    put_key(out, "<kbd>?</kbd>", "this help");
    img_buf_puts(out, "</dl>\n<button id=\"close\" type=\"button\">Close</button>\n</dialog>\n"
                      "<footer>Made by img-sim sheet.</footer>\n<script>");
    img_buf_puts(out, page->script);
    img_buf_puts(out, "</script>\n</body>\n</html>\n");
}
