/* How near the engine comes to the processor's peak: pictures a second at several batch sizes, beside
 * the rate of one product that stays in the first-level caches, measured in turn in one run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/engine.h"
#include "base/pool.h"
#include "kernel/kernel.h"
#include "model/synth.h"

enum { MOST = 32, ROUNDS = 7 };

static const char usage[] =
    "usage: bench_engine [-t THREADS] [-k KERNELS] [-c CACHE-FOLDER] [-s] [MODEL-FOLDER]\n"
    "  -c  take packed weights from this folder, as the programs do, and keep them there\n"
    "  -s  serve: for each line 'BATCH RUNS' read, write the RUNS times in milliseconds\n"
    "Without a folder a seeded ViT-B/32 is made below $BUILD.\n";

struct bench {
    struct img_model model;
    struct img_engine *engine;
    unsigned char *pixels; /* [MOST] pictures */
    float *out;            /* [MOST, dimension] */
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

static double median(double *times)
{
    qsort(times, ROUNDS, sizeof *times, by_size);
    return times[ROUNDS / 2];
}

/* Multiply-adds a second of one thread on a product that fits the nearest caches. */
static double peak(const struct img_kernels *kernels)
{
    static float a[48 * 256], w[2 * 256 * 16], c[48 * 32];
    struct img_matmul m = {.a = a, .a_stride = 256, .w = w, .c = c, .c_stride = 32, .rows = 48,
                           .k = 256, .end_panel = 2};
    double times[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
        double begin = now();
        for (int j = 0; j < 400; j++)
            kernels->matmul(&m);
        times[i] = (now() - begin) / 400;
    }
    return 48.0 * 256 * 32 / median(times);
}

/* Multiply-adds that one picture's embedding takes, attention and the last block's saving in. */
static double work(const struct img_arch *arch)
{
    double t = 1 + (double)(arch->image_size / arch->patch) * (arch->image_size / arch->patch);
    double w = arch->image.width, h = arch->image.hidden, layers = arch->image.layers;
    double block = t * (4 * w * w + 2 * w * h) + 2 * t * t * w;
    double last = t * 2 * w * w + 2 * w * w + 2 * w * h + 2 * t * w;
    return (t - 1) * 3 * arch->patch * arch->patch * w + (layers - 1) * block + last +
           w * arch->dimension;
}

/* The model of `make bench`, made once. */
static bool make_model(char *folder, size_t size, struct img_err *err)
{
    char weights[600];
    const char *build = getenv("BUILD");
    struct img_synth_spec spec = {.name = "clip-vit-base-patch32"};
    snprintf(folder, size, "%s/models/%s", build ? build : "build", spec.name);
    snprintf(weights, sizeof weights, "%s/model.safetensors", folder);
    return access(weights, R_OK) == 0 || img_synth_write(&spec, folder, err);
}

static bool bench_open(struct bench *bench, const char *folder,
                       const struct img_engine_options *options, struct img_err *err)
{
    char made[512];
    if (!folder && !make_model(made, sizeof made, err))
        return false;
    if (!img_model_open(&bench->model, folder ? folder : made, err) ||
        !img_engine_open_cpu(&bench->engine, &bench->model, options, err))
        return false;
    size_t picture = (size_t)bench->engine->info.image_size * bench->engine->info.image_size * 3;
    bench->pixels = malloc(MOST * picture);
    bench->out = malloc(MOST * bench->engine->info.dimension * sizeof *bench->out);
    if (!bench->pixels || !bench->out)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %d pictures", MOST);
    for (size_t i = 0; i < MOST * picture; i++)
        bench->pixels[i] = (unsigned char)(i * 2654435761u >> 24);
    return true;
}

static void bench_close(struct bench *bench)
{
    img_engine_close(bench->engine);
    img_model_close(&bench->model);
    free(bench->pixels);
    free(bench->out);
}

/* Seconds that one batch takes. */
static bool time_batch(struct bench *bench, size_t batch, double *seconds, struct img_err *err)
{
    double begin = now();
    bool ok = img_engine_encode_images(bench->engine, bench->pixels, batch, bench->out, err);
    *seconds = now() - begin;
    return ok;
}

static bool serve(struct bench *bench, struct img_err *err)
{
    size_t batch, runs;
    double seconds;
    while (scanf("%zu %zu", &batch, &runs) == 2) {
        if (batch < 1 || batch > MOST)
            return img_err_set(err, IMG_ERR_USAGE, "batches of %zu: at most %d", batch, MOST);
        for (size_t i = 0; i < runs; i++) {
            if (!time_batch(bench, batch, &seconds, err))
                return false;
            printf("%s%.4f", i ? " " : "", 1e3 * seconds);
        }
        putchar('\n');
        fflush(stdout);
    }
    return true;
}

static bool report(struct bench *bench, unsigned threads, struct img_err *err)
{
    double one = peak(img_kernels_choose(bench->engine->info.kernels));
    printf("%s, %s, %u threads; one thread's peak %.1f GFLOP/s\n", bench->model.name,
           bench->engine->info.kernels, threads, 2e-9 * one);
    for (size_t batch = 1; batch <= MOST; batch = batch == 1 ? 4 : batch * 8) {
        double times[ROUNDS];
        for (int i = 0; i < ROUNDS; i++)
            if (!time_batch(bench, batch, &times[i], err))
                return false;
        double each = median(times) / (double)batch;
        printf("batch %2zu: %7.2f ms a picture, %6.1f pictures/s, %3.0f %% of the peak\n", batch,
               1e3 * each, 1 / each, 100 * work(&bench->model.arch) / each / (one * threads));
    }
    return true;
}

int main(int argc, char **argv)
{
    struct bench bench = {0};
    struct img_err err;
    struct img_engine_options options = {0};
    bool serving = false;
    for (int c; (c = getopt(argc, argv, "t:k:c:s")) != -1;)
        switch (c) {
        case 't': options.threads = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'k': options.kernels = optarg; break;
        case 'c': options.cache_folder = optarg; break;
        case 's': serving = true; break;
        default: fputs(usage, stderr); return 2;
        }
    bool ok = bench_open(&bench, optind < argc ? argv[optind] : NULL, &options, &err) &&
              (serving ? serve(&bench, &err)
                       : report(&bench, options.threads ? options.threads : img_processors(), &err));
    if (!ok)
        fprintf(stderr, "bench_engine: %s\n", err.text);
    bench_close(&bench);
    return ok ? 0 : 3;
}
