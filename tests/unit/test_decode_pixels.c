/* Decoded and preprocessed pictures against the reference's bytes, and what is said of broken ones.
 *
 * tests/data/pictures/expected.txt has a line a picture: its name and the XXH3-128 of the bytes for
 * Hugging Face and open_clip at 224, the same at 70, and timm's (resize 248, crop 224). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/hash.h"
#include "decode/decode.h"
#include "support/npy.h"

static struct img_arena arena;

static struct img_prep reference(uint32_t size, uint32_t resize, enum img_crop crop)
{
    struct img_prep prep = IMG_PREP_DEFAULTS;
    prep.size = size;
    prep.resize = resize;
    prep.crop = crop;
    prep.scale_16bit = 0;
    return prep;
}

static bool decode_file(const char *path, const struct img_prep *prep, uint8_t *out,
                        struct img_info *info, struct img_err *err)
{
    struct img_buf bytes = {0};
    if (!img_file_read(path, 1U << 30, &bytes, err))
        fail_msg("%s: %s", path, err->text);
    bool good = img_decode((const uint8_t *)bytes.data, bytes.len, prep, &arena, out, info, err);
    img_arena_reset(&arena);
    img_buf_clear(&bytes);
    return good;
}

static void need_shared(void)
{
    if (!shared_folder()) {
        print_message("skipped: ../shared is not there\n");
        skip();
    }
}

static void check_hash(const char *name, const struct img_prep *prep, const char *expected,
                       uint8_t *out)
{
    char path[256], hex[IMG_ID_HEX];
    struct img_info info;
    struct img_err err;
    snprintf(path, sizeof path, "tests/data/pictures/%s", name);
    if (!decode_file(path, prep, out, &info, &err))
        fail_msg("%s: %s", name, err.text);
    struct img_id id = img_hash_id(out, (size_t)prep->size * prep->size * 3);
    img_id_hex(&id, hex);
    if (strcmp(hex, expected) != 0)
        fail_msg("%s at %u from %u: %s, expected %s", name, prep->size, prep->resize, hex, expected);
}

static void pictures_of_ours_equal_the_reference(void **state)
{
    char name[64], hashes[5][IMG_ID_HEX];
    uint8_t *out = malloc(224 * 224 * 3);
    FILE *list = fopen("tests/data/pictures/expected.txt", "r");
    (void)state;
    assert_non_null(list);
    unsigned pictures = 0;
    while (fscanf(list, "%63s %32s %32s %32s %32s %32s", name, hashes[0], hashes[1], hashes[2],
                  hashes[3], hashes[4]) == 6) {
        const struct img_prep preps[5] = {
            reference(224, 224, IMG_CROP_DOWN), reference(224, 224, IMG_CROP_HALF_EVEN),
            reference(70, 70, IMG_CROP_DOWN),   reference(70, 70, IMG_CROP_HALF_EVEN),
            reference(224, 248, IMG_CROP_HALF_EVEN),
        };
        for (unsigned i = 0; i < 5; i++)
            check_hash(name, &preps[i], hashes[i], out);
        pictures++;
    }
    fclose(list);
    free(out);
    assert_true(pictures > 15);
}

/* Small script-made files of every kind that Pillow reads: name, mode, hash at 32 (Hugging Face). */
static void odd_files_of_ours_equal_the_reference(void **state)
{
    char name[64], mode[8], hash[IMG_ID_HEX], hex[IMG_ID_HEX];
    uint8_t out[32 * 32 * 3];
    struct img_prep prep = reference(32, 32, IMG_CROP_DOWN);
    FILE *list = fopen("tests/data/odd/expected.txt", "r");
    unsigned files = 0, differing = 0;
    (void)state;
    assert_non_null(list);
    while (fscanf(list, "%63s %7s %32s", name, mode, hash) == 3) {
        char path[256];
        struct img_info info;
        struct img_err err = {0};
        snprintf(path, sizeof path, "tests/data/odd/%s", name);
        bool good = decode_file(path, &prep, out, &info, &err);
        struct img_id id = img_hash_id(out, sizeof out);
        img_id_hex(&id, hex);
        if (!good || strcmp(hex, hash) != 0 || strcmp(info.mode, mode) != 0) {
            print_message("%s: %s, mode %s expected %s\n", name, good ? hex : err.text, info.mode,
                          mode);
            differing++;
        }
        files++;
    }
    fclose(list);
    assert_int_equal(differing, 0);
    assert_true(files > 100);
}

