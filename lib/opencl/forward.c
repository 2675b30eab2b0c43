/* The steps of a pass, queued one after the other. */
#include "opencl/forward.h"

#include "opencl/product.h"

enum { GROUP = 64 };

static size_t per_token(const struct img_cl_tower *t)
{
    size_t patch = 3 * t->patch * t->patch, hidden = t->shape->hidden;
    return patch > hidden ? patch : hidden;
}

size_t img_cl_work_each(const struct img_cl_tower *tower, size_t tokens, size_t *largest)
{
    size_t width = tower->shape->width, each = tower->f16 ? 2 : 4, wide = per_token(tower);
    size_t widest = wide > 3 * width ? wide : 3 * width;
    size_t pixels = tower->image_size * tower->image_size * 3;
    *largest = tokens * (widest * each > 4 * width ? widest * each : 4 * width);
    return tokens * (4 * width + each * (4 * width + wide) + (tower->f16 ? 0 : 8 * widest)) +
           8 * width + 4 * (tower->dimension + pixels);
}

bool img_cl_work_open(struct img_cl *cl, struct img_cl_work *work,
                      const struct img_cl_tower *tower, size_t sequences, size_t tokens,
                      struct img_err *err)
{
    size_t width = tower->shape->width, each = tower->f16 ? 2 : 4, rows = sequences * tokens;
    *work = (struct img_cl_work){.sequences = sequences, .tokens = tokens};
    return img_cl_buffer(cl, rows * width * 4, &work->x, err) &&
           img_cl_buffer(cl, rows * width * each, &work->normed, err) &&
           img_cl_buffer(cl, rows * 3 * width * each, &work->qkv, err) &&
           img_cl_buffer(cl, rows * per_token(tower) * each, &work->hidden, err) &&
           img_cl_buffer(cl, sequences * width * 4, &work->pooled_x, err) &&
           img_cl_buffer(cl, sequences * width * each, &work->pooled, err) &&
           img_cl_buffer(cl, sequences * sizeof(cl_int), &work->pool, err);
}

void img_cl_work_close(struct img_cl *cl, struct img_cl_work *work)
{
    img_cl_release(cl, &work->x);
    img_cl_release(cl, &work->normed);
    img_cl_release(cl, &work->qkv);
    img_cl_release(cl, &work->hidden);
    img_cl_release(cl, &work->pooled_x);
    img_cl_release(cl, &work->pooled);
    img_cl_release(cl, &work->pool);
    *work = (struct img_cl_work){0};
}

/* One pass: what all its steps need. */
struct pass {
    struct img_cl *cl;
    const struct img_cl_tower *tower;
    const struct img_cl_work *work;
    size_t n, tokens;
    struct img_err *err;
};

static bool start(const struct pass *p, enum img_cl_kernel kernel, const struct img_cl_arg *args,
                  size_t count, const struct img_cl_grid *grid, enum img_gpu_stage stage)
{
    bool ok = img_cl_start(p->cl, p->tower->program.kernels[kernel], args, count, grid, p->err);
    img_cl_stage(p->cl, stage);
    return ok;
}

static bool multiply(const struct pass *p, cl_mem a, cl_mem w, cl_mem c, size_t m, size_t n,
                     size_t k, enum img_cl_to to)
{
    const struct img_cl_product product = {.a = a, .w = w, .c = c, .m = m, .n = n, .k = k, .to = to};
    return img_cl_product(p->cl, &p->tower->program, &product, p->tower->f16, p->err);
}

/* kernel is NORM or NORM_WIDE; bias, when it is not -1, is added to x before. */
static bool norm(const struct pass *p, enum img_cl_kernel kernel, cl_mem x, size_t rows,
                 cl_int bias, cl_int weight, cl_int shift, cl_mem out)
{
    cl_int width = (cl_int)p->tower->shape->width;
    cl_float epsilon = p->tower->shape->epsilon;
    const struct img_cl_arg args[] = {
        IMG_CL_ARG(x),      IMG_CL_ARG(p->tower->vectors), IMG_CL_ARG(bias),
        IMG_CL_ARG(weight), IMG_CL_ARG(shift),             IMG_CL_ARG(width),
        IMG_CL_ARG(epsilon), IMG_CL_ARG(out)};
    const struct img_cl_grid grid = {.items = {rows * GROUP}, .group = {GROUP}};
    return start(p, kernel, args, sizeof args / sizeof *args, &grid, IMG_GPU_NORMS);
}

