/* The GPU engine on whatever OpenCL device is here: pictures a second, and where the time goes. Stages
 * are measured by waiting after each, in a run of their own. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "engine/gpu/gpu.h"
#include "model/synth.h"

static const char usage[] =
    "usage: bench_gpu [-d DEVICE] [-n PICTURES] [-r RUNS] [-h] [MODEL-FOLDER]\n"
    "  -h  weights and activations in 16 bits\n"
    "  -n  pictures of a run: 4, since PoCL is slow; a card wants 64 and more\n"
    "Without a folder a seeded ViT-B/32 is made below $BUILD.\n";

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Floating-point operations of one picture's matrix products. */
static double work(const struct img_arch *arch)
{
    double t = 1 + (double)(arch->image_size / arch->patch) * (arch->image_size / arch->patch);
    double w = arch->image.width, h = arch->image.hidden, layers = arch->image.layers;
    double block = t * (4 * w * w + 2 * w * h);
    double last = t * 3 * w * w + w * w + 2 * w * h;
    return 2 * ((t - 1) * 3 * arch->patch * arch->patch * w + (layers - 1) * block + last +
                w * arch->dimension);
}

static bool make_model(char *folder, size_t size, struct img_err *err)
{
    char weights[600];
    const char *build = getenv("BUILD");
    struct img_synth_spec spec = {.name = "clip-vit-base-patch32"};
    snprintf(folder, size, "%s/models/%s", build ? build : "build", spec.name);
    snprintf(weights, sizeof weights, "%s/model.safetensors", folder);
    return access(weights, R_OK) == 0 || img_synth_write(&spec, folder, err);
}

/* The fastest of some runs over n pictures, after one that is not counted. */
static bool time_runs(struct img_engine *engine, size_t n, unsigned runs, double *seconds,
                      struct img_gpu_stats *before, struct img_err *err)
{
    size_t picture = (size_t)engine->info.image_size * engine->info.image_size * 3;
    unsigned char *pixels = calloc(n, picture);
    float *out = calloc(n, engine->info.dimension * sizeof *out);
    bool ok = pixels && out ? img_engine_encode_images(engine, pixels, n, out, err)
                            : img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory");
    (void)img_engine_gpu_stats(engine, before);
    for (unsigned i = 0; ok && i < runs; i++) {
        double begin = now();
        ok = img_engine_encode_images(engine, pixels, n, out, err);
        double took = now() - begin;
        *seconds = i == 0 || took < *seconds ? took : *seconds;
    }
    free(pixels);
    free(out);
    return ok;
}

static bool bench(struct img_model *model, struct img_engine_options *options, size_t n,
                  unsigned runs, struct img_err *err)
{
    static const char *const stages[] = {"upload",    "patches",    "products", "norms",
                                         "attention", "activation", "download"};
    struct img_engine *engine;
    struct img_gpu_stats before = {0}, after = {0};
    double seconds = 0;
    for (int measured = 0; measured < 2; measured++) {
        options->gpu.measured = measured;
        double begin = now();
        if (!img_engine_open(&engine, model, options, err))
            return false;
        double opened = now() - begin;
        bool ok = time_runs(engine, n, runs, &seconds, &before, err);
        (void)img_engine_gpu_stats(engine, &after);
        if (ok && !measured)
            printf("%s on %s, %s: opened in %.2f s; %zu pictures, %zu at once: %.2f ms each, "
                   "%.1f pictures/s, %.1f GFLOP/s\n",
                   model->name, engine->info.kernels, engine->info.precision, opened, n,
                   img_engine_gpu_at_once(engine), 1e3 * seconds / (double)n,
                   (double)n / seconds,
                   1e-9 * (double)n * work(&model->arch) / seconds);
        img_engine_close(engine);
        if (!ok)
            return false;
    }
    for (int i = 0; i < IMG_GPU_STAGES; i++) {
        double each = (after.seconds[i] - before.seconds[i]) / runs / (double)n;
        printf("  %-10s %8.3f ms a picture", stages[i], 1e3 * each);
        if (i == IMG_GPU_PRODUCTS)
            printf(", %.1f GFLOP/s", 1e-9 * work(&model->arch) / each);
        putchar('\n');
    }
    return true;
}

int main(int argc, char **argv)
{
    struct img_model model = {0};
    struct img_err err = {0};
    char made[512];
    unsigned runs = 2, n = 4;
    struct img_engine_options options = {.gpu = {.wish = IMG_GPU_MUST}};
    for (int c; (c = getopt(argc, argv, "d:n:r:h")) != -1;)
        switch (c) {
        case 'd': options.gpu.device = optarg; break;
        case 'n': n = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'r': runs = (unsigned)strtoul(optarg, NULL, 10); break;
        case 'h': options.gpu.f16 = true; break;
        default: fputs(usage, stderr); return 2;
        }
    const char *folder = optind < argc ? argv[optind] : NULL;
    if (runs == 0 || n == 0 || (!folder && !make_model(made, sizeof made, &err)) ||
        !img_model_open(&model, folder ? folder : made, &err) ||
        !bench(&model, &options, n, runs, &err))
        printf("GPU: skipped (%s)\n", err.text); /* `make bench` goes on without a device */
    img_model_close(&model);
    return 0;
}
