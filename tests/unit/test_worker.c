/* The client of img-decode against decoders that crash, hang, lie, eat memory or are killed: each
 * picture gets exactly one answer, and the next one is served. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "hooks/hooks.h"
#include "support/hooked.h"
#include "worker/answer.h"
#include "worker/share.h"
#include "worker/worker.h"

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

enum { SIDE = HOOKED_SIDE, PIXELS = HOOKED_PIXELS };

static const struct img_prep prep = {.size = SIDE, .resize = SIDE};

static struct img_workers *open_workers(unsigned slots, unsigned timeout_ms, uint64_t memory_limit)
{
    return hooked_open(NULL, slots, timeout_ms, UNDER_ASAN ? 0 : memory_limit, NULL);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void nap_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static pid_t only_child_at(pid_t of, int line)
{
    pid_t found[8];
    size_t count = process_children(of, found, 8);
    if (count != 1)
        fail_msg("line %d: %zu children", line, count);
    return found[0];
}
#define only_child(of) only_child_at(of, __LINE__)

static void healthy_pictures(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(2, 10000, 1u << 30);
    assert_true(hooked_serves(workers, 0, "one"));
    assert_true(hooked_serves(workers, 1, "two, which is longer"));
    assert_true(hooked_serves(workers, 0, ""));
    img_workers_close(workers);
    img_workers_close(NULL);
}

static void larger_squares_and_inputs(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(1, 60000, 0);
    struct img_err err = {0};
    struct img_info info;
    struct img_prep large = {.size = 1024, .resize = 1024};
    size_t len = 24u << 20, size = 1024 * 1024 * 3;
    uint8_t *pixels = malloc(size);
    assert_non_null(pixels);
    uint8_t *input = img_worker_input(workers, 0, 10, &err);
    assert_non_null(input);
    memcpy(input, "0123456789", 10);
    input = img_worker_input(workers, 0, len, &err);
    assert_non_null(input);
    assert_memory_equal(input, "0123456789", 10);
    for (size_t i = 10; i < len; i++)
        input[i] = (uint8_t)(i * 31 >> 7);
    assert_true(img_worker_decode(workers, 0, len, &large, pixels, &info, &err));
    uint8_t *again = malloc(len);
    assert_non_null(again);
    memcpy(again, "0123456789", 10);
    for (size_t i = 10; i < len; i++)
        again[i] = (uint8_t)(i * 31 >> 7);
    for (size_t i = 0; i < size; i++)
        if (pixels[i] != hooks_pixel(again, len, i))
            fail_msg("pixel %zu", i);
    assert_true(hooked_serves(workers, 0, "small again"));
    assert_null(img_worker_input(workers, 0, SIZE_MAX, &err));
    assert_int_equal(err.code, IMG_ERR_OUT_OF_MEMORY);
    large.size = IMG_SIZE_MAX + 1;
    assert_false(img_worker_decode(workers, 0, 1, &large, pixels, &info, &err));
    free(again);
    free(pixels);
    img_workers_close(workers);
}

static void large_input_is_given_back(void **state)
{
    (void)state;
    struct img_share share;
    struct img_err err = {0};
    struct stat info;
    size_t len = 64u << 20;
    assert_true(img_share_open(&share, &err));
    for (unsigned round = 0; round < 2; round++) {
        uint8_t *input = img_share_input(&share, len, &err);
        assert_non_null(input);
        memset(input, 1, len);
        assert_int_equal(fstat(share.input_fd, &info), 0);
        assert_true((size_t)info.st_blocks * 512 >= len);
        img_share_release(&share);
        assert_int_equal(fstat(share.input_fd, &info), 0);
        assert_true((size_t)info.st_blocks * 512 <= 9u << 20);
    }
    assert_int_not_equal(ftruncate(share.input_fd, 0), 0);
    int reader = img_share_reader(&share, &err);
    assert_true(reader >= 0);
    assert_int_equal(write(reader, "x", 1), -1);
    close(reader);
    img_share_close(&share);
    img_share_close(&share);
}

static void failures_of_pictures(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(1, 10000, 0);
    hooked_expect(workers, "HOOK broken", IMG_ERR_NOT_AN_IMAGE, "not an image");
    hooked_expect(workers, "HOOK write", IMG_ERR_UNSUPPORTED_FORMAT, "write");
    hooked_expect(workers, "HOOK text", IMG_ERR_TRUNCATED, "?TTTT");
    img_workers_close(workers);
}

static void crashes(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(1, 10000, 1u << 30);
    const char *segv = UNDER_ASAN ? "ended with status" : "killed by SIGSEGV";
    hooked_expect(workers, "HOOK segv", IMG_ERR_DECODER_CRASHED, segv);
    hooked_expect(workers, "HOOK abort", IMG_ERR_DECODER_CRASHED, "killed by SIGABRT");
    hooked_expect(workers, "HOOK kill", IMG_ERR_DECODER_CRASHED, "killed by SIGKILL");
    hooked_expect(workers, "HOOK exit", IMG_ERR_DECODER_CRASHED, "ended with status 0");
    img_workers_close(workers);
}

static void memory_without_end(void **state)
{
    (void)state;
    if (UNDER_ASAN) {
        print_message("skipped: AddressSanitizer does not work within RLIMIT_AS\n");
        skip();
    }
    struct img_workers *workers = open_workers(1, 20000, 512u << 20);
    hooked_expect(workers, "HOOK alloc", IMG_ERR_OUT_OF_MEMORY, "memory");
    hooked_expect(workers, "HOOK alloc-civil", IMG_ERR_OUT_OF_MEMORY, "no memory for the picture");
    hooked_expect(workers, "HOOK ask-write", IMG_ERR_OUT_OF_MEMORY, "memory");
    hooked_expect(workers, "HOOK ask-lie", IMG_ERR_OUT_OF_MEMORY, "memory");
    hooked_expect(workers, "HOOK broken", IMG_ERR_NOT_AN_IMAGE, "not an image");
    hooked_expect(workers, "HOOK segv", IMG_ERR_DECODER_CRASHED, "SIGSEGV");
    /* The picture's own bytes count as well. */
    struct img_err err = {0};
    struct img_info info;
    uint8_t pixels[PIXELS];
    assert_non_null(img_worker_input(workers, 0, 600u << 20, &err));
    assert_false(img_worker_decode(workers, 0, 600u << 20, &prep, pixels, &info, &err));
    assert_int_equal(err.code, IMG_ERR_OUT_OF_MEMORY);
    assert_true(hooked_serves(workers, 0, "after"));
    img_workers_close(workers);
}

