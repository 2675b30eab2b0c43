/* Zip containers for tests. */
#include "support/zipped.h"

#include <string.h>

static void put(struct img_buf *out, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        img_buf_putc(out, (char)(unsigned char)(i < 8 ? value >> (8 * i) : 0));
}

static void put_local(struct zipped *zip, const char *name, size_t len)
{
    bool late = zip->flags & 8; /* sizes come behind the data */
    img_buf_put(&zip->bytes, "PK\3\4", 4);
    put(&zip->bytes, 20, 2);
    put(&zip->bytes, zip->flags, 2);
    put(&zip->bytes, zip->method, 2);
    put(&zip->bytes, 0, 8); /* time, date, checksum */
    put(&zip->bytes, late ? 0 : len, 4);
    put(&zip->bytes, late ? 0 : len, 4);
    put(&zip->bytes, strlen(name), 2);
    put(&zip->bytes, 5, 2);
    img_buf_puts(&zip->bytes, name);
    img_buf_put(&zip->bytes, "FB\1\0Z", 5); /* padding, as PyTorch's */
}

void zipped_add(struct zipped *zip, const char *name, const void *data, size_t len)
{
    struct img_buf *d = &zip->directory;
    size_t offset = zip->bytes.len;
    put_local(zip, name, len);
    img_buf_put(&zip->bytes, data, len);
    if (zip->flags & 8) {
        img_buf_put(&zip->bytes, "PK\7\10", 4);
        put(&zip->bytes, 0, 4);
        put(&zip->bytes, len, 4);
        put(&zip->bytes, len, 4);
    }
    img_buf_put(d, "PK\1\2", 4);
    put(d, 20, 2);
    put(d, 20, 2);
    put(d, zip->flags, 2);
    put(d, zip->method, 2);
    put(d, 0, 8);
    put(d, zip->zip64 ? UINT32_MAX : len, 4);
    put(d, zip->zip64 ? UINT32_MAX : len, 4);
    put(d, strlen(name), 2);
    put(d, zip->zip64 ? 28 : 0, 2);
    put(d, 0, 10);
    put(d, zip->zip64 ? UINT32_MAX : offset, 4);
    img_buf_puts(d, name);
    if (zip->zip64) {
        put(d, 1, 2);
        put(d, 24, 2);
        put(d, len, 8);
        put(d, len, 8);
        put(d, offset, 8);
    }
    zip->count++;
}

void zipped_end(struct zipped *zip)
{
    struct img_buf *out = &zip->bytes;
    size_t offset = out->len, len = zip->directory.len;
    img_buf_put(out, zip->directory.data, len);
    size_t end64 = out->len;
    if (zip->zip64) {
        img_buf_put(out, "PK\6\6", 4);
        put(out, 44, 8);
        put(out, 45, 2);
        put(out, 45, 2);
        put(out, 0, 8);
        put(out, zip->count, 8);
        put(out, zip->count, 8);
        put(out, len, 8);
        put(out, offset, 8);
        img_buf_put(out, "PK\6\7", 4);
        put(out, 0, 4);
        put(out, end64, 8);
        put(out, 1, 4);
    }
    img_buf_put(out, "PK\5\6", 4);
    put(out, 0, 4);
    put(out, zip->zip64 ? UINT16_MAX : zip->count, 2);
    put(out, zip->zip64 ? UINT16_MAX : zip->count, 2);
    put(out, zip->zip64 ? UINT32_MAX : len, 4);
    put(out, zip->zip64 ? UINT32_MAX : offset, 4);
    put(out, 0, 2);
}

void zipped_clear(struct zipped *zip)
{
    img_buf_clear(&zip->bytes);
    img_buf_clear(&zip->directory);
}
