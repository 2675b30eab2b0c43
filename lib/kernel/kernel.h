/* The arithmetic of the forward pass, once for each instruction set, the same bits from each.
 *
 * Every operation is defined by the scalar set: which products are fused, in which order sums run,
 * how reductions fold. The other sets do the same on sixteen lanes at once, so a result does not
 * depend on the processor, nor on how rows and columns were split over threads. */
#ifndef IMG_KERNEL_KERNEL_H
#define IMG_KERNEL_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

/* Columns of a weight panel, lanes of every reduction. */
enum { IMG_LANES = 16 };

/* A sum over k runs in blocks of this many; the sums of the blocks are added in order. */
enum { IMG_K_BLOCK = 256 };

/* c = a · w + bias, c [rows, 16 * panels], from weights packed in panels: w [panels][k][16].
 * Strides are in floats; rows of c must not overlap a. Columns beyond the matrix are zero weights.
 *
 * Element: for each block of 256 consecutive k, s = fma(a[k], w[k], s) from s = 0 upwards; the
 * blocks' s are added in order; then the bias is added, where there is one.
 *
 * With pairs, a is rounded to bfloat16 (to nearest, ties to even) and w is w [panels][ceil(k/2)][16]
 * pairs of bfloat16: w[k] of an even k in the low half of 32 bits, w[k + 1] (0 behind the last) in
 * the high half. Within a pair the odd k's product is added first: that is what the instruction of
 * AVX512_BF16 does, and what the other sets do in two steps. */
struct img_matmul {
    const float *a; /* [rows, k], stride a_stride */
    size_t a_stride;
    const float *w;
    const float *bias; /* [16 * panels] or NULL */
    float *c;
    size_t c_stride;
    size_t rows, k;
    size_t first_panel, end_panel; /* the panels to compute: threads share a product by panels */
    bool pairs;
    void (*finish)(float *x, size_t n); /* applied to each finished element; or NULL */
};

struct img_kernels {
    const char *name; /* scalar, avx2, avx512, avx512bf16, neon */

    void (*matmul)(const struct img_matmul *m);

    /* y = (x - mean) / sqrt(variance + epsilon) * weight + bias over one row of n. x and y may be
     * the same row. */
    void (*layer_norm)(const float *x, const float *weight, const float *bias, float epsilon,
                       size_t n, float *y);

    /* x = softmax(scale * x) over n elements; what follows up to the next multiple of 16 becomes
     * zero. */
    void (*softmax)(float *x, float scale, size_t n);

    /* y += x, n elements. */
    void (*add)(const float *x, size_t n, float *y);

    /* x * sigmoid(1.702 x), in place; n a multiple of 16. */
    void (*quick_gelu)(float *x, size_t n);

    /* x/2 * (1 + erf(x / sqrt 2)), in place; n a multiple of 16. */
    void (*gelu)(float *x, size_t n);
};

/* The sets this build has, slowest (the scalar one) to fastest, NULL at the end. */
const struct img_kernels *const *img_kernels_built(void);

/* True when this processor and its operating system can run the set. */
bool img_kernels_run_here(const struct img_kernels *kernels);

/* True when the set gives the scalar set's bits on a small example of every operation. */
bool img_kernels_check(const struct img_kernels *kernels);

/* The fastest set that runs here and passes its check; with a name, that set or NULL. */
const struct img_kernels *img_kernels_choose(const char *name);

#endif
