/* Contact sheets: records sorted into sections, references, and pages that hold together whatever
 * names are in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/sheet_link.h"
#include "sim/sheet_page.h"
#include "sim/xml.h"

static void take(struct img_sheet_list *list, const char *line)
{
    struct img_err err;
    if (!img_sheet_list_add(list, line, strlen(line), &err))
        fail_msg("%s: %s", line, err.text);
}

static void sort(struct img_sheet_list *list)
{
    struct img_err err;
    assert_true(img_sheet_list_sort(list, &err));
}

static void queries_make_sections(void **state)
{
    struct img_sheet_list list = {0};
    (void)state;
    take(&list, "{\"query\":\"b\",\"query_index\":0,\"image_path\":\"/x/y/1\",\"similarity_score\":"
                "0.5,\"rank\":1}");
    take(&list, "{\"query\":\"a\",\"query_index\":1,\"image_path\":\"/x/y/2\",\"similarity_score\":"
                "-0.5,\"rank\":1}");
    take(&list, "{\"query\":\"b\",\"query_index\":0,\"image_path\":\"/x/z\",\"similarity_score\":"
                "0.25,\"rank\":2}");
    take(&list, "{\"query\":\"c\",\"query_index\":2,\"image_path\":null,\"error\":\"no\"}");
    sort(&list);
    assert_int_equal(list.section_count, 3);
    assert_string_equal(list.sections[0].heading, "b");
    assert_int_equal(list.sections[0].count, 2);
    assert_true(list.sections[0].best == 0.5);
    assert_string_equal(list.items[1].path, "/x/z");
    assert_int_equal(list.items[1].rank, 2);
    assert_string_equal(list.items[2].path, "/x/y/2");
    assert_string_equal(list.items[3].failed, "no");
    assert_int_equal(list.common, 3);
    img_sheet_list_clear(&list);
}

static void groups_clusters_and_labels(void **state)
{
    struct img_sheet_list list = {0};
    (void)state;
    take(&list, "{\"tier\":\"identical\",\"keeper\":\"b\",\"members\":[\"a\",\"b\"]}");
    take(&list, "{\"tier\":\"similar\",\"members\":[{\"image_path\":\"c\",\"keeper\":true},"
                "{\"image_path\":\"d\"}]}");
    sort(&list);
    assert_int_equal(list.section_count, 2);
    assert_int_equal(list.sections[1].kind, IMG_SHEET_GROUP);
    assert_string_equal(list.sections[1].tier, "similar");
    assert_false(list.items[0].keeper);
    assert_true(list.items[1].keeper);
    assert_true(list.items[2].keeper);
    assert_false(list.items[3].keeper);
    img_sheet_list_clear(&list);
    take(&list, "{\"image_path\":\"a\",\"cluster\":10,\"similarity_score\":0.9}");
    take(&list, "{\"image_path\":\"b\",\"cluster\":2,\"similarity_score\":0.9}");
    take(&list, "{\"image_path\":\"c\",\"cluster\":10,\"similarity_score\":0.9}");
    sort(&list);
    assert_int_equal(list.section_count, 2);
    assert_string_equal(list.items[0].path, "b");
    assert_string_equal(list.items[2].path, "c");
    img_sheet_list_clear(&list);
    take(&list, "{\"image_path\":\"a\",\"labels\":[{\"label\":\"x\",\"score\":0.7},{\"label\":\"y\","
                "\"score\":0.2},{\"label\":\"z\",\"score\":0.1},{\"label\":\"w\",\"score\":0}]}");
    take(&list, "{\"image_path\":\"b\",\"labels\":[]}");
    sort(&list);
    assert_string_equal(list.sections[0].heading, "x");
    assert_int_equal(list.items[0].label_count, 3);
    assert_string_equal(list.sections[1].heading, "no label");
    img_sheet_list_clear(&list);
}

static void other_records(void **state)
{
    static const char *const bad[] = {"", "[]", "{}", "{\"members\":[1]}", "{\"image_path\":\"-\"}",
                                      "{\"image_path\":\"a\",\"labels\":[{\"label\":\"\\ud800\"}]"};
    struct img_sheet_list list = {0};
    struct img_err err;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(img_sheet_list_add(&list, bad[i], strlen(bad[i]), &err));
        assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
    }
    assert_int_equal(list.count, 0);
    take(&list, "{\"text\":\"words\"}");
    take(&list, "{\"image_path\":\"a\",\"image_path_base64\":\"/w==\",\"width\":4,\"height\":3,"
                "\"camera_info\":{\"model\":\"M\"},\"creation_date\":\"2024-05-01T10:00:00.5\"}");
    sort(&list);
    assert_string_equal(list.items[0].text, "words");
    assert_string_equal(list.items[1].path, "\xff");
    assert_string_equal(list.items[1].note,
                        "4 \xc3\x97 3 \xc2\xb7 M \xc2\xb7 2024-05-01 10:00:00");
    img_sheet_list_clear(&list);
    sort(&list);
    img_sheet_list_clear(&list);
}

static void links(void **state)
{
    static const struct {
        const char *path, *folder, *here, *link;
    } cases[] = {
        {"a.jpg", "/w", "/w", "a.jpg"},
        {"./x//a b.jpg", "/w", "/w", "x/a%20b.jpg"},
        {"a.jpg", "/w/out", "/w", "../a.jpg"},
        {"/w/p/a.jpg", "/w/out/deep", "/h", "../../p/a.jpg"},
        {"/other/a.jpg", "/w", "/w", "file:///other/a.jpg"},
        {"/wx/a.jpg", "/w", "/w", "file:///wx/a.jpg"},
        {"a.jpg", "/", "/", "a.jpg"},
        {"javascript:alert(1)", "/w", "/w", "javascript%3Aalert%281%29"},
        {"\"><script>", "/w", "/w", "%22%3E%3Cscript%3E"},
        {"\xff%#?&\n", "/w", "/w", "%FF%25%23%3F%26%0A"},
        {"../a.jpg", "/w/v", "/w/v", "../a.jpg"},
        {"//evil.example/a", "/w", "/w", "file:///evil.example/a"},
        {"w/a", "/w", "/", "a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_buf out = {0};
        img_sheet_put_link(&out, cases[i].path, cases[i].folder, cases[i].here);
        assert_string_equal(out.data ? out.data : "", cases[i].link);
        img_buf_clear(&out);
    }
}

/* What stands between begin and end goes. */
static void cut(struct img_buf *page, const char *begin, const char *end)
{
    char *from = strstr(page->data, begin);
    assert_non_null(from);
    from += strlen(begin);
    char *to = strstr(from, end);
    assert_non_null(to);
    memmove(from, to, strlen(to) + 1);
    page->len = strlen(page->data);
}

