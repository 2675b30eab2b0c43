/* Input: lines in pieces, bytes of files that are none, walks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/signals.h"
#include "input/bytes.h"
#include "input/lines.h"
#include "input/walk.h"

static char folder[] = "/tmp/img-input-XXXXXX";

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

static void write_file(const char *name, const void *bytes, size_t len)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    fclose(file);
}

/* Feeds bytes into a pipe in pieces of step from a child; the read end. */
static int feed(const char *bytes, size_t len, size_t step, pid_t *child)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    *child = fork();
    if (*child == 0) {
        close(ends[0]);
        for (size_t at = 0; at < len; at += step) {
            size_t n = len - at < step ? len - at : step;
            if (write(ends[1], bytes + at, n) != (ssize_t)n)
                _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    return ends[0];
}

static void check_lines(const char *bytes, size_t len, char end, const char *expected)
{
    for (size_t step = 1; step <= 7; step += 3) {
        pid_t child;
        int fd = feed(bytes, len, step, &child);
        struct img_lines lines;
        struct img_buf got = {0};
        struct img_err err;
        const char *line;
        size_t size;
        img_lines_init(&lines, fd, end, 10);
        for (;;) {
            if (!img_lines_next(&lines, &line, &size, &err)) {
                assert_int_equal(err.code, IMG_ERR_TOO_LARGE);
                img_buf_printf(&got, "%u:TOO LONG|", (unsigned)lines.number);
                continue;
            }
            if (!line)
                break;
            assert_int_equal(line[size], '\0');
            img_buf_printf(&got, "%u:%s|", (unsigned)lines.number, line);
        }
        assert_string_equal(got.data ? got.data : "", expected);
        assert_true(img_lines_next(&lines, &line, &size, &err));
        assert_null(line);
        img_buf_clear(&got);
        img_lines_clear(&lines);
        close(fd);
        waitpid(child, NULL, 0);
    }
}

static void test_lines(void **state)
{
    (void)state;
    check_lines("", 0, '\n', "");
    check_lines("\n", 1, '\n', "");
    check_lines("a\nbc\n", 5, '\n', "1:a|2:bc|");
    check_lines("a\n\n\nb", 5, '\n', "1:a|4:b|");
    check_lines("a b\r\n c \n", 9, '\n', "1:a b\r|2: c |");
    check_lines("0123456789\n0123456789x\nok\n", 26, '\n', "1:0123456789|2:TOO LONG|3:ok|");
    check_lines("0123456789012345678901234567890123456789", 40, '\n', "1:TOO LONG|");
    check_lines("a\0b\nc\0\0d", 8, '\0', "1:a|2:b\nc|4:d|");
}

static void test_long_lines(void **state)
{
    (void)state;
    enum { LEN = 300000 };
    char *text = malloc(LEN + 4);
    assert_non_null(text);
    memset(text, 'x', LEN);
    memcpy(text + LEN, "\nok\n", 4);
    write_file("long", text, LEN + 4);
    free(text);
    for (size_t limit = LEN - 1; limit <= LEN; limit++) {
        struct img_lines lines;
        struct img_err err;
        const char *line;
        size_t size;
        int fd = open("long", O_RDONLY | O_CLOEXEC);
        img_lines_init(&lines, fd, '\n', limit);
        assert_int_equal(img_lines_next(&lines, &line, &size, &err), limit == LEN);
        if (limit == LEN)
            assert_int_equal(size, LEN);
        assert_true(img_lines_next(&lines, &line, &size, &err));
        assert_string_equal(line, "ok");
        assert_int_equal(lines.number, 2);
        assert_true(lines.buf.cap <= 2 * (limit + 131072));
        img_lines_clear(&lines);
        close(fd);
    }
}

static void test_ready(void **state)
{
    (void)state;
    int ends[2];
    struct img_lines lines;
    struct img_err err;
    const char *line;
    size_t size;
    assert_int_equal(pipe(ends), 0);
    img_lines_init(&lines, ends[0], '\n', 100);
    assert_false(img_lines_ready(&lines));
    assert_int_equal(write(ends[1], "a\nb\nc", 5), 5);
    assert_true(img_lines_next(&lines, &line, &size, &err));
    assert_true(img_lines_ready(&lines));
    assert_true(img_lines_next(&lines, &line, &size, &err));
    assert_string_equal(line, "b");
    assert_false(img_lines_ready(&lines));
    close(ends[1]);
    assert_true(img_lines_next(&lines, &line, &size, &err));
    assert_string_equal(line, "c");
    assert_true(img_lines_ready(&lines));
    img_lines_clear(&lines);
    close(ends[0]);
}

static void test_lines_of_nothing(void **state)
{
    (void)state;
    struct img_lines lines;
    struct img_err err;
    const char *line;
    size_t size;
    img_lines_init(&lines, -1, '\n', 100);
    assert_false(img_lines_next(&lines, &line, &size, &err));
    assert_int_equal(err.code, IMG_ERR_READ);
    img_lines_clear(&lines);
    int fd = open(".", O_RDONLY | O_CLOEXEC);
    img_lines_init(&lines, fd, '\n', 100);
    assert_false(img_lines_next(&lines, &line, &size, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_A_FILE);
    assert_true(img_lines_next(&lines, &line, &size, &err)); /* no endless failing */
    assert_null(line);
    img_lines_clear(&lines);
    close(fd);
}

/* A program that waits for a list ends its waiting on a signal. */
static void test_signal_ends_waiting(void **state)
{
    (void)state;
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct img_lines lines;
        struct img_err err;
        const char *line;
        size_t size;
        img_signals_begin();
        img_lines_init(&lines, ends[0], '\n', 100);
        bool ok = img_lines_next(&lines, &line, &size, &err) && strcmp(line, "go") == 0;
        ok = ok && img_lines_next(&lines, &line, &size, &err) && !line;
        _exit(ok && img_signals_caught() == SIGTERM ? 0 : 1);
    }
    assert_int_equal(write(ends[1], "go\n", 3), 3);
    usleep(200000);
    kill(child, SIGTERM);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(ends[0]);
    close(ends[1]);
}

static void check_open(const char *path, uint64_t limit, enum img_code code)
{
    struct img_input_file file;
    struct img_err err = {0};
    bool ok = img_input_open(&file, path, limit, &err);
    assert_int_equal(ok, code == IMG_OK);
    assert_int_equal(err.code, code);
    assert_int_equal(file.open, ok);
    img_input_close(&file);
    img_input_close(&file);
}

static void test_what_is_no_file(void **state)
{
    (void)state;
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "socket"};
    write_file("five", "12345", 5);
    mkdir("a-folder", 0755);
    mkfifo("fifo", 0644);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(symlink("loop", "loop"), 0);
    check_open("five", 5, IMG_OK);
    check_open("five", 4, IMG_ERR_TOO_LARGE);
    check_open("absent", 10, IMG_ERR_NOT_FOUND);
    check_open("five/x", 10, IMG_ERR_NOT_FOUND);
    check_open("", 10, IMG_ERR_NOT_FOUND);
    check_open("a-folder", 10, IMG_ERR_NOT_A_FILE);
    check_open("fifo", 10, IMG_ERR_NOT_A_FILE); /* and not waited for */
    check_open("socket", 10, IMG_ERR_NOT_A_FILE);
    check_open("/dev/null", 10, IMG_ERR_NOT_A_FILE);
    check_open("/dev/zero", 10, IMG_ERR_NOT_A_FILE);
    check_open("loop", 10, IMG_ERR_READ);
    close(fd);
    if (geteuid() != 0) {
        write_file("secret", "x", 1);
        chmod("secret", 0);
        check_open("secret", 10, IMG_ERR_PERMISSION);
    }
}

