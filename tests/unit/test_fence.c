/* What a worker that fell into a picture's hands can still do: nothing outside its own memory. Each
 * attempt costs its picture, and the next one is served. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/hooked.h"

#if defined(__SANITIZE_ADDRESS__)
#define UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif

struct heard {
    unsigned lines, unfenced;
};

static void hear(void *ctx, enum img_level level, const char *text)
{
    struct heard *heard = ctx;
    if (level > IMG_NOTE)
        return;
    heard->lines++;
    heard->unfenced += strstr(text, "without a seccomp filter: Function not implemented") != NULL;
}

/* Whether this machine takes filters at all: tests run in containers as well. */
static bool fenced(struct img_workers *workers)
{
    char path[64], line[256];
    pid_t team, worker;
    unsigned mode = 0;
    assert_true(hooked_serves(workers, 0, "first"));
    assert_int_equal(process_children(getpid(), &team, 1), 1);
    assert_int_equal(process_children(team, &worker, 1), 1);
    snprintf(path, sizeof path, "/proc/%d/status", (int)worker);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "Seccomp: %u", &mode) == 1)
            break;
    fclose(file);
    return mode == 2;
}

static struct img_workers *open_fenced(void)
{
    struct img_workers *workers = hooked_open(NULL, 1, 20000, UNDER_ASAN ? 0 : 1u << 30, NULL);
    if (!fenced(workers)) {
        img_workers_close(workers);
        print_message("skipped: no seccomp filters on this machine\n");
        skip();
    }
    return workers;
}

static void programs_and_sockets_are_deadly(void **state)
{
    (void)state;
    static const char *const attempts[] = {"execve", "execveat", "socket", "socketpair",
                                           "connect", "bind"};
    struct img_workers *workers = open_fenced();
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        char bytes[32];
        snprintf(bytes, sizeof bytes, "HOOK try-%s", attempts[i]);
        hooked_expect(workers, bytes, IMG_ERR_DECODER_CRASHED, "killed by SIGSYS");
    }
    img_workers_close(workers);
}

static void other_processes_are_deadly(void **state)
{
    (void)state;
    static const char *const attempts[] = {"process", "ptrace", "peek"};
    if (UNDER_ASAN) {
        print_message("skipped: a fence that sanitizers can live with is lower\n");
        skip();
    }
    struct img_workers *workers = open_fenced();
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        char bytes[32];
        snprintf(bytes, sizeof bytes, "HOOK try-%s", attempts[i]);
        hooked_expect(workers, bytes, IMG_ERR_DECODER_CRASHED, "killed by SIGSYS");
    }
    img_workers_close(workers);
}

static void everything_else_is_refused(void **state)
{
    (void)state;
    static const char *const attempts[] = {"open",   "open-write", "unlink", "memfd",
                                           "signal", "limit",      "grow",   "namespace",
                                           "send",   "receive",    "ring",   "executable"};
    if (UNDER_ASAN) {
        print_message("skipped: a fence that sanitizers can live with is lower\n");
        skip();
    }
    struct img_workers *workers = open_fenced();
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        char bytes[32], says[64];
        snprintf(bytes, sizeof bytes, "HOOK try-%s", attempts[i]);
        snprintf(says, sizeof says, "%s: Operation not permitted", attempts[i]);
        hooked_expect(workers, bytes, IMG_ERR_NOT_AN_IMAGE, says);
    }
    hooked_expect(workers, "HOOK try-clone3", IMG_ERR_NOT_AN_IMAGE, "Function not implemented");
    img_workers_close(workers);
}

/* What a picture fails with where SVG is wanted. */
static void try_with_svg(struct img_workers *workers, const char *bytes, struct img_err *err)
{
    const struct img_prep prep = {.size = 8, .resize = 8, .formats = 1U << IMG_FORMAT_SVG};
    uint8_t pixels[8 * 8 * 3];
    struct img_info info;
    size_t len = strlen(bytes);
    uint8_t *input = img_worker_input(workers, 0, len, err);
    assert_non_null(input);
    memcpy(input, bytes, len);
    assert_false(img_worker_decode(workers, 0, len, &prep, pixels, &info, err));
}

