/* Reading a model's tensors and taking them to the device. */
#include "opencl/weights.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/size.h"

struct loader {
    struct img_cl *cl;
    struct img_cl_tower *tower;
    const struct img_gpu_spec *spec;
    struct img_buf vectors; /* floats */
    float *staged;          /* the largest matrix */
    size_t most;            /* floats in it */
    cl_mem wide;            /* the same on the device, to be narrowed; only with f16 */
};

static bool shape_of(const struct loader *l, enum img_role role, size_t *rows, size_t *cols)
{
    return img_model_shape(l->spec->arch, l->tower->side, role, rows, cols);
}

/* Appends count floats and says where; NULL when memory ran out, which is found out later. */
static float *room_for(struct loader *l, size_t count, cl_int *at)
{
    float *room = (float *)(void *)img_buf_room(&l->vectors, count * sizeof(float));
    *at = (cl_int)(l->vectors.len / sizeof(float));
    l->vectors.len += room ? count * sizeof(float) : 0;
    return room;
}

/* -1 where the model has no such tensor. */
static cl_int add_vector(struct loader *l, uint32_t layer, enum img_role role)
{
    size_t rows, cols;
    cl_int at;
    if (!shape_of(l, role, &rows, &cols))
        return -1;
    float *room = room_for(l, rows * cols, &at);
    if (room)
        l->spec->read(l->spec->ctx, l->tower->side, layer, role, 0, room);
    return at;
}

static bool send(struct loader *l, cl_mem to, const void *from, size_t size, struct img_err *err)
{
    cl_int status =
        clEnqueueWriteBuffer(l->cl->queue, to, CL_TRUE, 0, size, from, 0, NULL, NULL);
    return status == CL_SUCCESS || img_cl_fail(status, "sending weights", err);
}

/* What is staged, count floats, as a matrix of the tower. */
static bool add_matrix(struct loader *l, size_t count, cl_mem *matrix, struct img_err *err)
{
    size_t each = l->tower->f16 ? 2 : sizeof(float);
    const struct img_cl_arg args[] = {IMG_CL_ARG(l->wide), IMG_CL_ARG(*matrix)};
    const struct img_cl_grid grid = {.items = {count}};
    if (!img_cl_buffer(l->cl, count * each, matrix, err))
        return false;
    if (!l->tower->f16)
        return send(l, *matrix, l->staged, count * each, err);
    return send(l, l->wide, l->staged, count * sizeof(float), err) &&
           img_cl_start(l->cl, l->tower->program.kernels[IMG_CL_NARROW], args, 2, &grid, err);
}

/* Nothing, successfully, where the model has no such tensor. */
static bool add_role(struct loader *l, uint32_t layer, enum img_role role, cl_mem *matrix,
                     struct img_err *err)
{
    size_t rows, cols;
    if (!shape_of(l, role, &rows, &cols))
        return true;
    l->spec->read(l->spec->ctx, l->tower->side, layer, role, rows, l->staged);
    return add_matrix(l, rows * cols, matrix, err);
}

static bool add_qkv(struct loader *l, uint32_t layer, cl_mem *matrix, struct img_err *err)
{
    static const enum img_role roles[] = {IMG_Q_W, IMG_K_W, IMG_V_W};
    size_t width = l->tower->shape->width;
    for (size_t i = 0; i < 3; i++)
        l->spec->read(l->spec->ctx, l->tower->side, layer, roles[i], 3 * width,
                      l->staged + i * width);
    return add_matrix(l, 3 * width * width, matrix, err);
}

static bool add_layer(struct loader *l, uint32_t n, struct img_cl_layer *layer,
                      struct img_err *err)
{
    layer->norm1_w = add_vector(l, n, IMG_NORM1_W);
    layer->norm1_b = add_vector(l, n, IMG_NORM1_B);
    layer->qkv_b = add_vector(l, n, IMG_Q_B);
    (void)add_vector(l, n, IMG_K_B);
    (void)add_vector(l, n, IMG_V_B);
    layer->out_b = add_vector(l, n, IMG_OUT_B);
    layer->norm2_w = add_vector(l, n, IMG_NORM2_W);
    layer->norm2_b = add_vector(l, n, IMG_NORM2_B);
    layer->fc1_b = add_vector(l, n, IMG_FC1_B);
    layer->fc2_b = add_vector(l, n, IMG_FC2_B);
    return add_qkv(l, n, &layer->qkv, err) && add_role(l, n, IMG_OUT_W, &layer->out, err) &&
           add_role(l, n, IMG_FC1_W, &layer->fc1, err) &&
           add_role(l, n, IMG_FC2_W, &layer->fc2, err);
}

