/* Kernels: the same bits from every instruction set, and those bits close to the truth. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/kernel_cases.h"

static void every_set_gives_the_scalar_bits(void **state)
{
    (void)state;
    for (const struct img_kernels *const *set = img_kernels_built() + 1; *set; set++) {
        if (!img_kernels_run_here(*set)) {
            print_message("%s: skipped, this processor lacks it\n", (*set)->name);
            continue;
        }
        const char *failed = kernel_cases_compare(*set);
        if (failed)
            fail_msg("%s", failed);
        assert_true(img_kernels_check(*set));
        print_message("%s: the scalar set's bits\n", (*set)->name);
    }
}

static void nearly_softmax(float *x, float scale, size_t n)
{
    img_kernels_built()[0]->softmax(x, scale, n);
    x[n - 1] += 1e-7f;
}

static void a_wrong_set_fails_its_check(void **state)
{
    (void)state;
    struct img_kernels wrong = *img_kernels_built()[0];
    assert_true(img_kernels_check(&wrong));
    wrong.softmax = nearly_softmax;
    assert_false(img_kernels_check(&wrong));
}

static void sets_are_chosen_by_name(void **state)
{
    (void)state;
    assert_string_equal(img_kernels_choose("scalar")->name, "scalar");
    assert_null(img_kernels_choose("mmx"));
    assert_non_null(img_kernels_choose(NULL));
}

static void fill(float *x, size_t n, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        seed = seed * 1664525u + 1013904223u;
        x[i] = (float)(seed >> 8) * 0x1p-23f - 1.0f;
    }
}

/* Sums in blocks of 256 with fused steps stay near 3e-7 of the norm where one chain has 1e-6. */
static void products_are_close_to_the_truth(void **state)
{
    (void)state;
    enum { ROWS = 3, K = 3072, COLS = 16 };
    static float a[ROWS * K], w[K * COLS], c[ROWS * COLS];
    fill(a, ROWS * K, 7);
    fill(w, K * COLS, 8);
    img_kernels_choose(NULL)->matmul(&(struct img_matmul){
        .a = a, .a_stride = K, .w = w, .c = c, .c_stride = COLS, .rows = ROWS, .k = K,
        .end_panel = 1});
    double error = 0, norm = 0;
    for (size_t r = 0; r < ROWS; r++)
        for (size_t j = 0; j < COLS; j++) {
            double truth = 0;
            for (size_t k = 0; k < K; k++)
                truth += (double)a[r * K + k] * (double)w[k * COLS + j];
            error += pow((double)c[r * COLS + j] - truth, 2);
            norm += truth * truth;
        }
    print_message("relative error %.2g\n", sqrt(error / norm));
    assert_true(sqrt(error / norm) < 5e-7);
}

static void activations_are_close_to_the_truth(void **state)
{
    (void)state;
    const struct img_kernels *kernels = img_kernels_choose(NULL);
    double worst_gelu = 0, worst_quick = 0;
    for (int i = -16000; i < 16000; i += 16) {
        float x[16], gelu[16], quick[16];
        for (int j = 0; j < 16; j++)
            x[j] = gelu[j] = quick[j] = (float)(i + j) / 1000.0f;
        kernels->gelu(gelu, 16);
        kernels->quick_gelu(quick, 16);
        for (int j = 0; j < 16; j++) {
            double v = (double)x[j], size = fmax(fabs(v), 1);
            double true_gelu = v / 2 * (1 + erf(v / sqrt(2)));
            double true_quick = v / (1 + exp(-1.702 * v));
            worst_gelu = fmax(worst_gelu, fabs((double)gelu[j] - true_gelu) / size);
            worst_quick = fmax(worst_quick, fabs((double)quick[j] - true_quick) / size);
        }
    }
    print_message("largest error: gelu %.2g, quick gelu %.2g\n", worst_gelu, worst_quick);
    assert_true(worst_gelu < 2e-7);
    assert_true(worst_quick < 2e-7);
}

static void softmax_sums_to_one_and_keeps_order(void **state)
{
    (void)state;
    float x[32];
    for (int i = 0; i < 21; i++)
        x[i] = (float)i * 100.0f - 1000.0f;
    img_kernels_choose(NULL)->softmax(x, 0.01f, 21);
    double sum = 0;
    for (int i = 0; i < 21; i++) {
        assert_true(i == 0 || x[i] > x[i - 1]);
        sum += (double)x[i];
    }
    assert_true(fabs(sum - 1) < 1e-6);
    for (int i = 21; i < 32; i++)
        assert_true(x[i] == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_set_gives_the_scalar_bits),
        cmocka_unit_test(a_wrong_set_fails_its_check),
        cmocka_unit_test(sets_are_chosen_by_name),
        cmocka_unit_test(products_are_close_to_the_truth),
        cmocka_unit_test(activations_are_close_to_the_truth),
        cmocka_unit_test(softmax_sums_to_one_and_keeps_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
