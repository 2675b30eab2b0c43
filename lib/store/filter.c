/* From a filter's tree to must, should and must_not. */
#include "store/filter.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json/number.h"
#include "json/string.h"

enum { FIELD_ROOM = 200 };

struct translation {
    const struct img_where *where;
    struct img_buf *out;
    bool exact;
    struct img_err *err;
};

static const char *const signs[] = {"==", "!=", "<", "<=", ">", ">=", "~"};

/* The field as a dotted path; false when it does not fit. */
static bool put_path(const struct img_where_field *field, char path[FIELD_ROOM], bool *plain)
{
    size_t at = 0;
    *plain = true;
    for (size_t i = 0; i < field->count; i++) {
        const struct img_where_step *step = &field->steps[i];
        int n = step->key ? snprintf(path + at, FIELD_ROOM - at, "%s%.*s", i ? "." : "",
                                     (int)step->len, step->key)
                          : snprintf(path + at, FIELD_ROOM - at, "[%zu]", step->index);
        if (n < 0 || (size_t)n >= FIELD_ROOM - at)
            return false;
        at += (size_t)n;
        for (size_t j = 0; step->key && j < step->len; j++) {
            unsigned char c = (unsigned char)step->key[j];
            *plain = *plain && (c >= 0x80 || c == '_' || c == '-' || (c >= '0' && c <= '9') ||
                                ((c | 32) >= 'a' && (c | 32) <= 'z'));
        }
        *plain = *plain && step->key && step->len > 0;
    }
    return true;
}

static bool cannot(struct translation *t, const struct img_where_node *node, const char *why)
{
    char path[FIELD_ROOM] = "";
    bool plain;
    if (!put_path(&t->where->fields[node->a.field], path, &plain))
        path[FIELD_ROOM - 1] = '\0';
    return img_err_set(t->err, IMG_ERR_USAGE, "--where: '%s%s%s …': %s", path,
                       node->kind == IMG_WHERE_TEST ? " " : "",
                       node->kind == IMG_WHERE_TEST ? signs[node->op] : "", why);
}

/* {"key":"…", … up to the condition's own member. */
static bool begin(struct translation *t, const struct img_where_node *node, const char *member)
{
    char path[FIELD_ROOM];
    bool plain;
    if (!put_path(&t->where->fields[node->a.field], path, &plain) || !plain)
        return cannot(t, node, "Qdrant cannot be asked for such a field");
    img_buf_puts(t->out, "{\"key\":");
    img_json_put_text(t->out, path);
    img_buf_printf(t->out, ",\"%s\":", member);
    return true;
}

static bool put_empty(struct translation *t, const struct img_where_node *node)
{
    char path[FIELD_ROOM];
    bool plain;
    if (!put_path(&t->where->fields[node->a.field], path, &plain) || !plain)
        return cannot(t, node, "Qdrant cannot be asked for such a field");
    t->exact = false;
    img_buf_puts(t->out, "{\"is_empty\":{\"key\":");
    img_json_put_text(t->out, path);
    img_buf_puts(t->out, "}}");
    return true;
}

static bool put_match(struct translation *t, const struct img_where_node *node, const char *how,
                      const char *text, size_t len)
{
    if (memchr(text, '\0', len))
        return cannot(t, node, "Qdrant cannot be asked for a text with U+0000");
    if (!begin(t, node, "match"))
        return false;
    img_buf_printf(t->out, "{\"%s\":", how);
    img_json_put_string(t->out, text, len);
    img_buf_puts(t->out, "}}");
    return true;
}

static bool put_truth(struct translation *t, const struct img_where_node *node, bool truth)
{
    if (!begin(t, node, "match"))
        return false;
    img_buf_printf(t->out, "{\"value\":%s}}", truth ? "true" : "false");
    return true;
}

/* Microseconds since 1970, in UTC. */
static void put_moment(struct img_buf *out, int64_t microseconds)
{
    int64_t seconds = microseconds / 1000000, rest = microseconds % 1000000;
    if (rest < 0)
        seconds--, rest += 1000000;
    time_t when = (time_t)seconds;
    struct tm parts;
    gmtime_r(&when, &parts);
    img_buf_printf(out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%06dZ\"", parts.tm_year + 1900,
                   parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                   (int)rest);
}

static int64_t in_utc(const struct img_date *date, int64_t local)
{
    return date->has_offset ? local - date->offset : local;
}

static bool put_span(struct translation *t, const struct img_where_node *node)
{
    const struct img_date *date = &node->b.date;
    bool from = node->op == IMG_WHERE_EQ || node->op == IMG_WHERE_NE || node->op == IMG_WHERE_GE;
    bool to = node->op == IMG_WHERE_EQ || node->op == IMG_WHERE_NE || node->op == IMG_WHERE_LE;
    t->exact = false;
    if (!begin(t, node, "range"))
        return false;
    img_buf_putc(t->out, '{');
    if (from || node->op == IMG_WHERE_GT) {
        img_buf_puts(t->out, "\"gte\":");
        put_moment(t->out, in_utc(date, from ? date->begin : date->end));
    }
    if (to || node->op == IMG_WHERE_LT) {
        img_buf_puts(t->out, from ? ",\"lt\":" : "\"lt\":");
        put_moment(t->out, in_utc(date, to ? date->end : date->begin));
    }
    img_buf_puts(t->out, "}}");
    return true;
}

