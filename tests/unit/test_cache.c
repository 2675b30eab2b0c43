/* The cache: what is put is found, by any thread and process; what is broken is a miss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/size.h"
#include "cache/cache.h"
#include "cache/entry.h"
#include "cache/pack.h"
#include "cache/place.h"
#include "support/scratch.h"

/* Small vectors lie beside their keys, large ones on pages of their own. */
enum { DIMENSION = 64, LARGE = 520 };

/* Warnings are counted and the last one kept. */
struct heard {
    int warnings;
    char last[1024];
};

static void hear(void *ctx, enum img_level level, const char *text)
{
    struct heard *heard = ctx;
    if (level != IMG_WARNING)
        return;
    heard->warnings++;
    snprintf(heard->last, sizeof heard->last, "%s", text);
}

static struct heard heard;
static const struct img_report report = {hear, &heard};

static struct img_cache *open_at(const char *folder)
{
    struct img_cache *cache;
    struct img_err err;
    heard = (struct heard){0};
    assert_true(img_cache_open(&cache, &(struct img_cache_options){folder, &report}, &err));
    return cache;
}

static int begin(void **state)
{
    (void)state;
    scratch_open();
    return 0;
}

/* Thousands of environments are made: in memory where there is room. */
static int begin_quickly(void **state)
{
    const char *was = getenv("TMPDIR");
    char *kept = was ? strdup(was) : NULL;
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    begin(state);
    if (kept)
        setenv("TMPDIR", kept, 1);
    else
        unsetenv("TMPDIR");
    free(kept);
    return 0;
}

static int end(void **state)
{
    (void)state;
    scratch_close();
    return 0;
}

/* The i-th of as many pictures as one likes: key, and a vector that only it has. */
static struct img_cache_key nth_key(const struct img_cache *cache, unsigned i)
{
    struct img_cache_key key = {
        .fingerprint = "0123456789abcdef", .preprocessing = "01234567", .precision = "f32"};
    char bytes[32];
    snprintf(bytes, sizeof bytes, "picture %u", i);
    img_cache_identify(cache, bytes, strlen(bytes), &key.content);
    return key;
}

static void nth_vector(unsigned i, size_t dimension, float *vector)
{
    for (size_t k = 0; k < dimension; k++)
        vector[k] = (float)i + (float)k / 1024;
}

static size_t nth_dimension(unsigned i)
{
    return i % 2 ? DIMENSION : LARGE;
}

static struct img_stamp nth_stamp(unsigned i)
{
    return (struct img_stamp){
        .dev = 7, .ino = 1000 + i, .size = 10 + i, .mtime_ns = 1000000001 + i, .ctime_ns = 5};
}

static const struct img_info info = {
    .format = IMG_FORMAT_PNG,
    .width = 640,
    .height = 480,
    .orientation = 6,
    .pages = 1,
    .decoder_warnings = 2,
    .mode = "RGBA",
    .creation_date = "2024-05-06T07:08:09",
    .has_alpha = 1,
    .has_hashes = 1,
    .shrink = 2,
    .sharpness = 12.5f,
    .gradient = 10,
    .contrast = 40,
    .clipping = 0.25f,
    .dpi_x = 72,
    .dpi_y = 72,
    .pixels_id = {{1, 2, 3}},
    .perceptual = {{4, 5, 6}},
};

static void put_nth(struct img_cache *cache, unsigned i)
{
    float vector[LARGE];
    struct img_cache_key key = nth_key(cache, i);
    struct img_stamp stamp = nth_stamp(i);
    nth_vector(i, nth_dimension(i), vector);
    img_cache_put_file(cache, &stamp, &key.content);
    img_cache_put_vector(cache, &key, nth_dimension(i), vector);
    img_cache_put_info(cache, &key, &info);
}

/* 1: found and right, 0: missed, -1: found and wrong. */
static int get_nth(struct img_cache *cache, unsigned i)
{
    float expected[LARGE], vector[LARGE];
    size_t dimension = nth_dimension(i);
    struct img_cache_key key = nth_key(cache, i);
    nth_vector(i, dimension, expected);
    if (!img_cache_get_vector(cache, &key, dimension, vector))
        return 0;
    return memcmp(vector, expected, dimension * sizeof *vector) == 0 ? 1 : -1;
}

