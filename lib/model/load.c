/* A model's tensors: mapped, checked against the architecture, and read out in one orientation. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/names.h"

enum { CHUNK = 16384, BLOCK = 64 /* elements */ };

static const char *dtype_name(enum img_dtype dtype)
{
    return dtype == IMG_I64 ? "I64" : "an integer or 8-bit type";
}

static bool is_float(enum img_dtype dtype)
{
    return dtype != IMG_I64 && dtype != IMG_OTHER;
}

static void print_shape(const size_t *shape, unsigned dims, char *out, size_t room)
{
    size_t at = (size_t)snprintf(out, room, "[");
    for (unsigned d = 0; d < dims && at < room; d++)
        at += (size_t)snprintf(out + at, room - at, "%s%zu", d > 0 ? ", " : "", shape[d]);
    if (at < room)
        snprintf(out + at, room - at, "]");
}

/* A scalar may also be kept as one element. */
static bool same_shape(const struct img_tensor *tensor, const struct img_piece *piece)
{
    if (piece->dims == 0)
        return tensor->count == 1 && tensor->dims <= 1;
    return tensor->dims == piece->dims &&
           memcmp(tensor->shape, piece->shape, piece->dims * sizeof *piece->shape) == 0;
}

/* Whether an exponent is all ones shows in bit 31 of a sum; blocks of fixed length let the compiler
 * take many values at a time. count is a multiple of BLOCK. */
static bool all_finite(const float *values, size_t count)
{
    uint32_t any = 0;
    for (size_t at = 0; at < count; at += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++) {
            uint32_t bits;
            memcpy(&bits, &values[at + i], sizeof bits);
            any |= (bits & 0x7f800000) + 0x00800000;
        }
    }
    return any >> 31 == 0;
}

static bool check_finite(const struct img_tensor *tensor, const struct img_piece *piece,
                         struct img_err *err)
{
    float chunk[CHUNK] = {0};
    size_t count = piece->rows * piece->cols;
    for (size_t at = 0; at < count; at += CHUNK) {
        size_t n = count - at < CHUNK ? count - at : CHUNK, i = 0;
        img_tensor_read(tensor, piece->first + at, n, chunk);
        if (all_finite(chunk, (n + BLOCK - 1) / BLOCK * BLOCK))
            continue;
        while (i < n && __builtin_isfinite(chunk[i]))
            i++;
        if (i < n)
            return img_err_set(err, IMG_ERR_MODEL_INVALID,
                               "element %zu is not finite (NaN or infinity)",
                               piece->first + at + i);
    }
    return true;
}

static bool check_tensor(const struct img_tensor *tensor, const struct img_piece *piece,
                         struct img_err *err)
{
    char have[200], want[200];
    if (!is_float(tensor->dtype))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "dtype is %s, wanted F32, F16, BF16 or F64",
                           dtype_name(tensor->dtype));
    if (!same_shape(tensor, piece)) {
        print_shape(tensor->shape, tensor->dims, have, sizeof have);
        print_shape(piece->shape, piece->dims, want, sizeof want);
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "shape %s, wanted %s", have, want);
    }
    return check_finite(tensor, piece, err);
}

static bool check_piece(void *ctx, const struct img_piece *piece, struct img_err *err)
{
    const struct img_weights *weights = ctx;
    const struct img_tensor *tensor = img_weights_find(weights, piece->name);
    if (!tensor && piece->optional)
        return true;
    if (!tensor)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "tensor '%s' is missing", piece->name);
    return check_tensor(tensor, piece, err) || img_err_in(err, "tensor '%s'", piece->name);
}

bool img_model_load(struct img_model *model, struct img_err *err)
{
    if (model->weights)
        return true;
    if (!img_weights_open(&model->weights, model->weight_paths, model->weight_count, err))
        return img_err_in(err, "model %s", model->name);
    if (img_pieces_visit(&model->arch, check_piece, model->weights, err))
        return true;
    img_weights_close(model->weights);
    model->weights = NULL;
    return img_err_in(err, "model %s", model->name);
}

static bool read_transposed(const struct img_tensor *tensor, size_t rows, size_t cols, float *out,
                            struct img_err *err)
{
    float *whole = malloc(rows * cols * sizeof *whole);
    if (!whole)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a matrix of %zu by %zu",
                           rows, cols);
    img_tensor_read(tensor, 0, rows * cols, whole);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < cols; c++)
            out[r * cols + c] = whole[c * rows + r];
    free(whole);
    return true;
}

bool img_model_read(const struct img_model *model, enum img_side side, uint32_t layer,
                    enum img_role role, float *out, struct img_err *err)
{
    struct img_piece piece;
    if (!img_piece_find(&model->arch, side, layer, role, &piece))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "the architecture has no tensor of role %d",
                           (int)role);
    const struct img_tensor *tensor = img_weights_find(model->weights, piece.name);
    if (!tensor && role == IMG_LOGIT_SCALE) {
        *out = model->arch.logit_scale_default;
        return true;
    }
    if (!tensor)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "tensor '%s' is missing", piece.name);
    if (piece.transposed)
        return read_transposed(tensor, piece.rows, piece.cols, out, err);
    img_tensor_read(tensor, piece.first, piece.rows * piece.cols, out);
    return true;
}
