/* Packing weights into panels: a list of tensors that the threads work off. */
#include "engine/cpu/pack.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "kernel/kernel.h"

enum shape { PANELS, PAIRS, ROWS }; /* ROWS: as the model has it */

struct job {
    enum img_side side;
    enum img_role role;
    uint32_t layer;
    enum shape shape;
    size_t to;
};

struct packing {
    const struct img_model *model;
    struct img_pool *pool;
    float *block;
    char *fingerprint;
    struct job *jobs;
    size_t count, capacity;
    size_t scratch; /* floats of the largest tensor to be repacked */
    atomic_size_t next;
    struct img_err *errs; /* one a thread */
};

static bool list(struct packing *packing, struct job job, struct img_err *err)
{
    size_t rows, cols;
    if (!img_model_shape(&packing->model->arch, job.side, job.role, &rows, &cols))
        return true;
    if (packing->count == packing->capacity) {
        size_t capacity = packing->capacity ? 2 * packing->capacity : 256;
        struct job *jobs = realloc(packing->jobs, capacity * sizeof *jobs);
        if (!jobs)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for packing");
        packing->jobs = jobs;
        packing->capacity = capacity;
    }
    if (job.shape != ROWS && rows * cols > packing->scratch)
        packing->scratch = rows * cols;
    packing->jobs[packing->count++] = job;
    return true;
}

static bool list_tower(struct packing *packing, enum img_side side, const struct img_tower *tower,
                       const struct img_plan_tower *plan, struct img_err *err)
{
    const struct img_plan_layer *l = &plan->layer;
    const struct job once[] = {
        {side, IMG_PATCH, 0, PANELS, plan->patch},
        {side, IMG_PATCH_BIAS, 0, ROWS, plan->patch_bias},
        {side, IMG_CLASS, 0, ROWS, plan->class},
        {side, IMG_TOKENS, 0, ROWS, plan->tokens},
        {side, IMG_POSITIONS, 0, ROWS, plan->positions},
        {side, IMG_PRE_NORM_W, 0, ROWS, plan->pre_norm_w},
        {side, IMG_PRE_NORM_B, 0, ROWS, plan->pre_norm_b},
        {side, IMG_POST_NORM_W, 0, ROWS, plan->post_norm_w},
        {side, IMG_POST_NORM_B, 0, ROWS, plan->post_norm_b},
        {side, IMG_PROJECTION, 0, PANELS, plan->projection},
        {side, IMG_HEAD_W, 0, PANELS, plan->head},
        {side, IMG_HEAD_B, 0, ROWS, plan->head_b},
    };
    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++)
        if (!list(packing, once[i], err))
            return false;
    size_t padded = img_plan_pad(tower->width);
    size_t third = padded * img_plan_depth(plan->pairs, tower->width); /* of queries, keys, values */
    const enum shape matrix = plan->pairs ? PAIRS : PANELS;
    for (uint32_t n = 0; n < tower->layers; n++) {
        size_t at = plan->layers + n * l->size;
        const struct job each[] = {
            {side, IMG_NORM1_W, n, ROWS, at + l->norm1_w},
            {side, IMG_NORM1_B, n, ROWS, at + l->norm1_b},
            {side, IMG_Q_W, n, matrix, at + l->qkv},
            {side, IMG_K_W, n, matrix, at + l->qkv + third},
            {side, IMG_V_W, n, matrix, at + l->qkv + 2 * third},
            {side, IMG_Q_B, n, ROWS, at + l->qkv_b},
            {side, IMG_K_B, n, ROWS, at + l->qkv_b + padded},
            {side, IMG_V_B, n, ROWS, at + l->qkv_b + 2 * padded},
            {side, IMG_OUT_W, n, matrix, at + l->out},
            {side, IMG_OUT_B, n, ROWS, at + l->out_b},
            {side, IMG_NORM2_W, n, ROWS, at + l->norm2_w},
            {side, IMG_NORM2_B, n, ROWS, at + l->norm2_b},
            {side, IMG_FC1_W, n, matrix, at + l->fc1},
            {side, IMG_FC1_B, n, ROWS, at + l->fc1_b},
            {side, IMG_FC2_W, n, matrix, at + l->fc2},
            {side, IMG_FC2_B, n, ROWS, at + l->fc2_b},
        };
        for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
            if (!list(packing, each[i], err))
                return false;
    }
    return true;
}

