/* The pickle machine: one loop over opcodes. */
#include "weights/unpickle.h"

#include <stdlib.h>
#include <string.h>

#include "weights/pickle.h"

/* The next len bytes of the pickle; NULL when there are not that many. */
static const unsigned char *take(struct img_pickle *p, size_t len, struct img_err *err)
{
    if (len > p->size - p->at) {
        img_pickle_bad(p, err, "truncated");
        return NULL;
    }
    p->at += len;
    return p->bytes + p->at - len;
}

/* A little-endian number of width bytes. */
static bool number(struct img_pickle *p, size_t width, uint64_t *out, struct img_err *err)
{
    const unsigned char *from = take(p, width, err);
    *out = 0;
    if (!from)
        return false;
    for (size_t i = 0; i < width; i++)
        *out |= (uint64_t)from[i] << (8 * i);
    return true;
}

static bool push_int(struct img_pickle *p, int64_t n, struct img_err *err)
{
    struct img_pickle_value value = {.kind = IMG_PK_INT, .as.number = n};
    return img_pickle_push(p, &value, err);
}

static bool push_kind(struct img_pickle *p, enum img_pickle_kind kind, struct img_err *err)
{
    struct img_pickle_value value = {.kind = kind, .depth = kind >= IMG_PK_TUPLE};
    return img_pickle_push(p, &value, err);
}

static bool push_unsigned(struct img_pickle *p, size_t width, struct img_err *err)
{
    uint64_t n;
    return number(p, width, &n, err) && push_int(p, (int64_t)n, err);
}

static bool push_signed32(struct img_pickle *p, struct img_err *err)
{
    uint64_t n;
    return number(p, 4, &n, err) && push_int(p, (int32_t)(uint32_t)n, err);
}

/* LONG1: a count, then that many bytes of two's complement. */
static bool push_long(struct img_pickle *p, struct img_err *err)
{
    uint64_t len, n;
    if (!number(p, 1, &len, err))
        return false;
    if (len > 8)
        return img_pickle_bad(p, err, "a number that is too large");
    if (!number(p, (size_t)len, &n, err))
        return false;
    if (len > 0 && len < 8 && n >> (8 * len - 1))
        n |= UINT64_MAX << (8 * len);
    return push_int(p, (int64_t)n, err);
}

/* A text whose length is a number of width bytes. */
static bool push_text(struct img_pickle *p, size_t width, struct img_err *err)
{
    struct img_pickle_value value = {.kind = IMG_PK_TEXT};
    uint64_t len;
    if (!number(p, width, &len, err))
        return false;
    const unsigned char *from = take(p, (size_t)len, err);
    if (!from)
        return false;
    value.as.text.bytes = (const char *)from;
    value.as.text.len = (size_t)len;
    return img_pickle_push(p, &value, err);
}

static bool line(struct img_pickle *p, const char **text, size_t *len, struct img_err *err)
{
    const unsigned char *from = p->bytes + p->at;
    const unsigned char *end = memchr(from, '\n', p->size - p->at);
    if (!end)
        return img_pickle_bad(p, err, "truncated");
    *text = (const char *)from;
    *len = (size_t)(end - from);
    p->at += *len + 1;
    return true;
}

static bool global_lines(struct img_pickle *p, struct img_err *err)
{
    const char *module = NULL, *name = NULL;
    size_t module_len = 0, name_len = 0;
    return line(p, &module, &module_len, err) && line(p, &name, &name_len, err) &&
           img_pickle_global(p, module, module_len, name, name_len, err);
}

static bool global_stack(struct img_pickle *p, struct img_err *err)
{
    uint32_t name, module;
    if (!img_pickle_pop(p, &name, err) || !img_pickle_pop(p, &module, err))
        return false;
    const struct img_pickle_value *n = &p->values[name], *m = &p->values[module];
    if (n->kind != IMG_PK_TEXT || m->kind != IMG_PK_TEXT)
        return img_pickle_bad(p, err, "a global whose name is no text");
    return img_pickle_global(p, m->as.text.bytes, m->as.text.len, n->as.text.bytes,
                             n->as.text.len, err);
}

static bool reduce(struct img_pickle *p, struct img_err *err)
{
    uint32_t function, arguments;
    return img_pickle_pop(p, &arguments, err) && img_pickle_pop(p, &function, err) &&
           img_pickle_call(p, function, arguments, err);
}

