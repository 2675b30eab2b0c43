/* TIFF directories (TIFF 6.0 and the BigTIFF proposal). */
#include "meta/ifd.h"

#include <math.h>
#include <string.h>

static const uint8_t type_sizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

static uint64_t number(const struct img_ifd_file *file, const uint8_t *at, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)at[i] << 8 * (file->big_endian ? size - 1 - i : i);
    return value;
}

/* size bytes at offset, or NULL when the file does not have them. */
static const uint8_t *span(const struct img_ifd_file *file, uint64_t offset, uint64_t size)
{
    if (offset > file->len || size > file->len - offset)
        return NULL;
    return file->bytes + offset;
}

bool img_ifd_open(struct img_ifd_file *file, const uint8_t *bytes, size_t len)
{
    *file = (struct img_ifd_file){.bytes = bytes, .len = len};
    if (len < 8 || (memcmp(bytes, "II", 2) != 0 && memcmp(bytes, "MM", 2) != 0))
        return false;
    file->big_endian = bytes[0] == 'M';
    uint64_t version = number(file, bytes + 2, 2);
    file->big = version == 43;
    bool raw = version == 0x55 || version == 0x4f52 || version == 0x5352;
    if ((version != 42 && !raw && !file->big) || (file->big && len < 16))
        return false;
    file->first = file->big ? number(file, bytes + 8, 8) : number(file, bytes + 4, 4);
    return true;
}

/* Where the entries of a directory begin, and how many it claims. */
static const uint8_t *entries(const struct img_ifd_file *file, uint64_t directory, uint64_t *count)
{
    size_t width = file->big ? 8 : 2;
    const uint8_t *at = directory > 0 ? span(file, directory, width) : NULL;
    if (!at)
        return NULL;
    *count = number(file, at, width);
    return at + width;
}

static bool parse(const struct img_ifd_file *file, const uint8_t *at, struct img_ifd_entry *entry)
{
    size_t word = file->big ? 8 : 4;
    entry->tag = (uint16_t)number(file, at, 2);
    entry->type = (uint16_t)number(file, at + 2, 2);
    entry->count = number(file, at + 4, word);
    entry->size = entry->type < sizeof type_sizes ? type_sizes[entry->type] : 0;
    if (entry->size == 0 || entry->count == 0 || entry->count > file->len / entry->size)
        return false;
    entry->value = at + 4 + word;
    if (entry->count * entry->size > word)
        entry->value = span(file, number(file, entry->value, word), entry->count * entry->size);
    return entry->value != NULL;
}

bool img_ifd_find(const struct img_ifd_file *file, uint64_t directory, uint16_t tag,
                  struct img_ifd_entry *entry)
{
    uint64_t count;
    size_t step = file->big ? 20 : 12;
    const uint8_t *at = entries(file, directory, &count);
    bool found = false;
    for (uint64_t i = 0; at && i < count; i++, at += step) {
        struct img_ifd_entry one;
        if (!span(file, (uint64_t)(at - file->bytes), step))
            break;
        if (number(file, at, 2) == tag && parse(file, at, &one)) {
            *entry = one;
            found = true;
        }
    }
    return found;
}

uint64_t img_ifd_next(const struct img_ifd_file *file, uint64_t directory)
{
    uint64_t count;
    const uint8_t *at = entries(file, directory, &count);
    uint64_t step = file->big ? 20 : 12;
    if (!at || count > file->len / step)
        return 0;
    size_t word = file->big ? 8 : 4;
    const uint8_t *next = span(file, (uint64_t)(at - file->bytes) + count * step, word);
    return next ? number(file, next, word) : 0;
}

bool img_ifd_integer(const struct img_ifd_file *file, const struct img_ifd_entry *entry,
                     uint64_t index, int64_t *value)
{
    if (index >= entry->count)
        return false;
    uint64_t raw = number(file, entry->value + index * entry->size, entry->size);
    switch (entry->type) {
    case 1:
    case 3:
    case 4:
    case 13:
    case 16:
        *value = raw > INT64_MAX ? INT64_MAX : (int64_t)raw;
        return true;
    case 6:
        *value = (int8_t)raw;
        return true;
    case 8:
        *value = (int16_t)raw;
        return true;
    case 9:
        *value = (int32_t)raw;
        return true;
    default:
        return false;
    }
}