static void timeouts(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(1, 250, 0);
    double begin = seconds();
    hooked_expect(workers, "HOOK sleep", IMG_ERR_TIMEOUT, "longer than 250 ms");
    hooked_expect(workers, "HOOK spin", IMG_ERR_TIMEOUT, "longer than 250 ms");
    double took = seconds() - begin;
    assert_true(took > 0.5);
    assert_true(took < 30);
    img_workers_close(workers);
    /* No limit, no timeout. */
    workers = open_workers(1, 0, 0);
    assert_true(hooked_serves(workers, 0, "HOOK nap"));
    img_workers_close(workers);
}

static void nonsense_in_answers(void **state)
{
    (void)state;
    static const char *const lies[] = {"nan",       "format",   "code",     "config",
                                       "lie-short", "lie-long", "lie-kind", "lie-magic",
                                       "lie-empty", "lie-ids",  "lie-lives", "lie-shutdown"};
    char unfenced[PATH_MAX];
    hooked_link("-unfenced", unfenced);
    struct img_workers *workers = hooked_open(unfenced, 1, 5000, 0, NULL);
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        char bytes[32];
        snprintf(bytes, sizeof bytes, "HOOK %s", lies[i]);
        hooked_expect(workers, bytes, IMG_ERR_DECODER_CRASHED, "");
    }
    size_t before = process_descriptors();
    struct img_workers *hurried = hooked_open(unfenced, 1, 200, 0, NULL);
    hooked_expect(hurried, "HOOK lie-descriptors", IMG_ERR_TIMEOUT, "");
    img_workers_close(hurried);
    assert_int_equal(process_descriptors(), before);
    hooked_expect(workers, "HOOK parricide", IMG_ERR_DECODER_CRASHED, "img-decode");
    img_workers_close(workers);
    unlink(unfenced);
}

