/* A JSON Schema subset over parsed documents, and the way from a request to its schema. */
#include "support/schema.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 8 << 20, VALUES_MAX = 1 << 22, DEPTH_MAX = 64, WHERE_MAX = 200 };

struct schema {
    struct img_doc *root;
};

struct check {
    const struct img_doc *root;
    char where[WHERE_MAX];
    struct img_err *err;
};

static bool is(const char *text, const char *wanted)
{
    return text && strcmp(text, wanted) == 0;
}

static const char *keyword(const struct img_doc *schema, const char *name)
{
    return img_doc_text(img_doc_get(schema, name));
}

static bool yes(const struct img_doc *schema, const char *name)
{
    bool value = false;
    return img_doc_bool(img_doc_get(schema, name), &value) && value;
}

static bool refuse(struct check *c, const char *what)
{
    return img_err_set(c->err, IMG_ERR_BAD_RECORD, "%s: %s", c->where[0] ? c->where : "body", what);
}

static const struct img_doc *follow(const struct img_doc *root, const char *reference)
{
    const struct img_doc *at = root;
    if (strcmp(reference, "#") == 0)
        return root;
    if (strncmp(reference, "#/", 2) != 0)
        return NULL;
    for (const char *from = reference + 2; at && *from;) {
        char name[128];
        size_t len = strcspn(from, "/");
        if (len >= sizeof name)
            return NULL;
        memcpy(name, from, len);
        name[len] = '\0';
        at = img_doc_get(at, name);
        from += len + (from[len] == '/');
    }
    return at;
}

static bool same(const struct img_doc *a, const struct img_doc *b)
{
    double x, y;
    bool p, q;
    if (img_doc_kind(a) != img_doc_kind(b))
        return false;
    switch (img_doc_kind(a)) {
    case IMG_DOC_NULL:
        return true;
    case IMG_DOC_BOOL:
        return img_doc_bool(a, &p) && img_doc_bool(b, &q) && p == q;
    case IMG_DOC_NUMBER:
        return img_doc_number(a, &x) && img_doc_number(b, &y) && x == y;
    case IMG_DOC_TEXT:
        return is(img_doc_text(a), img_doc_text(b));
    default:
        return false;
    }
}

static bool digits(const char *text, const char *pattern)
{
    for (; *pattern; pattern++, text++)
        if (*pattern == 'x' ? !isxdigit((unsigned char)*text)
            : *pattern == '9' ? !isdigit((unsigned char)*text)
                              : *text != *pattern)
            return false;
    return true;
}

static bool is_uuid(const char *text)
{
    const char *pattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    return strlen(text) == strlen(pattern) && digits(text, pattern);
}

/* RFC 3339, the zone and the time left out as the server allows. */
static bool is_date_time(const char *text)
{
    if (!digits(text, "9999-99-99"))
        return false;
    text += 10;
    if (!*text)
        return true;
    if (!strchr("Tt ", *text) || !digits(text + 1, "99:99"))
        return false;
    text += 6;
    if (digits(text, ":99"))
        text += 3;
    if (*text == '.')
        text += 1 + strspn(text + 1, "0123456789");
    return !*text || strcmp(text, "Z") == 0 ||
           ((*text == '+' || *text == '-') && digits(text + 1, "99:99") && !text[6]);
}

static bool format_fits(const char *format, const struct img_doc *value)
{
    const char *text = img_doc_text(value);
    double number = 0;
    bool is_number = img_doc_number(value, &number);
    if (!format)
        return true;
    if (text && is(format, "uuid"))
        return is_uuid(text);
    if (text && strstr(format, "date-time"))
        return is_date_time(text);
    if (!is_number)
        return true;
    if (is(format, "float"))
        return fabs(number) <= 3.4028235677973366e38;
    if (is(format, "uint8"))
        return number >= 0 && number <= 255;
    if (is(format, "uint32"))
        return number >= 0 && number <= 4294967295.0;
    if (is(format, "uint") || is(format, "uint64"))
        return number >= 0 && number <= 18446744073709551615.0;
    if (is(format, "int64"))
        return number >= -9223372036854775808.0 && number < 9223372036854775808.0;
    return true;
}