int64_t img_ifd_integer_or(const struct img_ifd_file *file, uint64_t directory, uint16_t tag,
                           int64_t fallback)
{
    struct img_ifd_entry entry;
    int64_t value;
    if (img_ifd_find(file, directory, tag, &entry) && img_ifd_integer(file, &entry, 0, &value))
        return value;
    return fallback;
}

double img_ifd_rational(const struct img_ifd_file *file, uint64_t directory, uint16_t tag)
{
    struct img_ifd_entry entry;
    if (!img_ifd_find(file, directory, tag, &entry) || entry.type != 5)
        return 0;
    uint64_t above = number(file, entry.value, 4);
    uint64_t below = number(file, entry.value + 4, 4);
    return below ? (double)above / (double)below : 0;
}

/* A chain may run into itself; then every directory counts once (Brent's search for cycles). */
static uint32_t distinct(const struct img_ifd_file *file, uint32_t cycle)
{
    uint64_t ahead = file->first, behind = file->first;
    uint32_t before = 0;
    for (uint32_t i = 0; i < cycle; i++)
        ahead = img_ifd_next(file, ahead);
    for (; ahead != behind; before++) {
        ahead = img_ifd_next(file, ahead);
        behind = img_ifd_next(file, behind);
    }
    return before + cycle;
}

uint32_t img_ifd_pages(const struct img_ifd_file *file, uint32_t limit)
{
    uint32_t pages = 0, power = 1, cycle = 0;
    uint64_t marked = 0;
    for (uint64_t at = file->first; at && pages < limit; at = img_ifd_next(file, at)) {
        if (at == marked)
            return distinct(file, cycle);
        if (pages++ == power || marked == 0) {
            marked = at;
            power = pages * 2;
            cycle = 0;
        }
        cycle++;
    }
    return pages;
}

static double real(const struct img_ifd_file *file, const uint8_t *at, size_t size)
{
    uint64_t raw = number(file, at, size);
    if (size == 4) {
        uint32_t bits = (uint32_t)raw;
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &raw, sizeof value);
    return value;
}

bool img_ifd_number(const struct img_ifd_file *file, const struct img_ifd_entry *entry,
                    uint64_t index, double *value)
{
    int64_t integer;
    if (img_ifd_integer(file, entry, index, &integer)) {
        *value = (double)integer;
        return true;
    }
    if (index >= entry->count)
        return false;
    const uint8_t *at = entry->value + index * entry->size;
    if (entry->type == 5 || entry->type == 10) {
        uint32_t above = (uint32_t)number(file, at, 4), below = (uint32_t)number(file, at + 4, 4);
        if (below == 0)
            return false;
        *value = entry->type == 5 ? (double)above / (double)below
                                  : (double)(int32_t)above / (double)(int32_t)below;
        return true;
    }
    if (entry->type != 11 && entry->type != 12)
        return false;
    *value = real(file, at, entry->size);
    return isfinite(*value);
}

void img_ifd_text(const struct img_ifd_file *file, uint64_t directory, uint16_t tag, char *out,
                  size_t size)
{
    struct img_ifd_entry entry;
    out[0] = '\0';
    if (!img_ifd_find(file, directory, tag, &entry) || entry.type != 2)
        return;
    size_t len = entry.count < size - 1 ? (size_t)entry.count : size - 1;
    memcpy(out, entry.value, len);
    out[len] = '\0';
}

bool img_ifd_at(const struct img_ifd_file *file, uint64_t directory, uint64_t index,
                struct img_ifd_entry *entry, bool *whole)
{
    uint64_t count;
    uint64_t step = file->big ? 20 : 12;
    const uint8_t *at = entries(file, directory, &count);
    if (!at || index >= count || index > file->len / step ||
        !span(file, (uint64_t)(at - file->bytes) + index * step, step))
        return false;
    *whole = parse(file, at + index * step, entry);
    return true;
}