static bool attend(const struct pass *p, const struct img_cl_layer *layer, bool pooled, cl_mem out)
{
    const struct img_tower *shape = p->tower->shape;
    cl_int only = pooled, tokens = (cl_int)p->tokens, width = (cl_int)shape->width;
    cl_int causal = p->tower->side == IMG_TEXT_TOWER;
    const struct img_cl_arg args[] = {
        IMG_CL_ARG(p->work->qkv),  IMG_CL_ARG(p->tower->vectors), IMG_CL_ARG(layer->qkv_b),
        IMG_CL_ARG(p->work->pool), IMG_CL_ARG(only),              IMG_CL_ARG(tokens),
        IMG_CL_ARG(width),         IMG_CL_ARG(causal),            IMG_CL_ARG(out)};
    const struct img_cl_grid grid = {.items = {pooled ? 1 : p->tokens, shape->heads, p->n},
                                     .group = {GROUP}};
    return start(p, IMG_CL_ATTENTION, args, sizeof args / sizeof *args, &grid, IMG_GPU_ATTENTION);
}

static bool gather(const struct pass *p)
{
    cl_int tokens = (cl_int)p->tokens, width = (cl_int)p->tower->shape->width;
    const struct img_cl_arg args[] = {IMG_CL_ARG(p->work->x), IMG_CL_ARG(p->work->pool),
                                      IMG_CL_ARG(tokens), IMG_CL_ARG(width),
                                      IMG_CL_ARG(p->work->pooled_x)};
    const struct img_cl_grid grid = {.items = {p->tower->shape->width, p->n}, .group = {GROUP}};
    return start(p, IMG_CL_GATHER, args, sizeof args / sizeof *args, &grid, IMG_GPU_NORMS);
}

/* What follows attention. Leaves x without the last bias. */
static bool feed_forward(const struct pass *p, const struct img_cl_layer *layer, cl_mem attended,
                         cl_mem x, size_t rows)
{
    const struct img_tower *shape = p->tower->shape;
    cl_int length = (cl_int)shape->hidden, exact = shape->activation == IMG_GELU;
    const struct img_cl_arg args[] = {IMG_CL_ARG(p->work->hidden), IMG_CL_ARG(p->tower->vectors),
                                      IMG_CL_ARG(layer->fc1_b), IMG_CL_ARG(length),
                                      IMG_CL_ARG(exact)};
    const struct img_cl_grid grid = {.items = {shape->hidden, rows}, .group = {GROUP}};
    return multiply(p, attended, layer->out, x, rows, shape->width, shape->width, IMG_CL_TO_SUM) &&
           norm(p, IMG_CL_NORM, x, rows, layer->out_b, layer->norm2_w, layer->norm2_b, attended) &&
           multiply(p, attended, layer->fc1, p->work->hidden, rows, shape->hidden, shape->width,
                    IMG_CL_TO_STORE) &&
           start(p, IMG_CL_ACTIVATE, args, sizeof args / sizeof *args, &grid,
                 IMG_GPU_ACTIVATION) &&
           multiply(p, p->work->hidden, layer->fc2, x, rows, shape->width, shape->hidden,
                    IMG_CL_TO_SUM);
}

