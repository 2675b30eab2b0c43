/* The base: errors, buffers, arenas, UTF-8, sizes, files, hashes, places, thread teams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/place.h"
#include "base/pool.h"
#include "base/report.h"
#include "base/size.h"
#include "base/utf8.h"

static char folder[] = "/tmp/img-base-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 ? system(command) : -1;
}

static void test_errors(void **state)
{
    (void)state;
    struct img_err err;
    assert_false(img_err_set(&err, IMG_ERR_TRUNCATED, "ends after %d of %d bytes", 3, 5));
    assert_false(img_err_in(&err, "%s", "photo.jpg"));
    assert_string_equal(err.text, "photo.jpg: ends after 3 of 5 bytes");
    assert_int_equal(err.code, IMG_ERR_TRUNCATED);
    assert_false(img_err_sys(&err, IMG_ERR_OUTPUT, ENOSPC, "cannot write to %s", "x"));
    assert_string_equal(err.text, "cannot write to x: No space left on device");
    assert_int_equal(err.os, ENOSPC);
    assert_false(img_err_sys(&err, IMG_ERR_OUTPUT, 99999, "odd"));
    assert_string_equal(err.text, "odd: Unknown error 99999");
}

/* When the text is full the context is cut, never the reason. */
static void test_full_error(void **state)
{
    (void)state;
    struct img_err err;
    char context[1000];
    memset(context, 'c', sizeof context - 1);
    context[sizeof context - 1] = '\0';
    img_err_set(&err, IMG_ERR_READ, "the reason");
    img_err_in(&err, "%s", context);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_string_equal(err.text + strlen(err.text) - 12, ": the reason");
    char before[sizeof err.text];
    memcpy(before, err.text, sizeof before);
    img_err_in(&err, "more");
    assert_string_equal(err.text, before);
    img_err_set(&err, IMG_ERR_READ, "%s", context);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void test_codes(void **state)
{
    (void)state;
    assert_string_equal(img_code_name(IMG_ERR_NOT_FOUND), "not_found");
    assert_string_equal(img_code_name(IMG_OK), "ok");
    assert_string_equal(img_code_name((enum img_code)9999), "unknown");
    assert_int_equal(img_code_exit((enum img_code)9999), 3);
    for (int code = 1; code < IMG_CODE_COUNT; code++)
        assert_in_range(img_code_exit((enum img_code)code), 1, 3);
    assert_int_equal(img_code_from_errno(ENOENT), IMG_ERR_NOT_FOUND);
    assert_int_equal(img_code_from_errno(EACCES), IMG_ERR_PERMISSION);
    assert_int_equal(img_code_from_errno(EISDIR), IMG_ERR_NOT_A_FILE);
    assert_int_equal(img_code_from_errno(EIO), IMG_ERR_READ);
}

static void test_buffers(void **state)
{
    (void)state;
    struct img_buf buf = {.limit = 10};
    struct img_err err;
    img_buf_puts(&buf, "abc");
    img_buf_putc(&buf, '\0');
    img_buf_printf(&buf, "%d", 12345);
    assert_int_equal(buf.len, 9);
    assert_memory_equal(buf.data, "abc\0" "12345", 10);
    assert_true(img_buf_ok(&buf, &err));
    img_buf_putc(&buf, 'x'); /* no room for the NUL */
    assert_false(img_buf_ok(&buf, &err));
    assert_int_equal(err.code, IMG_ERR_OUT_OF_MEMORY);
    img_buf_put(&buf, "", 0); /* stays failed */
    assert_int_equal(buf.len, 9);
    assert_false(img_buf_ok(&buf, &err));
    img_buf_reset(&buf);
    assert_true(img_buf_ok(&buf, &err));
    img_buf_printf(&buf, "%s", "a text too long");
    assert_true(buf.failed);
    img_buf_clear(&buf);
    assert_int_equal(buf.limit, 10);
    assert_null(img_buf_room(&buf, SIZE_MAX));
    img_buf_clear(&buf);
    for (int i = 0; i < 100000; i++) {
        struct img_buf *grown = &buf;
        grown->limit = 0;
        img_buf_putc(grown, 'x');
    }
    assert_int_equal(strlen(buf.data), 100000);
    img_buf_clear(&buf);
}

static void test_arenas(void **state)
{
    (void)state;
    struct img_arena arena = {.limit = 1 << 20};
    struct img_err err;
    for (size_t size = 0; size < 3000; size += 7) {
        unsigned char *block = img_arena_alloc(&arena, size, &err);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 64, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(block[i], 0);
        memset(block, 0xFF, size);
    }
    assert_null(img_arena_alloc(&arena, 1 << 20, &err));
    assert_int_equal(err.code, IMG_ERR_OUT_OF_MEMORY);
    assert_null(img_arena_alloc(&arena, SIZE_MAX, &err));
    assert_null(img_arena_array(&arena, SIZE_MAX / 2, 3, &err));
    assert_null(img_arena_copy(&arena, "", SIZE_MAX, &err));
    img_arena_reset(&arena);
    unsigned char *block = img_arena_alloc(&arena, 1 << 20, &err);
    assert_non_null(block);
    assert_int_equal(block[5], 0);
    img_arena_clear(&arena);
    assert_string_equal(img_arena_printf(&arena, &err, "%s-%d", "a", 7), "a-7");
    assert_string_equal(img_arena_copy(&arena, "abcdef", 3, &err), "abc");
    img_arena_clear(&arena);
    img_arena_clear(&arena);
    img_arena_reset(&arena);
}

static void test_utf8(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len, valid;
    } texts[] = {
        {"", 0, 0}, {"abc", 3, 3}, {"a\0b", 3, 3}, {"\xC3\xA9", 2, 2}, {"\xE2\x82\xAC", 3, 3},
        {"\xF0\x9F\x98\x80", 4, 4}, {"\xF4\x8F\xBF\xBF", 4, 4}, {"\xEF\xBF\xBF", 3, 3},
        {"a\xC3", 2, 1}, {"\xE2\x82", 2, 0}, {"\xF0\x9F\x98", 3, 0}, {"\x80", 1, 0},
        {"\xC0\x80", 2, 0}, {"\xC1\xBF", 2, 0}, {"\xE0\x9F\xBF", 3, 0}, {"\xF0\x8F\xBF\xBF", 4, 0},
        {"\xED\xA0\x80", 3, 0}, {"\xED\xBF\xBF", 3, 0}, {"\xF4\x90\x80\x80", 4, 0},
        {"\xF5\x80\x80\x80", 4, 0}, {"\xFE", 1, 0}, {"\xFF", 1, 0}, {"\xC3(", 2, 0},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(img_utf8_valid_prefix(texts[i].bytes, texts[i].len), texts[i].valid);
        assert_int_equal(img_utf8_valid(texts[i].bytes, texts[i].len),
                         texts[i].len == texts[i].valid);
    }
    for (uint32_t c = 0; c < 0x110000; c += c < 0x1000 ? 1 : 61) {
        struct img_buf buf = {0};
        uint32_t back;
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        img_utf8_put(&buf, c);
        assert_int_equal(img_utf8_decode(buf.data, buf.len, &back), buf.len);
        assert_int_equal(back, c);
        img_buf_clear(&buf);
    }
}

