/* The unpickler's machine: values, stack, memo. Shared by the files that make it up. */
#ifndef IMG_WEIGHTS_PICKLE_H
#define IMG_WEIGHTS_PICKLE_H

#include <stdint.h>

#include "weights/unpickle.h"

enum {
    IMG_PICKLE_SIZE_MAX = 64 << 20, /* bytes of pickle */
    IMG_PICKLE_VALUES_MAX = 1 << 22,
    IMG_PICKLE_STACK_MAX = 1 << 16,
    IMG_PICKLE_MARKS_MAX = 1 << 10,
    IMG_PICKLE_MEMO_MAX = 1 << 21,
    IMG_PICKLE_DEPTH_MAX = 32
};

enum img_pickle_kind {
    IMG_PK_NONE, /* also floats and whatever else is let in but says nothing */
    IMG_PK_BOOL,
    IMG_PK_INT,
    IMG_PK_TEXT,
    IMG_PK_TUPLE,
    IMG_PK_LIST,
    IMG_PK_DICT,
    IMG_PK_GLOBAL,
    IMG_PK_STORAGE,
    IMG_PK_TENSOR
};

/* Values are named by their index; a value never changes but for a dictionary that grows. */
struct img_pickle_value {
    enum img_pickle_kind kind;
    uint32_t depth; /* of nesting, for containers */
    union {
        int64_t number;
        struct {
            const char *bytes;
            size_t len;
        } text;
        struct {
            uint32_t first, count; /* in links: a tuple's values */
        } items;
        struct {
            uint32_t first, last; /* in links: key, value, next; 0 for none */
        } pairs;
        unsigned global;
        uint32_t tensor; /* in tensors; of a storage too */
    } as;
};

/* Three growing lists; every one has its ceiling. */
struct img_pickle {
    const unsigned char *bytes;
    size_t size, at;
    struct img_pickle_value *values;
    size_t value_count, value_cap;
    uint32_t *links;
    size_t link_count, link_cap;
    struct img_pickled *tensors;
    size_t tensor_count, tensor_cap;
    uint32_t *memo; /* value index + 1; 0 for none */
    size_t memo_count, memo_cap;
    uint32_t *stack;
    size_t height;
    size_t marks[IMG_PICKLE_MARKS_MAX];
    size_t mark_count;
};

/* "pickle: …, at byte N", MODEL_INVALID. */
bool img_pickle_bad(const struct img_pickle *p, struct img_err *err, const char *what);

/* Makes room for one more element in a list of count; the list may move. */
IMG_CHECKED bool img_pickle_grow(void **list, size_t element, size_t count, size_t *cap,
                                 size_t most, struct img_err *err);

IMG_CHECKED bool img_pickle_push(struct img_pickle *p, const struct img_pickle_value *value,
                                 struct img_err *err);
IMG_CHECKED bool img_pickle_pop(struct img_pickle *p, uint32_t *value, struct img_err *err);

/* The value on top of the stack, which must be of that kind. */
IMG_CHECKED bool img_pickle_top(const struct img_pickle *p, enum img_pickle_kind kind,
                                uint32_t *value, struct img_err *err);

/* A mark, and its end: what lies above it then is stack[*first .. height). */
IMG_CHECKED bool img_pickle_mark(struct img_pickle *p, struct img_err *err);
IMG_CHECKED bool img_pickle_pop_mark(struct img_pickle *p, size_t *first, struct img_err *err);

/* The stack from first on becomes a tuple, pairs of a dictionary, elements of a list. */
IMG_CHECKED bool img_pickle_tuple(struct img_pickle *p, size_t first, struct img_err *err);
IMG_CHECKED bool img_pickle_set_items(struct img_pickle *p, size_t first, struct img_err *err);
IMG_CHECKED bool img_pickle_append(struct img_pickle *p, size_t first, struct img_err *err);

IMG_CHECKED bool img_pickle_memo_put(struct img_pickle *p, size_t index, struct img_err *err);
IMG_CHECKED bool img_pickle_memo_get(struct img_pickle *p, size_t index, struct img_err *err);

/* Element i of a tuple, or NULL when value is no tuple or too short. */
const struct img_pickle_value *img_pickle_item(const struct img_pickle *p,
                                               const struct img_pickle_value *value, uint32_t i);

/* Pushes the global module.name, if it is one of those that are let in. */
IMG_CHECKED bool img_pickle_global(struct img_pickle *p, const char *module, size_t module_len,
                                   const char *name, size_t name_len, struct img_err *err);

/* REDUCE: calls function with the arguments tuple and pushes the result. */
IMG_CHECKED bool img_pickle_call(struct img_pickle *p, uint32_t function, uint32_t arguments,
                                 struct img_err *err);

/* BINPERSID: pushes the storage that the tuple describes. */
IMG_CHECKED bool img_pickle_storage(struct img_pickle *p, uint32_t id, struct img_err *err);

#endif
