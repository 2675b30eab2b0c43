/* The only names a pickle may speak: what PyTorch's state dictionaries are made of. */
#include <string.h>

#include "weights/pickle.h"

enum role { ORDERED_DICT, REBUILD_TENSOR, REBUILD_PARAMETER, STORAGE, DTYPE };

static const struct {
    const char *module, *name;
    enum role role;
    enum img_dtype dtype; /* of a STORAGE */
    size_t element;
} globals[] = {
    {"collections", "OrderedDict", ORDERED_DICT, IMG_OTHER, 0},
    {"torch._utils", "_rebuild_tensor_v2", REBUILD_TENSOR, IMG_OTHER, 0},
    {"torch._utils", "_rebuild_parameter", REBUILD_PARAMETER, IMG_OTHER, 0},
    {"torch", "FloatStorage", STORAGE, IMG_F32, 4},
    {"torch", "HalfStorage", STORAGE, IMG_F16, 2},
    {"torch", "BFloat16Storage", STORAGE, IMG_BF16, 2},
    {"torch", "DoubleStorage", STORAGE, IMG_F64, 8},
    {"torch", "LongStorage", STORAGE, IMG_I64, 8},
    {"torch", "IntStorage", STORAGE, IMG_OTHER, 4},
    {"torch", "ShortStorage", STORAGE, IMG_OTHER, 2},
    {"torch", "CharStorage", STORAGE, IMG_OTHER, 1},
    {"torch", "ByteStorage", STORAGE, IMG_OTHER, 1},
    {"torch", "BoolStorage", STORAGE, IMG_OTHER, 1},
    {"torch", "float32", DTYPE, IMG_F32, 4},
    {"torch", "float16", DTYPE, IMG_F16, 2},
    {"torch", "bfloat16", DTYPE, IMG_BF16, 2},
    {"torch", "float64", DTYPE, IMG_F64, 8},
    {"torch", "int64", DTYPE, IMG_I64, 8},
};

static bool same(const char *text, const char *bytes, size_t len)
{
    return strlen(text) == len && memcmp(text, bytes, len) == 0;
}

bool img_pickle_global(struct img_pickle *p, const char *module, size_t module_len,
                       const char *name, size_t name_len, struct img_err *err)
{
    for (unsigned i = 0; i < sizeof globals / sizeof *globals; i++) {
        struct img_pickle_value value = {.kind = IMG_PK_GLOBAL, .as.global = i};
        if (same(globals[i].module, module, module_len) && same(globals[i].name, name, name_len))
            return img_pickle_push(p, &value, err);
    }
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "pickle wants %.*s.%.*s, which is refused",
                       (int)(module_len < 100 ? module_len : 100), module,
                       (int)(name_len < 100 ? name_len : 100), name);
}

static bool size_of(const struct img_pickle_value *value, size_t *out)
{
    if (!value || value->kind != IMG_PK_INT || value->as.number < 0)
        return false;
    *out = (size_t)value->as.number;
    return true;
}

static bool is_text(const struct img_pickle_value *value, const char *text)
{
    return value && value->kind == IMG_PK_TEXT &&
           same(text, value->as.text.bytes, value->as.text.len);
}

static bool new_tensor(struct img_pickle *p, enum img_pickle_kind kind,
                       const struct img_pickled *tensor, struct img_err *err)
{
    void *list = p->tensors;
    bool room = img_pickle_grow(&list, sizeof *tensor, p->tensor_count, &p->tensor_cap,
                                IMG_PICKLE_VALUES_MAX / 4, err);
    p->tensors = list;
    if (!room)
        return false;
    struct img_pickle_value value = {.kind = kind, .as.tensor = (uint32_t)p->tensor_count};
    p->tensors[p->tensor_count++] = *tensor;
    return img_pickle_push(p, &value, err);
}

