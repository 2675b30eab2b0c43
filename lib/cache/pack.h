/* Numbers at any address, little-endian. */
#ifndef IMG_CACHE_PACK_H
#define IMG_CACHE_PACK_H

#include <stdint.h>
#include <string.h>

static inline void img_pack32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static inline void img_pack64(unsigned char *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static inline uint32_t img_unpack32(const unsigned char *from)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value |= (uint32_t)from[i] << 8 * i;
    return value;
}

static inline uint64_t img_unpack64(const unsigned char *from)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

static inline void img_pack_float(unsigned char *to, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    img_pack32(to, bits);
}

static inline float img_unpack_float(const unsigned char *from)
{
    uint32_t bits = img_unpack32(from);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
