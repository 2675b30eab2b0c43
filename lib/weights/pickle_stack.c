/* The pickle machine's stack, memo and containers. */
#include "weights/pickle.h"

#include <stdlib.h>
#include <string.h>

bool img_pickle_bad(const struct img_pickle *p, struct img_err *err, const char *what)
{
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "pickle: %s, at byte %zu", what, p->at);
}

bool img_pickle_grow(void **list, size_t element, size_t count, size_t *cap, size_t most,
                     struct img_err *err)
{
    if (count < *cap)
        return true;
    if (count >= most)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "pickle: more than %zu values", most);
    size_t room = *cap ? 2 * *cap : 256;
    void *more = realloc(*list, room * element);
    if (!more)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a pickle's values");
    *list = more;
    *cap = room;
    return true;
}

static bool link_value(struct img_pickle *p, uint32_t value, struct img_err *err)
{
    void *list = p->links;
    bool room = img_pickle_grow(&list, sizeof *p->links, p->link_count, &p->link_cap,
                                3 * (size_t)IMG_PICKLE_VALUES_MAX, err);
    p->links = list;
    if (room)
        p->links[p->link_count++] = value;
    return room;
}

static bool push_index(struct img_pickle *p, uint32_t value, struct img_err *err)
{
    if (p->height == IMG_PICKLE_STACK_MAX)
        return img_pickle_bad(p, err, "a stack that is too high");
    p->stack[p->height++] = value;
    return true;
}

bool img_pickle_push(struct img_pickle *p, const struct img_pickle_value *value,
                     struct img_err *err)
{
    if (value->depth > IMG_PICKLE_DEPTH_MAX)
        return img_pickle_bad(p, err, "nested too deep");
    struct img_pickle_value copy = *value;
    void *list = p->values;
    bool room = img_pickle_grow(&list, sizeof *value, p->value_count, &p->value_cap,
                                IMG_PICKLE_VALUES_MAX, err);
    p->values = list;
    if (!room)
        return false;
    p->values[p->value_count] = copy;
    return push_index(p, (uint32_t)p->value_count++, err);
}

static size_t floor_of(const struct img_pickle *p)
{
    return p->mark_count > 0 ? p->marks[p->mark_count - 1] : 0;
}

bool img_pickle_pop(struct img_pickle *p, uint32_t *value, struct img_err *err)
{
    if (p->height <= floor_of(p))
        return img_pickle_bad(p, err, "nothing left on the stack");
    *value = p->stack[--p->height];
    return true;
}

const struct img_pickle_value *img_pickle_item(const struct img_pickle *p,
                                               const struct img_pickle_value *value, uint32_t i)
{
    if (value->kind != IMG_PK_TUPLE || i >= value->as.items.count)
        return NULL;
    return &p->values[p->links[value->as.items.first + i]];
}

/* The value on top of the stack, which must be of that kind. */
bool img_pickle_top(const struct img_pickle *p, enum img_pickle_kind kind, uint32_t *value,
                struct img_err *err)
{
    if (p->height <= floor_of(p))
        return img_pickle_bad(p, err, "nothing left on the stack");
    *value = p->stack[p->height - 1];
    return p->values[*value].kind == kind ||
           img_pickle_bad(p, err, "something is added to a value that takes nothing");
}

/* Ends the newest mark: what lies above it is stack[*first .. height). */
bool img_pickle_pop_mark(struct img_pickle *p, size_t *first, struct img_err *err)
{
    if (p->mark_count == 0)
        return img_pickle_bad(p, err, "no mark on the stack");
    *first = p->marks[--p->mark_count];
    return true;
}

bool img_pickle_mark(struct img_pickle *p, struct img_err *err)
{
    if (p->mark_count == IMG_PICKLE_MARKS_MAX)
        return img_pickle_bad(p, err, "too many marks");
    p->marks[p->mark_count++] = p->height;
    return true;
}