/* matrix [rows, cols] row-major to panels [ceil(rows / 16)][cols][16]; beyond rows stays zero. */
static void to_panels(const float *matrix, size_t rows, size_t cols, float *panels)
{
    for (size_t row = 0; row < rows; row += IMG_LANES) {
        size_t lanes = rows - row < IMG_LANES ? rows - row : IMG_LANES;
        float *panel = panels + row * cols;
        for (size_t k = 0; k < cols; k++)
            for (size_t lane = 0; lane < lanes; lane++)
                panel[k * IMG_LANES + lane] = matrix[(row + lane) * cols + k];
    }
}

static uint32_t to_bfloat16(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/* The same to panels of pairs, [ceil(rows / 16)][ceil(cols / 2)][16]. */
static void to_pairs(const float *matrix, size_t rows, size_t cols, float *panels)
{
    size_t depth = img_plan_depth(true, cols);
    for (size_t row = 0; row < rows; row++) {
        float *panel = panels + row / IMG_LANES * IMG_LANES * depth + row % IMG_LANES;
        for (size_t k = 0; k < cols; k += 2) {
            uint32_t pair = to_bfloat16(matrix[row * cols + k]);
            if (k + 1 < cols)
                pair |= to_bfloat16(matrix[row * cols + k + 1]) << 16;
            memcpy(&panel[k / 2 * IMG_LANES], &pair, sizeof pair);
        }
    }
}

static bool do_job(const struct packing *packing, const struct job *job, float *scratch,
                   struct img_err *err)
{
    float *to = packing->block + job->to;
    size_t rows, cols;
    if (!img_model_shape(&packing->model->arch, job->side, job->role, &rows, &cols))
        return true;
    if (!img_model_read(packing->model, job->side, job->layer, job->role,
                        job->shape == ROWS ? to : scratch, err))
        return false;
    if (job->shape == PANELS)
        to_panels(scratch, rows, cols, to);
    else if (job->shape == PAIRS)
        to_pairs(scratch, rows, cols, to);
    return true;
}

/* The fingerprint reads everything and takes longest, so one thread starts with it. */
static void pack_on_thread(void *ctx, unsigned thread, unsigned threads)
{
    struct packing *packing = ctx;
    struct img_err *err = &packing->errs[thread];
    bool ok = thread != threads - 1 ||
              img_model_fingerprint(packing->model, packing->fingerprint, err);
    float *scratch = ok ? malloc(packing->scratch * sizeof *scratch) : NULL;
    if (ok && !scratch)
        ok = img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for packing");
    for (size_t i; ok && (i = atomic_fetch_add(&packing->next, 1)) < packing->count;)
        ok = do_job(packing, &packing->jobs[i], scratch, err);
    free(scratch);
}

bool img_pack(const struct img_model *model, const struct img_plan *plan, struct img_pool *pool,
              float *block, char fingerprint[IMG_FINGERPRINT_HEX], struct img_err *err)
{
    unsigned threads = img_pool_threads(pool);
    struct packing packing = {.model = model, .pool = pool, .block = block,
                              .fingerprint = fingerprint, .scratch = 1};
    packing.errs = calloc(threads, sizeof *packing.errs);
    bool ok = packing.errs ? true
                           : img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for packing");
    ok = ok &&
         list(&packing, (struct job){IMG_TEXT_TOWER, IMG_LOGIT_SCALE, 0, ROWS, plan->logit_scale},
              err) &&
         list_tower(&packing, IMG_IMAGE_TOWER, &model->arch.image, &plan->image, err) &&
         list_tower(&packing, IMG_TEXT_TOWER, &model->arch.text, &plan->text, err);
    if (ok)
        img_pool_run(pool, pack_on_thread, &packing);
    for (unsigned i = 0; ok && i < threads; i++)
        if (packing.errs[i].code != IMG_OK) {
            *err = packing.errs[i];
            ok = false;
        }
    free(packing.errs);
    free(packing.jobs);
    return ok;
}
