/* Walking over JSON that was checked when it was written: nothing is read beyond its end,
 * whatever it holds, and nesting costs no stack where no field is looked for. */
#include "query/fields.h"

#include <string.h>

#include "json/string.h"

struct walk {
    const char *at, *end;
    const struct img_where *where;
    struct img_buf *scratch;
    struct img_field *found;
};

static void skip_blanks(struct walk *w)
{
    while (w->at < w->end &&
           (*w->at == ' ' || *w->at == '\t' || *w->at == '\n' || *w->at == '\r'))
        w->at++;
}

static bool take(struct walk *w, char c)
{
    skip_blanks(w);
    if (w->at == w->end || *w->at != c)
        return false;
    w->at++;
    return true;
}

/* From one quote to behind the other. */
static bool skip_string(struct walk *w)
{
    const char *at = w->at + 1;
    for (;;) {
        const char *quote = memchr(at, '"', (size_t)(w->end - at));
        const char *slash =
            quote && quote > at ? memchr(at, '\\', (size_t)(quote - at)) : NULL;
        if (!quote)
            return false;
        if (!slash) {
            w->at = quote + 1;
            return true;
        }
        if (w->end - slash < 2)
            return false;
        at = slash + 2;
    }
}

static bool skip_container(struct walk *w)
{
    size_t depth = 0;
    while (w->at < w->end) {
        char c = *w->at;
        if (c == '"') {
            if (!skip_string(w))
                return false;
            continue;
        }
        w->at++;
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return true;
    }
    return false;
}

static bool skip_value(struct walk *w)
{
    if (w->at == w->end)
        return false;
    if (*w->at == '"')
        return skip_string(w);
    if (*w->at == '{' || *w->at == '[')
        return skip_container(w);
    const char *begin = w->at;
    while (w->at < w->end && !strchr(",]} \t\r\n", *w->at))
        w->at++;
    return w->at > begin;
}

/* The fields among those of mask whose step at depth is this key. */
static uint64_t of_key(const struct walk *w, uint64_t mask, size_t depth, const char *key,
                       size_t len)
{
    uint64_t these = 0;
    for (size_t i = 0; i < w->where->field_count; i++) {
        const struct img_where_step *step = &w->where->fields[i].steps[depth];
        if (mask >> i & 1 && step->key && step->len == len && memcmp(step->key, key, len) == 0)
            these |= (uint64_t)1 << i;
    }
    return these;
}

static uint64_t of_index(const struct walk *w, uint64_t mask, size_t depth, size_t index)
{
    uint64_t these = 0;
    for (size_t i = 0; i < w->where->field_count; i++) {
        const struct img_where_step *step = &w->where->fields[i].steps[depth];
        if (mask >> i & 1 && !step->key && step->index == index)
            these |= (uint64_t)1 << i;
    }
    return these;
}

static bool walk_into(struct walk *w, uint64_t mask, size_t depth);

/* A value that is these fields', or on the way to them. depth steps lead to it. */
static bool take_value(struct walk *w, uint64_t these, size_t depth)
{
    const char *begin = w->at;
    uint64_t deeper = 0;
    for (size_t i = 0; i < w->where->field_count; i++)
        if (these >> i & 1) {
            w->found[i] = (struct img_field){0};
            if (w->where->fields[i].count > depth)
                deeper |= (uint64_t)1 << i;
        }
    bool container = w->at < w->end && (*w->at == '{' || *w->at == '[');
    if (!(deeper && container ? walk_into(w, deeper, depth) : skip_value(w)))
        return false;
    for (size_t i = 0; i < w->where->field_count; i++)
        if (these >> i & 1 && w->where->fields[i].count == depth)
            w->found[i] = (struct img_field){begin, (size_t)(w->at - begin)};
    return true;
}

static bool find_key(struct walk *w, uint64_t mask, size_t depth, uint64_t *these)
{
    struct img_err ignored;
    const char *key = w->at;
    if (w->at == w->end || *w->at != '"' || !skip_string(w))
        return false;
    size_t len = (size_t)(w->at - key);
    if (!memchr(key, '\\', len)) {
        *these = of_key(w, mask, depth, key + 1, len - 2);
        return true;
    }
    img_buf_reset(w->scratch);
    bool ok = img_json_unquote(key, len, w->scratch, &ignored);
    *these = ok ? of_key(w, mask, depth, w->scratch->data, w->scratch->len) : 0;
    return true;
}

/* An object or array, to whose members the fields of mask lead on. */
static bool walk_into(struct walk *w, uint64_t mask, size_t depth)
{
    bool object = *w->at++ == '{';
    uint64_t these;
    if (take(w, object ? '}' : ']'))
        return true;
    for (size_t index = 0;; index++) {
        skip_blanks(w);
        if (object) {
            if (!find_key(w, mask, depth, &these) || !take(w, ':'))
                return false;
        } else {
            these = of_index(w, mask, depth, index);
        }
        skip_blanks(w);
        if (!(these ? take_value(w, these, depth + 1) : skip_value(w)))
            return false;
        if (take(w, ','))
            continue;
        return take(w, object ? '}' : ']');
    }
}

bool img_fields_find(const struct img_where *where, const char *line, size_t len,
                     struct img_buf *scratch, struct img_field *found)
{
    struct walk w = {.at = line, .end = line + len, .where = where, .scratch = scratch,
                     .found = found};
    memset(found, 0, where->field_count * sizeof *found);
    skip_blanks(&w);
    return w.at < w.end && *w.at == '{' && walk_into(&w, ~(uint64_t)0, 0);
}

bool img_fields_element(const struct img_field *array, size_t *at, struct img_field *element)
{
    struct walk w = {.at = array->text + (*at > 0 ? *at : 1), .end = array->text + array->len};
    if (*at > 0 && !take(&w, ','))
        return false;
    skip_blanks(&w);
    const char *begin = w.at;
    if (w.at == w.end || *w.at == ']' || !skip_value(&w))
        return false;
    *element = (struct img_field){begin, (size_t)(w.at - begin)};
    *at = (size_t)(w.at - array->text);
    return true;
}