static void what_is_put_is_found(void **state)
{
    (void)state;
    struct img_cache *cache = open_at(scratch_path("c"));
    struct img_cache_key key = nth_key(cache, 1), other;
    struct img_content content;
    struct img_stamp stamp = nth_stamp(1);
    struct img_info read;
    struct img_err failure = {.code = IMG_ERR_TRUNCATED, .text = "ends after 10 of 20 bytes"}, back;
    float vector[DIMENSION];
    struct stat folder;

    assert_int_equal(get_nth(cache, 1), 0);
    put_nth(cache, 1);
    img_cache_put_failure(cache, &key.content, &failure);
    img_cache_flush(cache);
    assert_int_equal(get_nth(cache, 1), 1);
    assert_true(img_cache_get_file(cache, &stamp, &content));
    assert_memory_equal(&content, &key.content, sizeof content);
    assert_true(img_cache_get_info(cache, &key, &read));
    assert_memory_equal(&read, &info, sizeof read);
    assert_true(img_cache_get_failure(cache, &key.content, &back));
    assert_int_equal(back.code, IMG_ERR_TRUNCATED);
    assert_string_equal(back.text, failure.text);

    /* Every part of the key counts. */
    assert_false(img_cache_get_vector(cache, &key, DIMENSION - 1, vector));
    other = key;
    other.fingerprint[15] = '0';
    assert_false(img_cache_get_vector(cache, &other, DIMENSION, vector));
    other = key;
    other.preprocessing[0] = 'f';
    assert_false(img_cache_get_vector(cache, &other, DIMENSION, vector));
    other = key;
    memcpy(other.precision, "bf16", 5);
    assert_false(img_cache_get_vector(cache, &other, DIMENSION, vector));
    other = key;
    other.content.size++;
    assert_false(img_cache_get_vector(cache, &other, DIMENSION, vector));
    other = key;
    other.content.id.bytes[3] ^= 1;
    assert_false(img_cache_get_vector(cache, &other, DIMENSION, vector));
    for (int i = 0; i < 5; i++) {
        stamp = nth_stamp(1);
        *(i == 0   ? (uint64_t *)&stamp.dev
          : i == 1 ? (uint64_t *)&stamp.ino
          : i == 2 ? (uint64_t *)&stamp.size
          : i == 3 ? (uint64_t *)&stamp.mtime_ns
                   : (uint64_t *)&stamp.ctime_ns) += 1;
        assert_false(img_cache_get_file(cache, &stamp, &content));
    }

    img_cache_close(cache);
    assert_int_equal(stat(scratch_path("c/embeddings"), &folder), 0);
    assert_int_equal(folder.st_mode & 0777, 0700);
    cache = open_at(scratch_path("c"));
    assert_int_equal(get_nth(cache, 1), 1);
    img_cache_close(cache);
    assert_int_equal(heard.warnings, 0);
}

static void seeds_differ(void **state)
{
    (void)state;
    struct img_content a, b, none;
    struct img_cache *cache = open_at(scratch_path("c"));
    img_cache_identify(cache, "x", 1, &a);
    img_cache_close(cache);
    cache = open_at(scratch_path("d"));
    img_cache_identify(cache, "x", 1, &b);
    img_cache_close(cache);
    img_cache_identify(NULL, "x", 1, &none);
    assert_memory_equal(&a.id, &b.id, sizeof a.id);
    assert_memory_not_equal(&a.seeded, &b.seeded, sizeof a.seeded);
    assert_memory_equal(&none.seeded, &none.id, sizeof none.id);
    img_cache_close(NULL);
}

static void only_failures_of_the_bytes_are_kept(void **state)
{
    (void)state;
    struct img_cache *cache = open_at(scratch_path("c"));
    struct img_content content;
    struct img_err back;
    int remembered = 0;
    for (int code = 1; code < IMG_CODE_COUNT; code++) {
        struct img_err failure = {.code = (enum img_code)code, .text = "so it is"};
        img_cache_identify(cache, &code, sizeof code, &content);
        img_cache_put_failure(cache, &content, &failure);
        img_cache_flush(cache);
        if (img_cache_get_failure(cache, &content, &back)) {
            assert_int_equal(back.code, code);
            remembered++;
        }
    }
    assert_int_equal(remembered, 2);
    img_cache_close(cache);
}