static void answers_are_checked(void **state)
{
    (void)state;
    struct img_worker_answer good = {
        .code = IMG_OK, .info = {.format = IMG_FORMAT_JPEG, .mode = "RGB", .pages = 1}};
    struct img_worker_answer a = good;
    assert_true(img_worker_answer_check(&a));
    assert_memory_equal(&a, &good, sizeof a);
    for (uint32_t code = 0; code < IMG_CODE_COUNT + 2; code++) {
        a = good;
        a.code = code;
        bool allowed = code == IMG_OK || code == IMG_ERR_OUT_OF_MEMORY ||
                       (code >= IMG_ERR_NOT_AN_IMAGE && code <= IMG_ERR_NO_SUCH_PAGE &&
                        code != IMG_ERR_TOO_LARGE);
        assert_int_equal(img_worker_answer_check(&a), allowed);
    }
    a = good;
    a.info.orientation = 9;
    assert_false(img_worker_answer_check(&a));
    a = good;
    a.info.has_alpha = 2;
    assert_false(img_worker_answer_check(&a));
    a = good;
    a.info.dpi_x = 4294967295.0f * 2.54f;
    assert_true(img_worker_answer_check(&a));
    a.info.dpi_y = (float)INFINITY;
    assert_false(img_worker_answer_check(&a));
    a = good;
    a.info.sharpness = -1;
    assert_false(img_worker_answer_check(&a));
    a = good;
    memcpy(a.text, "caf\xc3\xa9 \xff", 8);
    memcpy(a.info.mode, "RG\nBRGBA", 8);
    a.info.unused = 7;
    assert_true(img_worker_answer_check(&a));
    assert_string_equal(a.text, "caf\xc3\xa9 ");
    assert_string_equal(a.info.mode, "");
    assert_int_equal(a.info.unused, 0);
}

struct late_kill {
    pid_t pid;
    int number;
};

static void *kill_late(void *arg)
{
    struct late_kill *late = arg;
    nap_ms(100);
    kill(late->pid, late->number);
    return NULL;
}

static void killed_from_outside(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(1, 10000, 0);
    assert_true(hooked_serves(workers, 0, "first"));
    pid_t supervisor = only_child(getpid());
    for (unsigned round = 0; round < 20; round++) {
        /* An idle worker: nothing is lost, whenever its death is noticed. */
        kill(only_child(supervisor), SIGKILL);
        if (round % 2)
            nap_ms(5);
        assert_true(hooked_serves(workers, 0, "after an idle worker's death"));
    }
    /* With a picture in hand, which is then tried again. */
    pthread_t thread;
    struct late_kill late = {.pid = only_child(supervisor), .number = SIGKILL};
    assert_int_equal(pthread_create(&thread, NULL, kill_late, &late), 0);
    assert_true(hooked_serves(workers, 0, "HOOK nap"));
    pthread_join(thread, NULL);
    assert_int_not_equal(only_child(supervisor), late.pid);
    assert_int_equal(only_child(getpid()), supervisor);
    /* img-decode itself, idle and with a picture in hand, which is then tried again. */
    kill(supervisor, SIGKILL);
    nap_ms(50); /* else its worker may still serve */
    assert_true(hooked_serves(workers, 0, "after img-decode's death"));
    late.pid = only_child(getpid());
    assert_int_not_equal(late.pid, supervisor);
    assert_int_equal(pthread_create(&thread, NULL, kill_late, &late), 0);
    assert_true(hooked_serves(workers, 0, "HOOK nap"));
    pthread_join(thread, NULL);
    assert_int_not_equal(only_child(getpid()), late.pid);
    img_workers_close(workers);
}

static void deaf_to_terminal_signals(void **state)
{
    (void)state;
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    struct img_workers *workers = open_workers(1, 10000, 0);
    assert_true(hooked_serves(workers, 0, "first"));
    pid_t supervisor = only_child(getpid()), worker = only_child(supervisor);
    assert_int_not_equal(getpgid(supervisor), getpgid(0));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        kill(supervisor, numbers[i]);
        kill(worker, numbers[i]);
    }
    assert_true(hooked_serves(workers, 0, "HOOK nap"));
    assert_int_equal(only_child(supervisor), worker);
    img_workers_close(workers);
}

static void recycled(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(1, 10000, 0);
    assert_true(hooked_serves(workers, 0, "first"));
    pid_t supervisor = only_child(getpid()), worker = only_child(supervisor);
    for (unsigned i = 0; i < 1500; i++)
        assert_true(hooked_serves(workers, 0, "one of many"));
    assert_int_not_equal(only_child(supervisor), worker);
    assert_int_equal(only_child(getpid()), supervisor);
    img_workers_close(workers);
}

