/* Full-size models against the reference's embeddings: some gigabytes of weights, some minutes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/golden.h"
#include "support/npy.h"

static void full_size(void **state)
{
    const char *name = *state;
    struct golden_model model;
    if (!shared_folder()) {
        print_message("skipped: the folder with reference numbers is not there\n");
        skip();
    }
    golden_open(&model, golden_synth(name), 0, NULL);
    golden_folder(&model, name);
    golden_close(&model);
}

#define MODEL(folder)                                                                              \
    {                                                                                              \
        .name = #folder, .test_func = full_size, .initial_state = folder                            \
    }

int main(void)
{
    static char b32[] = "hf-vit-b32", l14[] = "hf-vit-l14", open_b32[] = "open-clip-vit-b32",
                open_b16[] = "open-clip-vit-b16";
    const struct CMUnitTest tests[] = {MODEL(b32), MODEL(l14), MODEL(open_b32), MODEL(open_b16)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