/* Only a dictionary may get a state (PyTorch hangs _metadata on it), and it is ignored. */
static bool build(struct img_pickle *p, struct img_err *err)
{
    uint32_t state, dict;
    return img_pickle_pop(p, &state, err) && img_pickle_top(p, IMG_PK_DICT, &dict, err);
}

static bool tuple_of(struct img_pickle *p, size_t count, struct img_err *err)
{
    if (count > p->height)
        return img_pickle_bad(p, err, "nothing left on the stack");
    return img_pickle_tuple(p, p->height - count, err);
}

static bool until_mark(struct img_pickle *p,
                       bool (*use)(struct img_pickle *, size_t, struct img_err *),
                       struct img_err *err)
{
    size_t first;
    return img_pickle_pop_mark(p, &first, err) && use(p, first, err);
}

static bool drop_to(struct img_pickle *p, size_t first, struct img_err *err)
{
    (void)err;
    p->height = first;
    return true;
}

static bool remember(struct img_pickle *p, size_t width, struct img_err *err)
{
    uint64_t index;
    return number(p, width, &index, err) && img_pickle_memo_put(p, (size_t)index, err);
}

static bool recall(struct img_pickle *p, size_t width, struct img_err *err)
{
    uint64_t index;
    return number(p, width, &index, err) && img_pickle_memo_get(p, (size_t)index, err);
}

static bool persistent(struct img_pickle *p, struct img_err *err)
{
    uint32_t id;
    return img_pickle_pop(p, &id, err) && img_pickle_storage(p, id, err);
}

static bool drop(struct img_pickle *p, struct img_err *err)
{
    uint32_t value;
    return img_pickle_pop(p, &value, err);
}

/* A float or a frame's length: read past. */
static bool pass_eight(struct img_pickle *p, bool push, struct img_err *err)
{
    return take(p, 8, err) && (!push || push_kind(p, IMG_PK_NONE, err));
}

static bool protocol(struct img_pickle *p, struct img_err *err)
{
    const unsigned char *version = take(p, 1, err);
    return version && ((*version >= 2 && *version <= 5) ||
                       img_pickle_bad(p, err, "a protocol that is not read (wanted 2 to 5)"));
}

static bool refuse(const struct img_pickle *p, unsigned char opcode, struct img_err *err)
{
    static const struct {
        unsigned char opcode;
        const char *name;
    } known[] = {
        {'i', "INST"},  {'o', "OBJ"},       {0x81, "NEWOBJ"}, {0x92, "NEWOBJ_EX"},
        {'P', "PERSID"}, {0x82, "EXT1"},    {0x83, "EXT2"},   {0x84, "EXT4"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].opcode == opcode)
            return img_err_set(err, IMG_ERR_MODEL_INVALID,
                               "pickle opcode %s at byte %zu, which is refused", known[i].name,
                               p->at - 1);
    return img_err_set(err, IMG_ERR_MODEL_INVALID,
                       "pickle opcode 0x%02x at byte %zu, which is refused", opcode, p->at - 1);
}

