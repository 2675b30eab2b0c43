/* What the cache costs: writes and lookups a second, and opening it, at a size like a library's. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/report.h"
#include "cache/cache.h"

enum { DIMENSION = 512, THREADS_MAX = 64 };

static const char usage[] = "usage: bench_cache [-n PICTURES] [-t THREADS] [FOLDER]\n";

struct bench {
    struct img_cache *cache;
    unsigned pictures;
    unsigned first, step;
    unsigned missed;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Processor time of all threads: what it costs on a machine that is busy with other things. */
static double used(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct img_cache_key nth_key(const struct img_cache *cache, unsigned i)
{
    struct img_cache_key key = {
        .fingerprint = "0123456789abcdef", .preprocessing = "01234567", .precision = "f32"};
    img_cache_identify(cache, &i, sizeof i, &key.content);
    return key;
}

static struct img_stamp nth_stamp(unsigned i)
{
    return (struct img_stamp){.dev = 1, .ino = i, .size = i, .mtime_ns = 1, .ctime_ns = 1};
}

/* What a second run asks of every input: the file's content, then its vector. */
static void *look_up(void *arg)
{
    struct bench *b = arg;
    float vector[DIMENSION];
    for (unsigned i = b->first; i < b->pictures; i += b->step) {
        unsigned nth = (unsigned)((uint64_t)i * 2654435761u % b->pictures);
        struct img_stamp stamp = nth_stamp(nth);
        struct img_cache_key key = nth_key(b->cache, nth);
        b->missed += !img_cache_get_file(b->cache, &stamp, &key.content);
        b->missed += !img_cache_get_vector(b->cache, &key, DIMENSION, vector);
    }
    return NULL;
}

static void look_up_all(struct img_cache *cache, unsigned pictures, unsigned threads)
{
    pthread_t ids[THREADS_MAX];
    struct bench work[THREADS_MAX];
    unsigned missed = 0;
    double start = now(), start_used = used();
    for (unsigned i = 0; i < threads; i++) {
        work[i] = (struct bench){cache, pictures, i, threads, 0};
        if (pthread_create(&ids[i], NULL, look_up, &work[i]) != 0)
            abort();
    }
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        missed += work[i].missed;
    }
    printf("lookups, %2u thread(s)  %9.0f /s, %.2f us of processor time each  (%u missed)\n", threads,
           2.0 * pictures / (now() - start), (used() - start_used) * 5e5 / pictures, missed);
}

static void line(void *ctx, enum img_level level, const char *text)
{
    (void)ctx;
    if (level == IMG_WARNING)
        fprintf(stderr, "%s\n", text);
}

int main(int argc, char **argv)
{
    unsigned pictures = 50000, threads = 2;
    float vector[DIMENSION] = {0};
    char made[] = "/tmp/bench-cache-XXXXXX";
    struct img_cache *cache;
    struct img_err err;
    for (int c; (c = getopt(argc, argv, "n:t:")) != -1;) {
        if (c == 'n')
            pictures = (unsigned)strtoul(optarg, NULL, 10);
        else if (c == 't')
            threads = (unsigned)strtoul(optarg, NULL, 10);
        else
            return fputs(usage, stderr), 2;
    }
    const char *folder = optind < argc ? argv[optind] : mkdtemp(made);
    const struct img_report report = {line, NULL};
    const struct img_cache_options options = {folder, &report};
    if (!folder || pictures == 0 || threads == 0 || threads > THREADS_MAX ||
        !img_cache_open(&cache, &options, &err))
        return fputs(usage, stderr), 2;
    double start = now(), start_used = used();
    for (unsigned i = 0; i < pictures; i++) {
        struct img_cache_key key = nth_key(cache, i);
        struct img_stamp stamp = nth_stamp(i);
        vector[i % DIMENSION] += 1;
        img_cache_put_file(cache, &stamp, &key.content);
        img_cache_put_vector(cache, &key, DIMENSION, vector);
        if (i % 1024 == 1023)
            img_cache_flush(cache);
    }
    img_cache_flush(cache);
    printf("puts (file + vector)   %9.0f /s, %.2f us of processor time each, 1024 pictures a flush\n",
           2.0 * pictures / (now() - start), (used() - start_used) * 5e5 / pictures);
    look_up_all(cache, pictures, 1);
    look_up_all(cache, pictures, threads);
    start = now();
    img_cache_close(cache);
    printf("close                  %9.2f ms\n", (now() - start) * 1e3);
    start = now();
    if (!img_cache_open(&cache, &options, &err))
        return 3;
    printf("open                   %9.2f ms\n", (now() - start) * 1e3);
    img_cache_close(cache);
    if (folder == made) {
        char command[64];
        snprintf(command, sizeof command, "rm -rf %s", made);
        return system(command) == 0 ? 0 : 1;
    }
    return 0;
}
