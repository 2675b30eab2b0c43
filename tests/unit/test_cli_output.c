/* What a program says and how it ends: messages, records on standard output, exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/signals.h"

static const struct img_program plain = {.name = "img-test", .usage = "", .about = ""};

static void test_escaping(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } names[] = {{"photo.jpg", "photo.jpg"},
                 {"a\nb\tc\x1b[31m", "a\\x0Ab\\x09c\\x1B[31m"},
                 {"\x7f\xC2\x9B", "\\x7F\\u{009B}"},
                 {"h\xC3\xB6\xff\xC3", "h\xC3\xB6\\xFF\\xC3"},
                 {"a\xE2\x80\xAEgpj", "a\\u{202E}gpj"},
                 {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct img_buf out = {0};
        img_messages_put_escaped(&out, names[i].text);
        assert_string_equal(out.data, names[i].shown);
        img_buf_clear(&out);
    }
}

/* Runs body in a child with its stderr in a pipe; gives the wait status and what it wrote. */
static int in_child(void (*body)(void), char *text, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        body();
        _exit(99);
    }
    close(ends[1]);
    size_t have = 0;
    ssize_t n;
    while ((n = read(ends[0], text + have, size - 1 - have)) > 0)
        have += (size_t)n;
    text[have] = '\0';
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void levels(void)
{
    struct img_messages messages = {.program = "img-test", .most = IMG_NOTE};
    struct img_report report = img_messages_report(&messages);
    img_report(&report, IMG_WARNING, "warning %d", 1);
    img_report(&report, IMG_NOTE, "note");
    img_report(&report, IMG_DEBUG, "debug");
    messages.quiet = true;
    img_report(&report, IMG_WARNING, "warning 2");
    img_messages_error(&messages, "error");
}

static void test_levels(void **state)
{
    (void)state;
    char text[512];
    in_child(levels, text, sizeof text);
    assert_string_equal(text, "img-test: warning 1\nimg-test: note\nimg-test: error\n");
}

static char word_name[] = "img-test", word_help[] = "--help", word_bad[] = "--bad",
            word_file[] = "file";

/* A whole program: takes its arguments, writes a record, ends. */
static int program(char *word, int out, bool record, enum img_code code)
{
    char *argv[] = {word_name, word, NULL};
    struct img_cli cli;
    struct img_err err = {0};
    struct img_tally tally = {.worked = 1};
    if (out >= 0) {
        dup2(out, STDOUT_FILENO);
        close(out);
    }
    bool ok = img_cli_begin(&cli, &plain, 2, argv, NULL, &err);
    if (ok && record)
        ok = img_output_lines(&cli.output, "{}\n", 3, &err);
    if (ok && code != IMG_OK) {
        tally.failed = code == IMG_ERR_NOT_AN_IMAGE;
        ok = tally.failed || img_err_set(&err, code, "no \x1b good");
    }
    return img_cli_end(&cli, ok, &tally, &err);
}