static void cannot_be_started(void **state)
{
    (void)state;
    struct img_err err = {0};
    struct img_workers *workers = NULL;
    struct img_worker_options options = {.program = "/nonexistent/img-decode", .slots = 1};
    assert_false(img_workers_open(&workers, &options, &err));
    assert_int_equal(err.code, IMG_ERR_SYSTEM);
    assert_null(workers);
    options.slots = 0;
    assert_false(img_workers_open(&workers, &options, &err));
    options.slots = IMG_WORKER_SLOTS_MAX + 1;
    assert_false(img_workers_open(&workers, &options, &err));

    uint8_t pixels[PIXELS];
    struct img_info info;
    options.slots = 2;
    options.program = "/bin/false";
    if (img_workers_open(&workers, &options, &err)) {
        assert_false(hooked_decode(workers, 1, "x", 1, pixels, &info, &err));
        assert_false(hooked_decode(workers, 0, "x", 1, pixels, &info, &err));
        img_workers_close(workers);
    }
    assert_int_equal(err.code, IMG_ERR_SYSTEM);
    assert_non_null(strstr(err.text, "/bin/false ended with status 1"));

    char broken[PATH_MAX + 16];
    snprintf(broken, sizeof broken, "%s-broken", hooked_program);
    unlink(broken);
    assert_int_equal(link(hooked_program, broken), 0);
    options.program = broken;
    if (img_workers_open(&workers, &options, &err)) {
        assert_false(hooked_decode(workers, 0, "x", 1, pixels, &info, &err));
        img_workers_close(workers);
    }
    unlink(broken);
    assert_int_equal(err.code, IMG_ERR_SYSTEM);
    assert_string_equal(err.text, "the decoder's library is broken");
}

static void nothing_is_left_behind(void **state)
{
    (void)state;
    pid_t found[8];
    size_t before = process_descriptors();
    for (unsigned round = 0; round < 5; round++) {
        struct img_workers *workers = open_workers(3, 10000, 0);
        if (round % 2) {
            hooked_expect(workers, "HOOK kill", IMG_ERR_DECODER_CRASHED, "");
            assert_true(hooked_serves(workers, 2, "ok"));
        }
        img_workers_close(workers);
        assert_int_equal(process_descriptors(), before);
        assert_int_equal(process_children(getpid(), found, 8), 0);
    }
}

/* The whole team must go within a second when its client is killed, decoding or not. */
static void client_killed(void **state)
{
    (void)state;
    pid_t team[5] = {0};
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t client = fork();
    assert_true(client >= 0);
    if (client == 0) {
        struct img_workers *workers = open_workers(4, 0, 0);
        for (unsigned i = 0; i < 4; i++)
            if (!hooked_serves(workers, i, "ok"))
                _exit(1);
        if (process_children(getpid(), team, 1) != 1 || process_children(team[0], team + 1, 4) != 4)
            _exit(1);
        if (write(pipes[1], team, sizeof team) != sizeof team)
            _exit(1);
        hooked_serves(workers, 0, "HOOK spin");
        _exit(1);
    }
    close(pipes[1]);
    assert_int_equal(read(pipes[0], team, sizeof team), sizeof team);
    close(pipes[0]);
    nap_ms(50);
    kill(client, SIGKILL);
    assert_int_equal(waitpid(client, NULL, 0), client);
    double begin = seconds();
    size_t living = 5;
    while (living > 0 && seconds() - begin < 1) {
        nap_ms(5);
        living = 0;
        for (size_t i = 0; i < 5; i++) {
            pid_t parent;
            living += process_alive(team[i], &parent);
        }
    }
    assert_int_equal(living, 0);
}

/* Runs check in a process of its own, whose settings it may spoil. */
static void in_a_child(bool (*check)(unsigned n), unsigned n)
{
    int status = -1;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(check(n) ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (status != 0)
        fail_msg("case %u: status %d", n, status);
}

static bool serves_without_streams(unsigned n)
{
    for (int fd = 0; fd < 3; fd++)
        if (n >> fd & 1)
            close(fd);
    struct img_workers *workers = open_workers(2, 10000, 0);
    bool ok = hooked_serves(workers, 1, "a healthy picture");
    /* What a program believes to be its stdout must not be one of our sockets. */
    for (int fd = 0; fd < 3; fd++)
        ok = ok && !(n >> fd & 1 && fcntl(fd, F_GETFD) >= 0);
    img_workers_close(workers);
    return ok;
}

static void standard_streams_closed(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 8; n++)
        in_a_child(serves_without_streams, n);
}