static bool type_fits(const char *type, const struct img_doc *value)
{
    double number;
    switch (img_doc_kind(value)) {
    case IMG_DOC_NULL:
        return false;
    case IMG_DOC_BOOL:
        return is(type, "boolean");
    case IMG_DOC_NUMBER:
        return is(type, "number") ||
               (is(type, "integer") && img_doc_number(value, &number) && floor(number) == number);
    case IMG_DOC_TEXT:
        return is(type, "string");
    case IMG_DOC_ARRAY:
        return is(type, "array");
    default:
        return is(type, "object");
    }
}

static bool fits(struct check *c, const struct img_doc *schema, const struct img_doc *value,
                 unsigned depth);

/* Into a member or an element, and back out of it when it fits. */
static bool fits_at(struct check *c, const char *name, size_t index, const struct img_doc *schema,
                    const struct img_doc *value, unsigned depth)
{
    size_t len = strlen(c->where);
    if (name)
        snprintf(c->where + len, WHERE_MAX - len, "%s%.60s", len ? "." : "", name);
    else
        snprintf(c->where + len, WHERE_MAX - len, "[%zu]", index);
    bool ok = fits(c, schema, value, depth);
    if (ok)
        c->where[len] = '\0';
    return ok;
}

static size_t count_fitting(struct check *c, const struct img_doc *variants,
                            const struct img_doc *value, bool all, unsigned depth)
{
    size_t fitting = 0, len = strlen(c->where);
    for (const struct img_doc *v = img_doc_first(variants); v; v = img_doc_next(v)) {
        bool ok = fits(c, v, value, depth);
        fitting += ok;
        c->where[len] = '\0';
        if (ok && !all)
            break;
    }
    return fitting;
}

static bool combined_fits(struct check *c, const struct img_doc *schema,
                          const struct img_doc *value, unsigned depth)
{
    const struct img_doc *any = img_doc_get(schema, "anyOf"), *one = img_doc_get(schema, "oneOf");
    for (const struct img_doc *v = img_doc_first(img_doc_get(schema, "allOf")); v;
         v = img_doc_next(v))
        if (!fits(c, v, value, depth))
            return false;
    if (any && count_fitting(c, any, value, false, depth) == 0)
        return refuse(c, "fits none of the variants");
    if (one && count_fitting(c, one, value, true, depth) != 1)
        return refuse(c, "does not fit exactly one of the variants");
    return true;
}

static bool object_fits(struct check *c, const struct img_doc *schema, const struct img_doc *value,
                        unsigned depth)
{
    const struct img_doc *properties = img_doc_get(schema, "properties");
    const struct img_doc *others = img_doc_get(schema, "additionalProperties");
    bool others_allowed = true;
    for (const struct img_doc *r = img_doc_first(img_doc_get(schema, "required")); r;
         r = img_doc_next(r))
        if (img_doc_text(r) && !img_doc_get(value, img_doc_text(r)))
            return refuse(c, "a required member is missing");
    if (others && img_doc_bool(others, &others_allowed))
        others = NULL;
    for (const struct img_doc *m = img_doc_first(value); m; m = img_doc_next(m)) {
        const struct img_doc *own = img_doc_get(properties, img_doc_name(m));
        if (!own && !others_allowed)
            return refuse(c, "a member that is not allowed");
        if (!own)
            own = others;
        if (own && !fits_at(c, img_doc_name(m), 0, own, m, depth))
            return false;
    }
    return true;
}