static void test_reading_files(void **state)
{
    (void)state;
    struct img_input_file file;
    struct img_err err;
    unsigned char bytes[16];
    size_t len;
    write_file("five", "12345", 5);
    assert_true(img_input_open(&file, "five", 10, &err));
    assert_int_equal(file.room, 6);
    assert_true(img_input_read(&file, bytes, &len, &err));
    assert_int_equal(len, 5);
    assert_memory_equal(bytes, "12345", 5);
    img_input_close(&file);

    write_file("empty", "", 0);
    assert_true(img_input_open(&file, "empty", 10, &err));
    assert_true(img_input_read(&file, bytes, &len, &err));
    assert_int_equal(len, 0);
    img_input_close(&file);

    /* A file that grows, shrinks or is written over between opening and reading. */
    static const char *const after[] = {"1234567890123456789012345678901234567890", "123", "54321"};
    for (size_t i = 0; i < 3; i++) {
        write_file("five", "12345", 5);
        assert_true(img_input_open(&file, "five", 10, &err));
        usleep(20000);
        write_file("five", after[i], strlen(after[i]));
        assert_false(img_input_read(&file, bytes, &len, &err));
        assert_int_equal(err.code, IMG_ERR_READ);
        img_input_close(&file);
    }
}

static void test_draining(void **state)
{
    (void)state;
    char text[1000];
    memset(text, 'y', sizeof text);
    for (uint64_t limit = 999; limit <= 1000; limit++) {
        pid_t child;
        int fd = feed(text, sizeof text, 130, &child);
        struct img_buf out = {0};
        struct img_err err;
        img_buf_puts(&out, "before");
        assert_int_equal(img_input_drain(fd, limit, &out, &err), limit == 1000);
        if (limit == 1000)
            assert_int_equal(out.len, 1006);
        else
            assert_int_equal(err.code, IMG_ERR_TOO_LARGE);
        img_buf_clear(&out);
        close(fd);
        waitpid(child, NULL, 0);
    }
    struct img_buf out = {0};
    struct img_err err;
    int fd = open(".", O_RDONLY | O_CLOEXEC);
    assert_false(img_input_drain(fd, 10, &out, &err));
    assert_int_equal(err.code, IMG_ERR_NOT_A_FILE);
    assert_false(img_input_drain(-1, 10, &out, &err));
    assert_int_equal(err.code, IMG_ERR_READ);
    close(fd);
    img_buf_clear(&out);
}

