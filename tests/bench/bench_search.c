/* How fast a search is, with the derived file and without: beside the rate at which all threads
 * together read the same memory, measured in turn in one run. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/pool.h"
#include "search/inside.h"

enum { ROUNDS = 7, TOP = 10, MANY = 64 };

static const char usage[] =
    "usage: bench_search [-n ROWS] [-d DIMENSION] [-t THREADS] [-k KERNELS] [-s] [FOLDER]\n"
    "  -s  serve: for each line 'QUERIES FIRST DERIVED' read, write the time in milliseconds and the\n"
    "      rows found for the first of them\n"
    "FOLDER may have vectors.f32 [ROWS, DIMENSION] already, and queries.f32 [64, DIMENSION].\n";

struct bench {
    size_t rows, dimension;
    unsigned threads;
    const char *kernels, *folder;
    const float *vectors;
    float queries[MANY * 4096];
    struct img_search *with, *without;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times, size_t n)
{
    qsort(times, n, sizeof *times, by_size);
    return times[n / 2];
}

/* Vectors of unit length, as embeddings are, from a small generator. */
static void fill(float *x, size_t rows, size_t dimension, uint64_t state)
{
    for (size_t r = 0; r < rows; r++) {
        double square = 0;
        for (size_t i = 0; i < dimension; i++) {
            float sum = -2;
            for (int j = 0; j < 4; j++) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                sum += (float)(state >> 40) * 0x1p-24f;
            }
            x[i] = sum;
            square += (double)sum * (double)sum;
        }
        for (size_t i = 0; i < dimension; i++, x++)
            *x = (float)((double)*x / sqrt(square));
    }
}

static bool make_vectors(const char *path, size_t rows, size_t dimension)
{
    enum { STEP = 1000 };
    FILE *file = fopen(path, "wb");
    float *some = malloc(STEP * dimension * sizeof *some);
    bool ok = file && some;
    for (size_t r = 0; ok && r < rows; r += STEP) {
        size_t n = rows - r < STEP ? rows - r : STEP;
        fill(some, n, dimension, r + 1);
        ok = fwrite(some, dimension * sizeof *some, n, file) == n;
    }
    free(some);
    return file && fclose(file) == 0 && ok;
}

static bool map_vectors(struct bench *b)
{
    char path[4096];
    size_t size = b->rows * b->dimension * sizeof *b->vectors;
    snprintf(path, sizeof path, "%s/vectors.f32", b->folder);
    int fd = open(path, O_RDONLY);
    if (fd < 0 && make_vectors(path, b->rows, b->dimension))
        fd = open(path, O_RDONLY);
    void *data = fd < 0 ? MAP_FAILED : mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    b->vectors = data;
    fill(b->queries, MANY, b->dimension, 99);
    snprintf(path, sizeof path, "%s/queries.f32", b->folder);
    FILE *file = fopen(path, "rb");
    if (file) {
        if (fread(b->queries, b->dimension * sizeof *b->queries, MANY, file) != MANY)
            fprintf(stderr, "%s: too short\n", path);
        fclose(file);
    }
    return data != MAP_FAILED;
}

static bool open_search(struct bench *b, bool derived, struct img_search **search)
{
    struct img_err err;
    const struct img_search_options options = {
        .vectors = b->vectors, .count = b->rows, .dimension = b->dimension,
        .folder = derived ? b->folder : NULL, .build = derived, .threads = b->threads,
        .kernels = b->kernels};
    return img_search_open(search, &options, &err) || (fprintf(stderr, "%s\n", err.text), false);
}