static bool serves_with_descriptors(unsigned n)
{
    struct img_err err = {0};
    struct img_workers *workers;
    struct img_worker_options options = {
        .program = hooked_program, .slots = 2, .timeout_ms = 10000};
    size_t before = process_descriptors();
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    limit.rlim_cur = n;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    bool ok = true;
    if (img_workers_open(&workers, &options, &err)) {
        uint8_t pixels[PIXELS];
        struct img_info info;
        if (!hooked_decode(workers, 1, "x", 1, pixels, &info, &err))
            ok = err.code == IMG_ERR_SYSTEM;
        img_workers_close(workers);
    } else {
        ok = err.code == IMG_ERR_SYSTEM;
    }
    return ok && (n < 16 || process_descriptors() == before);
}

static void few_descriptors(void **state)
{
    (void)state;
    for (unsigned n = 4; n < 24; n++)
        in_a_child(serves_with_descriptors, n);
}

static bool serves_without_sigchld(unsigned n)
{
    (void)n;
    if (signal(SIGCHLD, SIG_IGN) == SIG_ERR)
        return false;
    struct img_workers *workers = open_workers(1, 10000, 0);
    bool ok = hooked_serves(workers, 0, "first");
    pid_t found[2];
    if (!ok || process_children(getpid(), found, 2) != 1)
        return false;
    kill(found[0], SIGKILL);
    nap_ms(50);
    ok = hooked_serves(workers, 0, "second");
    img_workers_close(workers);
    return ok && process_children(getpid(), found, 2) == 0;
}

static void children_ignored(void **state)
{
    (void)state;
    in_a_child(serves_without_sigchld, 0);
}

struct crowd {
    struct img_workers *workers;
    unsigned slot, seed;
    unsigned served, failed, wrong;
};

static void *run_slot(void *arg)
{
    struct crowd *c = arg;
    static const struct {
        const char *bytes;
        enum img_code code;
    } bad[] = {{"HOOK segv", IMG_ERR_DECODER_CRASHED}, {"HOOK abort", IMG_ERR_DECODER_CRASHED},
               {"HOOK kill", IMG_ERR_DECODER_CRASHED}, {"HOOK exit", IMG_ERR_DECODER_CRASHED},
               {"HOOK nan", IMG_ERR_DECODER_CRASHED},  {"HOOK broken", IMG_ERR_NOT_AN_IMAGE}};
    for (unsigned i = 0; i < 250; i++) {
        c->seed = c->seed * 1664525u + 1013904223u;
        unsigned dice = c->seed >> 16;
        if (dice % 8 == 0) {
            unsigned which = dice / 8 % (sizeof bad / sizeof bad[0]);
            uint8_t pixels[PIXELS];
            struct img_info info;
            struct img_err err = {0};
            bool ok = hooked_decode(c->workers, c->slot, bad[which].bytes, strlen(bad[which].bytes),
                             pixels, &info, &err);
            c->failed++;
            c->wrong += ok || err.code != bad[which].code;
        } else {
            char bytes[64];
            snprintf(bytes, sizeof bytes, "slot %u picture %u dice %u", c->slot, i, dice);
            c->served++;
            c->wrong += !hooked_serves(c->workers, c->slot, bytes);
        }
    }
    return NULL;
}

static void a_thousand_pictures(void **state)
{
    (void)state;
    unsigned seed = (unsigned)time(NULL);
    const char *given = getenv("IMG_TEST_SEED");
    if (given)
        seed = (unsigned)strtoul(given, NULL, 10);
    print_message("IMG_TEST_SEED=%u\n", seed);
    size_t before = process_descriptors();
    struct img_workers *workers = open_workers(4, 30000, 0);
    struct crowd crowd[4];
    pthread_t threads[4];
    for (unsigned i = 0; i < 4; i++) {
        crowd[i] = (struct crowd){.workers = workers, .slot = i, .seed = seed + i};
        assert_int_equal(pthread_create(&threads[i], NULL, run_slot, &crowd[i]), 0);
    }
    unsigned answers = 0, wrong = 0;
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        answers += crowd[i].served + crowd[i].failed;
        wrong += crowd[i].wrong;
    }
    img_workers_close(workers);
    assert_int_equal(answers, 1000);
    assert_int_equal(wrong, 0);
    assert_int_equal(process_descriptors(), before);
}