static void texts_have_their_fonts(void **state)
{
    (void)state;
    struct img_err err = {0};
    struct img_workers *workers = hooked_open(NULL, 1, 20000, 0, NULL);
    try_with_svg(workers, "HOOK try-open", &err);
    assert_string_equal(err.text, "open: Success");
    try_with_svg(workers, "HOOK try-open-write", &err);
    if (fenced(workers) && !UNDER_ASAN)
        assert_string_equal(err.text, "open-write: Operation not permitted");
    img_workers_close(workers);
}

static void it_has_its_own_descriptors_only(void **state)
{
    (void)state;
    struct img_workers *workers = hooked_open(NULL, 3, 20000, 0, NULL);
    for (unsigned slot = 0; slot < 3; slot++)
        assert_true(hooked_serves(workers, slot, "first"));
    /* Three standard descriptors on /dev/null, a socket, two memories. */
    hooked_expect(workers, "HOOK try-descriptors", IMG_ERR_NOT_AN_IMAGE, "6 descriptors");
    img_workers_close(workers);
}

static void its_limits_are_set(void **state)
{
    (void)state;
    char path[64], text[4096] = "";
    pid_t team, worker;
    struct img_workers *workers = hooked_open(NULL, 1, 20000, UNDER_ASAN ? 0 : 1u << 30, NULL);
    assert_true(hooked_serves(workers, 0, "first"));
    assert_int_equal(process_children(getpid(), &team, 1), 1);
    assert_int_equal(process_children(team, &worker, 1), 1);
    snprintf(path, sizeof path, "/proc/%d/limits", (int)worker);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    assert_non_null(strstr(text, "Max cpu time              25 "));
    assert_non_null(strstr(text, "Max open files            64                   64 "));
    assert_non_null(strstr(text, "Max file size             0                    0 "));
    assert_non_null(strstr(text, "Max core file size        0                    0 "));
    if (!UNDER_ASAN)
        assert_non_null(strstr(text, "Max address space         1073741824           1073741824"));
    img_workers_close(workers);
}

static void its_place_is_bare(void **state)
{
    (void)state;
    char path[4096];
    hooked_link("-unfenced", path);
    struct img_workers *workers = hooked_open(path, 1, 20000, 0, NULL);
    hooked_expect(workers, "HOOK try-place", IMG_ERR_NOT_AN_IMAGE,
                  "in /, 0 variables, dumpable 0, no new privileges 1");
    img_workers_close(workers);
    unlink(path);
}

static void refused_filters_are_named(void **state)
{
    (void)state;
    char path[4096];
    struct heard heard = {0};
    struct img_report report = {.line = hear, .ctx = &heard};
    hooked_link("-unfenced", path);
    struct img_workers *workers = hooked_open(path, 2, 20000, 0, &report);
    assert_true(hooked_serves(workers, 0, "first"));
    assert_int_equal(heard.unfenced, 1);
    assert_true(hooked_serves(workers, 1, "second"));
    assert_int_equal(heard.lines, 1);
    img_workers_close(workers);
    unlink(path);
    heard = (struct heard){0};
    workers = hooked_open(NULL, 1, 20000, 0, &report);
    if (fenced(workers))
        assert_int_equal(heard.lines, 0);
    img_workers_close(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs_and_sockets_are_deadly),
        cmocka_unit_test(other_processes_are_deadly),
        cmocka_unit_test(everything_else_is_refused),
        cmocka_unit_test(texts_have_their_fonts),
        cmocka_unit_test(it_has_its_own_descriptors_only),
        cmocka_unit_test(its_limits_are_set),
        cmocka_unit_test(its_place_is_bare),
        cmocka_unit_test(refused_filters_are_named),
    };
    return cmocka_run_group_tests(tests, hooked_find, NULL);
}
