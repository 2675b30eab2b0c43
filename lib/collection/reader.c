/* A collection mapped as it was at one moment. Files are open before their lengths are believed,
 * and only what collection.json counts is mapped. */
#include "collection/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collection/bits.h"
#include "collection/manifest.h"

struct part {
    const void *data;
    size_t size;
};

struct img_collection {
    struct img_manifest manifest;
    struct img_collection_facts facts;
    struct part vectors, records, dropped, offsets;
    uint64_t *made; /* offsets, where the file does not fit */
    struct img_bits is_dropped;
};

/* Maps the first size bytes of a file. */
static bool map_part(struct part *part, int folder, const char *name, uint64_t size,
                     struct img_err *err)
{
    struct stat info;
    if (size == 0)
        return true;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &info) != 0) {
        int os = errno;
        if (fd >= 0)
            close(fd);
        return img_err_sys(err, os == ENOENT ? IMG_ERR_BAD_RECORD : img_code_from_errno(os), os,
                           "%s: cannot open", name);
    }
    bool ok = true;
    if (!S_ISREG(info.st_mode) || (uint64_t)info.st_size < size || size > SIZE_MAX) {
        ok = img_err_set(err, IMG_ERR_BAD_RECORD,
                         "%s: has %lld bytes where " IMG_COLLECTION_MANIFEST " counts %llu", name,
                         (long long)info.st_size, (unsigned long long)size);
    } else {
        void *data = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED)
            ok = img_err_sys(err, IMG_ERR_READ, errno, "%s: cannot map", name);
        else
            *part = (struct part){data, (size_t)size};
    }
    close(fd);
    return ok;
}

static void unmap_part(struct part *part)
{
    if (part->data)
        munmap((void *)(uintptr_t)part->data, part->size);
    *part = (struct part){0};
}

static bool load_dropped(struct img_collection *c, struct img_err *err)
{
    const uint32_t *rows = c->dropped.data;
    size_t count = c->dropped.size / sizeof *rows;
    for (size_t i = 0; i < count; i++) {
        if (rows[i] >= c->manifest.count || img_bits_get(&c->is_dropped, rows[i]))
            return img_err_set(err, IMG_ERR_BAD_RECORD,
                               IMG_COLLECTION_DROPPED ": names row %u twice or in vain", rows[i]);
        if (!img_bits_set(&c->is_dropped, rows[i], err))
            return false;
    }
    c->facts.dropped = count;
    return true;
}

static bool row_span(const struct img_collection *c, size_t row, const char **line, size_t *len)
{
    const uint64_t *offsets = c->made ? c->made : c->offsets.data;
    const char *records = c->records.data;
    uint64_t start = offsets[row];
    uint64_t end = row + 1 < c->facts.count ? offsets[row + 1] : c->records.size;
    if (end <= start || end > c->records.size || (start > 0 && records[start - 1] != '\n'))
        return false;
    *line = records + start;
    *len = (size_t)(end - start) - 1;
    return memchr(*line, '\n', *len + 1) == *line + *len;
}

/* Eight bytes a row, of memory: only until a writer has been here. */
static bool make_offsets(struct img_collection *c, struct img_err *err)
{
    const char *records = c->records.data, *end = records + c->records.size, *at = records;
    uint64_t *made = malloc(c->facts.count * sizeof *made);
    size_t count = 0;
    if (!made)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu rows",
                           c->facts.count);
    while (at < end) {
        if (count < c->facts.count)
            made[count] = (uint64_t)(at - records);
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        if (!newline)
            break;
        count++;
        at = newline + 1;
    }
    c->made = made;
    return (count == c->facts.count && at == end) ||
           img_err_set(err, IMG_ERR_BAD_RECORD,
                       IMG_COLLECTION_RECORDS ": has %zu lines where " IMG_COLLECTION_MANIFEST
                                              " counts %zu",
                       count, c->facts.count);
}

