/* Collections under kill -9, on a full disk, and with damaged files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "collection/reader.h"
#include "collection/writer.h"
#include "support/collection_check.h"
#include "support/collection_rows.h"
#include "support/scratch.h"

enum { DIMENSION = 16, PATHS = 900, KILLS = 50, SECONDS = 10 };

static struct img_err err;

static int begin(void **state)
{
    (void)state;
    /* What is tested here does not depend on the disk, and a disk makes it slow. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    scratch_open();
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_close();
    return 0;
}

/* xorshift, so that a seed tells everything. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void pause_us(unsigned microseconds)
{
    struct timespec time = {.tv_nsec = (long)microseconds * 1000};
    nanosleep(&time, NULL);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The world in each of two nights: what a path's file is like; it may have gone or be broken. */
static unsigned version_of(unsigned night, unsigned path)
{
    return night == 1 && path % 5 == 0 ? 1 : 0;
}

static bool is_gone(unsigned night, unsigned path)
{
    return night == 1 ? path % 11 == 3 : path % 7 == 2;
}

static bool is_broken(unsigned night, unsigned path)
{
    return path % 13 == 4 + night;
}

/* One night's run, mirrored. Status 0 when it comes to its end. */
static int run_night(const char *folder, unsigned night, unsigned pace_us)
{
    struct img_collection_writer *writer = collection_writer(folder, DIMENSION, &err);
    size_t dropped;
    bool ok = writer != NULL;
    for (unsigned path = 0; ok && path < PATHS; path++) {
        enum img_collection_state found;
        if (is_gone(night, path))
            continue;
        ok = collection_look(writer, path, version_of(night, path), &found, &err);
        if (!ok || found == IMG_COLLECTION_UNCHANGED)
            continue;
        if (pace_us > 0)
            pause_us(pace_us);
        ok = is_broken(night, path)
                 ? collection_fail(writer, path, &err)
                 : collection_append(writer, DIMENSION, path, version_of(night, path), &err);
    }
    ok = ok && img_collection_mirror(writer, &dropped, &err);
    if (writer && !img_collection_close_writer(writer, &err))
        ok = false;
    if (!ok)
        fprintf(stderr, "%s\n", err.text);
    return ok ? 0 : 1;
}

static void require_valid(const char *folder)
{
    struct collection_checked checked;
    struct img_collection *collection;
    if (!img_collection_open(&collection, folder, &err)) {
        /* Killed before there was a collection. */
        assert_int_equal(err.code, IMG_ERR_NOT_FOUND);
        return;
    }
    for (size_t row = 0; row < img_collection_facts(collection)->count; row++) {
        const char *line;
        size_t len;
        if (!img_collection_record(collection, row, &line, &len, &err))
            fail_msg("%s", err.text);
    }
    img_collection_close(collection);
    if (!collection_check(folder, true, &checked))
        fail_msg("%s", checked.why);
    assert_true(checked.has_index);
}

/* Runs a night in a process of its own and kills it where it enters or leaves a system call, after
 * so many of these. True when it came to its end. */
static bool run_and_kill_at_call(const char *folder, unsigned night, unsigned calls)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(2);
        raise(SIGSTOP);
        _exit(run_night(folder, night, 0));
    }
    for (unsigned i = 0; i <= calls; i++) {
        assert_int_equal(waitpid(child, &status, 0), child);
        if (WIFEXITED(status)) {
            assert_int_equal(WEXITSTATUS(status), 0);
            return true;
        }
        if (i < calls)
            assert_int_equal(ptrace(PTRACE_SYSCALL, child, NULL, NULL), 0);
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    return false;
}

/* The same, killed after a while. */
static bool run_and_kill(const char *folder, unsigned night, unsigned after_us)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run_night(folder, night, 100));
    pause_us(after_us);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return true;
    }
    return false;
}

static void read_whole(const char *folder, const char *name, struct img_buf *out)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    img_buf_reset(out);
    if (!img_file_read(path, 64 << 20, out, &err))
        fail_msg("%s: %s", path, err.text);
}

static void require_same(const char *a, const char *b)
{
    static const char *const names[] = {"vectors.f32", "records.jsonl", "failures.jsonl",
                                        "dropped.u32", "collection.json"};
    struct img_buf x = {0}, y = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        read_whole(a, names[i], &x);
        read_whole(b, names[i], &y);
        assert_int_equal(x.len, y.len);
        if (x.len > 0)
            assert_memory_equal(x.data, y.data, x.len);
    }
    img_buf_clear(&x);
    img_buf_clear(&y);
}