static bool array_fits(struct check *c, const struct img_doc *schema, const struct img_doc *value,
                       unsigned depth)
{
    const struct img_doc *items = img_doc_get(schema, "items");
    int64_t least;
    size_t i = 0;
    if (img_doc_int(img_doc_get(schema, "minItems"), &least) &&
        img_doc_count(value) < (size_t)least)
        return refuse(c, "too few elements");
    for (const struct img_doc *e = img_doc_first(value); e; e = img_doc_next(e), i++) {
        if (items && !fits_at(c, NULL, i, items, e, depth))
            return false;
        for (const struct img_doc *f = yes(schema, "uniqueItems") ? img_doc_next(e) : NULL; f;
             f = img_doc_next(f))
            if (same(e, f))
                return refuse(c, "an element twice");
    }
    return true;
}

static bool scalar_fits(struct check *c, const struct img_doc *schema, const struct img_doc *value)
{
    const struct img_doc *words = img_doc_get(schema, "enum");
    const char *text = img_doc_text(value);
    double number, limit;
    int64_t least;
    if (words) {
        const struct img_doc *w = img_doc_first(words);
        while (w && !same(w, value))
            w = img_doc_next(w);
        if (!w)
            return refuse(c, "none of the words allowed");
    }
    if (!format_fits(keyword(schema, "format"), value))
        return refuse(c, "not of the format");
    if (img_doc_number(value, &number) &&
        ((img_doc_number(img_doc_get(schema, "minimum"), &limit) && number < limit) ||
         (img_doc_number(img_doc_get(schema, "maximum"), &limit) && number > limit)))
        return refuse(c, "out of range");
    if (text && img_doc_int(img_doc_get(schema, "minLength"), &least) &&
        strlen(text) < (size_t)least)
        return refuse(c, "too short");
    return true;
}

static bool fits(struct check *c, const struct img_doc *schema, const struct img_doc *value,
                 unsigned depth)
{
    const char *reference = keyword(schema, "$ref"), *type = keyword(schema, "type");
    if (depth > DEPTH_MAX)
        return refuse(c, "nested too deeply");
    if (reference) {
        const struct img_doc *target = follow(c->root, reference);
        return target ? fits(c, target, value, depth + 1) : refuse(c, "a $ref leads nowhere");
    }
    if (img_doc_kind(value) == IMG_DOC_NULL && yes(schema, "nullable"))
        return true;
    /* {"nullable": true} alone is how the generator writes "or null". */
    if (yes(schema, "nullable") && img_doc_count(schema) == 1)
        return refuse(c, "not null");
    if (type && !type_fits(type, value))
        return refuse(c, "of another type");
    return scalar_fits(c, schema, value) && combined_fits(c, schema, value, depth + 1) &&
           (img_doc_kind(value) != IMG_DOC_OBJECT || object_fits(c, schema, value, depth + 1)) &&
           (img_doc_kind(value) != IMG_DOC_ARRAY || array_fits(c, schema, value, depth + 1));
}

bool schema_fits(const struct img_doc *root, const struct img_doc *schema,
                 const struct img_doc *value, struct img_err *err)
{
    struct check c = {.root = root, .err = err};
    return fits(&c, schema, value, 0);
}

struct schema *schema_open(const char *path, struct img_err *err)
{
    struct schema *schema = calloc(1, sizeof *schema);
    if (!schema)
        return NULL;
    schema->root = img_doc_read(path, FILE_MAX, VALUES_MAX, IMG_ERR_BAD_RECORD, err);
    if (schema->root && img_doc_get(schema->root, "paths"))
        return schema;
    schema_close(schema);
    return NULL;
}

void schema_close(struct schema *schema)
{
    if (!schema)
        return;
    img_doc_free(schema->root);
    free(schema);
}

/* Segments that match: a literal one counts more than one in braces. -1: none. */
static int match_path(const char *pattern, const char *path)
{
    int literal = 0;
    while (*pattern && *path) {
        size_t p = strcspn(pattern + 1, "/") + 1, q = strcspn(path + 1, "/") + 1;
        if (p > 1 && pattern[1] == '{') {
            if (q < 2)
                return -1;
        } else if (p != q || memcmp(pattern, path, p) != 0) {
            return -1;
        } else {
            literal++;
        }
        pattern += p;
        path += q;
    }
    return *pattern || *path ? -1 : literal;
}