/* What the reference does is not always what is wanted: the options that say otherwise. */
static void options_change_what_they_say(void **state)
{
    struct img_prep prep = reference(32, 32, IMG_CROP_DOWN);
    struct img_info info;
    struct img_err err = {0};
    uint8_t out[32 * 32 * 3], other[32 * 32 * 3];
    (void)state;
    const char *grey16 = "tests/data/odd/png_i16.png";
    assert_true(decode_file(grey16, &prep, out, &info, &err));
    prep.scale_16bit = 1;
    assert_true(decode_file(grey16, &prep, other, &info, &err));
    assert_memory_not_equal(out, other, sizeof out);
    prep.any_mode = 0;
    assert_false(decode_file(grey16, &prep, out, &info, &err));
    assert_int_equal(err.code, IMG_ERR_UNSUPPORTED_FORMAT);
    prep = reference(32, 32, IMG_CROP_DOWN);
    prep.page = 1;
    assert_false(decode_file(grey16, &prep, out, &info, &err));
    assert_int_equal(err.code, IMG_ERR_NO_SUCH_PAGE);
    prep = reference(32, 32, IMG_CROP_DOWN);
    prep.max_pixels = 1;
    assert_false(decode_file(grey16, &prep, out, &info, &err));
    assert_int_equal(err.code, IMG_ERR_TOO_MANY_PIXELS);
    prep = reference(32, 32, IMG_CROP_DOWN);
    prep.formats = 1U << IMG_FORMAT_JPEG;
    assert_false(decode_file(grey16, &prep, out, &info, &err));
    assert_int_equal(err.code, IMG_ERR_UNSUPPORTED_FORMAT);
    prep = reference(32, 32, IMG_CROP_DOWN);
    prep.fail_on_truncated = 0;
    assert_true(decode_file("tests/data/broken/half.jpg", &prep, out, &info, &err));
    assert_true(info.decoder_warnings > 0);
    prep = reference(32, 32, IMG_CROP_DOWN);
    prep.has_background = 1;
    prep.background = 0x123456;
    assert_true(decode_file("tests/data/pictures/la.png", &prep, out, &info, &err));
    prep.background = 0xffffff;
    assert_true(decode_file("tests/data/pictures/la.png", &prep, other, &info, &err));
    assert_memory_not_equal(out, other, sizeof out);
    assert_true(info.has_alpha);
}

/* The value of a key in a flat JSON line, as text; "" when it is not there. */
static void json_value(const char *line, const char *key, char out[256])
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\": ", key);
    const char *at = strstr(line, quoted);
    out[0] = '\0';
    if (!at)
        return;
    at += strlen(quoted);
    at += *at == '"';
    size_t len = strcspn(at, "\",}");
    snprintf(out, 256, "%.*s", (int)len, at);
}

struct golden {
    uint32_t size;
    enum img_crop crop;
    struct npy hugging_face, open_clip;
    uint8_t *out;
    unsigned pictures, differing;
};

static void open_golden(struct golden *golden, uint32_t size, enum img_crop crop)
{
    char name[64];
    *golden = (struct golden){.size = size, .crop = crop};
    snprintf(name, sizeof name, "golden/pixels_hf_%u_u8.npy", size);
    assert_true(npy_open(&golden->hugging_face, shared_path(name)));
    snprintf(name, sizeof name, "golden/pixels_open_clip_%u_u8.npy", size);
    assert_true(npy_open(&golden->open_clip, shared_path(name)));
    golden->out = malloc((size_t)size * size * 3);
    assert_non_null(golden->out);
}

static const uint8_t *golden_row(const struct golden *golden, size_t row, const char *line)
{
    size_t bytes = (size_t)golden->size * golden->size * 3;
    char key[64], value[256];
    snprintf(key, sizeof key, "open_clip_%u_row", golden->size);
    json_value(line, key, value);
    if (golden->crop == IMG_CROP_HALF_EVEN && strcmp(value, "null") != 0)
        return (const uint8_t *)golden->open_clip.data + strtoul(value, NULL, 10) * bytes;
    return (const uint8_t *)golden->hugging_face.data + row * bytes;
}

static void check_info(const char *file, const char *line, const struct img_info *info)
{
    char value[256];
    json_value(line, "pil_format", value);
    assert_string_equal(img_format_name((enum img_format)info->format), value);
    json_value(line, "pil_mode", value);
    if (strcmp(info->mode, value) != 0)
        fail_msg("%s: mode %s, expected %s", file, info->mode, value);
    json_value(line, "width", value);
    assert_int_equal(info->width, strtoul(value, NULL, 10));
    json_value(line, "height", value);
    assert_int_equal(info->height, strtoul(value, NULL, 10));
    json_value(line, "exif_orientation", value);
    assert_int_equal(info->orientation, strtoul(value, NULL, 10));
}

static void check_golden(struct golden *golden, const char *line)
{
    char file[256];
    struct img_info info;
    struct img_err err;
    struct img_prep prep = reference(golden->size, golden->size, golden->crop);
    json_value(line, "file", file);
    if (!decode_file(shared_path(file), &prep, golden->out, &info, &err))
        fail_msg("%s: %s", file, err.text);
    check_info(file, line, &info);
    const uint8_t *expected = golden_row(golden, golden->pictures, line);
    size_t bytes = (size_t)golden->size * golden->size * 3, differing = 0;
    int largest = 0;
    for (size_t i = 0; i < bytes; i++) {
        int difference = abs(golden->out[i] - expected[i]);
        differing += difference > 0;
        largest = difference > largest ? difference : largest;
    }
    if (largest > 0)
        print_message("%s at %u: %zu bytes differ, at most by %d\n", file, golden->size, differing,
                      largest);
    golden->differing += largest > 0;
    golden->pictures++;
}