/* In the last block only the pooled tokens go on. */
static bool block(const struct pass *p, uint32_t i)
{
    const struct img_cl_work *work = p->work;
    const struct img_cl_layer *layer = &p->tower->layers[i];
    size_t rows = p->n * p->tokens, width = p->tower->shape->width;
    bool last = i + 1 == p->tower->shape->layers;
    if (!norm(p, IMG_CL_NORM, work->x, rows, i > 0 ? layer[-1].fc2_b : -1, layer->norm1_w,
              layer->norm1_b, work->normed) ||
        !multiply(p, work->normed, layer->qkv, work->qkv, rows, 3 * width, width,
                  IMG_CL_TO_STORE))
        return false;
    if (last)
        return attend(p, layer, true, work->pooled) && gather(p) &&
               feed_forward(p, layer, work->pooled, work->pooled_x, p->n);
    return attend(p, layer, false, work->normed) &&
           feed_forward(p, layer, work->normed, work->x, rows);
}

bool img_cl_forward(struct img_cl *cl, const struct img_cl_tower *tower,
                    const struct img_cl_work *work, size_t n, size_t tokens, cl_mem out,
                    struct img_err *err)
{
    const struct pass p = {.cl = cl, .tower = tower, .work = work, .n = n, .tokens = tokens,
                           .err = err};
    uint32_t layers = tower->shape->layers;
    cl_int bias = tower->layers[layers - 1].fc2_b;
    for (uint32_t i = 0; i < layers; i++)
        if (!block(&p, i))
            return false;
    if (!tower->projection)
        return norm(&p, IMG_CL_NORM_WIDE, work->pooled_x, n, bias, tower->post_w, tower->post_b,
                    out);
    return norm(&p, IMG_CL_NORM, work->pooled_x, n, bias, tower->post_w, tower->post_b,
                work->pooled) &&
           multiply(&p, work->pooled, tower->projection, out, n, tower->dimension,
                    tower->shape->width, IMG_CL_TO_WIDE);
}

bool img_cl_embed(struct img_cl *cl, const struct img_cl_tower *tower,
                  const struct img_cl_work *work, cl_mem pixels, size_t n, cl_event uploaded,
                  struct img_err *err)
{
    size_t width = tower->shape->width, cells = tower->grid * tower->grid;
    size_t length = 3 * tower->patch * tower->patch;
    const struct pass p = {.cl = cl, .tower = tower, .work = work, .n = n, .tokens = 1 + cells,
                           .err = err};
    cl_int size = (cl_int)tower->image_size, side = (cl_int)tower->grid;
    cl_int patch = (cl_int)tower->patch, tokens = (cl_int)p.tokens, columns = (cl_int)width;
    const struct img_cl_arg cut[] = {IMG_CL_ARG(pixels), IMG_CL_ARG(tower->samples),
                                     IMG_CL_ARG(size),   IMG_CL_ARG(side),
                                     IMG_CL_ARG(patch),  IMG_CL_ARG(work->hidden)};
    const struct img_cl_arg place[] = {
        IMG_CL_ARG(work->qkv),           IMG_CL_ARG(tower->vectors), IMG_CL_ARG(tower->class_at),
        IMG_CL_ARG(tower->patch_b),      IMG_CL_ARG(tower->positions_at),
        IMG_CL_ARG(tokens),              IMG_CL_ARG(columns),        IMG_CL_ARG(work->x)};
    const struct img_cl_grid cut_grid = {
        .items = {length, n * cells}, .group = {GROUP}, .after = uploaded};
    const struct img_cl_grid place_grid = {.items = {width, n * p.tokens}, .group = {GROUP}};
    return start(&p, IMG_CL_PATCHES, cut, sizeof cut / sizeof *cut, &cut_grid, IMG_GPU_PATCHES) &&
           multiply(&p, work->hidden, tower->patches, work->qkv, n * cells, width, length,
                    IMG_CL_TO_STORE) &&
           start(&p, IMG_CL_EMBED, place, sizeof place / sizeof *place, &place_grid,
                 IMG_GPU_PATCHES) &&
           (tower->pre_w < 0 || norm(&p, IMG_CL_NORM_WIDE, work->x, n * p.tokens, -1, tower->pre_w,
                                     tower->pre_b, work->x));
}
