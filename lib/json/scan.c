/* The grammar of RFC 8259 without recursion, and the members of one object. */
#include "json/scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "json/string.h"

struct cursor {
    const char *begin, *at, *end;
    struct img_err *err;
};

static bool fail(struct cursor *c, const char *what)
{
    return img_err_set(c->err, IMG_ERR_BAD_RECORD, "not JSON: %s at byte %zu", what,
                       (size_t)(c->at - c->begin) + 1);
}

static void skip_blanks(struct cursor *c)
{
    while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
        c->at++;
}

static bool at_char(const struct cursor *c, char wanted)
{
    return c->at < c->end && *c->at == wanted;
}

static bool scan_escape(struct cursor *c)
{
    c->at++;
    if (c->at == c->end)
        return fail(c, "string without end");
    if (*c->at == 'u') {
        for (int i = 0; i < 4; i++) {
            c->at++;
            if (c->at == c->end || !strchr("0123456789abcdefABCDEF", *c->at) || *c->at == '\0')
                return fail(c, "bad \\u escape");
        }
    } else if (*c->at == '\0' || !strchr("\"\\/bfnrt", *c->at)) {
        return fail(c, "unknown escape");
    }
    c->at++;
    return true;
}

static bool scan_string(struct cursor *c)
{
    if (!at_char(c, '"'))
        return fail(c, "no string");
    c->at++;
    while (c->at < c->end) {
        unsigned char byte = (unsigned char)*c->at;
        if (byte == '"') {
            c->at++;
            return true;
        }
        if (byte == '\\') {
            if (!scan_escape(c))
                return false;
        } else if (byte < 0x20) {
            return fail(c, "control character in a string");
        } else if (byte < 0x80) {
            c->at++;
        } else {
            uint32_t ignored;
            size_t step = img_utf8_decode(c->at, (size_t)(c->end - c->at), &ignored);
            if (step == 0)
                return fail(c, "invalid UTF-8");
            c->at += step;
        }
    }
    return fail(c, "string without end");
}

static size_t skip_digits(struct cursor *c)
{
    const char *first = c->at;
    while (c->at < c->end && *c->at >= '0' && *c->at <= '9')
        c->at++;
    return (size_t)(c->at - first);
}

static bool scan_number(struct cursor *c)
{
    if (at_char(c, '-'))
        c->at++;
    if (at_char(c, '0'))
        c->at++;
    else if (skip_digits(c) == 0)
        return fail(c, "no value");
    if (at_char(c, '.')) {
        c->at++;
        if (skip_digits(c) == 0)
            return fail(c, "no digit behind a decimal point");
    }
    if (at_char(c, 'e') || at_char(c, 'E')) {
        c->at++;
        if (at_char(c, '+') || at_char(c, '-'))
            c->at++;
        if (skip_digits(c) == 0)
            return fail(c, "no digit in an exponent");
    }
    return true;
}

static bool scan_word(struct cursor *c, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0)
        return fail(c, "no value");
    c->at += len;
    return true;
}

/* A value that is neither array nor object. */
static bool scan_scalar(struct cursor *c, enum img_json_kind *kind)
{
    switch (c->at < c->end ? *c->at : '\0') {
    case '"':
        *kind = IMG_JSON_STRING;
        return scan_string(c);
    case 't':
        *kind = IMG_JSON_TRUE;
        return scan_word(c, "true");
    case 'f':
        *kind = IMG_JSON_FALSE;
        return scan_word(c, "false");
    case 'n':
        *kind = IMG_JSON_NULL;
        return scan_word(c, "null");
    default:
        *kind = IMG_JSON_NUMBER;
        return scan_number(c);
    }
}

static bool scan_key(struct cursor *c)
{
    skip_blanks(c);
    if (!scan_string(c))
        return false;
    skip_blanks(c);
    if (!at_char(c, ':'))
        return fail(c, "no ':' behind a key");
    c->at++;
    return true;
}

/* One value of any kind; open holds the brackets around the cursor, depth of them already. */
static bool scan_value(struct cursor *c, size_t depth, struct img_json_value *value)
{
    char open[IMG_JSON_DEPTH];
    size_t base = depth;
    skip_blanks(c);
    value->text = c->at;
    value->kind = at_char(c, '{') ? IMG_JSON_OBJECT : IMG_JSON_ARRAY;
    for (;;) {
        skip_blanks(c);
        bool opened = false;
        if (at_char(c, '{') || at_char(c, '[')) {
            if (depth >= IMG_JSON_DEPTH)
                return fail(c, "nested too deeply");
            open[depth++] = *c->at++;
            opened = true;
            skip_blanks(c);
        } else {
            enum img_json_kind kind;
            if (!scan_scalar(c, &kind))
                return false;
            if (depth == base)
                value->kind = kind;
        }
        /* Close what ends here; a comma (or the first element) leads to the next value. */
        while (depth > base) {
            char close = open[depth - 1] == '{' ? '}' : ']';
            if (!opened)
                skip_blanks(c);
            if (at_char(c, close)) {
                c->at++;
                depth--;
                opened = false;
                continue;
            }
            if (!opened) {
                if (!at_char(c, ','))
                    return fail(c, "no ',' or closing bracket");
                c->at++;
            }
            if (close == '}' && !scan_key(c))
                return false;
            break;
        }
        if (depth == base)
            break;
    }
    value->len = (size_t)(c->at - value->text);
    return true;
}

