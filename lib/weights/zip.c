/* The zip container: from its end to the central directory, and from there to each member. */
#include "weights/zip.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    END_SIZE = 22,     /* end of central directory, without its comment */
    LOCATOR_SIZE = 20, /* of the zip64 end */
    END64_SIZE = 56,
    CENTRAL_SIZE = 46,
    LOCAL_SIZE = 30,
    COMMENT_MAX = 65535
};

struct source {
    const unsigned char *bytes;
    size_t size;
};

struct directory {
    uint64_t count, size, offset;
};

static bool bad(struct img_err *err, const char *what)
{
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "zip container: %s", what);
}

static uint16_t u16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t u32(const unsigned char *p)
{
    return (uint32_t)u16(p) | (uint32_t)u16(p + 2) << 16;
}

static uint64_t u64(const unsigned char *p)
{
    return (uint64_t)u32(p) | (uint64_t)u32(p + 4) << 32;
}

static bool inside(const struct source *s, uint64_t offset, uint64_t size)
{
    return offset <= s->size && size <= s->size - offset;
}

/* The end record is the last one whose comment reaches exactly to the end of the file. */
static bool find_end(const struct source *s, size_t *end)
{
    if (s->size < END_SIZE)
        return false;
    size_t last = s->size - END_SIZE;
    size_t first = last > COMMENT_MAX ? last - COMMENT_MAX : 0;
    for (size_t at = last + 1; at-- > first;) {
        const unsigned char *p = s->bytes + at;
        if (memcmp(p, "PK\5\6", 4) == 0 && u16(p + 20) == last - at) {
            *end = at;
            return true;
        }
    }
    return false;
}

static bool read_end(const struct source *s, struct directory *dir, struct img_err *err)
{
    size_t end;
    if (!find_end(s, &end))
        return bad(err, "no end record (is the file truncated?)");
    const unsigned char *p = s->bytes + end;
    *dir = (struct directory){.count = u16(p + 10), .size = u32(p + 12), .offset = u32(p + 16)};
    if (end >= LOCATOR_SIZE && memcmp(p - LOCATOR_SIZE, "PK\6\7", 4) == 0) {
        uint64_t at = u64(p - LOCATOR_SIZE + 8);
        if (!inside(s, at, END64_SIZE) || memcmp(s->bytes + at, "PK\6\6", 4) != 0)
            return bad(err, "the zip64 end record is not where its locator says");
        p = s->bytes + at;
        *dir = (struct directory){.count = u64(p + 32), .size = u64(p + 40), .offset = u64(p + 48)};
    }
    if (!inside(s, dir->offset, dir->size))
        return bad(err, "the central directory lies outside the file");
    if (dir->count > IMG_ZIP_ENTRIES_MAX || dir->count > dir->size / CENTRAL_SIZE)
        return bad(err, "more members than fit");
    return true;
}

/* Sizes and offset that do not fit 32 bits stand, in this order, in an extra field. */
static bool read_zip64(const unsigned char *extra, size_t len, uint64_t *const fields[3],
                       struct img_err *err)
{
    while (len >= 4) {
        size_t id = u16(extra), size = u16(extra + 2);
        if (size > len - 4)
            break;
        if (id == 1) {
            const unsigned char *p = extra + 4;
            for (size_t i = 0; i < 3; i++) {
                if (*fields[i] != UINT32_MAX)
                    continue;
                if (size < 8)
                    return bad(err, "a zip64 field is cut short");
                *fields[i] = u64(p);
                p += 8;
                size -= 8;
            }
            return true;
        }
        extra += 4 + size;
        len -= 4 + size;
    }
    return true;
}

static bool locate(const struct source *s, uint64_t local, struct img_zip_entry *entry,
                   uint64_t size, struct img_err *err)
{
    if (!inside(s, local, LOCAL_SIZE) || memcmp(s->bytes + local, "PK\3\4", 4) != 0)
        return bad(err, "a member is not where the directory says");
    const unsigned char *p = s->bytes + local;
    uint64_t data = local + LOCAL_SIZE + u16(p + 26) + u16(p + 28);
    if (!inside(s, data, size))
        return bad(err, "a member reaches beyond the file");
    entry->data = s->bytes + data;
    entry->size = (size_t)size;
    return true;
}

/* One record of the central directory; *used is its length. */
static bool read_entry(const struct source *s, uint64_t at, uint64_t room,
                       struct img_zip_entry *entry, size_t *used, struct img_err *err)
{
    const unsigned char *p = s->bytes + at;
    if (room < CENTRAL_SIZE || memcmp(p, "PK\1\2", 4) != 0)
        return bad(err, "the central directory is broken");
    size_t name_len = u16(p + 28), extra_len = u16(p + 30), comment_len = u16(p + 32);
    *used = CENTRAL_SIZE + name_len + extra_len + comment_len;
    if (*used > room)
        return bad(err, "the central directory is cut short");
    uint64_t packed = u32(p + 20), size = u32(p + 24), local = u32(p + 42);
    entry->name = (const char *)p + CENTRAL_SIZE;
    entry->name_len = name_len;
    if (u16(p + 8) & 1)
        return bad(err, "encrypted members are not read");
    if (u16(p + 10) != 0)
        return bad(err, "compressed members are not read");
    if (!read_zip64(p + CENTRAL_SIZE + name_len, extra_len,
                    (uint64_t *const[3]){&size, &packed, &local}, err))
        return false;
    if (packed != size)
        return bad(err, "a stored member has two sizes");
    return locate(s, local, entry, size, err);
}

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order != 0 ? order : (a_len > b_len) - (a_len < b_len);
}

static int by_name(const void *a, const void *b)
{
    const struct img_zip_entry *x = a, *y = b;
    return compare(x->name, x->name_len, y->name, y->name_len);
}

static bool read_entries(const struct source *s, const struct directory *dir, struct img_zip *zip,
                         struct img_err *err)
{
    uint64_t at = dir->offset, room = dir->size;
    for (uint64_t i = 0; i < dir->count; i++) {
        size_t used = 0;
        if (!read_entry(s, at, room, &zip->entries[zip->count], &used, err))
            return false;
        zip->count++;
        at += used;
        room -= used;
    }
    if (zip->count > 0)
        qsort(zip->entries, zip->count, sizeof *zip->entries, by_name);
    for (size_t i = 1; i < zip->count; i++)
        if (by_name(&zip->entries[i - 1], &zip->entries[i]) == 0)
            return bad(err, "two members have the same name");
    return true;
}

bool img_zip_open(struct img_zip *zip, const unsigned char *bytes, size_t size,
                  struct img_err *err)
{
    struct source s = {bytes, size};
    struct directory dir = {0};
    *zip = (struct img_zip){0};
    if (!read_end(&s, &dir, err))
        return false;
    zip->entries = calloc((size_t)dir.count + 1, sizeof *zip->entries);
    if (!zip->entries)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a zip directory");
    if (read_entries(&s, &dir, zip, err))
        return true;
    img_zip_close(zip);
    return false;
}

const struct img_zip_entry *img_zip_find(const struct img_zip *zip, const char *name, size_t len)
{
    struct img_zip_entry key = {.name = name, .name_len = len};
    if (zip->count == 0)
        return NULL;
    return bsearch(&key, zip->entries, zip->count, sizeof key, by_name);
}

void img_zip_close(struct img_zip *zip)
{
    free(zip->entries);
    *zip = (struct img_zip){0};
}