static void deepen(struct img_pickle *p, uint32_t container, uint32_t member)
{
    uint32_t depth = p->values[member].depth + 1;
    if (p->values[container].depth < depth)
        p->values[container].depth = depth;
}

static bool check_depth(const struct img_pickle *p, uint32_t value, struct img_err *err)
{
    return p->values[value].depth <= IMG_PICKLE_DEPTH_MAX ||
           img_pickle_bad(p, err, "nested too deep");
}

/* The newest stack values from first become a tuple. */
bool img_pickle_tuple(struct img_pickle *p, size_t first, struct img_err *err)
{
    struct img_pickle_value tuple = {.kind = IMG_PK_TUPLE, .depth = 1};
    if (first < floor_of(p) || first > p->height)
        return img_pickle_bad(p, err, "nothing left on the stack");
    tuple.as.items.first = (uint32_t)p->link_count;
    tuple.as.items.count = (uint32_t)(p->height - first);
    for (size_t i = first; i < p->height; i++) {
        uint32_t depth = p->values[p->stack[i]].depth + 1;
        if (!link_value(p, p->stack[i], err))
            return false;
        tuple.depth = tuple.depth < depth ? depth : tuple.depth;
    }
    p->height = first;
    return img_pickle_push(p, &tuple, err);
}

static bool add_pair(struct img_pickle *p, uint32_t dict, uint32_t key, uint32_t value,
                     struct img_err *err)
{
    if (!link_value(p, key, err) || !link_value(p, value, err) || !link_value(p, 0, err))
        return false;
    uint32_t pair = (uint32_t)(p->link_count - 3) + 1; /* 0 means none */
    struct img_pickle_value *target = &p->values[dict];
    if (target->as.pairs.last)
        p->links[target->as.pairs.last - 1 + 2] = pair;
    else
        target->as.pairs.first = pair;
    target->as.pairs.last = pair;
    deepen(p, dict, value);
    return check_depth(p, dict, err);
}

bool img_pickle_set_items(struct img_pickle *p, size_t first, struct img_err *err)
{
    size_t end = p->height;
    uint32_t dict;
    if (first > end || (end - first) % 2 != 0)
        return img_pickle_bad(p, err, "a key without a value");
    p->height = first;
    if (!img_pickle_top(p, IMG_PK_DICT, &dict, err))
        return false;
    for (size_t i = first; i < end; i += 2)
        if (!add_pair(p, dict, p->stack[i], p->stack[i + 1], err))
            return false;
    return true;
}

/* Lists say nothing to us: their elements are dropped. */
bool img_pickle_append(struct img_pickle *p, size_t first, struct img_err *err)
{
    size_t end = p->height;
    uint32_t list;
    p->height = first;
    if (!img_pickle_top(p, IMG_PK_LIST, &list, err))
        return false;
    for (size_t i = first; i < end; i++)
        deepen(p, list, p->stack[i]);
    return check_depth(p, list, err);
}

bool img_pickle_memo_put(struct img_pickle *p, size_t index, struct img_err *err)
{
    if (p->height == 0)
        return img_pickle_bad(p, err, "nothing to remember");
    if (index >= IMG_PICKLE_MEMO_MAX)
        return img_pickle_bad(p, err, "a memo that is too large");
    while (p->memo_cap <= index) {
        void *list = p->memo;
        size_t before = p->memo_cap;
        bool room = img_pickle_grow(&list, sizeof *p->memo, p->memo_cap, &p->memo_cap,
                                    IMG_PICKLE_MEMO_MAX, err);
        p->memo = list;
        if (!room)
            return false;
        memset(p->memo + before, 0, (p->memo_cap - before) * sizeof *p->memo);
    }
    p->memo[index] = p->stack[p->height - 1] + 1;
    p->memo_count++;
    return true;
}

bool img_pickle_memo_get(struct img_pickle *p, size_t index, struct img_err *err)
{
    if (index >= p->memo_cap || p->memo[index] == 0)
        return img_pickle_bad(p, err, "a memo entry that was never made");
    return push_index(p, p->memo[index] - 1, err);
}