typedef bool (*night_killer)(const char *folder, unsigned night, unsigned after);

static void kill_nights(night_killer run, unsigned shortest, unsigned step)
{
    const char *text = getenv("IMG_TEST_SEED");
    uint64_t seed = text ? strtoull(text, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu (IMG_TEST_SEED)\n", (unsigned long long)seed);
    seed = seed * 2 + 1;
    double start = seconds();
    unsigned kills = 0, rounds = 0;
    for (; kills < KILLS && seconds() - start < SECONDS; rounds++) {
        char name[32];
        snprintf(name, sizeof name, "killed-%u", rounds);
        char killed[256];
        snprintf(killed, sizeof killed, "%s", scratch_path(name));
        snprintf(name, sizeof name, "whole-%u", rounds);
        char whole[256];
        snprintf(whole, sizeof whole, "%s", scratch_path(name));
        for (unsigned night = 0; night < 2; night++) {
            unsigned longest = shortest;
            assert_int_equal(run_night(whole, night, 0), 0);
            while (!run(killed, night, (unsigned)(next_random(&seed) % longest))) {
                require_valid(killed);
                kills++;
                longest += step + longest / 8;
            }
            require_valid(killed);
            require_same(whole, killed);
        }
    }
    print_message("%u kills in %u rounds, %.1f s\n", kills, rounds, seconds() - start);
    assert_true(kills >= KILLS || seconds() - start >= SECONDS);
}

static void test_kills(void **state)
{
    (void)state;
    kill_nights(run_and_kill, 8000, 2000);
}

static bool can_trace(void)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void test_kills_between_calls(void **state)
{
    (void)state;
    if (!can_trace()) {
        print_message("skipped: processes cannot be traced here\n");
        skip();
    }
    kill_nights(run_and_kill_at_call, 1500, 300);
}

static size_t committed(const char *folder)
{
    struct img_collection *collection;
    assert_true(img_collection_open(&collection, folder, &err));
    size_t count = img_collection_facts(collection)->count;
    img_collection_close(collection);
    return count;
}

/* How much a kill can cost: no row once there is one, 32 rows or a second later on. */
static void test_commits(void **state)
{
    (void)state;
    const char *folder = scratch_path("c");
    struct img_collection_writer *writer = collection_writer(folder, DIMENSION, &err);
    assert_non_null(writer);
    assert_int_equal(committed(folder), 0);
    size_t most = 0;
    for (unsigned path = 0; path < 200; path++) {
        assert_true(collection_append(writer, DIMENSION, path, 0, &err));
        size_t behind = path + 1 - committed(folder);
        if (path == 0)
            assert_int_equal(behind, 0);
        most = behind > most ? behind : most;
        pause_us(2000);
    }
    print_message("at most %zu rows uncommitted\n", most);
    assert_true(most < 64);
    assert_true(collection_append(writer, DIMENSION, 500, 0, &err));
    pause_us(990000);
    pause_us(50000);
    assert_true(img_collection_tick(writer, &err));
    assert_int_equal(committed(folder), 201);
    assert_true(img_collection_close_writer(writer, &err));
}

/* Compacting is killed, too: the collection is the old one or the new one. */
static void test_killed_compaction(void **state)
{
    (void)state;
    uint64_t seed = 77;
    char folder[256];
    snprintf(folder, sizeof folder, "%s", scratch_path("c"));
    assert_int_equal(run_night(folder, 0, 0), 0);
    for (unsigned i = 0; i < 20; i++) {
        int status;
        assert_int_equal(run_night(folder, i % 2, 0), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(img_collection_compact(folder, NULL, &err) ? 0 : 1);
        pause_us((unsigned)(next_random(&seed) % 4000));
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &status, 0), child);
        struct collection_checked checked;
        if (!collection_check(folder, true, &checked))
            fail_msg("%s", checked.why);
    }
    assert_true(img_collection_compact(folder, NULL, &err));
    assert_int_equal(access(scratch_path("c.partial"), F_OK), -1);
}