static double search_once(struct img_search *search, const float *queries, size_t count,
                          struct img_hit hits[MANY * TOP])
{
    static size_t found[MANY];
    struct img_err err;
    const struct img_search_request request = {
        .queries = queries, .count = count, .metric = IMG_METRIC_DOT, .top_k = TOP,
        .min_score = -INFINITY};
    double begin = now();
    if (!img_search_top(search, &request, hits, found, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    return now() - begin;
}

/* All threads read bytes once, as a scan does at best. */
struct reading {
    const unsigned char *bytes;
    size_t size;
    _Atomic uint64_t sum;
};

static void read_part(void *ctx, unsigned thread, unsigned threads)
{
    struct reading *r = ctx;
    const uint64_t *words = (const void *)r->bytes;
    size_t n = r->size / sizeof *words / 8, from = n * thread / threads * 8;
    size_t to = n * (thread + 1) / threads * 8;
    uint64_t sum[8] = {0};
    for (size_t i = from; i < to; i += 8)
        for (size_t j = 0; j < 8; j++)
            sum[j] ^= words[i + j];
    r->sum += sum[0] ^ sum[1] ^ sum[2] ^ sum[3] ^ sum[4] ^ sum[5] ^ sum[6] ^ sum[7];
}

static double read_once(struct bench *b, const void *bytes, size_t size)
{
    struct reading reading = {.bytes = bytes, .size = size};
    double begin = now();
    img_pool_run(b->without->pool, read_part, &reading);
    return now() - begin;
}

static void report(struct bench *b, const char *what, struct img_search *search,
                   const void *bytes, size_t size)
{
    double one[ROUNDS], many[ROUNDS], reading[ROUNDS];
    struct img_hit hits[MANY * TOP];
    for (size_t i = 0; i < ROUNDS; i++) {
        reading[i] = read_once(b, bytes, size);
        one[i] = search_once(search, b->queries + i * b->dimension, 1, hits);
        many[i] = search_once(search, b->queries, MANY, hits);
    }
    double r = median(reading, ROUNDS), o = median(one, ROUNDS), m = median(many, ROUNDS);
    printf("%-16s one query %7.2f ms, %5.1f GB/s, %3.0f %% of reading alone; %d queries %7.1f ms, "
           "%5.0f a second, %4.0f G products/s\n",
           what, o * 1e3, (double)size / o * 1e-9, r / o * 100, MANY, m * 1e3, MANY / m,
           (double)MANY * (double)(b->rows * b->dimension) / m * 1e-9);
}

static void serve(struct bench *b)
{
    unsigned queries, first, derived;
    char line[128];
    while (fgets(line, sizeof line, stdin) &&
           sscanf(line, "%u %u %u", &queries, &first, &derived) == 3 && first <= MANY &&
           queries <= MANY - first) {
        struct img_hit hits[MANY * TOP] = {{0, 0}};
        double took = search_once(derived ? b->with : b->without, b->queries + first * b->dimension,
                                  queries, hits);
        printf("%.4f", took * 1e3);
        for (size_t i = 0; i < TOP; i++)
            printf(" %zu", hits[i].row);
        printf("\n");
        fflush(stdout);
    }
}

static int run(struct bench *b, bool serving)
{
    double begin = now();
    if (!map_vectors(b) || !open_search(b, false, &b->without) ||
        (begin = now(), !open_search(b, true, &b->with)))
        return 3;
    double built = now() - begin;
    img_search_close(b->with);
    begin = now();
    if (!open_search(b, true, &b->with))
        return 3;
    double opened = now() - begin;
    if (serving) {
        serve(b);
        return 0;
    }
    const struct img_reduced *reduced = &b->with->derived.reduced;
    printf("search: %zu x %zu, %u threads, %s; derived file made (if it was not there) and opened in "
           "%.0f ms, opened in %.2f ms\n",
           b->rows, b->dimension, img_pool_threads(b->with->pool), b->with->kernels->name,
           built * 1e3, opened * 1e3);
    report(b, "derived file", b->with, reduced->blocks, reduced->count * (reduced->depth + 20));
    report(b, "float32 vectors", b->without, b->vectors,
           b->rows * b->dimension * sizeof *b->vectors);
    return 0;
}

int main(int argc, char **argv)
{
    static struct bench b = {.rows = 200000, .dimension = 512};
    char made[] = "/tmp/bench-search-XXXXXX", path[64];
    bool serving = false;
    for (int c; (c = getopt(argc, argv, "n:d:t:k:s")) != -1;) {
        if (c == 'n')
            b.rows = strtoul(optarg, NULL, 10);
        else if (c == 'd')
            b.dimension = strtoul(optarg, NULL, 10);
        else if (c == 't')
            b.threads = (unsigned)strtoul(optarg, NULL, 10);
        else if (c == 'k')
            b.kernels = optarg;
        else if (c == 's')
            serving = true;
        else
            return fputs(usage, stderr), 2;
    }
    b.folder = optind < argc ? argv[optind] : mkdtemp(made);
    if (!b.folder || b.rows == 0 || b.dimension == 0 || b.dimension > 4096)
        return fputs(usage, stderr), 2;
    int status = run(&b, serving);
    img_search_close(b.with);
    img_search_close(b.without);
    for (int i = 0; b.folder == made && i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", made, i ? IMG_DERIVED_NAME : "vectors.f32");
        unlink(path);
    }
    if (b.folder == made)
        rmdir(made);
    return status;
}
