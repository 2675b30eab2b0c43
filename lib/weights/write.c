/* The header of a safetensors file. */
#include "weights/write.h"

#include <string.h>

#include "base/buf.h"
#include "base/size.h"
#include "weights/inside.h"

static bool put_entry(struct img_buf *out, const struct img_tensor *tensor, size_t *offset,
                      struct img_err *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t count, bytes, end;
    if (tensor->name[0] == '\0' || tensor->name[strspn(tensor->name, plain)] != '\0')
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "tensor name '%.100s' cannot be written",
                           tensor->name);
    if (!img_tensor_bytes(tensor->shape, tensor->dims, sizeof(float), &count, &bytes) ||
        !img_size_add(*offset, bytes, &end))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "tensor '%.100s': shape overflows",
                           tensor->name);
    img_buf_printf(out, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", tensor->name);
    for (unsigned d = 0; d < tensor->dims; d++)
        img_buf_printf(out, "%s%zu", d > 0 ? "," : "", tensor->shape[d]);
    img_buf_printf(out, "],\"data_offsets\":[%zu,%zu]}", *offset, end);
    *offset = end;
    return true;
}

bool img_safetensors_begin(struct img_newfile *file, const struct img_tensor *tensors, size_t count,
                           struct img_err *err)
{
    struct img_buf header = {0};
    size_t offset = 0;
    bool ok = true;
    img_buf_puts(&header, "{\"__metadata__\":{\"format\":\"pt\"}");
    for (size_t i = 0; ok && i < count; i++)
        ok = put_entry(&header, &tensors[i], &offset, err);
    img_buf_putc(&header, '}');
    while (!header.failed && header.len % 8 != 0) /* so that the data is aligned */
        img_buf_putc(&header, ' ');
    uint64_t len = header.len;
    ok = ok && img_buf_ok(&header, err) && img_newfile_write(file, &len, sizeof len, err) &&
         img_newfile_write(file, header.data, header.len, err);
    img_buf_clear(&header);
    return ok;
}
