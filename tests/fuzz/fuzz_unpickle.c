/* The pickle inside a PyTorch checkpoint. */
#include <stdint.h>
#include <stdlib.h>

#include "weights/unpickle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches every byte that a tensor's names point to. */
static bool visit(void *ctx, const struct img_pickled *tensor, struct img_err *err)
{
    size_t *sum = ctx;
    (void)err;
    for (size_t i = 0; i < tensor->name_len; i++)
        *sum += (unsigned char)tensor->name[i];
    for (size_t i = 0; i < tensor->key_len; i++)
        *sum += (unsigned char)tensor->key[i];
    for (unsigned d = 0; d < tensor->dims; d++)
        *sum += tensor->shape[d] ^ tensor->stride[d];
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t sum = 0;
    struct img_err err = {0};
    bool ok = img_unpickle(data, size, visit, &sum, &err);
    if (!ok && (err.code == IMG_OK || err.text[0] == '\0'))
        abort();
    return 0;
}
