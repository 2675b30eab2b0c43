/* Spherical k-means: clusters of directions, each around the mean of its members' (Dhillon &
 * Modha, 2001), from centres drawn by k-means++ (Arthur & Vassilvitskii, 2007). The same seed
 * gives the same bits, whatever the number of threads and the instruction set. */
#ifndef IMG_SIM_KMEANS_H
#define IMG_SIM_KMEANS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    IMG_KMEANS_K_MAX = 65536,
    IMG_KMEANS_ROUNDS = 100, /* at most */
    IMG_KMEANS_SAMPLE = 2048, /* rows that k is chosen by */
};

struct img_kmeans_input {
    const float *rows; /* [count, dimension], of any length; the caller's */
    size_t count, dimension;
    const uint8_t *skip;  /* a bit a row, lowest first: rows that do not count; NULL: all count */
    unsigned threads;     /* 0: as many as there are processors */
    int (*stopped)(void); /* not 0: give up; may be NULL */
};

struct img_kmeans {
    size_t k;        /* clusters, each with a member; fewer than asked for when fewer rows differ */
    size_t *cluster; /* [count]; SIZE_MAX: skipped, or without a direction */
    double *score;   /* [count], cosine with the cluster's centre */
    float *centres;  /* [k, dimension], of length 1 */
    size_t rounds;
    bool settled; /* no row would change its cluster any more */
};

/* Free with img_kmeans_clear(), also after a failure. Fails with OUT_OF_MEMORY, or SYSTEM when
 * stopped. */
IMG_CHECKED bool img_kmeans_run(const struct img_kmeans_input *input, size_t k, uint64_t seed,
                                struct img_kmeans *out, struct img_err *err);

void img_kmeans_clear(struct img_kmeans *out);

/* How well clusters are told apart: the mean over rows of (b - a) / max(a, b), a being the
 * distance (1 - cosine) to the own centre and b that to the nearest other one, 0 for a row alone
 * in its cluster: the simplified silhouette (Hruschka et al., 2004). Between -1 and 1. */
double img_kmeans_silhouette(const struct img_kmeans_input *input, const struct img_kmeans *found);

/* The k of some candidates from 2 to 64 whose clusters of a sample (every n-th row) have the
 * greatest silhouette, the first of equals; 1 when fewer than three rows differ. Fails as
 * img_kmeans_run() does. */
IMG_CHECKED bool img_kmeans_choose(const struct img_kmeans_input *input, uint64_t seed, size_t *k,
                                   double *silhouette, struct img_err *err);

#endif