static void test_full_disk(void **state)
{
    (void)state;
    char disk[256], folder[300], whole[256];
    snprintf(disk, sizeof disk, "%s", scratch_path("disk"));
    snprintf(folder, sizeof folder, "%s/c", disk);
    snprintf(whole, sizeof whole, "%s", scratch_path("whole"));
    assert_int_equal(mkdir(disk, 0700), 0);
    if (geteuid() != 0 || mount("tmpfs", disk, "tmpfs", 0, "size=256k") != 0) {
        print_message("skipped: only root can mount a small disk\n");
        skip();
    }
    assert_int_equal(run_night(whole, 0, 0), 0);
    unsigned rows = 0;
    struct img_collection_writer *writer = collection_writer(folder, DIMENSION, &err);
    assert_non_null(writer);
    /* Something else fills most of it. */
    char filler[300];
    snprintf(filler, sizeof filler, "%s/filler", disk);
    int fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && ftruncate(fd, 0) == 0);
    assert_int_equal(posix_fallocate(fd, 0, 160 << 10), 0);
    close(fd);
    while (rows < 10000 && collection_append(writer, DIMENSION, rows, 0, &err))
        rows++;
    assert_in_range(rows, 1, 9999);
    assert_int_equal(err.code, IMG_ERR_OUTPUT);
    print_message("after %u rows: %s\n", rows, err.text);
    assert_false(collection_append(writer, DIMENSION, rows + 1, 0, &err));
    assert_false(img_collection_tick(writer, &err));
    assert_false(img_collection_close_writer(writer, &err));
    assert_int_equal(err.code, IMG_ERR_OUTPUT);
    struct collection_checked checked;
    if (!collection_check(folder, true, &checked))
        fail_msg("%s", checked.why);
    assert_in_range(checked.count, 1, rows);
    assert_int_equal(unlink(filler), 0);
    assert_int_equal(mount("tmpfs", disk, "tmpfs", MS_REMOUNT, "size=4m"), 0);
    size_t kept = checked.count;
    writer = collection_writer(folder, DIMENSION, &err);
    assert_non_null(writer);
    for (unsigned path = 0; path < rows; path++) {
        enum img_collection_state found;
        assert_true(collection_look(writer, path, 0, &found, &err));
        assert_int_equal(found, path < kept ? IMG_COLLECTION_UNCHANGED : IMG_COLLECTION_ABSENT);
        if (found == IMG_COLLECTION_ABSENT)
            assert_true(collection_append(writer, DIMENSION, path, 0, &err));
    }
    assert_true(img_collection_close_writer(writer, &err));
    assert_true(collection_check(folder, true, &checked));
    assert_int_equal(checked.count, rows);
    assert_int_equal(checked.live_paths, rows);
    assert_int_equal(umount(disk), 0);
}

enum { DAMAGED_ROWS = 60 };

static void make_sound(const char *name)
{
    struct img_collection_writer *writer = collection_writer(scratch_path(name), DIMENSION, &err);
    assert_non_null(writer);
    for (unsigned path = 0; path < DAMAGED_ROWS; path++)
        assert_true(collection_append(writer, DIMENSION, path, 0, &err));
    assert_true(collection_append(writer, DIMENSION, 3, 1, &err));
    assert_true(img_collection_close_writer(writer, &err));
}

/* Opens for reading and walks, opens for writing and looks. False when either refused, with
 * BAD_RECORD. */
static bool try_all(const char *name)
{
    struct img_collection *collection;
    const char *folder = scratch_path(name);
    bool good = true;
    if (img_collection_open(&collection, folder, &err)) {
        for (size_t row = 0; row < img_collection_facts(collection)->count; row++) {
            const char *line;
            size_t len;
            good = img_collection_record(collection, row, &line, &len, &err) && good;
        }
        img_collection_close(collection);
    } else {
        assert_true(err.code == IMG_ERR_BAD_RECORD);
        good = false;
    }
    struct img_collection_writer *writer = collection_writer(folder, DIMENSION, &err);
    if (!writer) {
        assert_true(err.code == IMG_ERR_BAD_RECORD || err.code == IMG_ERR_CONFIG);
        return false;
    }
    for (unsigned path = 0; path < DAMAGED_ROWS + 5; path++) {
        enum img_collection_state found;
        assert_true(collection_look(writer, path, path == 3, &found, &err));
        assert_int_equal(found, path < DAMAGED_ROWS ? IMG_COLLECTION_UNCHANGED
                                                    : IMG_COLLECTION_ABSENT);
    }
    assert_true(img_collection_close_writer(writer, &err));
    return good;
}

