/* Where a checkpoint keeps the tensors of an architecture: names, shapes, parts and orientation. */
#ifndef IMG_MODEL_NAMES_H
#define IMG_MODEL_NAMES_H

#include "model/model.h"

/* One canonical tensor's place in the checkpoint. */
struct img_piece {
    enum img_side side;
    enum img_role role;
    uint32_t layer;
    char name[128];       /* of the checkpoint's tensor */
    unsigned dims;        /* and its shape there */
    size_t shape[4];
    size_t rows, cols;    /* canonical */
    size_t first;         /* element where this piece begins: q, k, v may share a tensor */
    bool transposed;      /* the checkpoint has [cols, rows] */
    bool optional;        /* may be missing: a default exists */
};

/* False when the architecture has no such tensor. */
bool img_piece_find(const struct img_arch *arch, enum img_side side, uint32_t layer,
                    enum img_role role, struct img_piece *piece);

/* Every tensor of the architecture in canonical order: the image tower, the text tower (what comes
 * before the layers, layer by layer, what comes after), the logit scale. Stops when visit fails. */
typedef bool (*img_piece_visit)(void *ctx, const struct img_piece *piece, struct img_err *err);
IMG_CHECKED bool img_pieces_visit(const struct img_arch *arch, img_piece_visit visit, void *ctx,
                                  struct img_err *err);

#endif
