/* A checkpoint file of any kind, as it lies on the disk: safetensors or PyTorch's zip container. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "weights/inside.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const struct img_weights *weights)
{
    for (size_t i = 0; i < img_weights_count(weights); i++) {
        const struct img_tensor *tensor = img_weights_at(weights, i);
        float out[256];
        size_t count = tensor->count < 256 ? tensor->count : 256;
        img_tensor_read(tensor, 0, count, out);
        img_tensor_read(tensor, tensor->count - count, count, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_weights *weights = calloc(1, sizeof *weights);
    struct img_map map = {.data = data, .size = size};
    struct img_err err = {0};
    if (!weights)
        return 0;
    bool zip = size >= 4 && memcmp(data, "PK\3\4", 4) == 0;
    bool ok = zip ? img_checkpoint_read(weights, &map, &err)
                  : img_safetensors_read(weights, &map, &err);
    if (ok)
        read_all(weights);
    else if (err.code == IMG_OK || err.text[0] == '\0')
        abort();
    img_weights_close(weights);
    return 0;
}
