/* Integer sums of reduced rows with queries, and the rows that they cannot rule out. */
#include "search/sifted.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

/* As many queries are summed one by one, along the row; more are worth a panel of sixteen. */
enum { SINGLY = 4 };

static void *array(size_t a, size_t b, size_t size)
{
    size_t n;
    return img_size_mul(a, b, &n) && n > 0 ? calloc(n, size) : calloc(1, size);
}

void img_sifted_forget(struct img_sifted_queries *queries)
{
    free(queries->asked);
    free(queries->codes);
    free(queries->panels);
    *queries = (struct img_sifted_queries){0};
}

static void fill_panels(struct img_sifted_queries *queries)
{
    size_t depth = queries->reduced->depth;
    for (size_t q = 0; q < queries->count; q++) {
        const int16_t *codes = queries->codes + q * depth;
        int16_t *to = queries->panels + q / IMG_CODE_PANEL * depth * IMG_CODE_PANEL +
                      q % IMG_CODE_PANEL * 2;
        for (size_t i = 0; i < depth; i += 2) {
            to[i * IMG_CODE_PANEL] = codes[i];
            to[i * IMG_CODE_PANEL + 1] = codes[i + 1];
        }
    }
}

bool img_sifted_ask(struct img_sifted_queries *queries, const struct img_reduced *reduced,
                    const float *vectors, size_t count, enum img_metric metric, bool *usable,
                    struct img_err *err)
{
    size_t depth = reduced->depth;
    *queries = (struct img_sifted_queries){
        .reduced = reduced, .metric = metric, .count = count,
        .panel_count = (count + IMG_CODE_PANEL - 1) / IMG_CODE_PANEL};
    queries->asked = array(count, 1, sizeof *queries->asked);
    queries->codes = array(count, depth, sizeof *queries->codes);
    queries->panels = array(queries->panel_count * IMG_CODE_PANEL, depth, sizeof *queries->panels);
    if (!queries->asked || !queries->codes || !queries->panels) {
        img_sifted_forget(queries);
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu queries", count);
    }
    *usable = true;
    for (size_t q = 0; q < count; q++) {
        img_reduced_ask(reduced, metric, vectors + q * reduced->dimension, &queries->asked[q],
                        queries->codes + q * depth);
        *usable = *usable && queries->asked[q].usable;
    }
    fill_panels(queries);
    return true;
}

static void set_terms(struct img_sifter *sifter, const struct img_reduced_query *asked,
                      size_t lane, double bar)
{
    size_t panel = lane / IMG_CODE_PANEL;
    img_reduced_terms(asked, sifter->queries->metric, bar,
                      sifter->terms + panel * IMG_SIFT_TERMS * IMG_CODE_PANEL,
                      lane % IMG_CODE_PANEL);
}

bool img_sifter_open(struct img_sifter *sifter, const struct img_sifted_queries *queries,
                     const struct img_search_kernels *kernels, struct img_err *err)
{
    size_t lanes = queries->panel_count * IMG_CODE_PANEL;
    *sifter = (struct img_sifter){.queries = queries, .kernels = kernels};
    sifter->wide = array(IMG_SIFT_ROWS, queries->reduced->depth, sizeof *sifter->wide);
    sifter->sums = array(IMG_SIFT_ROWS, lanes, sizeof *sifter->sums);
    sifter->masks = array(IMG_SIFT_ROWS, queries->panel_count, sizeof *sifter->masks);
    sifter->terms = array(IMG_SIFT_TERMS, lanes, sizeof *sifter->terms);
    sifter->bars = array(queries->count, 1, sizeof *sifter->bars);
    if (!sifter->wide || !sifter->sums || !sifter->masks || !sifter->terms || !sifter->bars) {
        img_sifter_close(sifter);
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu queries",
                           queries->count);
    }
    static const struct img_reduced_query none = {0};
    for (size_t q = 0; q < lanes; q++)
        set_terms(sifter, q < queries->count ? &queries->asked[q] : &none, q, -INFINITY);
    for (size_t q = 0; q < queries->count; q++)
        sifter->bars[q] = -INFINITY;
    return true;
}

void img_sifter_close(struct img_sifter *sifter)
{
    free(sifter->wide);
    free(sifter->sums);
    free(sifter->masks);
    free(sifter->terms);
    free(sifter->bars);
    *sifter = (struct img_sifter){0};
}

