/* Opening a search, and scores of rows that are named. */
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "search/inside.h"

bool img_search_open(struct img_search **search, const struct img_search_options *options,
                     struct img_err *err)
{
    size_t size;
    *search = NULL;
    if (!img_size_mul(options->count, options->dimension, &size) ||
        !img_size_mul(size, sizeof *options->vectors, &size))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu vectors of %zu elements are too many",
                           options->count, options->dimension);
    const struct img_search_kernels *kernels = img_search_kernels_need(options->kernels, err);
    if (!kernels)
        return false;
    struct img_search *s = calloc(1, sizeof *s);
    if (!s)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
    s->options = *options;
    s->kernels = kernels;
    s->options.folder = s->folder = options->folder ? strdup(options->folder) : NULL;
    if (options->folder && !s->folder) {
        free(s);
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a search");
    }
    s->pool = img_pool_new(options->threads ? options->threads : img_processors(), err);
    if (!s->pool || !img_derived_open(&s->derived, &s->options, kernels, s->pool, err)) {
        img_pool_free(s->pool);
        free(s->folder);
        free(s);
        return false;
    }
    pthread_mutex_init(&s->turn, NULL);
    *search = s;
    return true;
}

void img_search_close(struct img_search *search)
{
    if (!search)
        return;
    img_pool_free(search->pool);
    img_derived_close(&search->derived);
    pthread_mutex_destroy(&search->turn);
    free(search->folder);
    free(search);
}

void img_search_score_rows(const struct img_search *search, const float *query,
                           enum img_metric metric, const size_t *rows, size_t n, double *scores)
{
    size_t dimension = search->options.dimension;
    double square = search->kernels->dot(query, query, dimension);
    for (size_t i = 0; i < n; i++)
        scores[i] = img_score_pair(search->kernels, search->options.vectors + rows[i] * dimension,
                                   query, square, dimension, metric);
}
