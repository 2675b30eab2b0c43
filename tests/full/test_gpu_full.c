/* Full-size models through the GPU engine, on whatever OpenCL device is here; PoCL takes minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/gpu.h"
#include "support/npy.h"

/* Norm of the difference from the reference's: as floats, and where the cosine is 0.9999. */
#define F32_LIMIT 5e-6
#define F16_LIMIT 0.01414

static void full_size(const char *name, bool f16)
{
    struct golden_model model;
    struct img_engine_options options = gpu_options();
    gpu_need();
    if (!shared_folder()) {
        print_message("skipped: the folder with reference numbers is not there\n");
        skip();
    }
    options.gpu.f16 = f16;
    golden_open_with(&model, golden_synth(name), &options);
    model.limit = f16 ? F16_LIMIT : F32_LIMIT;
    golden_folder(&model, name);
    golden_close(&model);
}

static void in_floats(void **state)
{
    full_size(*state, false);
}

static void in_16_bits(void **state)
{
    full_size(*state, true);
}

#define MODEL(folder, test) {.name = #folder " " #test, .test_func = test, .initial_state = folder}

int main(void)
{
    static char b32[] = "hf-vit-b32", l14[] = "hf-vit-l14", open_b32[] = "open-clip-vit-b32",
                open_b16[] = "open-clip-vit-b16";
    const struct CMUnitTest tests[] = {
        MODEL(b32, in_floats),      MODEL(open_b32, in_floats), MODEL(open_b16, in_floats),
        MODEL(l14, in_floats),      MODEL(b32, in_16_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
