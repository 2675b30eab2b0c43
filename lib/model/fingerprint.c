/* The model's identity: a hash over what decides its vectors, and nothing that does not (dtype,
 * shards, order and names in the checkpoint). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "model/names.h"

enum { CHUNK = 16384 /* elements */ };

struct walk {
    const struct img_model *model;
    struct img_hasher *hasher;
};

static uint32_t bits_of(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void describe_tower(struct img_buf *out, const char *name, const struct img_tower *tower)
{
    img_buf_printf(out, "%s width %u layers %u heads %u hidden %u activation %u epsilon %08x\n",
                   name, tower->width, tower->layers, tower->heads, tower->hidden,
                   tower->activation, bits_of(tower->epsilon));
}

/* Changing a byte of this changes every fingerprint: vectors that users keep would be orphaned. */
static void describe(struct img_buf *out, const struct img_model *model)
{
    const struct img_arch *arch = &model->arch;
    const struct img_model_prep *prep = &model->prep;
    img_buf_puts(out, "img-tools model 1\n");
    img_buf_printf(out, "dimension %u classes %u pre_norm %u patch_bias %u projection %u\n",
                   arch->dimension, arch->classes, arch->has_pre_norm, arch->has_patch_bias,
                   arch->has_projection);
    describe_tower(out, "image", &arch->image);
    img_buf_printf(out, "size %u patch %u\n", arch->image_size, arch->patch);
    describe_tower(out, "text", &arch->text);
    img_buf_printf(out, "context %u vocabulary %u highest %u eos %u tokenizer %u\n", arch->context,
                   arch->vocab_size, arch->pool_highest,
                   arch->pool_highest ? 0 : arch->eos_id, (unsigned)model->tokenizer_family);
    img_buf_printf(out, "crop %u of %u rounding %u\n", prep->size, prep->resize, prep->crop);
    for (size_t i = 0; i < 3; i++)
        img_buf_printf(out, "mean %08x std %08x\n", bits_of(prep->mean[i]), bits_of(prep->std[i]));
}

static bool hash_values(struct walk *walk, const struct img_piece *piece, struct img_err *err)
{
    const struct img_tensor *tensor = img_weights_find(walk->model->weights, piece->name);
    size_t count = piece->rows * piece->cols;
    if (tensor && !piece->transposed) {
        float chunk[CHUNK];
        for (size_t at = 0; at < count; at += CHUNK) {
            size_t n = count - at < CHUNK ? count - at : CHUNK;
            img_tensor_read(tensor, piece->first + at, n, chunk);
            img_hasher_add(walk->hasher, chunk, n * sizeof *chunk);
        }
        return true;
    }
    float *whole = malloc(count * sizeof *whole);
    if (!whole)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu values", count);
    bool ok = img_model_read(walk->model, piece->side, piece->layer, piece->role, whole, err);
    if (ok)
        img_hasher_add(walk->hasher, whole, count * sizeof *whole);
    free(whole);
    return ok;
}

static bool hash_piece(void *ctx, const struct img_piece *piece, struct img_err *err)
{
    struct walk *walk = ctx;
    char head[96];
    int n = snprintf(head, sizeof head, "tensor %d %u %d [%zu, %zu]\n", (int)piece->side,
                     piece->layer, (int)piece->role, piece->rows, piece->cols);
    img_hasher_add(walk->hasher, head, (size_t)n);
    return hash_values(walk, piece, err);
}

bool img_model_fingerprint(const struct img_model *model, char hex[IMG_FINGERPRINT_HEX],
                           struct img_err *err)
{
    struct img_buf text = {0};
    struct walk walk = {.model = model, .hasher = img_hasher_new(err)};
    describe(&text, model);
    bool ok = walk.hasher && img_buf_ok(&text, err);
    if (ok)
        img_hasher_add(walk.hasher, text.data, text.len);
    ok = ok && img_pieces_visit(&model->arch, hash_piece, &walk, err);
    if (ok)
        snprintf(hex, IMG_FINGERPRINT_HEX, "%016llx",
                 (unsigned long long)img_hasher_digest(walk.hasher));
    img_hasher_free(walk.hasher);
    img_buf_clear(&text);
    return ok;
}
