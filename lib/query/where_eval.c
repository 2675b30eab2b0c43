/* Whether a filter holds for a line. */
#include <stdlib.h>
#include <string.h>

#include "json/string.h"
#include "query/fields.h"
#include "query/glob.h"
#include "query/where.h"

/* A field's value, or a literal; containers are OTHER. */
enum scalar_kind { MISSING, TRUTH, NUMBER, STRING, OTHER };

struct scalar {
    enum scalar_kind kind;
    bool truth;
    double number;
    const char *text;
    size_t len;
    bool is_date;
    struct img_date date;
};

static double read_number(const struct img_field *field)
{
    enum { MOST = 400 }; /* digits beyond are as good as none */
    char text[MOST + 1];
    size_t len = field->len < MOST ? field->len : MOST;
    memcpy(text, field->text, len);
    text[len] = '\0';
    return strtod(text, NULL);
}

/* A string's characters; in scratch where there are escapes in it. */
static bool read_string(const struct img_field *field, struct img_buf *scratch, struct scalar *s)
{
    struct img_err ignored;
    s->text = field->text + 1;
    s->len = field->len - 2;
    if (!memchr(s->text, '\\', s->len))
        return true;
    img_buf_reset(scratch);
    if (!img_json_unquote(field->text, field->len, scratch, &ignored))
        return false;
    s->text = scratch->data ? scratch->data : "";
    s->len = scratch->len;
    return true;
}

static struct scalar read_scalar(const struct img_field *field, struct img_buf *scratch)
{
    struct scalar s = {.kind = MISSING};
    char c = field->text && field->len > 0 ? field->text[0] : 'n';
    if (c == '"' && field->len >= 2) {
        s.kind = read_string(field, scratch, &s) ? STRING : OTHER;
        s.is_date = s.kind == STRING && img_date_read(s.text, s.len, &s.date) && s.date.parts >= 3;
    } else if (c == 't' || c == 'f') {
        s.kind = TRUTH;
        s.truth = c == 't';
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        s.kind = NUMBER;
        s.number = read_number(field);
    } else if (c != 'n') {
        s.kind = OTHER;
    }
    return s;
}

static struct scalar of_literal(const struct img_where_value *value)
{
    static const enum scalar_kind kinds[] = {[IMG_WHERE_NULL] = MISSING,
                                             [IMG_WHERE_TRUTH] = TRUTH,
                                             [IMG_WHERE_NUMBER] = NUMBER,
                                             [IMG_WHERE_STRING] = STRING};
    return (struct scalar){.kind = kinds[value->type],
                           .truth = value->truth,
                           .number = value->number,
                           .text = value->text,
                           .len = value->len,
                           .is_date = value->is_date,
                           .date = value->date};
}

static int compare_texts(const struct scalar *a, const struct scalar *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = len > 0 ? memcmp(a->text, b->text, len) : 0;
    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

static bool equal(const struct scalar *a, const struct scalar *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case TRUTH:
        return a->truth == b->truth;
    case NUMBER:
        return a->number == b->number;
    case STRING:
        return (a->is_date && b->is_date && img_date_place(&a->date, &b->date) == 0) ||
               compare_texts(a, b) == 0;
    default:
        return a->kind == MISSING;
    }
}

/* -1, 0, 1; false when the two have no order. Against a date, only dates have one. */
static bool order(const struct scalar *a, const struct scalar *b, int *place)
{
    if (a->kind == NUMBER && b->kind == NUMBER) {
        *place = (a->number > b->number) - (a->number < b->number);
        return a->number == a->number && b->number == b->number;
    }
    if (a->kind != STRING || b->kind != STRING || a->is_date != b->is_date)
        return false;
    *place = a->is_date ? img_date_place(&a->date, &b->date) : compare_texts(a, b);
    return true;
}

static bool test_one(const struct scalar *a, enum img_where_op op, const struct scalar *b)
{
    int place;
    if (op == IMG_WHERE_EQ)
        return equal(a, b);
    if (op == IMG_WHERE_GLOB)
        return a->kind == STRING && img_glob_matches(b->text, b->len, a->text, a->len);
    if (!order(a, b, &place))
        return false;
    switch (op) {
    case IMG_WHERE_LT:
        return place < 0;
    case IMG_WHERE_LE:
        return place <= 0;
    case IMG_WHERE_GT:
        return place > 0;
    default:
        return place >= 0;
    }
}

/* An array passes when one of its elements does. */
static bool test_any(struct img_where_eval *e, const struct img_field *field,
                     enum img_where_op op, const struct scalar *b)
{
    struct img_field element;
    struct scalar a;
    if (!field->text || field->text[0] != '[') {
        a = read_scalar(field, &e->text);
        return test_one(&a, op, b);
    }
    if (b->kind == MISSING)
        return false;
    for (size_t at = 0; img_fields_element(field, &at, &element);) {
        a = read_scalar(&element, &e->text);
        if (test_one(&a, op, b))
            return true;
    }
    return false;
}

static bool test(struct img_where_eval *e, const struct img_where_node *node,
                 const struct img_field *found)
{
    bool not = node->op == IMG_WHERE_NE;
    struct scalar b = node->b.type == IMG_WHERE_FIELD
                          ? read_scalar(&found[node->b.field], &e->other)
                          : of_literal(&node->b);
    return test_any(e, &found[node->a.field], not ? IMG_WHERE_EQ : node->op, &b) != not;
}

static bool is_set(const struct img_field *field)
{
    return field->text && field->len > 0 && field->text[0] != 'n' && field->text[0] != 'f';
}

static bool holds(struct img_where_eval *e, const struct img_where_node *node,
                  const struct img_field *found)
{
    switch (node->kind) {
    case IMG_WHERE_OR:
        return holds(e, node->left, found) || holds(e, node->right, found);
    case IMG_WHERE_AND:
        return holds(e, node->left, found) && holds(e, node->right, found);
    case IMG_WHERE_NOT:
        return !holds(e, node->left, found);
    case IMG_WHERE_SET:
        return is_set(&found[node->a.field]);
    case IMG_WHERE_TEST:
        break;
    }
    return test(e, node, found);
}

bool img_where_holds(struct img_where_eval *e, const char *line, size_t len)
{
    struct img_field found[IMG_WHERE_FIELDS_MAX];
    return img_fields_find(e->where, line, len, &e->text, found) &&
           holds(e, e->where->root, found);
}

void img_where_eval_clear(struct img_where_eval *e)
{
    img_buf_clear(&e->text);
    img_buf_clear(&e->other);
}
