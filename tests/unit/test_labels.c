/* Labels out of words and files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sim/labels.h"
#include "support/scratch.h"

static struct img_arena arena;

static void labels_and_their_texts(void **state)
{
    static const char file[] = "\xef\xbb\xbf" "dog\r\n\ncat\ta small cat\nbird\ncat\ta\tb";
    const char *words[] = {"cat", "dog\tone dog"};
    struct img_string_list list = {words, 2};
    struct img_labels labels;
    struct img_err err;
    static const char *const expected[] = {"cat", "a small cat", "a\tb", "one dog", "dog", "bird"};
    static const size_t of[] = {0, 0, 0, 1, 1, 2};
    (void)state;
    scratch_open();
    const char *path = scratch_write("labels", file, sizeof file - 1);
    if (!img_labels_read(&list, path, &arena, &labels, &err))
        fail_msg("%s", err.text);
    assert_int_equal(labels.count, 3);
    assert_string_equal(labels.names[2], "bird");
    assert_int_equal(labels.text_count, 6);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(labels.texts[i].text, expected[i]);
        assert_int_equal(labels.texts[i].label, of[i]);
    }
    img_arena_clear(&arena);
    scratch_close();
}

static void what_is_no_label(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"a\n\xff\n", "line 2: not UTF-8"}, {"a\x01", "line 1: not UTF-8"}, {"\ta", "a tab without"},
        {"a\t\n", "a tab without"},         {"\n\r\n", "no label in it"},     {"", "no label in it"},
    };
    struct img_string_list none = {0};
    struct img_labels labels;
    struct img_err err;
    (void)state;
    scratch_open();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *path = scratch_write("labels", bad[i].text, strlen(bad[i].text));
        assert_false(img_labels_read(&none, path, &arena, &labels, &err));
        assert_int_equal(err.code, IMG_ERR_USAGE);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s", err.text);
    }
    assert_false(img_labels_read(&none, NULL, &arena, &labels, &err));
    assert_false(img_labels_read(&none, scratch_path("gone"), &arena, &labels, &err));
    assert_int_equal(err.code, IMG_ERR_USAGE);
    img_arena_clear(&arena);
    scratch_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_and_their_texts),
        cmocka_unit_test(what_is_no_label),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