static void every_golden_picture_equals_the_reference(void **state)
{
    static const uint32_t sizes[] = {224, 70};
    char line[1024];
    (void)state;
    need_shared();
    for (unsigned i = 0; i < 4; i++) {
        struct golden golden;
        open_golden(&golden, sizes[i % 2], i < 2 ? IMG_CROP_DOWN : IMG_CROP_HALF_EVEN);
        FILE *list = fopen(shared_path("golden/pixels.jsonl"), "r");
        assert_non_null(list);
        while (fgets(line, sizeof line, list))
            check_golden(&golden, line);
        fclose(list);
        npy_close(&golden.hugging_face);
        npy_close(&golden.open_clip);
        free(golden.out);
        assert_int_equal(golden.pictures, 123);
        assert_int_equal(golden.differing, 0);
    }
}

static enum img_code code_of(const char *path)
{
    struct img_prep prep = reference(70, 70, IMG_CROP_DOWN);
    struct img_info info;
    struct img_err err = {0};
    uint8_t out[70 * 70 * 3];
    if (decode_file(path, &prep, out, &info, &err))
        return IMG_OK;
    assert_true(err.text[0] != '\0');
    if (strstr(err.text, "vips") || strchr(err.text, '\n'))
        fail_msg("%s: a library's own words: %s", path, err.text);
    return err.code;
}

static void broken_files_are_told_apart(void **state)
{
    static const struct {
        const char *path;
        enum img_code code;
    } files[] = {
        {"tests/data/broken/half.jpg", IMG_ERR_TRUNCATED},
        {"tests/data/broken/header_only.jpg", IMG_ERR_TRUNCATED},
        {"tests/data/broken/html.png", IMG_ERR_NOT_AN_IMAGE},
        {"tests/data/broken/text.jpg", IMG_ERR_NOT_AN_IMAGE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (code_of(files[i].path) != files[i].code)
            fail_msg("%s: not %s", files[i].path, img_code_name(files[i].code));
}

static void shared_broken_files_are_told_apart(void **state)
{
    static const struct {
        const char *path;
        enum img_code code;
    } files[] = {
        {"golden/images/broken/bomb_100000x100000.png", IMG_ERR_TOO_MANY_PIXELS},
        {"golden/images/broken/crc.png", IMG_ERR_NOT_AN_IMAGE},
        {"golden/images/broken/empty.jpg", IMG_ERR_NOT_AN_IMAGE},
        {"golden/images/broken/half.png", IMG_ERR_TRUNCATED},
        {"golden/images/broken/noise.bin", IMG_ERR_NOT_AN_IMAGE},
        {"golden/images/broken/zeros.png", IMG_ERR_NOT_AN_IMAGE},
        {"images/odd/truncated.jpg", IMG_ERR_TRUNCATED},
        {"images/odd/truncated.gif", IMG_ERR_TRUNCATED},
        {"images/odd/decompression_bomb.gif", IMG_ERR_TOO_MANY_PIXELS},
        {"images/odd/shortfile.bmp", IMG_ERR_TRUNCATED},
        {"images/odd/reallybig.bmp", IMG_ERR_TOO_MANY_PIXELS},
        {"images/odd/badpalettesize.bmp", IMG_ERR_UNSUPPORTED_FORMAT},
    };
    (void)state;
    need_shared();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (code_of(shared_path(files[i].path)) != files[i].code)
            fail_msg("%s: not %s", files[i].path, img_code_name(files[i].code));
}

static void every_odd_file_has_an_answer_and_nothing_is_printed(void **state)
{
    static const char *const folders[] = {"images/odd", "images/exif", "golden/images/broken"};
    (void)state;
    need_shared();
    FILE *caught = tmpfile();
    int saved = dup(STDERR_FILENO);
    unsigned files = 0;
    assert_non_null(caught);
    fflush(stderr);
    dup2(fileno(caught), STDERR_FILENO);
    for (size_t i = 0; i < 3; i++) {
        DIR *folder = opendir(shared_path(folders[i]));
        assert_non_null(folder);
        for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
            char relative[512];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(relative, sizeof relative, "%s/%s", folders[i], entry->d_name);
            (void)code_of(shared_path(relative));
            files++;
        }
        closedir(folder);
    }
    fflush(stderr);
    off_t printed = lseek(STDERR_FILENO, 0, SEEK_END);
    dup2(saved, STDERR_FILENO);
    close(saved);
    fclose(caught);
    assert_int_equal(printed, 0);
    assert_true(files > 90);
}

static int begin(void **state)
{
    struct img_err err;
    (void)state;
    return img_decode_begin(&err) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    img_arena_clear(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_of_ours_equal_the_reference),
        cmocka_unit_test(odd_files_of_ours_equal_the_reference),
        cmocka_unit_test(options_change_what_they_say),
        cmocka_unit_test(every_golden_picture_equals_the_reference),
        cmocka_unit_test(broken_files_are_told_apart),
        cmocka_unit_test(shared_broken_files_are_told_apart),
        cmocka_unit_test(every_odd_file_has_an_answer_and_nothing_is_printed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