/* Grows an array in arena by doubling; what it outgrew stays until the arena is reset. */
static void *grow(struct img_arena *arena, void *items, size_t count, size_t *room, size_t size,
                  struct img_err *err)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 16;
    void *more = img_arena_array(arena, *room, size, err);
    if (more && count > 0)
        memcpy(more, items, count * size);
    return more;
}

static bool read_key(struct img_json_member *member, struct img_arena *arena, struct img_err *err)
{
    struct img_json_value key = {IMG_JSON_STRING, member->raw_key, member->raw_key_len};
    if (!img_json_get_string(&key, arena, &member->key, NULL, err))
        return img_err_in(err, "a key");
    member->key_len = strlen(member->key);
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct img_json_member *x = *(struct img_json_member *const *)a;
    const struct img_json_member *y = *(struct img_json_member *const *)b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x > y) - (x < y);
}

/* Marks all but the last of equal keys. */
static bool mark_shadowed(struct img_json_member *members, size_t count, struct img_arena *arena,
                          struct img_err *err)
{
    struct img_json_member **sorted = img_arena_array(arena, count + 1, sizeof *sorted, err);
    if (!sorted)
        return false;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &members[i];
    qsort(sorted, count, sizeof *sorted, compare_keys);
    for (size_t i = 0; i + 1 < count; i++)
        sorted[i]->shadowed = strcmp(sorted[i]->key, sorted[i + 1]->key) == 0;
    return true;
}

bool img_json_scan(const char *text, size_t len, struct img_arena *arena,
                   struct img_json_object *object, struct img_err *err)
{
    struct cursor c = {text, text, text + len, err};
    struct img_json_member *members = NULL;
    size_t count = 0, room = 0;
    skip_blanks(&c);
    if (!at_char(&c, '{'))
        return fail(&c, "no object");
    c.at++;
    skip_blanks(&c);
    bool more = !at_char(&c, '}');
    while (more) {
        if (count == IMG_JSON_MEMBERS)
            return fail(&c, "too many members");
        members = grow(arena, members, count, &room, sizeof *members, err);
        if (!members)
            return false;
        struct img_json_member *member = &members[count++];
        *member = (struct img_json_member){0};
        skip_blanks(&c);
        member->raw_key = c.at;
        if (!scan_string(&c))
            return false;
        member->raw_key_len = (size_t)(c.at - member->raw_key);
        c.at = member->raw_key;
        if (!scan_key(&c) || !read_key(member, arena, err) || !scan_value(&c, 1, &member->value))
            return false;
        skip_blanks(&c);
        more = at_char(&c, ',');
        if (!more && !at_char(&c, '}'))
            return fail(&c, "no ',' or '}'");
        c.at += more;
    }
    c.at++;
    skip_blanks(&c);
    if (c.at != c.end)
        return fail(&c, "something behind the object");
    *object = (struct img_json_object){members, count};
    return mark_shadowed(members, count, arena, err);
}

const struct img_json_value *img_json_find(const struct img_json_object *object, const char *key)
{
    for (size_t i = 0; i < object->count; i++)
        if (!object->members[i].shadowed && strcmp(object->members[i].key, key) == 0)
            return &object->members[i].value;
    return NULL;
}

bool img_json_elements(const struct img_json_value *array, struct img_arena *arena,
                       const struct img_json_value **elements, size_t *count, struct img_err *err)
{
    struct cursor c = {array->text, array->text, array->text + array->len, err};
    struct img_json_value *items = NULL;
    size_t room = 0;
    *count = 0;
    *elements = NULL;
    if (array->kind != IMG_JSON_ARRAY)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not an array");
    c.at++;
    skip_blanks(&c);
    while (!at_char(&c, ']')) {
        items = grow(arena, items, *count, &room, sizeof *items, err);
        if (!items || !scan_value(&c, 1, &items[*count]))
            return false;
        ++*count;
        skip_blanks(&c);
        if (at_char(&c, ','))
            c.at++;
        else if (!at_char(&c, ']'))
            return fail(&c, "no ',' or ']'");
    }
    *elements = items;
    return true;
}

bool img_json_enter(const struct img_json_value *value, struct img_arena *arena,
                    struct img_json_object *object, struct img_err *err)
{
    if (value->kind != IMG_JSON_OBJECT)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not an object");
    return img_json_scan(value->text, value->len, arena, object, err);
}
