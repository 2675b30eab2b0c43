/* The safetensors format: eight bytes of header length, a JSON header, the tensors' bytes.
 *
 * As strict as its specification: the tensors cover the bytes behind the header exactly, without
 * overlap or gap, so that a file cannot say two things or hide a third. */
#include <stdlib.h>
#include <string.h>

#include "json/doc.h"
#include "weights/inside.h"

enum { HEADER_MAX = 100000000, HEADER_VALUES_MAX = 1 << 21 };

static const struct {
    const char *name;
    enum img_dtype dtype;
    size_t size;
} dtypes[] = {
    {"F32", IMG_F32, 4},     {"F16", IMG_F16, 2},   {"BF16", IMG_BF16, 2},
    {"F64", IMG_F64, 8},     {"I64", IMG_I64, 8},   {"U64", IMG_OTHER, 8},
    {"I32", IMG_OTHER, 4},   {"U32", IMG_OTHER, 4}, {"I16", IMG_OTHER, 2},
    {"U16", IMG_OTHER, 2},   {"I8", IMG_OTHER, 1},  {"U8", IMG_OTHER, 1},
    {"BOOL", IMG_OTHER, 1},  {"F8_E4M3", IMG_OTHER, 1},
    {"F8_E5M2", IMG_OTHER, 1},
};

struct extent {
    size_t begin, end;
};

static bool bad(struct img_err *err, const char *what)
{
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s", what);
}

static bool read_dtype(const struct img_doc *value, struct img_tensor *tensor, size_t *size,
                       struct img_err *err)
{
    const char *name = img_doc_text(value);
    if (!name)
        return bad(err, "dtype is missing or no text");
    for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
        if (strcmp(name, dtypes[i].name) == 0) {
            tensor->dtype = dtypes[i].dtype;
            *size = dtypes[i].size;
            return true;
        }
    }
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "dtype '%.40s' is unknown", name);
}

static bool read_size(const struct img_doc *value, size_t *out)
{
    int64_t number;
    if (!img_doc_int(value, &number) || number < 0)
        return false;
    *out = (size_t)number;
    return true;
}

static bool read_shape(const struct img_doc *value, struct img_tensor *tensor, struct img_err *err)
{
    if (!value || img_doc_kind(value) != IMG_DOC_ARRAY)
        return bad(err, "shape is missing or no list");
    for (const struct img_doc *it = img_doc_first(value); it; it = img_doc_next(it)) {
        if (tensor->dims == IMG_DIMS_MAX)
            return img_err_set(err, IMG_ERR_MODEL_INVALID, "more than %d dimensions",
                               IMG_DIMS_MAX);
        if (!read_size(it, &tensor->shape[tensor->dims++]))
            return bad(err, "shape holds something other than sizes");
    }
    return true;
}

static bool read_extent(const struct img_doc *value, size_t room, struct extent *extent,
                        struct img_err *err)
{
    if (!value || img_doc_kind(value) != IMG_DOC_ARRAY || img_doc_count(value) != 2)
        return bad(err, "data_offsets is missing or no pair");
    const struct img_doc *begin = img_doc_first(value);
    if (!read_size(begin, &extent->begin) || !read_size(img_doc_next(begin), &extent->end) ||
        extent->begin > extent->end)
        return bad(err, "data_offsets is no pair of rising offsets");
    if (extent->end > room)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "ends at byte %zu of %zu", extent->end,
                           room);
    return true;
}

static bool read_tensor(struct img_weights *weights, const struct img_doc *entry,
                        const unsigned char *data, size_t room, struct extent *extent,
                        struct img_err *err)
{
    struct img_tensor tensor = {0};
    const char *name = img_doc_name(entry);
    size_t element = 0, bytes;
    if (img_doc_kind(entry) != IMG_DOC_OBJECT || img_doc_count(entry) != 3)
        return bad(err, "wanted dtype, shape and data_offsets, and nothing else");
    if (!read_dtype(img_doc_get(entry, "dtype"), &tensor, &element, err) ||
        !read_shape(img_doc_get(entry, "shape"), &tensor, err) ||
        !read_extent(img_doc_get(entry, "data_offsets"), room, extent, err))
        return false;
    if (!img_tensor_bytes(tensor.shape, tensor.dims, element, &tensor.count, &bytes))
        return bad(err, "shape overflows");
    if (bytes != extent->end - extent->begin)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "shape wants %zu bytes, data_offsets %zu",
                           bytes, extent->end - extent->begin);
    tensor.data = data + extent->begin;
    return img_weights_add(weights, &tensor, name, strlen(name), err);
}

static int by_begin(const void *a, const void *b)
{
    const struct extent *x = a, *y = b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static bool check_extents(struct extent *extents, size_t count, size_t room, struct img_err *err)
{
    size_t at = 0;
    if (count > 0)
        qsort(extents, count, sizeof *extents, by_begin);
    for (size_t i = 0; i < count; at = extents[i++].end)
        if (extents[i].begin != at)
            return img_err_set(err, IMG_ERR_MODEL_INVALID, "tensors %s at byte %zu of the data",
                               extents[i].begin < at ? "overlap" : "leave a gap",
                               extents[i].begin < at ? extents[i].begin : at);
    if (at != room)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "%zu bytes behind the last tensor",
                           room - at);
    return true;
}

static bool read_tensors(struct img_weights *weights, const struct img_doc *header,
                         const unsigned char *data, size_t room, struct img_err *err)
{
    size_t most = img_doc_count(header), count = 0;
    struct extent *extents = calloc(most + 1, sizeof *extents);
    if (!extents)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu tensors", most);
    bool ok = true;
    for (const struct img_doc *it = img_doc_first(header); ok && it; it = img_doc_next(it)) {
        if (strcmp(img_doc_name(it), "__metadata__") == 0)
            continue;
        ok = read_tensor(weights, it, data, room, &extents[count++], err) ||
             img_err_in(err, "tensor '%.200s'", img_doc_name(it));
    }
    ok = ok && check_extents(extents, count, room, err);
    free(extents);
    return ok;
}

bool img_safetensors_read(struct img_weights *weights, const struct img_map *map,
                          struct img_err *err)
{
    uint64_t header_len;
    if (map->size < 9)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "%zu bytes, too short for safetensors",
                           map->size);
    memcpy(&header_len, map->data, sizeof header_len);
    if (map->data[8] != '{')
        return bad(err, "neither safetensors nor a PyTorch checkpoint");
    if (header_len > HEADER_MAX || header_len > map->size - 8)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "header of %llu bytes in a file of %zu (at most %d)",
                           (unsigned long long)header_len, map->size, HEADER_MAX);
    const char *text = (const char *)map->data + 8;
    struct img_doc *header = img_doc_parse(text, (size_t)header_len, HEADER_VALUES_MAX,
                                           IMG_ERR_MODEL_INVALID, err);
    if (!header)
        return img_err_in(err, "header");
    bool ok = img_doc_kind(header) == IMG_DOC_OBJECT || bad(err, "header is no object");
    ok = ok && read_tensors(weights, header, map->data + 8 + header_len,
                            map->size - 8 - (size_t)header_len, err);
    img_doc_free(header);
    return ok;
}
