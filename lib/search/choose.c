/* Choosing a set: what runs here, and gives the scalar set's bits on a small example. */
#include "search/sets.h"

#include <string.h>

#include "kernel/kernel.h"

/* Every height of tile and what is left over; a vector's end within a step. */
enum { ROWS = 13, QUERIES = 5, LENGTH = 43, STRIDE = 48, DEPTH = IMG_CODE_STEP, PANELS = 3 };

struct example {
    double queries[QUERIES * STRIDE];
    float rows[ROWS * LENGTH], more[ROWS * LENGTH];
    int16_t wide[ROWS * DEPTH], panels[PANELS * DEPTH * IMG_CODE_PANEL];
    int8_t codes[ROWS * DEPTH];
};

struct results {
    double pairs[2], dots[QUERIES * ROWS], gaps[QUERIES * ROWS], squares[ROWS];
    int32_t codes[3][ROWS], products[ROWS * PANELS * IMG_CODE_PANEL];
    int16_t wide[ROWS * DEPTH];
    uint16_t masks[ROWS * PANELS];
};

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Values that use all bits of their type, the same for every run. */
static void fill(struct example *e)
{
    uint32_t seed = 1;
    memset(e->queries, 0, sizeof e->queries);
    for (size_t q = 0; q < QUERIES; q++)
        for (size_t i = 0; i < LENGTH; i++)
            e->queries[q * STRIDE + i] = (double)((float)next(&seed) * 0x1p-22f - 2.0f);
    for (size_t i = 0; i < sizeof e->rows / sizeof e->rows[0]; i++) {
        e->rows[i] = (float)next(&seed) * 0x1p-22f - 2.0f;
        e->more[i] = (float)next(&seed) * 0x1p-22f - 2.0f;
    }
    for (size_t i = 0; i < sizeof e->codes; i++)
        e->codes[i] = (int8_t)((int)(next(&seed) & 255) - 128);
    for (size_t i = 0; i < sizeof e->wide / sizeof e->wide[0]; i++)
        e->wide[i] = (int16_t)((int)(next(&seed) & 255) - 128);
    for (size_t i = 0; i < sizeof e->panels / sizeof e->panels[0]; i++)
        e->panels[i] = (int16_t)((int)(next(&seed) & 32767) - 16384);
}

static void compute(const struct img_search_kernels *kernels, const struct example *e,
                    struct results *r)
{
    struct img_search_product p = {
        .queries = e->queries, .query_stride = STRIDE, .query_count = QUERIES, .rows = e->rows,
        .row_count = ROWS, .dimension = LENGTH, .out = r->dots, .out_stride = ROWS};
    r->pairs[0] = kernels->dot(e->rows, e->more, LENGTH);
    r->pairs[1] = kernels->gap(e->rows, e->more, LENGTH);
    kernels->dots(&p);
    p.out = r->gaps;
    kernels->gaps(&p);
    kernels->squares(e->rows, ROWS, LENGTH, r->squares);
    kernels->codes((const int16_t *const[2]){e->panels, e->wide}, e->codes, ROWS, DEPTH,
                   (int32_t *const[2]){r->codes[0], r->codes[1]});
    kernels->codes((const int16_t *const[2]){e->panels + DEPTH}, e->codes, ROWS - 1, DEPTH,
                   (int32_t *const[2]){r->codes[2]});
    kernels->code_products(&(struct img_code_product){.rows = e->wide, .row_count = ROWS,
                                                      .depth = DEPTH, .panels = e->panels,
                                                      .panel_count = PANELS, .out = r->products});
    kernels->widen(e->codes, sizeof e->codes, r->wide);
    kernels->sift(&(struct img_sift){.sums = r->products, .row_count = ROWS, .panel_count = PANELS,
                                     .scales = e->rows, .reaches = e->rows + ROWS,
                                     .errors = e->more, .weights = e->more + ROWS,
                                     .terms = e->rows + 2 * ROWS, .masks = r->masks});
}

bool img_search_kernels_check(const struct img_search_kernels *kernels)
{
    struct example e;
    struct results wanted, got;
    memset(&wanted, 0, sizeof wanted);
    memset(&got, 0, sizeof got);
    fill(&e);
    compute(&img_search_kernels_scalar, &e, &wanted);
    compute(kernels, &e, &got);
    return memcmp(&wanted, &got, sizeof wanted) == 0;
}

bool img_search_kernels_run_here(const struct img_search_kernels *kernels)
{
    const char *base;
    if (!img_search_kernels_extra(kernels, &base))
        return false;
    for (const struct img_kernels *const *set = img_kernels_built(); *set; set++)
        if (strcmp((*set)->name, base) == 0)
            return img_kernels_run_here(*set);
    return false;
}

const struct img_search_kernels *img_search_kernels_choose(const char *name)
{
    const struct img_search_kernels *const *sets = img_search_kernels_built();
    size_t count = 0;
    while (sets[count])
        count++;
    while (count-- > 0) /* the fastest comes last */
        if ((!name || strcmp(name, sets[count]->name) == 0) &&
            img_search_kernels_run_here(sets[count]) &&
            (count == 0 || img_search_kernels_check(sets[count])))
            return sets[count];
    return NULL;
}

const struct img_search_kernels *img_search_kernels_need(const char *name, struct img_err *err)
{
    const struct img_search_kernels *kernels = img_search_kernels_choose(name);
    if (!kernels)
        img_err_set(err, IMG_ERR_SYSTEM, "there are no kernels called %s for this processor", name);
    return kernels;
}