static void the_page_is_well_formed(void **state)
{
    static const char hostile[] = "{\"query\":\"</h1><script>alert(1)</script>\\u202e&amp;\\\"'\","
                                  "\"query_index\":0,\"image_path\":\"a</bdi><b>\\n\\u202e\\\"'&.jpg\","
                                  "\"similarity_score\":0.5,\"rank\":1}";
    static const char style[] = "a > b { }", script[] = "if (1 < 2 && 3) { }";
    struct img_sheet_list list = {0};
    struct img_buf out = {0};
    struct img_thumb thumb = {.extent = {2, 2}};
    struct img_xml *xml = calloc(1, sizeof *xml);
    struct img_xml_token token;
    struct img_err err;
    size_t pictures = 0, scripts = 0;
    (void)state;
    assert_non_null(xml);
    take(&list, hostile);
    take(&list, "{\"query\":null,\"query_index\":1,\"text\":\"<i>&\"}");
    take(&list, "{\"query\":\"x\",\"query_index\":2,\"image_path\":\"/b\",\"error\":\"<gone>\"}");
    take(&list, "{\"image_path\":\"/c/d\",\"labels\":[{\"label\":\"<l>\",\"score\":2}]}");
    sort(&list);
    img_buf_puts(&thumb.picture, "JPEG");
    struct img_sheet_page page = {.title = "<t>&\"", .style = style, .script = script,
                                  .folder = "/w", .here = "/w", .side = 256};
    img_sheet_put_head(&out, &page, &list);
    for (size_t i = 0; i < list.section_count; i++) {
        img_sheet_put_section(&out, &list.sections[i], i + 1);
        img_sheet_put_item(&out, &page, &list.sections[i], &list.items[i], &thumb);
        img_sheet_put_section_end(&out);
    }
    img_sheet_put_tail(&out, &page);
    assert_true(img_buf_ok(&out, &err));
    /* printf 'if (1 < 2 && 3) { }' | openssl dgst -sha256 -binary | base64 */
    assert_non_null(strstr(out.data,
                           "script-src 'sha256-RMwyqjoFCRdNM3RSfpT4HIOgLRXpLLx4emm6XuSLgz4='"));
    assert_non_null(strstr(out.data, "src=\"data:image/jpeg;base64,SlBFRw==\""));
    assert_non_null(strstr(out.data, ">bdi&gt;&lt;b&gt;\\x0A\\u{202E}&quot;'&amp;.<wbr/>jpg"));
    cut(&out, "<style>", "</style>");
    cut(&out, "<script>", "</script>");
    assert_null(strstr(out.data, "\xe2\x80\xae"));
    const char *html = strstr(out.data, "<html");
    assert_true(img_xml_begin(xml, html, strlen(html), &err));
    do {
        if (!img_xml_next(xml, &token, &err))
            fail_msg("%s", err.text);
        if (token.kind == IMG_XML_EMPTY && token.name.len == 3 && !memcmp(token.name.at, "img", 3))
            pictures++;
        if (token.kind == IMG_XML_START && token.name.len == 6 &&
            !memcmp(token.name.at, "script", 6))
            scripts++;
    } while (token.kind != IMG_XML_FINISH);
    assert_int_equal(pictures, 2);
    assert_int_equal(scripts, 1);
    img_buf_clear(&thumb.picture);
    img_buf_clear(&out);
    img_sheet_list_clear(&list);
    free(xml);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_make_sections), cmocka_unit_test(groups_clusters_and_labels),
        cmocka_unit_test(other_records),         cmocka_unit_test(links),
        cmocka_unit_test(the_page_is_well_formed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
