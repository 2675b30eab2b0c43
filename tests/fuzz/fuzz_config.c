/* A model's configuration, read as each layout would. */
#include <stdint.h>
#include <stdlib.h>

#include "model/inside.h"
#include "model/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef bool (*reader)(const struct img_doc *, struct img_model *, struct img_err *);

/* Whatever is let in has tensors with names and shapes within bounds. */
static bool check(void *ctx, const struct img_piece *piece, struct img_err *err)
{
    (void)ctx;
    (void)err;
    size_t count = piece->rows * piece->cols;
    if (piece->name[0] == '\0' || piece->dims > 4 || count == 0 || count > (size_t)1 << 40)
        abort();
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const reader readers[] = {img_config_hf, img_config_open_clip, img_config_timm,
                                     img_preprocessor_parse};
    struct img_err err = {0};
    struct img_doc *doc = img_doc_parse((const char *)data, size, 10000, IMG_ERR_CONFIG, &err);
    for (size_t i = 0; doc && i < sizeof readers / sizeof *readers; i++) {
        struct img_model model = {.arch.image_size = 224, .prep = {.size = 224, .resize = 224}};
        if (!readers[i](doc, &model, &err)) {
            if (err.code == IMG_OK || err.text[0] == '\0')
                abort();
        } else if (readers[i] != img_preprocessor_parse) {
            if (!img_pieces_visit(&model.arch, check, NULL, &err))
                abort();
        }
    }
    img_doc_free(doc);
    return 0;
}