static void fresh_files_are_not_trusted(void **state)
{
    (void)state;
    struct img_cache *cache = open_at(scratch_path("c"));
    struct img_content content = {.size = 3};
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    const int64_t now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec, old = now - 5000000000;
    const int64_t whole = old / 1000000000 * 1000000000 + 4000000000;
    const struct {
        int64_t mtime, ctime;
        bool kept;
    } cases[] = {
        {old, old, true},      {now, old, false},          {old, now, false},
        {old, now + 1, false}, {now + 5000000000, old, false}, {whole, whole, false},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct img_stamp stamp = {.dev = 1, .ino = i + 1, .mtime_ns = cases[i].mtime,
                                  .ctime_ns = cases[i].ctime};
        img_cache_put_file(cache, &stamp, &content);
        img_cache_flush(cache);
        assert_int_equal(img_cache_get_file(cache, &stamp, &content), cases[i].kept);
    }
    img_cache_close(cache);
}

static void a_cache_without_a_folder_misses(void **state)
{
    (void)state;
    struct img_cache *cache = open_at(NULL);
    put_nth(cache, 1);
    img_cache_flush(cache);
    assert_int_equal(get_nth(cache, 1), 0);
    img_cache_close(cache);
    assert_int_equal(heard.warnings, 0);
}

enum { PICTURES = 600, THREADS = 3, PROCESSES = 2 };

struct hammer {
    struct img_cache *cache;
    unsigned first;
    int missed;
};

/* Every thread puts its share and reads everybody's. */
static void *hammer(void *arg)
{
    struct hammer *h = arg;
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = h->first; i < PICTURES; i += THREADS * PROCESSES) {
            put_nth(h->cache, i);
            if (i % 50 == h->first)
                img_cache_flush(h->cache);
        }
        for (unsigned i = 0; i < PICTURES; i++)
            h->missed += get_nth(h->cache, i) < 0;
    }
    img_cache_flush(h->cache);
    for (unsigned i = h->first; i < PICTURES; i += THREADS * PROCESSES)
        h->missed += get_nth(h->cache, i) != 1;
    return NULL;
}

static int hammer_process(unsigned process)
{
    pthread_t threads[THREADS];
    struct hammer work[THREADS];
    int missed = 0;
    struct img_cache *cache = open_at(scratch_path("c"));
    for (unsigned i = 0; i < THREADS; i++) {
        work[i] = (struct hammer){cache, process * THREADS + i, 0};
        if (pthread_create(&threads[i], NULL, hammer, &work[i]) != 0)
            return 1;
    }
    for (unsigned i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        missed += work[i].missed;
    }
    img_cache_close(cache);
    return missed > 0 || heard.warnings > 0;
}

static void processes_and_threads_share_one(void **state)
{
    (void)state;
    pid_t children[PROCESSES];
    for (unsigned i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(hammer_process(i));
        assert_true(children[i] > 0);
    }
    for (unsigned i = 0; i < PROCESSES; i++) {
        int status = -1;
        waitpid(children[i], &status, 0);
        assert_int_equal(status, 0);
    }
    struct img_cache *cache = open_at(scratch_path("c"));
    for (unsigned i = 0; i < PICTURES; i++)
        assert_int_equal(get_nth(cache, i), 1);
    img_cache_close(cache);
}