/* ('storage', torch.FloatStorage, key, location, elements) */
bool img_pickle_storage(struct img_pickle *p, uint32_t id, struct img_err *err)
{
    const struct img_pickle_value *tuple = &p->values[id];
    const struct img_pickle_value *type = img_pickle_item(p, tuple, 1);
    const struct img_pickle_value *key = img_pickle_item(p, tuple, 2);
    struct img_pickled storage = {0};
    if (!is_text(img_pickle_item(p, tuple, 0), "storage") || !type ||
        type->kind != IMG_PK_GLOBAL || globals[type->as.global].role != STORAGE || !key ||
        key->kind != IMG_PK_TEXT || !size_of(img_pickle_item(p, tuple, 4), &storage.numel))
        return img_pickle_bad(p, err, "a persistent id that describes no storage");
    storage.key = key->as.text.bytes;
    storage.key_len = key->as.text.len;
    storage.dtype = globals[type->as.global].dtype;
    storage.element = globals[type->as.global].element;
    return new_tensor(p, IMG_PK_STORAGE, &storage, err);
}

static bool read_sizes(const struct img_pickle *p, const struct img_pickle_value *tuple,
                       size_t *sizes, unsigned *count)
{
    if (!tuple || tuple->kind != IMG_PK_TUPLE || tuple->as.items.count > IMG_DIMS_MAX)
        return false;
    *count = tuple->as.items.count;
    for (unsigned i = 0; i < *count; i++)
        if (!size_of(img_pickle_item(p, tuple, i), &sizes[i]))
            return false;
    return true;
}

/* (storage, offset, shape, strides, requires_grad, hooks[, metadata]) */
static bool rebuild_tensor(struct img_pickle *p, const struct img_pickle_value *arguments,
                           struct img_err *err)
{
    const struct img_pickle_value *storage = img_pickle_item(p, arguments, 0);
    unsigned strides;
    if (!storage || storage->kind != IMG_PK_STORAGE)
        return img_pickle_bad(p, err, "a tensor without a storage");
    struct img_pickled tensor = p->tensors[storage->as.tensor];
    if (!size_of(img_pickle_item(p, arguments, 1), &tensor.offset) ||
        !read_sizes(p, img_pickle_item(p, arguments, 2), tensor.shape, &tensor.dims) ||
        !read_sizes(p, img_pickle_item(p, arguments, 3), tensor.stride, &strides) ||
        strides != tensor.dims)
        return img_pickle_bad(p, err, "a tensor whose offset, shape or strides are none");
    return new_tensor(p, IMG_PK_TENSOR, &tensor, err);
}

/* (tensor, requires_grad, hooks) */
static bool rebuild_parameter(struct img_pickle *p, const struct img_pickle_value *arguments,
                              struct img_err *err)
{
    const struct img_pickle_value *tensor = img_pickle_item(p, arguments, 0);
    if (!tensor || tensor->kind != IMG_PK_TENSOR)
        return img_pickle_bad(p, err, "a parameter without a tensor");
    struct img_pickle_value value = *tensor;
    return img_pickle_push(p, &value, err);
}

bool img_pickle_call(struct img_pickle *p, uint32_t function, uint32_t arguments,
                     struct img_err *err)
{
    const struct img_pickle_value *callee = &p->values[function], *args = &p->values[arguments];
    struct img_pickle_value dict = {.kind = IMG_PK_DICT, .depth = 1};
    if (callee->kind != IMG_PK_GLOBAL || args->kind != IMG_PK_TUPLE)
        return img_pickle_bad(p, err, "a call of something that is no function");
    switch (globals[callee->as.global].role) {
    case ORDERED_DICT:
        if (args->as.items.count != 0)
            return img_pickle_bad(p, err, "an OrderedDict with arguments");
        return img_pickle_push(p, &dict, err);
    case REBUILD_TENSOR:
        return rebuild_tensor(p, args, err);
    case REBUILD_PARAMETER:
        return rebuild_parameter(p, args, err);
    case STORAGE:
    case DTYPE:
        break;
    }
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "pickle wants to call %s.%s, which is refused",
                       globals[callee->as.global].module, globals[callee->as.global].name);
}
