/* Element types and their values as float32. */
#include <string.h>

#include "weights/inside.h"

size_t img_dtype_size(enum img_dtype dtype)
{
    switch (dtype) {
    case IMG_F32:
        return 4;
    case IMG_F16:
    case IMG_BF16:
        return 2;
    case IMG_F64:
    case IMG_I64:
        return 8;
    case IMG_OTHER:
        break;
    }
    return 0;
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Exponent and fraction move to their float32 places; a product with 2^112 then sets the bias
 * right, subnormals included. Infinities and NaN need their exponent filled up. */
static float from_half(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t rest = (uint32_t)(half & 0x7fff) << 13;
    float scaled = float_of(rest) * 0x1p112f;
    uint32_t bits;
    memcpy(&bits, &scaled, sizeof bits);
    bits |= rest >= 0x0f800000 ? 0x7f800000 : 0;
    return float_of(bits | sign);
}

static void read_halves(const unsigned char *from, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t half;
        memcpy(&half, from + 2 * i, sizeof half);
        out[i] = from_half(half);
    }
}

static void read_bfloats(const unsigned char *from, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t top;
        memcpy(&top, from + 2 * i, sizeof top);
        out[i] = float_of((uint32_t)top << 16);
    }
}

static void read_doubles(const unsigned char *from, size_t count, float *out)
{
    for (size_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, from + 8 * i, sizeof value);
        out[i] = (float)value;
    }
}

void img_tensor_read(const struct img_tensor *tensor, size_t first, size_t count, float *out)
{
    const unsigned char *from = tensor->data + first * img_dtype_size(tensor->dtype);
    if (tensor->dtype == IMG_F32)
        memcpy(out, from, count * sizeof *out);
    else if (tensor->dtype == IMG_F16)
        read_halves(from, count, out);
    else if (tensor->dtype == IMG_BF16)
        read_bfloats(from, count, out);
    else if (tensor->dtype == IMG_F64)
        read_doubles(from, count, out);
}
