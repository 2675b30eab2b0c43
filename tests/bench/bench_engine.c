/* How near the engine comes to the processor's peak: pictures a second at several batch sizes, beside
 * the rate of one product that stays in the first-level caches, measured in turn in one run.
 *
 * usage: bench_engine MODEL-FOLDER [THREADS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "engine/engine.h"
#include "base/pool.h"
#include "kernel/kernel.h"

enum { MOST = 32, ROUNDS = 7 };

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

int main(int argc, char **argv)
{
    struct img_model model;
    struct img_engine *engine = NULL;
    struct img_err err;
    struct img_engine_options options = {.threads = argc > 2 ? (unsigned)atoi(argv[2]) : 0};
    if (argc < 2 || !img_model_open(&model, argv[1], &err) ||
        !img_engine_open_cpu(&engine, &model, &options, &err)) {
        fprintf(stderr, "bench_engine: %s\n", argc < 2 ? "which model?" : err.text);
        return 2;
    }
    size_t size = engine->info.image_size, picture = size * size * 3;
    unsigned char *pixels = malloc(MOST * picture);
    float *out = malloc(MOST * engine->info.dimension * sizeof *out);
    unsigned threads = options.threads ? options.threads : img_processors();
    if (!pixels || !out)
        return 3;
    for (size_t i = 0; i < MOST * picture; i++)
        pixels[i] = (unsigned char)(i * 2654435761u >> 24);
    double one = peak(img_kernels_choose(NULL));
    printf("%s, %s, %u threads; one thread's peak %.1f GFLOP/s\n", model.name, engine->info.kernels,
           threads, 2e-9 * one);
    for (size_t batch = 1; batch <= MOST; batch = batch == 1 ? 4 : batch * 8) {
        double times[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            double begin = now();
            if (!img_engine_encode_images(engine, pixels, batch, out, &err))
                return 3;
            times[i] = (now() - begin) / (double)batch;
        }
        double each = median(times);
        printf("batch %2zu: %7.2f ms a picture, %6.1f pictures/s, %3.0f %% of the peak\n", batch,
               1e3 * each, 1 / each, 100 * work(&model.arch) / each / (one * threads));
    }
    img_engine_close(engine);
    img_model_close(&model);
    free(pixels);
    free(out);
    return 0;
}