static const struct img_doc *find_operation(const struct schema *schema, const char *method,
                                            const char *path)
{
    const struct img_doc *best = NULL;
    int most = -1;
    char lower[8];
    snprintf(lower, sizeof lower, "%s", method);
    for (char *c = lower; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    for (const struct img_doc *p = img_doc_first(img_doc_get(schema->root, "paths")); p;
         p = img_doc_next(p)) {
        int literal = match_path(img_doc_name(p), path);
        if (literal > most && img_doc_get(p, lower)) {
            most = literal;
            best = img_doc_get(p, lower);
        }
    }
    return best;
}

static bool parameter_fits(struct check *c, const struct img_doc *schema, const char *value)
{
    char json[160];
    bool plain = is(value, "true") || is(value, "false") ||
                 (*value && strspn(value, "0123456789") == strlen(value));
    snprintf(json, sizeof json, plain ? "%.100s" : "\"%.100s\"", value);
    struct img_doc *parsed = img_doc_parse(json, strlen(json), 4, IMG_ERR_BAD_RECORD, c->err);
    bool ok = parsed && fits(c, schema, parsed, 0);
    img_doc_free(parsed);
    return ok;
}

static bool query_fits(struct check *c, const struct img_doc *operation, const char *query)
{
    while (*query) {
        char pair[160];
        size_t len = strcspn(query, "&");
        snprintf(pair, sizeof pair, "%.*s", (int)(len < 159 ? len : 159), query);
        query += len + (query[len] == '&');
        char *value = strchr(pair, '=');
        if (value)
            *value++ = '\0';
        const struct img_doc *p = img_doc_first(img_doc_get(operation, "parameters"));
        while (p && !(is(keyword(p, "in"), "query") && is(keyword(p, "name"), pair)))
            p = img_doc_next(p);
        snprintf(c->where, WHERE_MAX, "?%.100s", pair);
        if (!p)
            return refuse(c, "no such parameter");
        if (!parameter_fits(c, img_doc_get(p, "schema"), value ? value : ""))
            return false;
    }
    c->where[0] = '\0';
    return true;
}

static const struct img_doc *reply_of(const struct img_doc *operation, int status)
{
    const struct img_doc *all = img_doc_get(operation, "responses");
    char exact[16], family[16];
    snprintf(exact, sizeof exact, "%d", status);
    snprintf(family, sizeof family, "%dXX", status / 100);
    const struct img_doc *found = img_doc_get(all, exact);
    if (!found)
        found = img_doc_get(all, family);
    return found ? found : img_doc_get(all, "default");
}

bool schema_check(const struct schema *schema, const char *method, const char *path,
                  const char *query, int status, const char *body, size_t len, struct img_err *err)
{
    struct check c = {.root = schema->root, .err = err};
    const struct img_doc *operation = find_operation(schema, method, path);
    if (!operation)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%s %s: no such operation", method, path);
    if (status == 0 && !query_fits(&c, operation, query))
        return img_err_in(err, "%s %s", method, path);
    const struct img_doc *holder =
        status == 0 ? img_doc_get(operation, "requestBody") : reply_of(operation, status);
    if (status != 0 && !holder)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%s %s: no reply %d", method, path, status);
    const struct img_doc *wanted = img_doc_get(
        img_doc_get(img_doc_get(holder, "content"), "application/json"), "schema");
    if (!wanted)
        return status != 0 || len == 0 ||
               img_err_set(err, IMG_ERR_BAD_RECORD, "%s %s takes no body", method, path);
    struct img_doc *value = img_doc_parse(body, len, VALUES_MAX, IMG_ERR_BAD_RECORD, err);
    bool ok = value && fits(&c, wanted, value, 0);
    img_doc_free(value);
    return ok || img_err_in(err, "%s %s%s", method, path, status ? " (reply)" : "");
}