/* img-decode killed again and again under four busy threads: whole pictures or a named failure. */
static void *run_healthy(void *arg)
{
    struct crowd *c = arg;
    for (unsigned i = 0; i < 400; i++) {
        char bytes[64];
        uint8_t pixels[PIXELS] = {0};
        struct img_info info;
        struct img_err err = {0};
        int len = snprintf(bytes, sizeof bytes, "slot %u picture %u", c->slot, i);
        if (!hooked_decode(c->workers, c->slot, bytes, (size_t)len, pixels, &info, &err)) {
            c->failed++;
            c->wrong += err.code != IMG_ERR_DECODER_CRASHED && err.code != IMG_ERR_SYSTEM;
            continue;
        }
        for (size_t p = 0; p < PIXELS; p++)
            if (pixels[p] != hooks_pixel((const uint8_t *)bytes, (size_t)len, p)) {
                c->wrong++;
                break;
            }
        c->served++;
    }
    return NULL;
}

static void restarted_under_load(void **state)
{
    (void)state;
    struct img_workers *workers = open_workers(4, 30000, 0);
    struct crowd crowd[4];
    pthread_t threads[4];
    for (unsigned i = 0; i < 4; i++) {
        crowd[i] = (struct crowd){.workers = workers, .slot = i};
        assert_int_equal(pthread_create(&threads[i], NULL, run_healthy, &crowd[i]), 0);
    }
    for (unsigned i = 0; i < 5; i++) {
        pid_t found[2];
        nap_ms(30);
        if (process_children(getpid(), found, 2) == 1)
            kill(found[0], SIGKILL);
    }
    unsigned answers = 0, wrong = 0, failed = 0;
    for (unsigned i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        answers += crowd[i].served + crowd[i].failed;
        failed += crowd[i].failed;
        wrong += crowd[i].wrong;
    }
    print_message("%u of %u pictures failed over 5 deaths of img-decode\n", failed, answers);
    assert_int_equal(answers, 1600);
    assert_int_equal(wrong, 0);
    assert_true(hooked_serves(workers, 0, "after all"));
    img_workers_close(workers);
}

/* The decoder that is installed, found by itself. */
static void real_decoder(void **state)
{
    (void)state;
    static const char ppm[] = "P6 2 2 255\n\x01\x02\x03\x10\x20\x30\x40\x50\x60\xf0\xf1\xf2";
    size_t len = sizeof ppm - 1;
    struct img_prep whole = IMG_PREP_DEFAULTS;
    struct img_worker_options options = {
        .slots = 1, .timeout_ms = 60000, .memory_limit = UNDER_ASAN ? 0 : 1u << 30};
    struct img_workers *workers;
    struct img_info info;
    struct img_err err = {0};
    uint8_t pixels[12];
    whole.size = whole.resize = 2;
    if (!img_workers_open(&workers, &options, &err))
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < 3; i++) {
        uint8_t *input = img_worker_input(workers, 0, len, &err);
        assert_non_null(input);
        memcpy(input, ppm, len);
        if (!img_worker_decode(workers, 0, len, &whole, pixels, &info, &err))
            fail_msg("%s", err.text);
        assert_memory_equal(pixels, ppm + len - 12, 12);
        assert_int_equal(info.format, IMG_FORMAT_PPM);
        assert_int_equal(info.width, 2);
        assert_false(img_worker_decode(workers, 0, len - 4, &whole, pixels, &info, &err));
        assert_int_equal(err.code, IMG_ERR_TRUNCATED);
    }
    /* Who forks must have no threads. */
    char path[64];
    struct stat tasks;
    snprintf(path, sizeof path, "/proc/%d/task", (int)only_child(getpid()));
    assert_int_equal(stat(path, &tasks), 0);
    assert_int_equal(tasks.st_nlink, 3);
    img_workers_close(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(healthy_pictures),
        cmocka_unit_test(larger_squares_and_inputs),
        cmocka_unit_test(large_input_is_given_back),
        cmocka_unit_test(failures_of_pictures),
        cmocka_unit_test(crashes),
        cmocka_unit_test(memory_without_end),
        cmocka_unit_test(timeouts),
        cmocka_unit_test(nonsense_in_answers),
        cmocka_unit_test(answers_are_checked),
        cmocka_unit_test(killed_from_outside),
        cmocka_unit_test(deaf_to_terminal_signals),
        cmocka_unit_test(recycled),
        cmocka_unit_test(cannot_be_started),
        cmocka_unit_test(nothing_is_left_behind),
        cmocka_unit_test(client_killed),
        cmocka_unit_test(standard_streams_closed),
        cmocka_unit_test(few_descriptors),
        cmocka_unit_test(children_ignored),
        cmocka_unit_test(a_thousand_pictures),
        cmocka_unit_test(restarted_under_load),
        cmocka_unit_test(real_decoder),
    };
    return cmocka_run_group_tests(tests, hooked_find, NULL);
}