void img_sifter_raise(struct img_sifter *sifter, size_t query, double bar)
{
    const struct img_sifted_queries *queries = sifter->queries;
    if (bar == sifter->bars[query])
        return;
    sifter->bars[query] = bar;
    set_terms(sifter, &queries->asked[query], query, bar);
}

static void sum_panels(struct img_sifter *sifter, const int8_t *codes, size_t count)
{
    const struct img_sifted_queries *queries = sifter->queries;
    size_t depth = queries->reduced->depth;
    sifter->kernels->widen(codes, count * depth, sifter->wide);
    sifter->kernels->code_products(&(struct img_code_product){
        .rows = sifter->wide, .row_count = count, .depth = depth, .panels = queries->panels,
        .panel_count = queries->panel_count, .out = sifter->sums});
}

/* Sums of the codes with the queries, and into checks with the key. */
static void sum_codes(struct img_sifter *sifter, const int8_t *codes, size_t count,
                      int32_t *checks)
{
    const struct img_sifted_queries *queries = sifter->queries;
    size_t depth = queries->reduced->depth, lanes = queries->panel_count * IMG_CODE_PANEL;
    int32_t sums[IMG_SIFT_ROWS];
    const int16_t *both[2] = {queries->reduced->key, NULL};
    int32_t *const out[2] = {checks, sums};
    if (queries->count > SINGLY) {
        sum_panels(sifter, codes, count);
        sifter->kernels->codes(both, codes, count, depth, out);
        return;
    }
    for (size_t q = 0; q < queries->count; q++) {
        both[1] = queries->codes + q * depth;
        sifter->kernels->codes(both, codes, count, depth, out);
        for (size_t r = 0; r < count; r++)
            sifter->sums[r * lanes + q] = sums[r];
    }
}

/* Rows that are not as they were written come through for every query. */
static void check_rows(struct img_sifter *sifter, const struct img_reduced_rows *rows,
                       size_t block, size_t in_block, const int32_t *checks, size_t count)
{
    size_t panels = sifter->queries->panel_count;
    for (size_t r = 0; r < count; r++) {
        size_t row = block * IMG_REDUCED_BLOCK + in_block + r;
        sifter->spoilt[r] =
            rows->check[in_block + r] != img_reduced_check(rows, in_block + r, row, checks[r]);
        if (!sifter->spoilt[r])
            continue;
        sifter->damaged++;
        memset(sifter->masks + r * panels, 0xff, panels * sizeof *sifter->masks);
    }
}

void img_sifter_run(struct img_sifter *sifter, size_t block, size_t in_block, size_t count)
{
    const struct img_sifted_queries *queries = sifter->queries;
    const struct img_reduced_rows *rows = img_reduced_rows_of(queries->reduced, block);
    const int8_t *codes = img_reduced_codes_of(rows) + in_block * queries->reduced->depth;
    const float *weights = rows->norm + in_block;
    float squares[IMG_SIFT_ROWS];
    int32_t checks[IMG_SIFT_ROWS];
    sum_codes(sifter, codes, count, checks);
    if (queries->metric == IMG_METRIC_EUCLIDEAN) {
        for (size_t r = 0; r < count; r++)
            squares[r] = weights[r] * weights[r];
        weights = squares;
    }
    sifter->kernels->sift(&(struct img_sift){
        .sums = sifter->sums, .row_count = count, .panel_count = queries->panel_count,
        .scales = rows->scale + in_block, .reaches = rows->reach + in_block,
        .errors = rows->error + in_block, .weights = weights, .terms = sifter->terms,
        .masks = sifter->masks});
    check_rows(sifter, rows, block, in_block, checks, count);
}

void img_sifter_bounds(const struct img_sifter *sifter, size_t block, size_t in_block, size_t r,
                       size_t query, double *lower, double *upper)
{
    const struct img_sifted_queries *queries = sifter->queries;
    const struct img_reduced_rows *rows = img_reduced_rows_of(queries->reduced, block);
    *lower = -INFINITY;
    *upper = INFINITY;
    if (sifter->spoilt[r])
        return;
    img_reduced_bounds(&queries->asked[query], queries->metric, rows, in_block + r,
                       sifter->sums[r * queries->panel_count * IMG_CODE_PANEL + query], lower,
                       upper);
}