/* The opcodes of protocol 2, and of 4 and 5 where they say the same with other bytes. */
static bool step(struct img_pickle *p, unsigned char opcode, struct img_err *err)
{
    switch (opcode) {
    case 0x80: /* PROTO */
        return protocol(p, err);
    case 0x95: /* FRAME */
        return pass_eight(p, false, err);
    case '(': /* MARK */
        return img_pickle_mark(p, err);
    case '0': /* POP */
        return drop(p, err);
    case '1': /* POP_MARK */
        return until_mark(p, drop_to, err);
    case 'N': /* NONE */
        return push_kind(p, IMG_PK_NONE, err);
    case 0x88: /* NEWTRUE */
    case 0x89: /* NEWFALSE */
        return push_kind(p, IMG_PK_BOOL, err);
    case 'K': /* BININT1 */
        return push_unsigned(p, 1, err);
    case 'M': /* BININT2 */
        return push_unsigned(p, 2, err);
    case 'J': /* BININT */
        return push_signed32(p, err);
    case 0x8a: /* LONG1 */
        return push_long(p, err);
    case 'G': /* BINFLOAT */
        return pass_eight(p, true, err);
    case 'U':  /* SHORT_BINSTRING */
    case 0x8c: /* SHORT_BINUNICODE */
        return push_text(p, 1, err);
    case 'T': /* BINSTRING */
    case 'X': /* BINUNICODE */
        return push_text(p, 4, err);
    case 0x8d: /* BINUNICODE8 */
        return push_text(p, 8, err);
    case ')': /* EMPTY_TUPLE */
        return tuple_of(p, 0, err);
    case 0x85: /* TUPLE1 */
        return tuple_of(p, 1, err);
    case 0x86: /* TUPLE2 */
        return tuple_of(p, 2, err);
    case 0x87: /* TUPLE3 */
        return tuple_of(p, 3, err);
    case 't': /* TUPLE */
        return until_mark(p, img_pickle_tuple, err);
    case ']': /* EMPTY_LIST */
        return push_kind(p, IMG_PK_LIST, err);
    case 'a': /* APPEND */
        return p->height > 0 ? img_pickle_append(p, p->height - 1, err)
                             : img_pickle_bad(p, err, "nothing left on the stack");
    case 'e': /* APPENDS */
        return until_mark(p, img_pickle_append, err);
    case '}': /* EMPTY_DICT */
        return push_kind(p, IMG_PK_DICT, err);
    case 's': /* SETITEM */
        return p->height > 1 ? img_pickle_set_items(p, p->height - 2, err)
                             : img_pickle_bad(p, err, "nothing left on the stack");
    case 'u': /* SETITEMS */
        return until_mark(p, img_pickle_set_items, err);
    case 'q': /* BINPUT */
        return remember(p, 1, err);
    case 'r': /* LONG_BINPUT */
        return remember(p, 4, err);
    case 0x94: /* MEMOIZE */
        return img_pickle_memo_put(p, p->memo_count, err);
    case 'h': /* BINGET */
        return recall(p, 1, err);
    case 'j': /* LONG_BINGET */
        return recall(p, 4, err);
    case 'c': /* GLOBAL */
        return global_lines(p, err);
    case 0x93: /* STACK_GLOBAL */
        return global_stack(p, err);
    case 'Q': /* BINPERSID */
        return persistent(p, err);
    case 'R': /* REDUCE */
        return reduce(p, err);
    case 'b': /* BUILD */
        return build(p, err);
    default:
        return refuse(p, opcode, err);
    }
}

/* Runs to STOP; *result is what it leaves. */
static bool run(struct img_pickle *p, uint32_t *result, struct img_err *err)
{
    for (;;) {
        const unsigned char *opcode = take(p, 1, err);
        if (!opcode)
            return false;
        if (*opcode == '.')
            return img_pickle_pop(p, result, err);
        if (!step(p, *opcode, err))
            return false;
    }
}

static bool visit_dict(const struct img_pickle *p, uint32_t result, img_pickled_visit visit,
                       void *ctx, struct img_err *err)
{
    const struct img_pickle_value *dict = &p->values[result];
    size_t tensors = 0;
    if (dict->kind != IMG_PK_DICT)
        return img_pickle_bad(p, err, "no dictionary of tensors");
    for (uint32_t at = dict->as.pairs.first; at; at = p->links[at - 1 + 2]) {
        const struct img_pickle_value *key = &p->values[p->links[at - 1]];
        const struct img_pickle_value *value = &p->values[p->links[at - 1 + 1]];
        if (key->kind != IMG_PK_TEXT || value->kind != IMG_PK_TENSOR)
            continue;
        struct img_pickled tensor = p->tensors[value->as.tensor];
        tensor.name = key->as.text.bytes;
        tensor.name_len = key->as.text.len;
        tensors++;
        if (!visit(ctx, &tensor, err))
            return false;
    }
    return tensors > 0 || img_pickle_bad(p, err, "a dictionary without tensors (wanted a state "
                                                 "dictionary, not a training checkpoint)");
}

bool img_unpickle(const unsigned char *bytes, size_t size, img_pickled_visit visit, void *ctx,
                  struct img_err *err)
{
    uint32_t result = 0;
    if (size > IMG_PICKLE_SIZE_MAX)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "pickle of %zu bytes, more than %d", size,
                           IMG_PICKLE_SIZE_MAX);
    struct img_pickle *p = calloc(1, sizeof *p);
    if (p)
        p->stack = malloc(IMG_PICKLE_STACK_MAX * sizeof *p->stack);
    bool ok = p && p->stack;
    if (!ok) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a pickle");
    } else {
        p->bytes = bytes;
        p->size = size;
        ok = run(p, &result, err) && visit_dict(p, result, visit, ctx, err);
    }
    if (p) {
        free(p->values);
        free(p->links);
        free(p->tensors);
        free(p->memo);
        free(p->stack);
    }
    free(p);
    return ok;
}