static bool add_images_own(struct loader *l, struct img_err *err)
{
    struct img_cl_tower *t = l->tower;
    size_t floats = (1 + t->grid * t->grid) * t->shape->width;
    float *positions = room_for(l, floats, &t->positions_at);
    if (positions)
        memcpy(positions, l->spec->positions, floats * sizeof *positions);
    t->class_at = add_vector(l, 0, IMG_CLASS);
    t->patch_b = add_vector(l, 0, IMG_PATCH_BIAS);
    return add_role(l, 0, IMG_PATCH, &t->patches, err) &&
           img_cl_buffer(l->cl, 3 * sizeof *l->spec->samples, &t->samples, err) &&
           send(l, t->samples, l->spec->samples, 3 * sizeof *l->spec->samples, err);
}

/* Room for the largest matrix there is. */
static bool stage(struct loader *l, struct img_err *err)
{
    const struct img_tower *shape = l->tower->shape;
    size_t width = shape->width, rows, cols, bytes;
    size_t sizes[] = {3 * width, shape->hidden, 3 * l->tower->patch * l->tower->patch,
                      shape_of(l, IMG_PROJECTION, &rows, &cols) ? rows : 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        l->most = sizes[i] > l->most ? sizes[i] : l->most;
    if (!img_size_mul(l->most, width, &l->most) || !img_size_mul(l->most, sizeof(float), &bytes))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "the model's sizes are absurd");
    l->staged = malloc(bytes);
    if (!l->staged)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for weights");
    return !l->tower->f16 || img_cl_buffer(l->cl, bytes, &l->wide, err);
}

static bool load(struct loader *l, struct img_err *err)
{
    struct img_cl_tower *t = l->tower;
    t->layers = calloc(t->shape->layers, sizeof *t->layers);
    if (!t->layers)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for weights");
    if (!stage(l, err))
        return false;
    for (uint32_t i = 0; i < t->shape->layers; i++)
        if (!add_layer(l, i, &t->layers[i], err))
            return false;
    t->pre_w = add_vector(l, 0, IMG_PRE_NORM_W);
    t->pre_b = add_vector(l, 0, IMG_PRE_NORM_B);
    t->post_w = add_vector(l, 0, IMG_POST_NORM_W);
    t->post_b = add_vector(l, 0, IMG_POST_NORM_B);
    return (t->side != IMG_IMAGE_TOWER || add_images_own(l, err)) &&
           add_role(l, 0, IMG_PROJECTION, &t->projection, err) && img_buf_ok(&l->vectors, err) &&
           img_cl_buffer(l->cl, l->vectors.len, &t->vectors, err) &&
           send(l, t->vectors, l->vectors.data, l->vectors.len, err);
}

bool img_cl_tower_open(struct img_cl *cl, struct img_cl_tower *tower, enum img_side side,
                       const struct img_gpu_spec *spec, struct img_err *err)
{
    const struct img_arch *arch = spec->arch;
    struct loader loader = {.cl = cl, .tower = tower, .spec = spec};
    *tower = (struct img_cl_tower){.side = side, .f16 = spec->f16, .dimension = arch->dimension};
    tower->shape = side == IMG_IMAGE_TOWER ? &arch->image : &arch->text;
    if (side == IMG_IMAGE_TOWER) {
        tower->image_size = spec->image_size;
        tower->patch = arch->patch;
        tower->grid = spec->image_size / arch->patch;
    }
    bool ok = img_cl_program_open(cl, &tower->program, tower->shape->width / tower->shape->heads,
                                  spec->f16, spec->cache_folder, err) &&
              load(&loader, err);
    img_cl_release(cl, &loader.wide);
    img_buf_clear(&loader.vectors);
    free(loader.staged);
    return ok;
}

void img_cl_tower_close(struct img_cl *cl, struct img_cl_tower *tower)
{
    for (uint32_t i = 0; tower->layers && i < tower->shape->layers; i++) {
        struct img_cl_layer *layer = &tower->layers[i];
        img_cl_release(cl, &layer->qkv);
        img_cl_release(cl, &layer->out);
        img_cl_release(cl, &layer->fc1);
        img_cl_release(cl, &layer->fc2);
    }
    free(tower->layers);
    img_cl_release(cl, &tower->vectors);
    img_cl_release(cl, &tower->patches);
    img_cl_release(cl, &tower->projection);
    img_cl_release(cl, &tower->samples);
    img_cl_program_close(cl, &tower->program);
    *tower = (struct img_cl_tower){0};
}
