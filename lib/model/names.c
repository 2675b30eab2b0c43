/* Canonical roles and the names three libraries gave them. */
#include "model/names.h"

#include <stdio.h>
#include <string.h>

enum form {
    VECTOR,   /* [cols] */
    MATRIX,   /* [rows, cols] */
    TURNED,   /* [cols, rows] */
    PATCHES,  /* [rows, 3, patch, patch] */
    QKV,      /* [3 rows, cols] or [3 cols]: q, k, v one after the other */
    CLASS,    /* [1, 1, cols] */
    POSITION, /* [1, rows, cols] */
    SCALAR    /* [] */
};

/* In a pattern '@' stands for the tower's prefix and '#' for the layer. A role whose name differs
 * between the towers has a row for each. */
struct row {
    enum img_role role;
    const char *image, *text;
    enum form form;
    unsigned part; /* of a QKV */
};

#define BOTH(pattern) pattern, pattern
#define LAYER(role, pattern) {role##_W, BOTH(pattern ".weight"), MATRIX, 0}, \
                             {role##_B, BOTH(pattern ".bias"), VECTOR, 0}
#define NORM(role, image, text) {role##_W, image ".weight", text ".weight", VECTOR, 0}, \
                                {role##_B, image ".bias", text ".bias", VECTOR, 0}
#define SPLIT(role, weight, bias, part) {role##_W, BOTH(weight), QKV, part}, \
                                        {role##_B, BOTH(bias), QKV, part}

static const struct row hf[] = {
    {IMG_PATCH, "@embeddings.patch_embedding.weight", NULL, PATCHES, 0},
    {IMG_CLASS, "@embeddings.class_embedding", NULL, VECTOR, 0},
    {IMG_TOKENS, NULL, "@embeddings.token_embedding.weight", MATRIX, 0},
    {IMG_POSITIONS, BOTH("@embeddings.position_embedding.weight"), MATRIX, 0},
    {IMG_PRE_NORM_W, "@pre_layrnorm.weight", NULL, VECTOR, 0},
    {IMG_PRE_NORM_B, "@pre_layrnorm.bias", NULL, VECTOR, 0},
    NORM(IMG_NORM1, "@encoder.layers.#.layer_norm1", "@encoder.layers.#.layer_norm1"),
    LAYER(IMG_Q, "@encoder.layers.#.self_attn.q_proj"),
    LAYER(IMG_K, "@encoder.layers.#.self_attn.k_proj"),
    LAYER(IMG_V, "@encoder.layers.#.self_attn.v_proj"),
    LAYER(IMG_OUT, "@encoder.layers.#.self_attn.out_proj"),
    NORM(IMG_NORM2, "@encoder.layers.#.layer_norm2", "@encoder.layers.#.layer_norm2"),
    LAYER(IMG_FC1, "@encoder.layers.#.mlp.fc1"),
    LAYER(IMG_FC2, "@encoder.layers.#.mlp.fc2"),
    NORM(IMG_POST_NORM, "@post_layernorm", "@final_layer_norm"),
    {IMG_PROJECTION, "visual_projection.weight", "text_projection.weight", MATRIX, 0},
    {IMG_LOGIT_SCALE, BOTH("logit_scale"), SCALAR, 0},
};

static const struct row open_clip[] = {
    {IMG_PATCH, "@conv1.weight", NULL, PATCHES, 0},
    {IMG_CLASS, "@class_embedding", NULL, VECTOR, 0},
    {IMG_TOKENS, NULL, "@token_embedding.weight", MATRIX, 0},
    {IMG_POSITIONS, BOTH("@positional_embedding"), MATRIX, 0},
    {IMG_PRE_NORM_W, "@ln_pre.weight", NULL, VECTOR, 0},
    {IMG_PRE_NORM_B, "@ln_pre.bias", NULL, VECTOR, 0},
    NORM(IMG_NORM1, "@transformer.resblocks.#.ln_1", "@transformer.resblocks.#.ln_1"),
    SPLIT(IMG_Q, "@transformer.resblocks.#.attn.in_proj_weight",
          "@transformer.resblocks.#.attn.in_proj_bias", 0),
    SPLIT(IMG_K, "@transformer.resblocks.#.attn.in_proj_weight",
          "@transformer.resblocks.#.attn.in_proj_bias", 1),
    SPLIT(IMG_V, "@transformer.resblocks.#.attn.in_proj_weight",
          "@transformer.resblocks.#.attn.in_proj_bias", 2),
    LAYER(IMG_OUT, "@transformer.resblocks.#.attn.out_proj"),
    NORM(IMG_NORM2, "@transformer.resblocks.#.ln_2", "@transformer.resblocks.#.ln_2"),
    LAYER(IMG_FC1, "@transformer.resblocks.#.mlp.c_fc"),
    LAYER(IMG_FC2, "@transformer.resblocks.#.mlp.c_proj"),
    NORM(IMG_POST_NORM, "@ln_post", "@ln_final"),
    {IMG_PROJECTION, "@proj", "@text_projection", TURNED, 0},
    {IMG_LOGIT_SCALE, BOTH("logit_scale"), SCALAR, 0},
};

static const struct row timm[] = {
    {IMG_PATCH, "patch_embed.proj.weight", NULL, PATCHES, 0},
    {IMG_PATCH_BIAS, "patch_embed.proj.bias", NULL, VECTOR, 0},
    {IMG_CLASS, "cls_token", NULL, CLASS, 0},
    {IMG_POSITIONS, "pos_embed", NULL, POSITION, 0},
    NORM(IMG_NORM1, "blocks.#.norm1", "blocks.#.norm1"),
    SPLIT(IMG_Q, "blocks.#.attn.qkv.weight", "blocks.#.attn.qkv.bias", 0),
    SPLIT(IMG_K, "blocks.#.attn.qkv.weight", "blocks.#.attn.qkv.bias", 1),
    SPLIT(IMG_V, "blocks.#.attn.qkv.weight", "blocks.#.attn.qkv.bias", 2),
    LAYER(IMG_OUT, "blocks.#.attn.proj"),
    NORM(IMG_NORM2, "blocks.#.norm2", "blocks.#.norm2"),
    LAYER(IMG_FC1, "blocks.#.mlp.fc1"),
    LAYER(IMG_FC2, "blocks.#.mlp.fc2"),
    NORM(IMG_POST_NORM, "norm", "norm"),
    LAYER(IMG_HEAD, "head"),
};

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const struct {
    const struct row *rows;
    size_t count;
    const char *prefix[2]; /* by enum img_side */
} layouts[] = {
    [IMG_LAYOUT_HF] = {hf, COUNT(hf), {"vision_model.", "text_model."}},
    [IMG_LAYOUT_OPEN_CLIP] = {open_clip, COUNT(open_clip), {"visual.", ""}},
    [IMG_LAYOUT_TIMM] = {timm, COUNT(timm), {"", ""}},
};

static void expand(const char *pattern, const char *prefix, uint32_t layer, char *out, size_t room)
{
    size_t at = 0;
    for (const char *p = pattern; *p && at + 1 < room; p++) {
        int n = 1;
        if (*p == '@')
            n = snprintf(out + at, room - at, "%s", prefix);
        else if (*p == '#')
            n = snprintf(out + at, room - at, "%u", layer);
        else
            out[at] = *p;
        at += (size_t)n < room - at ? (size_t)n : room - 1 - at;
    }
    out[at] = '\0';
}

static bool is_bias(enum img_role role)
{
    return role == IMG_Q_B || role == IMG_K_B || role == IMG_V_B;
}

static void set_shape(struct img_piece *piece, const struct img_arch *arch, const struct row *row)
{
    size_t rows = piece->rows, cols = piece->cols;
    size_t shape[4] = {rows, cols, 0, 0};
    unsigned dims = 2;
    switch (row->form) {
    case VECTOR:
        shape[0] = cols;
        dims = 1;
        break;
    case MATRIX:
        break;
    case TURNED:
        shape[0] = cols;
        shape[1] = rows;
        piece->transposed = true;
        break;
    case PATCHES:
        shape[1] = 3;
        shape[2] = shape[3] = arch->patch;
        dims = 4;
        break;
    case QKV:
        dims = is_bias(piece->role) ? 1 : 2;
        shape[0] = 3 * (is_bias(piece->role) ? cols : rows);
        piece->first = row->part * rows * cols;
        break;
    case CLASS:
        shape[0] = shape[1] = 1;
        shape[2] = cols;
        dims = 3;
        break;
    case POSITION:
        shape[0] = 1;
        shape[1] = rows;
        shape[2] = cols;
        dims = 3;
        break;
    case SCALAR:
        dims = 0;
        break;
    }
    piece->dims = dims;
    memcpy(piece->shape, shape, sizeof shape);
}

bool img_piece_find(const struct img_arch *arch, enum img_side side, uint32_t layer,
                    enum img_role role, struct img_piece *piece)
{
    *piece = (struct img_piece){.side = side, .role = role, .layer = layer};
    if (!img_model_shape(arch, side, role, &piece->rows, &piece->cols))
        return false;
    for (size_t i = 0; i < layouts[arch->layout].count; i++) {
        const struct row *row = &layouts[arch->layout].rows[i];
        const char *pattern = side == IMG_IMAGE_TOWER ? row->image : row->text;
        if (row->role != role || !pattern)
            continue;
        expand(pattern, layouts[arch->layout].prefix[side], layer, piece->name,
               sizeof piece->name);
        piece->optional = role == IMG_LOGIT_SCALE;
        set_shape(piece, arch, row);
        return true;
    }
    return false;
}

static bool in_layer(enum img_role role)
{
    return role >= IMG_NORM1_W && role <= IMG_FC2_B;
}

static bool visit_roles(const struct img_arch *arch, enum img_side side, uint32_t layer,
                        enum img_role from, enum img_role to, img_piece_visit visit, void *ctx,
                        struct img_err *err)
{
    struct img_piece piece;
    for (enum img_role role = from; role <= to; role++)
        if (img_piece_find(arch, side, layer, role, &piece) && !visit(ctx, &piece, err))
            return false;
    return true;
}

bool img_pieces_visit(const struct img_arch *arch, img_piece_visit visit, void *ctx,
                      struct img_err *err)
{
    for (enum img_side side = IMG_IMAGE_TOWER; side <= IMG_TEXT_TOWER; side++) {
        uint32_t layers = side == IMG_IMAGE_TOWER ? arch->image.layers : arch->text.layers;
        bool ok = visit_roles(arch, side, 0, 0, IMG_NORM1_W - 1, visit, ctx, err);
        for (uint32_t layer = 0; ok && layer < layers; layer++)
            ok = visit_roles(arch, side, layer, IMG_NORM1_W, IMG_FC2_B, visit, ctx, err);
        if (!ok || !visit_roles(arch, side, 0, IMG_FC2_B + 1, IMG_LOGIT_SCALE - 1, visit, ctx, err))
            return false;
    }
    return visit_roles(arch, IMG_IMAGE_TOWER, 0, IMG_LOGIT_SCALE, IMG_LOGIT_SCALE, visit, ctx, err);
}

static bool shaped(size_t r, size_t c, size_t *rows, size_t *cols)
{
    *rows = r;
    *cols = c;
    return true;
}

static bool shape_of_layer(const struct img_tower *tower, enum img_role role, size_t *rows,
                           size_t *cols)
{
    size_t width = tower->width, hidden = tower->hidden;
    switch (role) {
    case IMG_Q_W:
    case IMG_K_W:
    case IMG_V_W:
    case IMG_OUT_W:
        return shaped(width, width, rows, cols);
    case IMG_FC1_W:
        return shaped(hidden, width, rows, cols);
    case IMG_FC1_B:
        return shaped(1, hidden, rows, cols);
    case IMG_FC2_W:
        return shaped(width, hidden, rows, cols);
    default:
        return shaped(1, width, rows, cols);
    }
}

bool img_model_shape(const struct img_arch *arch, enum img_side side, enum img_role role,
                     size_t *rows, size_t *cols)
{
    bool image = side == IMG_IMAGE_TOWER;
    const struct img_tower *tower = image ? &arch->image : &arch->text;
    size_t grid = arch->patch ? arch->image_size / arch->patch : 0;
    if (role == IMG_LOGIT_SCALE)
        return arch->image.layers > 0 && arch->text.layers > 0 && shaped(1, 1, rows, cols);
    if (tower->layers == 0)
        return false;
    if (in_layer(role))
        return shape_of_layer(tower, role, rows, cols);
    switch (role) {
    case IMG_PATCH:
        return image && shaped(tower->width, 3 * (size_t)arch->patch * arch->patch, rows, cols);
    case IMG_PATCH_BIAS:
        return image && arch->has_patch_bias && shaped(1, tower->width, rows, cols);
    case IMG_CLASS:
        return image && shaped(1, tower->width, rows, cols);
    case IMG_TOKENS:
        return !image && shaped(arch->vocab_size, tower->width, rows, cols);
    case IMG_POSITIONS:
        return shaped(image ? 1 + grid * grid : arch->context, tower->width, rows, cols);
    case IMG_PRE_NORM_W:
    case IMG_PRE_NORM_B:
        return image && arch->has_pre_norm && shaped(1, tower->width, rows, cols);
    case IMG_POST_NORM_W:
    case IMG_POST_NORM_B:
        return shaped(1, tower->width, rows, cols);
    case IMG_PROJECTION:
        return arch->has_projection && shaped(arch->dimension, tower->width, rows, cols);
    case IMG_HEAD_W:
        return image && arch->classes && shaped(arch->classes, tower->width, rows, cols);
    case IMG_HEAD_B:
        return image && arch->classes && shaped(1, arch->classes, rows, cols);
    default:
        return false;
    }
}