static int null_out(void)
{
    return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

static void body_help(void)
{
    _exit(program(word_help, null_out(), false, IMG_OK));
}

static void body_usage(void)
{
    _exit(program(word_bad, null_out(), false, IMG_OK));
}

static void body_worked(void)
{
    _exit(program(word_file, null_out(), true, IMG_OK));
}

static void body_failed_input(void)
{
    _exit(program(word_file, null_out(), true, IMG_ERR_NOT_AN_IMAGE));
}

static void body_environment(void)
{
    _exit(program(word_file, null_out(), true, IMG_ERR_MODEL_MISSING));
}

static void body_full(void)
{
    _exit(program(word_file, open("/dev/full", O_WRONLY | O_CLOEXEC), true, IMG_OK));
}

static void body_full_help(void)
{
    _exit(program(word_help, open("/dev/full", O_WRONLY | O_CLOEXEC), true, IMG_OK));
}

static void body_closed(void)
{
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    _exit(program(word_file, -1, true, IMG_OK));
}

static void body_closed_silent(void)
{
    close(STDOUT_FILENO);
    _exit(program(word_file, -1, false, IMG_OK));
}

static void body_no_reader(void)
{
    int ends[2];
    if (pipe(ends) != 0)
        _exit(98);
    close(ends[0]);
    _exit(program(word_file, ends[1], true, IMG_OK));
}

static void body_signal(void)
{
    img_signals_begin();
    raise(SIGTERM);
    _exit(program(word_file, null_out(), true, IMG_OK));
}

static void test_ends(void **state)
{
    (void)state;
    static const struct {
        void (*body)(void);
        int status; /* negative: a signal */
        const char *text;
    } ends[] = {
        {body_help, 0, ""},
        {body_usage, 2, "img-test: unknown option '--bad'\nTry 'img-test --help'.\n"},
        {body_worked, 0, ""},
        {body_failed_input, 1, ""},
        {body_environment, 3, "img-test: no \\x1B good\n"},
        {body_full, 3, "img-test: cannot write to standard output: No space left on device\n"},
        {body_full_help, 3,
         "img-test: cannot write to standard output: No space left on device\n"},
        {body_closed, 3, "img-test: cannot write to standard output: Bad file descriptor\n"},
        {body_closed_silent, 0, ""},
        {body_no_reader, -SIGPIPE, ""},
        {body_signal, -SIGTERM, ""},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char text[512];
        int status = in_child(ends[i].body, text, sizeof text);
        int got = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
        if (got != ends[i].status || strcmp(text, ends[i].text) != 0)
            fail_msg("case %zu: status %d, text \"%s\"", i, got, text);
    }
}

static void test_exit_status(void **state)
{
    (void)state;
    struct img_err none = {0}, model = {.code = IMG_ERR_MODEL_MISSING};
    struct img_err usage = {.code = IMG_ERR_USAGE};
    struct img_tally good = {3, 0}, bad = {3, 1};
    assert_int_equal(img_exit_status(true, &good, &none), 0);
    assert_int_equal(img_exit_status(true, &bad, &none), 1);
    assert_int_equal(img_exit_status(true, NULL, &none), 0);
    assert_int_equal(img_exit_status(false, &good, &none), 0);
    assert_int_equal(img_exit_status(false, &bad, &model), 3);
    assert_int_equal(img_exit_status(false, NULL, &usage), 2);
}

static void test_output(void **state)
{
    (void)state;
    char path[] = "/tmp/img-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    struct img_output out;
    struct img_err err;
    struct stat info;
    char line[1000];
    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    img_output_init(&out, fd, "a file");
    assert_true(img_output_lines(&out, "ab\n", 3, &err));
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 0);
    assert_true(img_output_flush(&out, &err));
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 3);
    for (int i = 0; i < 500; i++) {
        assert_true(img_output_lines(&out, line, sizeof line, &err));
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(info.st_size % 1000, info.st_size == 0 ? 0 : 3);
    }
    assert_true(info.st_size > 400000);
    struct img_buf large = {0};
    for (int i = 0; i < 300; i++)
        img_buf_put(&large, line, sizeof line);
    assert_true(img_output_lines(&out, large.data, large.len, &err));
    assert_true(img_output_flush(&out, &err));
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(info.st_size, 3 + 800 * 1000);
    img_buf_clear(&large);
    img_output_clear(&out);
    close(fd);
    unlink(path);
}

static void body_limit(void)
{
    char path[] = "/tmp/img-test-XXXXXX";
    int fd = mkstemp(path);
    struct img_output out;
    struct img_err err;
    struct stat info;
    char last;
    unlink(path);
    img_output_init(&out, fd, "a file");
    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){1000, 1000}) != 0)
        _exit(97);
    for (int i = 0; i < 30; i++)
        if (!img_output_lines(&out, "0123456789012345678901234567890123456789\n", 41, &err))
            _exit(96);
    if (img_output_flush(&out, &err) || err.code != IMG_ERR_OUTPUT)
        _exit(95);
    err.code = IMG_OK;
    if (img_output_flush(&out, &err) || err.code != IMG_ERR_OUTPUT || err.os != EFBIG)
        _exit(91); /* it stays broken, for the same reason */
    if (fstat(fd, &info) != 0 || info.st_size != 984 || pread(fd, &last, 1, 983) != 1)
        _exit(94);
    if (img_output_lines(&out, "x\n", 2, &err) && img_output_flush(&out, &err))
        _exit(93);
    img_output_clear(&out);
    _exit(last == '\n' ? 0 : 92);
}

static void test_no_half_line(void **state)
{
    (void)state;
    char text[64];
    int status = in_child(body_limit, text, sizeof text);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int shared_pipe;

/* One of several writers of long lines into one pipe. */
static void body_writer(char letter)
{
    struct img_output out;
    struct img_err err;
    char line[9000];
    memset(line, letter, sizeof line);
    line[sizeof line - 1] = '\n';
    img_output_init(&out, shared_pipe, "a pipe");
    for (int i = 0; i < 100; i++)
        if (!img_output_lines(&out, line, sizeof line, &err) || !img_output_flush(&out, &err))
            _exit(1);
    img_output_clear(&out);
    _exit(0);
}

static void test_lines_do_not_mix(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    shared_pipe = ends[1];
    pid_t writers[3];
    fflush(NULL);
    for (int i = 0; i < 3; i++) {
        writers[i] = fork();
        if (writers[i] == 0)
            body_writer((char)('a' + i));
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    char *line = NULL;
    size_t room = 0, lines = 0, mixed = 0;
    ssize_t n;
    while ((n = getline(&line, &room, in)) > 0) {
        lines++;
        char all[2] = {line[0], '\0'};
        mixed += n != 9000 || strspn(line, all) != 8999;
    }
    free(line);
    fclose(in);
    for (int i = 0; i < 3; i++)
        waitpid(writers[i], NULL, 0);
    assert_int_equal(lines, 300);
    assert_int_equal(mixed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escaping),     cmocka_unit_test(test_levels),
        cmocka_unit_test(test_ends),         cmocka_unit_test(test_exit_status),
        cmocka_unit_test(test_output),       cmocka_unit_test(test_no_half_line),
        cmocka_unit_test(test_lines_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