/* A process that is killed while it writes: whoever comes next goes on. */
static void a_killed_writer_is_survived(void **state)
{
    (void)state;
    for (int kill_no = 0; kill_no < 10; kill_no++) {
        int ready[2];
        char byte;
        assert_int_equal(pipe(ready), 0);
        pid_t child = fork();
        if (child == 0) {
            struct img_cache *cache = open_at(scratch_path("c"));
            for (unsigned i = 0;; i++) {
                put_nth(cache, i % PICTURES);
                if (i % 16 == 0)
                    img_cache_flush(cache);
                if (i == 20)
                    (void)!write(ready[1], "r", 1);
            }
        }
        assert_true(child > 0);
        assert_int_equal(read(ready[0], &byte, 1), 1);
        nanosleep(&(struct timespec){.tv_nsec = kill_no * 3000000}, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        close(ready[0]);
        close(ready[1]);
        struct img_cache *cache = open_at(scratch_path("c"));
        assert_int_equal(heard.warnings, 0);
        assert_int_equal(get_nth(cache, 0), 1);
        put_nth(cache, 7777);
        img_cache_flush(cache);
        assert_int_equal(get_nth(cache, 7777), 1);
        img_cache_close(cache);
    }
}

/* A data file with a few entries, in memory. */
static unsigned char *make_file(size_t *size, unsigned pictures)
{
    struct img_buf bytes = {0};
    struct img_err err;
    struct img_cache *cache = open_at(scratch_path("c"));
    for (unsigned i = 0; i < pictures; i++)
        put_nth(cache, i);
    img_cache_close(cache);
    assert_true(img_file_read(scratch_path("c/embeddings/data.mdb"), 1 << 30, &bytes, &err));
    /* Behind the last page there is room and nothing else. */
    while (bytes.len > 4096 && bytes.data[bytes.len - 1] == 0)
        bytes.len--;
    *size = img_size_align(bytes.len, 4096);
    return (unsigned char *)bytes.data;
}

static void write_file(const unsigned char *bytes, size_t len)
{
    scratch_write("c/embeddings/data.mdb", bytes, len);
}

/* Removes what was moved aside and what stands there now. */
static void clean_up(void)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf '%s'/*", scratch_path("c"));
    assert_int_equal(system(command), 0);
    mkdir(scratch_path("c/embeddings"), 0700);
}

/* A byte of the data file to be changed behind the cache's back, once it has been opened. */
struct late {
    off_t at;
    unsigned char byte;
};

static int use_broken(const struct late *late)
{
    int wrong = 0;
    struct img_cache *cache = open_at(scratch_path("c"));
    if (late) {
        int fd = open(scratch_path("c/embeddings/data.mdb"), O_WRONLY);
        if (pwrite(fd, &late->byte, 1, late->at) != 1)
            return 1;
        close(fd);
    }
    for (unsigned i = 0; i < 12; i++)
        wrong += get_nth(cache, i) < 0;

    /* One is replaced by another vector, and back. */
    const float other[LARGE] = {1};
    struct img_cache_key key = nth_key(cache, 4);
    img_cache_put_vector(cache, &key, LARGE, other);
    put_nth(cache, 5);
    put_nth(cache, 99);
    img_cache_flush(cache);
    put_nth(cache, 4);
    img_cache_flush(cache);
    /* The way back may have failed. */
    float back[LARGE];
    if (get_nth(cache, 4) < 0)
        wrong += !img_cache_get_vector(cache, &key, LARGE, back) ||
                 memcmp(back, other, sizeof back) != 0;
    wrong += get_nth(cache, 5) < 0;
    wrong += get_nth(cache, 99) < 0;
    img_cache_close(cache);
    return wrong;
}

/* Opens, reads and writes what is there, in a process of its own, so that a crash is seen as one. */
static void try_broken(const char *what, size_t at, const struct late *late)
{
    pid_t child = fork();
    if (child == 0)
        _exit(use_broken(late) > 0);
    int status = -1;
    assert_true(child > 0);
    waitpid(child, &status, 0);
    if (status != 0)
        print_error("%s at byte %zu: status %d\n", what, at, status);
    assert_int_equal(status, 0);
}

static void flipped_bytes_are_misses(void **state)
{
    (void)state;
    size_t size, tried = 0;
    unsigned char *bytes = make_file(&size, 12);
    const unsigned char flips[] = {0xFF, 0x01, 0x80};
    size_t step = size / 600 + 1;
    /* Heads of pages, every byte; between them a sample. */
    for (size_t at = 0; at < size; at += at % 4096 < 40 ? 1 : step) {
        clean_up();
        unsigned char was = bytes[at];
        bytes[at] ^= flips[at % 3];
        write_file(bytes, size);
        try_broken("flipped", at, NULL);
        bytes[at] = was;
        tried++;
    }
    print_message("%zu of %zu bytes flipped\n", tried, size);
    free(bytes);
}

/* The same where nobody looked when it was opened, as in a cache too large to be looked at in full.
 * Behind the two meta pages: these are read again only by LMDB. */
static void bytes_flipped_later_are_misses(void **state)
{
    (void)state;
    size_t size, tried = 0;
    unsigned char *bytes = make_file(&size, 12);
    const unsigned char flips[] = {0xFF, 0x01, 0x80};
    for (size_t at = 8192; at < size; at += at % 4096 < 40 ? 1 : 61) {
        clean_up();
        write_file(bytes, size);
        const struct late late = {(off_t)at, (unsigned char)(bytes[at] ^ flips[at % 3])};
        try_broken("flipped later", at, &late);
        tried++;
    }
    print_message("%zu of %zu bytes flipped\n", tried, size);
    free(bytes);
}

/* Every byte of one entry, through the front door. */
static void every_byte_of_an_entry_counts(void **state)
{
    (void)state;
    struct img_cache_name name;
    struct img_cache_key key = nth_key(NULL, 3);
    unsigned char value[24 + 4 * DIMENSION + 8];
    float vector[DIMENSION], back[DIMENSION];
    nth_vector(3, DIMENSION, vector);
    img_cache_name_vector(&name, &key);
    img_cache_write_vector(value, img_cache_name_bytes(&name), &key.content.id, DIMENSION, vector);
    struct img_cache_bytes bytes = {value, sizeof value};
    assert_true(img_cache_read_vector(img_cache_name_bytes(&name), bytes, &key.content.id,
                                      DIMENSION, back));
    for (size_t i = 0; i < 8 * sizeof value; i++) {
        value[i / 8] ^= (unsigned char)(1u << i % 8);
        assert_false(img_cache_read_vector(img_cache_name_bytes(&name), bytes, &key.content.id,
                                           DIMENSION, back));
        value[i / 8] ^= (unsigned char)(1u << i % 8);
    }
    for (size_t i = 0; i < 8 * name.len; i++) {
        name.data[i / 8] ^= (unsigned char)(1u << i % 8);
        assert_false(img_cache_read_vector(img_cache_name_bytes(&name), bytes, &key.content.id,
                                           DIMENSION, back));
        name.data[i / 8] ^= (unsigned char)(1u << i % 8);
    }
    for (size_t len = 0; len < sizeof value; len++)
        assert_false(img_cache_read_vector(img_cache_name_bytes(&name),
                                           (struct img_cache_bytes){value, len}, &key.content.id,
                                           DIMENSION, back));
}

static void truncated_files_are_moved_aside(void **state)
{
    (void)state;
    size_t size;
    unsigned char *bytes = make_file(&size, 12);
    for (size_t i = 0; i < 64; i++) {
        size_t len = i < 32 ? size * i / 32 : size - 1 - (i - 32) * 211;
        clean_up();
        write_file(bytes, len);
        try_broken("truncated", len, NULL);
    }
    free(bytes);
}

/* Facts that hold their checksum and yet cannot be: another program's, or ours of another day. */
static void impossible_facts_are_misses(void **state)
{
    (void)state;
    struct img_cache_name name;
    struct img_cache_value value;
    const struct img_cache_key key = {.content.size = 1};
    struct img_info bad[7], back;
    for (int i = 0; i < 7; i++)
        bad[i] = info;
    bad[0].format = IMG_FORMAT_COUNT;
    memset(bad[1].mode, 'x', sizeof bad[1].mode);
    memset(bad[2].creation_date, 'x', sizeof bad[2].creation_date);
    bad[3].orientation = 9;
    bad[4].sharpness = (float)strtod("nan", NULL);
    bad[5].pages = 0;
    bad[6].dpi_x = -1;
    img_cache_name_info(&name, &key);
    for (int i = 0; i < 7; i++) {
        img_cache_write_info(&value, img_cache_name_bytes(&name), &bad[i]);
        assert_false(img_cache_read_info(img_cache_name_bytes(&name),
                                         (struct img_cache_bytes){value.data, value.len}, &back));
    }
}

static void foreign_files_are_moved_aside(void **state)
{
    (void)state;
    static const char text[] = "This is somebody's diary.\n";
    char big[20000];
    memset(big, 'x', sizeof big);
    for (int i = 0; i < 3; i++) {
        if (i == 0)
            scratch_write("c/embeddings/data.mdb", text, sizeof text - 1);
        else if (i == 1)
            write_file((const unsigned char *)big, sizeof big);
        else
            scratch_write("c/embeddings", text, sizeof text - 1);
        struct img_cache *cache = open_at(scratch_path("c"));
        assert_int_equal(heard.warnings, 1);
        assert_non_null(strstr(heard.last, "aside-1"));
        put_nth(cache, 1);
        img_cache_flush(cache);
        assert_int_equal(get_nth(cache, 1), 1);
        img_cache_close(cache);
        if (i == 0)
            assert_true(scratch_equal("c/embeddings.aside-1/data.mdb", text, sizeof text - 1));
        scratch_close();
        scratch_open();
    }
}

static void another_version_is_moved_aside(void **state)
{
    (void)state;
    static const unsigned char is[] = {IMG_CACHE_LAYOUT, 0, 0, 0, 0, 0, 0, 0};
    size_t size, changed = 0;
    struct img_cache_name name = {.data = "cache", .len = 5};
    struct img_cache_value value;
    struct img_cache *cache;
    unsigned char *bytes = make_file(&size, 1);
    for (size_t at = 0; at + 24 <= size; at++) {
        if (memcmp(bytes + at, is, sizeof is) != 0)
            continue;
        img_cache_write_seed(&value, img_cache_name_bytes(&name), img_unpack64(bytes + at + 8));
        if (memcmp(value.data, bytes + at, value.len) != 0)
            continue;
        bytes[at]++;
        img_pack64(bytes + at + 16, img_cache_sum(IMG_CACHE_META, img_cache_name_bytes(&name),
                                                  bytes + at, 16));
        changed++;
    }
    assert_true(changed > 0);
    clean_up();
    write_file(bytes, size);
    free(bytes);
    cache = open_at(scratch_path("c"));
    assert_int_equal(heard.warnings, 1);
    assert_non_null(strstr(heard.last, "version 3"));
    assert_int_equal(get_nth(cache, 0), 0);
    img_cache_close(cache);
}

/* In a process without root's rights: f() must give 0. */
static void as_nobody(int (*f)(void))
{
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(99);
        _exit(f());
    }
    int status = -1;
    assert_true(child > 0);
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static int read_only_use(void)
{
    struct img_cache *cache = open_at(scratch_path("c"));
    struct img_content content;
    struct img_stamp stamp = nth_stamp(2);
    int bad = get_nth(cache, 2) != 1 || !img_cache_get_file(cache, &stamp, &content);
    put_nth(cache, 50);
    img_cache_flush(cache);
    bad |= get_nth(cache, 50) != 0 || heard.warnings > 0;
    img_cache_close(cache);
    return bad;
}

static void a_read_only_cache_is_read(void **state)
{
    (void)state;
    size_t size;
    free(make_file(&size, 5));
    chmod(scratch_path("."), 0755);
    chmod(scratch_path("c"), 0555);
    chmod(scratch_path("c/embeddings"), 0555);
    chmod(scratch_path("c/embeddings/data.mdb"), 0444);
    chmod(scratch_path("c/embeddings/lock.mdb"), 0444);
    chmod(scratch_path("c/embeddings.lock"), 0444);
    as_nobody(read_only_use);
    chmod(scratch_path("c"), 0755);
    chmod(scratch_path("c/embeddings"), 0755);
}

static int unwritable_use(void)
{
    struct img_cache *cache = open_at(scratch_path("c"));
    put_nth(cache, 1);
    img_cache_flush(cache);
    int bad = get_nth(cache, 1) != 0 || heard.warnings != 1;
    img_cache_close(cache);
    return bad;
}

static void an_unwritable_folder_is_one_warning(void **state)
{
    (void)state;
    scratch_write("c/x", "", 0);
    chmod(scratch_path("."), 0755);
    chmod(scratch_path("c"), 0555);
    as_nobody(unwritable_use);
    chmod(scratch_path("c"), 0755);
}

static void a_full_disk_is_one_warning(void **state)
{
    (void)state;
    struct img_cache *cache;
    unsigned hits = 0;
    scratch_write("disk/x", "", 0);
    if (mount("img", scratch_path("disk"), "tmpfs", 0, "size=1m") != 0) {
        print_message("skipped: a small tmpfs cannot be mounted here\n");
        skip();
    }
    cache = open_at(scratch_path("disk/c"));
    for (unsigned i = 0; i < 6000; i++) {
        put_nth(cache, i);
        if (i % 100 == 99)
            img_cache_flush(cache);
    }
    for (unsigned i = 0; i < 6000; i++)
        hits += get_nth(cache, i) == 1;
    img_cache_close(cache);
    struct heard then = heard;
    /* What was there before is still read by the next one. */
    cache = open_at(scratch_path("disk/c"));
    bool first = get_nth(cache, 0) == 1;
    img_cache_close(cache);
    umount(scratch_path("disk"));
    print_message("%u of 6000 found; '%s'\n", hits, then.last);
    assert_int_equal(then.warnings, 1);
    assert_true(hits >= 100 && hits < 6000);
    assert_true(first);
}

/* Where address space is short the map is smaller. */
static void little_address_space_is_enough(void **state)
{
    (void)state;
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (statm && fscanf(statm, "%lu", &pages) != 1)
        pages = 0;
    if (statm)
        fclose(statm);
    if (pages > (1ul << 30) / 4096 / 2) {
        print_message("skipped: a sanitizer or valgrind has taken the address space\n");
        skip();
    }
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {(rlim_t)1 << 30, (rlim_t)1 << 30};
        if (setrlimit(RLIMIT_AS, &limit) != 0)
            _exit(2);
        struct img_cache *cache = open_at(scratch_path("c"));
        put_nth(cache, 1);
        img_cache_flush(cache);
        bool bad = get_nth(cache, 1) != 1 || heard.warnings > 0;
        img_cache_close(cache);
        _exit(bad);
    }
    int status = -1;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void other_machines_file_systems_are_known(void **state)
{
    (void)state;
    assert_string_equal(img_cache_unsafe_place(0x6969), "NFS");
    assert_string_equal(img_cache_unsafe_place(0x65735546), "FUSE");
    assert_string_equal(img_cache_unsafe_place((unsigned long)(long)(int)0xFF534D42), "SMB");
    assert_null(img_cache_unsafe_place(0xEF53));     /* ext4 */
    assert_null(img_cache_unsafe_place(0x01021994)); /* tmpfs */
    assert_null(img_cache_unsafe_place(0x794C7630)); /* overlayfs */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_put_is_found, begin, end),
        cmocka_unit_test_setup_teardown(seeds_differ, begin, end),
        cmocka_unit_test_setup_teardown(only_failures_of_the_bytes_are_kept, begin, end),
        cmocka_unit_test_setup_teardown(fresh_files_are_not_trusted, begin, end),
        cmocka_unit_test_setup_teardown(a_cache_without_a_folder_misses, begin, end),
        cmocka_unit_test_setup_teardown(processes_and_threads_share_one, begin, end),
        cmocka_unit_test_setup_teardown(a_killed_writer_is_survived, begin, end),
        cmocka_unit_test_setup_teardown(every_byte_of_an_entry_counts, begin, end),
        cmocka_unit_test_setup_teardown(flipped_bytes_are_misses, begin_quickly, end),
        cmocka_unit_test_setup_teardown(bytes_flipped_later_are_misses, begin_quickly, end),
        cmocka_unit_test_setup_teardown(truncated_files_are_moved_aside, begin_quickly, end),
        cmocka_unit_test_setup_teardown(impossible_facts_are_misses, begin, end),
        cmocka_unit_test_setup_teardown(foreign_files_are_moved_aside, begin, end),
        cmocka_unit_test_setup_teardown(another_version_is_moved_aside, begin, end),
        cmocka_unit_test_setup_teardown(a_read_only_cache_is_read, begin, end),
        cmocka_unit_test_setup_teardown(an_unwritable_folder_is_one_warning, begin, end),
        cmocka_unit_test_setup_teardown(a_full_disk_is_one_warning, begin, end),
        cmocka_unit_test_setup_teardown(little_address_space_is_enough, begin, end),
        cmocka_unit_test_setup_teardown(other_machines_file_systems_are_known, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