static bool find_offsets(struct img_collection *c, int folder, struct img_err *err)
{
    struct img_err ignored;
    const char *line;
    size_t len;
    size_t count = c->facts.count;
    if (count == 0)
        return true;
    if (map_part(&c->offsets, folder, IMG_COLLECTION_OFFSETS, count * sizeof(uint64_t),
                 &ignored) &&
        *(const uint64_t *)c->offsets.data == 0 && row_span(c, 0, &line, &len) &&
        row_span(c, count - 1, &line, &len))
        return true;
    return make_offsets(c, err);
}

static bool open_in(struct img_collection *c, int folder, struct img_err *err)
{
    const struct img_manifest *m = &c->manifest;
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "collections are little-endian and this machine is not");
    if (!img_manifest_read(&c->manifest, folder, err))
        return false;
    c->facts = (struct img_collection_facts){
        .count = (size_t)m->count,
        .dimension = (size_t)m->dimension,
        .model_name = m->model_name,
        .fingerprint = m->fingerprint,
        .precision = m->precision,
        .normalized = m->normalized,
    };
    return map_part(&c->vectors, folder, IMG_COLLECTION_VECTORS, m->vectors_bytes, err) &&
           map_part(&c->records, folder, IMG_COLLECTION_RECORDS, m->records_bytes, err) &&
           map_part(&c->dropped, folder, IMG_COLLECTION_DROPPED, m->dropped_bytes, err) &&
           load_dropped(c, err) && find_offsets(c, folder, err);
}

/* Whether path now leads to another folder than the one that was opened. */
static bool replaced(const char *path, int folder)
{
    struct stat a, b;
    return stat(path, &a) == 0 && fstat(folder, &b) == 0 &&
           (a.st_dev != b.st_dev || a.st_ino != b.st_ino);
}

/* One try; *again when a compaction came in between, whose old folder is being deleted. */
static struct img_collection *open_once(const char *path, bool *again, struct img_err *err)
{
    *again = false;
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        img_err_sys(err, img_code_from_errno(errno), errno, "cannot open");
        return NULL;
    }
    struct img_collection *c = calloc(1, sizeof *c);
    bool ok = c ? open_in(c, folder, err)
                : img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a collection");
    *again = !ok && replaced(path, folder);
    close(folder);
    if (ok)
        return c;
    img_collection_close(c);
    return NULL;
}

bool img_collection_open(struct img_collection **collection, const char *folder,
                         struct img_err *err)
{
    enum { TRIES = 10 };
    bool again = true;
    *collection = NULL;
    for (int i = 0; i < TRIES && again && !*collection; i++)
        *collection = open_once(folder, &again, err);
    return *collection || img_err_in(err, "%s", folder);
}

const struct img_collection_facts *img_collection_facts(const struct img_collection *collection)
{
    return &collection->facts;
}

const float *img_collection_vectors(const struct img_collection *collection)
{
    return collection->vectors.data;
}

bool img_collection_is_dropped(const struct img_collection *collection, size_t row)
{
    return img_bits_get(&collection->is_dropped, row);
}

bool img_collection_record(const struct img_collection *collection, size_t row, const char **line,
                           size_t *len, struct img_err *err)
{
    if (row >= collection->facts.count)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "no row %zu", row);
    return row_span(collection, row, line, len) ||
           img_err_set(err, IMG_ERR_BAD_RECORD,
                       "row %zu: " IMG_COLLECTION_OFFSETS " does not fit " IMG_COLLECTION_RECORDS
                       "; remove it and it is made anew",
                       row);
}

void img_collection_close(struct img_collection *collection)
{
    if (!collection)
        return;
    unmap_part(&collection->vectors);
    unmap_part(&collection->records);
    unmap_part(&collection->dropped);
    unmap_part(&collection->offsets);
    free(collection->made);
    img_bits_clear(&collection->is_dropped);
    free(collection);
}
