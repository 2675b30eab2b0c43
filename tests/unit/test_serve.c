/* img-serve's judgement: paths below a root, with and without openat2; hosts, origins and tokens;
 * addresses; forms, data: URLs and requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "serve/ask.h"
#include "serve/dataurl.h"
#include "serve/guard.h"
#include "serve/listen.h"
#include "serve/multipart.h"
#include "serve/root.h"
#include "serve/route.h"
#include "support/scratch.h"

static const struct path_case {
    const char *path;
    enum img_code code;      /* with openat2 */
    enum img_code code_walk; /* without */
} paths[] = {
    {"a.png", IMG_OK, IMG_OK},
    {"sub/b.png", IMG_OK, IMG_OK},
    {"./sub//b.png", IMG_OK, IMG_OK},
    {"inside", IMG_OK, IMG_ERR_PERMISSION},
    {"sublink/b.png", IMG_OK, IMG_ERR_PERMISSION},
    {"../outside.png", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"sub/../a.png", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"sub/..", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"/etc/passwd", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"outside", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"up/outside.png", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"absolute", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"loop", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"proc/etc/passwd", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
    {"fifo", IMG_ERR_NOT_A_FILE, IMG_ERR_NOT_A_FILE},
    {"sub", IMG_ERR_NOT_A_FILE, IMG_ERR_NOT_A_FILE},
    {"", IMG_ERR_NOT_A_FILE, IMG_ERR_NOT_A_FILE},
    {"none", IMG_ERR_NOT_FOUND, IMG_ERR_NOT_FOUND},
    {"a.png/x", IMG_ERR_NOT_FOUND, IMG_ERR_NOT_FOUND},
    {"a\tb", IMG_ERR_PERMISSION, IMG_ERR_PERMISSION},
};

static void make_tree(char root[256])
{
    snprintf(root, 256, "%s/root", scratch_open());
    scratch_write("root/a.png", "a", 1);
    scratch_write("root/sub/b.png", "b", 1);
    scratch_write("outside.png", "x", 1);
    assert_int_equal(symlink("a.png", scratch_path("root/inside")), 0);
    assert_int_equal(symlink("sub", scratch_path("root/sublink")), 0);
    assert_int_equal(symlink("../outside.png", scratch_path("root/outside")), 0);
    assert_int_equal(symlink("..", scratch_path("root/up")), 0);
    assert_int_equal(symlink("/etc/passwd", scratch_path("root/absolute")), 0);
    assert_int_equal(symlink("loop", scratch_path("root/loop")), 0);
    assert_int_equal(symlink("/proc/self/root", scratch_path("root/proc")), 0);
    assert_int_equal(mkfifo(scratch_path("root/fifo"), 0600), 0);
}

static void check_path(const struct img_root *root, const char *path, enum img_code code)
{
    struct img_err err = {0};
    int fd = -1;
    bool ok = img_root_file(root, path, strlen(path), &fd, &err);
    if (ok)
        close(fd);
    if (ok != (code == IMG_OK) || err.code != code)
        fail_msg("'%s': %s", path, ok ? "opened" : err.text);
}

static void test_root(void **state)
{
    (void)state;
    struct img_root root = {0};
    struct img_err err = {0};
    char folder[256], path[512];
    make_tree(folder);
    assert_false(img_root_file(&root, "a", 1, &(int){0}, &err)); /* there is none */
    assert_true(img_root_open(&root, folder, &err));
    snprintf(path, sizeof path, "%s/sub/b.png", folder);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (!root.walk)
            check_path(&root, paths[i].path, paths[i].code);
    check_path(&root, path, IMG_OK);
    root.walk = true;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        check_path(&root, paths[i].path, paths[i].code_walk);
    check_path(&root, path, IMG_OK);
    snprintf(path, sizeof path, "%s-less/a.png", folder);
    check_path(&root, path, IMG_ERR_PERMISSION);
    assert_false(img_root_file(&root, "a.png\0b", 7, &(int){0}, &err));
    assert_int_equal(err.code, IMG_ERR_PERMISSION);
    img_root_close(&root);
    assert_false(img_root_open(&root, scratch_path("root/a.png"), &err));
    assert_int_equal(err.code, IMG_ERR_CONFIG);
    img_root_close(&root);
    scratch_close();
}

static void test_hosts(void **state)
{
    (void)state;
    const char *names[] = {"pictures.example"};
    const struct img_string_list none = {0}, one = {names, 1};
    static const char *const good[] = {"localhost", "LocalHost:1", "127.0.0.1", "127.9.9.9:80",
                                       "[::1]", "[::1]:8080"};
    static const char *const wrong[] = {"", "evil", "127.0.0.1.evil", "127.0.0.evil", "localhost.evil",
                                        "localhost:", "localhost:x", "[::1", "[::1]x", "[::2]",
                                        "localhost:123456", "127.0.0.1 ", "pictures.example"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(img_guard_host(good[i], &none));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(img_guard_host(wrong[i], &none));
    assert_false(img_guard_host(NULL, &none));
    assert_true(img_guard_host("pictures.example:443", &one));
    assert_true(img_guard_origin(NULL, "localhost"));
    assert_true(img_guard_origin("http://localhost:1", "localhost:1"));
    assert_false(img_guard_origin("http://localhost:2", "localhost:1"));
    assert_false(img_guard_origin("null", "localhost"));
    assert_false(img_guard_origin("http://evil", NULL));
    assert_true(img_guard_fetch(NULL, NULL));
    assert_true(img_guard_fetch("same-origin", "cors"));
    assert_true(img_guard_fetch("none", "navigate"));
    assert_true(img_guard_fetch("cross-site", "navigate"));
    assert_false(img_guard_fetch("cross-site", "no-cors"));
    assert_false(img_guard_fetch("same-site", NULL));
    assert_false(img_guard_fetch("", "no-cors"));
}

static void test_tokens(void **state)
{
    (void)state;
    static const char token[] = "0123456789abcdef";
    char read[IMG_TOKEN_MAX];
    struct img_err err;
    bool open;
    assert_true(img_guard_token("Bearer 0123456789abcdef", token));
    assert_true(img_guard_token("bearer 0123456789abcdef", token));
    assert_false(img_guard_token("Bearer 0123456789abcdeg", token));
    assert_false(img_guard_token("Bearer 0123456789abcdef0123456789abcdef", token));
    assert_false(img_guard_token("Bearer ", token));
    assert_false(img_guard_token("0123456789abcdef", token));
    assert_false(img_guard_token(NULL, token));
    scratch_open();
    scratch_write("t", "0123456789abcdef\nmore", 21);
    assert_true(img_guard_read_token(scratch_path("t"), read, &open, &err));
    assert_string_equal(read, token);
    scratch_write("t", "0123456789 abcdef\n", 18);
    assert_false(img_guard_read_token(scratch_path("t"), read, &open, &err));
    scratch_write("t", "", 0);
    assert_false(img_guard_read_token(scratch_path("t"), read, &open, &err));
    assert_int_equal(err.code, IMG_ERR_CONFIG);
    scratch_close();
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok, local;
    } cases[] = {
        {"127.0.0.1:8080", true, true}, {"127.3.0.1:0", true, true}, {"localhost:1", true, true},
        {"[::1]:80", true, true},       {"0.0.0.0:80", true, false}, {"[::]:80", true, false},
        {"10.1.2.3:1", true, false},    {"unix:/x", true, true},     {"unix:", false, false},
        {"::1:80", false, false},       {"127.0.0.1", false, false}, {"127.0.0.1:65536", false, false},
        {":80", false, false},          {"host:80", false, false},   {"[127.0.0.1]:80", false, false},
        {"[::1:80", false, false},      {"", false, false},          {"1:-1", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct img_address address;
        struct img_err err = {0};
        bool ok = img_address_parse(cases[i].text, &address, &err);
        if (ok != cases[i].ok || (ok && address.local != cases[i].local))
            fail_msg("'%s'", cases[i].text);
    }
}

#define FORM "multipart/form-data; boundary=b"

static void test_forms(void **state)
{
    (void)state;
    static const char body[] = "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ntrue\r\n"
                               "--b\r\ncontent-disposition: form-data; filename=\"a;\\\"b\"; name=y\r\n"
                               "Content-Type: image/png\r\n\r\n\r\n--bit\r\n\r\n--b\r\n"
                               "Content-Disposition: form-data; name=z\r\n\r\n\r\n--b--\r\n";
    static const char *const broken[] = {
        "", "x", "--b", "--b\r\n", "--b\r\n\r\n", "--b\r\nA: b\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=x\r\n\r\nx",
        "--b\r\nContent-Disposition: form-data; name=\"x\r\n\r\nx\r\n--b--", "--bx\r\n"};
    struct img_arena arena = {0};
    struct img_err err = {0};
    const struct img_part *parts;
    size_t count;
    assert_true(img_multipart_parse(FORM, body, sizeof body - 1, &arena, &parts, &count, &err));
    assert_int_equal(count, 3);
    assert_string_equal(parts[0].name, "x");
    assert_false(parts[0].is_file);
    assert_memory_equal(parts[0].bytes, "true", 4);
    assert_int_equal(parts[0].len, 4);
    assert_true(parts[1].is_file);
    assert_string_equal(parts[1].name, "y");
    assert_int_equal(parts[1].len, 9);
    assert_memory_equal(parts[1].bytes, "\r\n--bit\r\n", 9);
    assert_int_equal(parts[2].len, 0);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        if (img_multipart_parse(FORM, broken[i], strlen(broken[i]), &arena, &parts, &count, &err))
            fail_msg("'%s'", broken[i]);
    assert_false(img_multipart_parse("multipart/form-data", body, sizeof body - 1, &arena, &parts,
                                     &count, &err));
    assert_true(img_multipart_parse("multipart/form-data; a=\"x;boundary=no\"; boundary=\"b\"", "--b--",
                                    5, &arena, &parts, &count, &err));
    assert_int_equal(count, 0);
    img_arena_clear(&arena);
}

static void test_data_urls(void **state)
{
    (void)state;
    static const struct {
        const char *text, *bytes; /* NULL: broken */
    } cases[] = {
        {"data:,abc", "abc"},         {"DATA:text/plain,a%20b", "a b"},
        {"data:;base64,YWJj", "abc"}, {"data:image/png;BASE64,YWJj", "abc"},
        {"data:;base64,YW%4Aj", "abc"}, {"data:,", ""},
        {"data:abc", NULL},           {"data:;base64,YWJ", NULL},
        {"data:,a%2", NULL},          {"data:,a%zz", NULL},
        {"data:;base64,YW Jj", NULL},
    };
    struct img_arena arena = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned char *bytes;
        size_t len;
        struct img_err err;
        bool ok = img_dataurl_read(cases[i].text, strlen(cases[i].text), &arena, &bytes, &len, &err);
        if (ok != (cases[i].bytes != NULL) ||
            (ok && (len != strlen(cases[i].bytes) || memcmp(bytes, cases[i].bytes, len) != 0)))
            fail_msg("'%s'", cases[i].text);
    }
    img_arena_clear(&arena);
}

static bool ask(enum img_ask_kind kind, const char *type, const char *body, struct img_arena *arena,
                struct img_ask *out)
{
    const struct img_body whole = {.type = type, .bytes = body, .len = strlen(body)};
    struct img_err err = {0};
    *out = (struct img_ask){.wishes.normalize = true};
    return img_ask_read(kind, &whole, 3, arena, out, &err);
}

static void test_asks(void **state)
{
    (void)state;
    static const char json[] = "application/json; charset=utf-8";
    struct img_arena arena = {0};
    struct img_ask got;
    assert_true(ask(IMG_ASK_IMAGE, json, "{\"image_path\":\"a\",\"normalize\":false,"
                    "\"include_metadata\":true}", &arena, &got));
    assert_true(got.single && !got.wishes.normalize && got.wishes.metadata);
    assert_string_equal(got.inputs.items[0].text, "a");
    assert_true(ask(IMG_ASK_BATCH, json, "{\"image_paths\":[\"a\",\"b\"]}", &arena, &got));
    assert_true(got.inputs.count == 2 && !got.single && got.wishes.normalize);
    assert_false(ask(IMG_ASK_BATCH, json, "{\"image_paths\":[\"a\",\"b\",\"c\",\"d\"]}", &arena, &got));
    assert_true(ask(IMG_ASK_BATCH, json, "{\"images\":[\"YQ==\",\"?\"]}", &arena, &got));
    assert_int_equal(got.inputs.items[0].err.code, IMG_OK);
    assert_int_equal(got.inputs.items[1].err.code, IMG_ERR_BAD_RECORD);
    assert_true(ask(IMG_ASK_SEARCH_IMAGE, json, "{\"query_image_path\":\"a\",\"candidate_image_paths\":"
                    "[],\"top_k\":7,\"min_score\":-0.5}", &arena, &got));
    assert_true(got.has_candidates && got.top_k == 7 && got.min_score == -0.5);
    assert_true(ask(IMG_ASK_SEARCH_TEXT, json, "{\"text\":\"\"}", &arena, &got));
    assert_int_equal(got.top_k, IMG_TOP_K_DEFAULT);
    assert_false(ask(IMG_ASK_SEARCH_TEXT, json, "{\"text\":\"a\",\"top_k\":1001}", &arena, &got));
    assert_false(ask(IMG_ASK_SEARCH_TEXT, json, "{\"text\":\"a\",\"top_k\":1.5}", &arena, &got));
    assert_false(ask(IMG_ASK_TEXT, json, "{\"text\":\"a\",\"texts\":[]}", &arena, &got));
    assert_false(ask(IMG_ASK_IMAGE, json, "{\"image_url\":\"ftp://x\"}", &arena, &got));
    assert_true(ask(IMG_ASK_IMAGE, json, "{\"image_url\":\"HTTP://x\"}", &arena, &got));
    assert_true(got.inputs.items[0].is_url);
    assert_true(ask(IMG_ASK_IMAGE, "image/jpeg", "bytes", &arena, &got));
    assert_int_equal(got.inputs.items[0].bytes_len, 5);
    assert_false(ask(IMG_ASK_TEXT, "image/jpeg", "bytes", &arena, &got));
    assert_false(ask(IMG_ASK_IMAGE, "imageish", "bytes", &arena, &got));
    assert_false(ask(IMG_ASK_IMAGE, "application/jsonp", "{}", &arena, &got));
    img_arena_clear(&arena);
}

#define PICTURE(name) \
    "--b\r\nContent-Disposition: form-data; name=" name "; filename=f\r\n\r\nx\r\n"
#define VALUE(name) "--b\r\nContent-Disposition: form-data; name=" name "\r\n\r\na\r\n"

/* A list has room for its own inputs: files do not go behind paths, nor paths behind files. */
static void test_lists_do_not_mix(void **state)
{
    (void)state;
    static const struct img_pair listed = {"image_paths", "a"};
    static const char files[] = PICTURE("i") PICTURE("i") "--b--";
    const struct img_body body = {.type = FORM, .bytes = files, .len = sizeof files - 1,
                                  .pairs = &listed, .pair_count = 1};
    struct img_arena arena = {0};
    struct img_ask got = {0};
    struct img_err err = {0};
    assert_false(img_ask_read(IMG_ASK_BATCH, &body, 3, &arena, &got, &err));
    assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
    assert_false(ask(IMG_ASK_BATCH, FORM, VALUE("image_paths") PICTURE("i") PICTURE("i") "--b--",
                     &arena, &got));
    assert_false(ask(IMG_ASK_BATCH, FORM, PICTURE("i") VALUE("image_paths") "--b--", &arena, &got));
    assert_false(ask(IMG_ASK_SEARCH_IMAGE, FORM, PICTURE("q") VALUE("candidate_image_paths")
                     PICTURE("candidate") "--b--", &arena, &got));
    assert_true(ask(IMG_ASK_BATCH, FORM, PICTURE("i") PICTURE("i") PICTURE("i") "--b--", &arena,
                    &got));
    assert_int_equal(got.inputs.count, 3);
    assert_false(ask(IMG_ASK_BATCH, FORM, PICTURE("i") PICTURE("i") PICTURE("i") PICTURE("i")
                     "--b--", &arena, &got));
    img_arena_clear(&arena);
}

/* Texts and pictures of one request count together. */
static void test_ollama_limit(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"model\":\"\",\"input\":[\"a\",\"b\"],\"images\":[\"YQ==\"]}",
        "{\"model\":\"\",\"input\":[\"a\",\"b\"],\"images\":[\"YQ==\",\"YQ==\"]}",
        "{\"model\":\"\",\"input\":[\"a\",\"b\",\"c\"],\"images\":\"YQ==\"}",
    };
    struct img_arena arena = {0};
    for (size_t i = 0; i < 3; i++) {
        const struct img_body body = {.type = "application/json", .bytes = bodies[i],
                                      .len = strlen(bodies[i])};
        struct img_foreign_ask got;
        struct img_err err = {0};
        assert_int_equal(img_ask_ollama(&body, 3, &arena, &got, &err), i == 0);
    }
    img_arena_clear(&arena);
}

static void test_routes(void **state)
{
    (void)state;
    const struct img_route *other;
    assert_non_null(img_route_find("/healthz", "HEAD", &other));
    assert_null(img_route_find("/healthz", "POST", &other));
    assert_non_null(other);
    assert_null(img_route_find("/healthz/", "GET", &other));
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_root),      cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_tokens),    cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_forms),     cmocka_unit_test(test_data_urls),
        cmocka_unit_test(test_asks),      cmocka_unit_test(test_routes),
        cmocka_unit_test(test_lists_do_not_mix), cmocka_unit_test(test_ollama_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