static void test_sizes(void **state)
{
    (void)state;
    size_t out;
    assert_true(img_size_mul(1 << 20, 1 << 20, &out));
    assert_int_equal(out, (size_t)1 << 40);
    assert_false(img_size_mul(SIZE_MAX / 2, 3, &out));
    assert_true(img_size_add(SIZE_MAX - 1, 1, &out));
    assert_false(img_size_add(SIZE_MAX, 1, &out));
    assert_int_equal(img_size_align(0, 64), 0);
    assert_int_equal(img_size_align(65, 64), 128);
    assert_int_equal(img_size_align(128, 64), 128);
}

static void put_file(const char *name, const char *text)
{
    struct img_newfile file;
    struct img_err err;
    assert_true(img_newfile_open(&file, name, &err));
    assert_true(img_newfile_write(&file, text, strlen(text), &err));
    assert_true(img_newfile_commit(&file, &err));
}

static void test_reading(void **state)
{
    (void)state;
    struct img_buf buf = {0};
    struct img_err err;
    put_file("five", "12345");
    img_buf_puts(&buf, "<");
    assert_true(img_file_read("five", 5, &buf, &err));
    assert_string_equal(buf.data, "<12345");
    img_buf_reset(&buf);
    assert_false(img_file_read("five", 4, &buf, &err));
    assert_int_equal(err.code, IMG_ERR_TOO_LARGE);
    img_buf_reset(&buf);
    assert_true(img_file_read("five", SIZE_MAX, &buf, &err));
    assert_string_equal(buf.data, "12345");
    img_buf_reset(&buf);
    put_file("empty", "");
    assert_true(img_file_read("empty", 0, &buf, &err));
    assert_int_equal(buf.len, 0);
    assert_false(img_file_read("absent", 5, &buf, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_FOUND);
    assert_string_equal(err.text, "cannot open: No such file or directory");
    assert_false(img_file_read(".", 5, &buf, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_A_FILE);
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_false(img_file_read("fifo", 5, &buf, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_A_FILE);
    img_buf_reset(&buf);
    assert_true(img_file_read("/proc/self/status", 1 << 20, &buf, &err)); /* size 0, yet full */
    assert_true(buf.len > 100);
    img_buf_clear(&buf);
}

static void test_mapping(void **state)
{
    (void)state;
    struct img_map map;
    struct img_err err;
    struct stat info;
    put_file("five", "12345");
    assert_true(img_map_open(&map, "five", &err));
    assert_int_equal(map.size, 5);
    assert_memory_equal(map.data, "12345", 5);
    assert_int_equal(stat("five", &info), 0);
    struct img_stamp stamp = img_stamp_of(&info);
    assert_true(img_stamp_equal(&stamp, &map.stamp));
    stamp.mtime_ns++;
    assert_false(img_stamp_equal(&stamp, &map.stamp));
    img_map_close(&map);
    img_map_close(&map);
    assert_true(img_map_open(&map, "empty", &err));
    assert_null(map.data);
    img_map_close(&map);
    assert_false(img_map_open(&map, ".", &err));
    assert_int_equal(err.code, IMG_ERR_NOT_A_FILE);
    img_map_close(&map);
}

static void test_new_files(void **state)
{
    (void)state;
    struct img_newfile file;
    struct img_err err;
    struct img_buf buf = {0};
    put_file("target", "old");
    assert_true(img_newfile_open(&file, "target", &err));
    assert_true(img_newfile_write(&file, "new", 3, &err));
    assert_true(img_file_read("target", 10, &buf, &err));
    assert_string_equal(buf.data, "old"); /* until the end */
    char temporary[128];
    snprintf(temporary, sizeof temporary, "%s", file.temporary);
    img_newfile_abort(&file);
    assert_int_equal(access(temporary, F_OK), -1);
    img_newfile_abort(&file);
    img_buf_reset(&buf);
    assert_true(img_file_read("target", 10, &buf, &err));
    assert_string_equal(buf.data, "old");
    img_buf_clear(&buf);
    assert_false(img_newfile_open(&file, "no/such/folder", &err));
    assert_int_equal(err.code, IMG_ERR_OUTPUT);
    mkdir("in-the-way", 0755);
    assert_true(img_newfile_open(&file, "in-the-way", &err));
    snprintf(temporary, sizeof temporary, "%s", file.temporary);
    assert_false(img_newfile_commit(&file, &err));
    assert_int_equal(access(temporary, F_OK), -1);
}

static void test_folders(void **state)
{
    (void)state;
    struct img_err err;
    struct stat info;
    char deep[5000];
    umask(022);
    assert_true(img_folder_make("x/y//z/", true, &err));
    assert_true(img_folder_make("x/y/w", true, &err));
    assert_true(img_folder_make("x/y/w", true, &err));
    assert_int_equal(stat("x/y", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0755);
    assert_int_equal(stat("x/y/w", &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_false(img_folder_make("five/x", false, &err));
    assert_int_equal(err.code, IMG_ERR_OUTPUT);
    assert_false(img_folder_make("", false, &err));
    memset(deep, 'a', sizeof deep - 1);
    deep[sizeof deep - 1] = '\0';
    assert_false(img_folder_make(deep, false, &err));
}

static void test_writing(void **state)
{
    (void)state;
    struct img_err err;
    int ends[2], fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_false(img_write_all(fd, "x", 1, &err));
    assert_int_equal(err.code, IMG_ERR_OUTPUT);
    close(fd);
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    assert_false(img_write_all(ends[1], "x", 1, &err));
    assert_int_equal(err.code, IMG_ERR_BROKEN_PIPE);
    close(ends[1]);
}

/* Vectors computed with xxhsum 0.8 (-H2 and -H3). */
static void test_hashes(void **state)
{
    (void)state;
    char hex[IMG_ID_HEX];
    struct img_id id = img_hash_id("", 0);
    struct img_err err;
    img_id_hex(&id, hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    id = img_hash_id("abc", 3);
    img_id_hex(&id, hex);
    assert_string_equal(hex, "06b05ab6733a618578af5f94892f3950");
    assert_true(img_hash64("", 0) == 0x2d06800538d394c2);
    struct img_hasher *hasher = img_hasher_new(&err);
    char text[5000];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7);
    for (size_t at = 0; at < sizeof text; at += 123)
        img_hasher_add(hasher, text + at, sizeof text - at < 123 ? sizeof text - at : 123);
    assert_true(img_hasher_digest(hasher) == img_hash64(text, sizeof text));
    img_hasher_free(hasher);
}

static void test_places(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct img_err err;
    assert_true(img_place_program("test_base", path, &err));
    assert_int_equal(access(path, X_OK), 0);
    assert_false(img_place_program("no-such-program", path, &err));
    assert_int_equal(err.code, IMG_ERR_SYSTEM);
    assert_false(img_place_data("no/such/data", path, &err));
}

static void keep_line(void *ctx, enum img_level level, const char *text)
{
    snprintf(ctx, 2000, "%d:%s", (int)level, text);
}

static void test_reports(void **state)
{
    (void)state;
    char got[2000] = "", long_text[3000];
    struct img_report report = {keep_line, got};
    img_report(&report, IMG_NOTE, "%s %d", "x", 3);
    assert_string_equal(got, "1:x 3");
    memset(long_text, 'l', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    img_report(&report, IMG_WARNING, "%s", long_text);
    assert_int_equal(strlen(got), 2 + 1023);
    img_report(NULL, IMG_WARNING, "nobody");
    img_report(&(struct img_report){0}, IMG_WARNING, "nobody");
}

enum { ROUNDS = 200, MOST = 5 };

struct team {
    struct img_pool *pool;
    atomic_uint sum;
    unsigned seen[MOST];
    bool wrong;
};

/* Each thread writes its place, all meet, then each reads all places. */
static void team_task(void *ctx, unsigned thread, unsigned threads)
{
    struct team *team = ctx;
    atomic_fetch_add(&team->sum, thread + 1);
    for (unsigned phase = 1; phase <= 3; phase++) {
        team->seen[thread] += phase;
        img_pool_meet(team->pool);
        for (unsigned i = 0; i < threads; i++)
            if (team->seen[i] != team->seen[thread])
                team->wrong = true;
        img_pool_meet(team->pool);
    }
}

static void test_teams(void **state)
{
    (void)state;
    for (unsigned threads = 0; threads <= MOST; threads++) {
        struct img_err err;
        struct team team = {.pool = img_pool_new(threads, &err)};
        assert_non_null(team.pool);
        unsigned n = threads ? threads : 1;
        assert_int_equal(img_pool_threads(team.pool), n);
        for (int round = 0; round < ROUNDS; round++)
            img_pool_run(team.pool, team_task, &team);
        assert_int_equal(team.sum, ROUNDS * n * (n + 1) / 2);
        assert_false(team.wrong);
        img_pool_free(team.pool);
    }
    img_pool_free(NULL);
    assert_true(img_processors() >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),    cmocka_unit_test(test_full_error),
        cmocka_unit_test(test_codes),     cmocka_unit_test(test_buffers),
        cmocka_unit_test(test_arenas),    cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_sizes),     cmocka_unit_test(test_reading),
        cmocka_unit_test(test_mapping),   cmocka_unit_test(test_new_files),
        cmocka_unit_test(test_folders),   cmocka_unit_test(test_writing),
        cmocka_unit_test(test_hashes),    cmocka_unit_test(test_places),
        cmocka_unit_test(test_reports),   cmocka_unit_test(test_teams),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