static void test_short_files(void **state)
{
    (void)state;
    static const char *const names[] = {"vectors.f32", "records.jsonl", "dropped.u32"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[64];
        make_sound("c");
        snprintf(path, sizeof path, "c/%s", names[i]);
        long size = scratch_size(path);
        for (int cut = 0; cut < 3; cut++) {
            long to = cut == 0 ? size - 1 : cut == 1 ? size / 2 : 0;
            assert_int_equal(truncate(scratch_path(path), to), 0);
            assert_false(try_all("c"));
            assert_int_equal(scratch_size(path), to);
            if (cut == 0)
                print_message("%s\n", err.text);
        }
        assert_int_equal(unlink(scratch_path(path)), 0);
        assert_false(try_all("c"));
        scratch_close();
        scratch_open();
    }
}

static void test_damaged_manifest(void **state)
{
    (void)state;
    struct img_buf sound = {0};
    make_sound("c");
    read_whole(scratch_path("c"), "collection.json", &sound);
    /* Without its last newline it is still whole. */
    for (size_t len = 0; len + 1 < sound.len; len++) {
        scratch_write("c/collection.json", sound.data, len);
        assert_false(try_all("c"));
    }
    unsigned refused = 0;
    for (size_t at = 0; at < sound.len; at++) {
        for (unsigned flip = 1; flip < 256; flip *= 2) {
            struct img_collection *collection;
            sound.data[at] = (char)(sound.data[at] ^ (int)flip);
            scratch_write("c/collection.json", sound.data, sound.len);
            sound.data[at] = (char)(sound.data[at] ^ (int)flip);
            if (!img_collection_open(&collection, scratch_path("c"), &err)) {
                assert_int_equal(err.code, IMG_ERR_BAD_RECORD);
                refused++;
            } else {
                img_collection_close(collection);
            }
        }
    }
    print_message("%u of %zu flipped bits refused\n", refused, sound.len * 8);
    scratch_write("c/collection.json", sound.data, sound.len);
    assert_true(try_all("c"));
    img_buf_clear(&sound);
}

/* Whatever is wrong with derived files, no answer is. */
static void test_damaged_derived(void **state)
{
    (void)state;
    static const char *const names[] = {"index.bin", "offsets.u64"};
    uint64_t seed = 4711;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct img_buf sound = {0};
        char path[64];
        snprintf(path, sizeof path, "c/%s", names[i]);
        make_sound("c");
        read_whole(scratch_path("c"), names[i], &sound);
        assert_int_equal(unlink(scratch_path(path)), 0);
        assert_true(try_all("c"));
        for (unsigned round = 0; round < 200; round++) {
            char *copy = malloc(sound.len);
            assert_non_null(copy);
            memcpy(copy, sound.data, sound.len);
            size_t begin_at = next_random(&seed) % sound.len;
            size_t count = 1 + next_random(&seed) % (round % 2 ? 8 : sound.len);
            for (size_t at = begin_at; at < sound.len && at < begin_at + count; at++)
                copy[at] = round % 3 ? (char)next_random(&seed) : '\0';
            size_t len = round % 5 ? sound.len : next_random(&seed) % sound.len;
            scratch_write(path, copy, len);
            (void)try_all("c");
            free(copy);
        }
        img_buf_clear(&sound);
        assert_true(try_all("c"));
        scratch_close();
        scratch_open();
    }
}

/* Another collection's index, of as many rows. */
static void test_foreign_index(void **state)
{
    (void)state;
    make_sound("c");
    struct img_collection_writer *writer =
        collection_writer(scratch_path("other"), DIMENSION, &err);
    assert_non_null(writer);
    for (unsigned path = 0; path <= DAMAGED_ROWS; path++)
        assert_true(collection_append(writer, DIMENSION, path + 500, 0, &err));
    assert_true(img_collection_close_writer(writer, &err));
    scratch_copy("c/index.bin", scratch_path("other/index.bin"));
    assert_true(try_all("c"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_kills, begin, end),
        cmocka_unit_test_setup_teardown(test_kills_between_calls, begin, end),
        cmocka_unit_test_setup_teardown(test_commits, begin, end),
        cmocka_unit_test_setup_teardown(test_killed_compaction, begin, end),
        cmocka_unit_test_setup_teardown(test_full_disk, begin, end),
        cmocka_unit_test_setup_teardown(test_short_files, begin, end),
        cmocka_unit_test_setup_teardown(test_damaged_manifest, begin, end),
        cmocka_unit_test_setup_teardown(test_damaged_derived, begin, end),
        cmocka_unit_test_setup_teardown(test_foreign_index, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