static bool put_number(struct translation *t, const struct img_where_node *node)
{
    static const char *const names[] = {[IMG_WHERE_LT] = "lt", [IMG_WHERE_LE] = "lte",
                                        [IMG_WHERE_GT] = "gt", [IMG_WHERE_GE] = "gte"};
    if (!begin(t, node, "range"))
        return false;
    if (node->op == IMG_WHERE_EQ || node->op == IMG_WHERE_NE) {
        img_buf_puts(t->out, "{\"gte\":");
        img_json_put_double(t->out, node->b.number);
        img_buf_puts(t->out, ",\"lte\":");
    } else {
        img_buf_printf(t->out, "{\"%s\":", names[node->op]);
    }
    img_json_put_double(t->out, node->b.number);
    img_buf_puts(t->out, "}}");
    return true;
}

/* A text as it is, or *text*: a part of one. */
static bool put_glob(struct translation *t, const struct img_where_node *node)
{
    const char *text = node->b.text;
    size_t len = node->b.len;
    bool part = len > 2 && text[0] == '*' && text[len - 1] == '*';
    if (part)
        text++, len -= 2;
    for (size_t i = 0; i < len; i++)
        if (strchr("*?[\\", text[i]))
            return cannot(t, node, "Qdrant knows whole texts and \"*part*\", no other patterns");
    return put_match(t, node, part ? "text" : "value", text, len);
}

static bool put_string(struct translation *t, const struct img_where_node *node)
{
    bool equality = node->op == IMG_WHERE_EQ || node->op == IMG_WHERE_NE;
    if (node->op == IMG_WHERE_GLOB)
        return put_glob(t, node);
    if (!equality)
        return node->b.is_date ? put_span(t, node)
                               : cannot(t, node, "texts have no order in Qdrant");
    if (!node->b.is_date)
        return put_match(t, node, "value", node->b.text, node->b.len);
    img_buf_puts(t->out, "{\"should\":[");
    if (!put_match(t, node, "value", node->b.text, node->b.len))
        return false;
    img_buf_putc(t->out, ',');
    if (!put_span(t, node))
        return false;
    img_buf_puts(t->out, "]}");
    return true;
}

static bool put_positive(struct translation *t, const struct img_where_node *node)
{
    bool equality = node->op == IMG_WHERE_EQ || node->op == IMG_WHERE_NE;
    switch (node->b.type) {
    case IMG_WHERE_FIELD:
        return cannot(t, node, "Qdrant cannot compare two fields");
    case IMG_WHERE_STRING:
        return put_string(t, node);
    case IMG_WHERE_NUMBER:
        if (node->op != IMG_WHERE_GLOB)
            return put_number(t, node);
        break;
    case IMG_WHERE_TRUTH:
        if (equality)
            return put_truth(t, node, node->b.truth);
        break;
    case IMG_WHERE_NULL:
        if (equality)
            return put_empty(t, node);
        break;
    }
    return cannot(t, node, "this never holds");
}

static bool put_condition(struct translation *t, const struct img_where_node *node);

/* a && b && c is one list, whatever its tree looks like. */
static bool put_list(struct translation *t, const struct img_where_node *node,
                     enum img_where_kind kind)
{
    if (node->kind != kind)
        return put_condition(t, node);
    if (!put_list(t, node->left, kind))
        return false;
    img_buf_putc(t->out, ',');
    return put_list(t, node->right, kind);
}

static bool put_condition(struct translation *t, const struct img_where_node *node)
{
    bool negative = node->kind == IMG_WHERE_NOT ||
                    (node->kind == IMG_WHERE_TEST && node->op == IMG_WHERE_NE);
    bool ok;
    if (node->kind == IMG_WHERE_TEST && !negative)
        return put_positive(t, node);
    img_buf_puts(t->out, node->kind == IMG_WHERE_OR    ? "{\"should\":["
                         : node->kind == IMG_WHERE_AND ? "{\"must\":["
                                                       : "{\"must_not\":[");
    if (node->kind == IMG_WHERE_NOT) {
        ok = put_condition(t, node->left);
    } else if (node->kind == IMG_WHERE_SET) {
        ok = put_empty(t, node);
        img_buf_putc(t->out, ',');
        ok = ok && put_truth(t, node, false);
    } else if (node->kind == IMG_WHERE_TEST) {
        ok = put_positive(t, node);
    } else {
        ok = put_list(t, node, node->kind);
    }
    img_buf_puts(t->out, "]}");
    return ok;
}

bool img_qdrant_filter(const struct img_where *where, struct img_buf *out, bool *exact,
                       struct img_err *err)
{
    struct translation t = {.where = where, .out = out, .exact = true, .err = err};
    img_buf_puts(out, "{\"must\":[");
    if (!put_condition(&t, where->root))
        return false;
    img_buf_puts(out, "]}");
    *exact = t.exact;
    return img_buf_ok(out, err);
}