/* All paths of a walk, each with '|'; failures as "!path|". */
static void check_walk(const char *path, bool deep, const char *expected)
{
    struct img_err err;
    struct img_walk *walk = img_walk_new(path, deep, &err);
    struct img_buf got = {0};
    const char *found;
    assert_non_null(walk);
    for (;;) {
        bool ok = img_walk_next(walk, &found, &err);
        if (ok && !found)
            break;
        assert_non_null(found);
        img_buf_printf(&got, "%s%s|", ok ? "" : "!", found);
    }
    assert_string_equal(got.data ? got.data : "", expected);
    img_buf_clear(&got);
    img_walk_free(walk);
}

static void test_walk(void **state)
{
    (void)state;
    static const char *const folders[] = {"w", "w/b", "w/b/c", "w/empty", "w/a.d"};
    static const char *const files[] = {"w/b.jpg", "w/B", "w/b/2", "w/b/10", "w/b/c/x", "w/\xff",
                                        "w/z", "w/a.d/y", "w/.hidden", "w/b-"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        mkdir(folders[i], 0755);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        write_file(files[i], "", 0);
    assert_int_equal(symlink("../w", "w/link"), 0);
    assert_int_equal(symlink("z", "w/link2"), 0);
    mkfifo("w/fifo", 0644);
    check_walk("w", true,
               "w/.hidden|w/B|w/a.d/y|w/b/10|w/b/2|w/b/c/x|w/b-|w/b.jpg|w/z|w/\xff|");
    check_walk("w/", false, "w/.hidden|w/B|w/b-|w/b.jpg|w/z|w/\xff|");
    check_walk("w/b/.", true, "w/b/./10|w/b/./2|w/b/./c/x|");
    check_walk("w/link/b", true, "w/link/b/10|w/link/b/2|w/link/b/c/x|");
    check_walk("w/empty", true, "");
    check_walk("absent", true, "!absent|");
    check_walk("w/z", true, "!w/z|");
    if (geteuid() != 0) {
        chmod("w/b", 0);
        check_walk("w", true, "w/.hidden|w/B|w/a.d/y|!w/b|w/b-|w/b.jpg|w/z|w/\xff|");
        chmod("w/b", 0755);
    }
}

/* A folder that goes while the walk is on its way to it. */
static void test_walk_and_removal(void **state)
{
    (void)state;
    struct img_err err;
    const char *path;
    mkdir("v", 0755);
    mkdir("v/b", 0755);
    write_file("v/a", "", 0);
    write_file("v/c", "", 0);
    struct img_walk *walk = img_walk_new("v", true, &err);
    assert_true(img_walk_next(walk, &path, &err));
    assert_string_equal(path, "v/a");
    rmdir("v/b");
    assert_false(img_walk_next(walk, &path, &err));
    assert_string_equal(path, "v/b");
    assert_int_equal(err.code, IMG_ERR_NOT_FOUND);
    assert_true(img_walk_next(walk, &path, &err));
    assert_string_equal(path, "v/c");
    img_walk_free(walk); /* before its end */
    img_walk_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),           cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_ready),           cmocka_unit_test(test_lines_of_nothing),
        cmocka_unit_test(test_signal_ends_waiting), cmocka_unit_test(test_what_is_no_file),
        cmocka_unit_test(test_reading_files),   cmocka_unit_test(test_draining),
        cmocka_unit_test(test_walk),            cmocka_unit_test(test_walk_and_removal),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
