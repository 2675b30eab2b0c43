/* Filters from text to tree, by recursive descent. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"
#include "query/where.h"

struct parser {
    const char *text;
    size_t at;
    struct img_arena *arena;
    struct img_where_field *fields; /* [IMG_WHERE_FIELDS_MAX] */
    size_t field_count, nodes, depth;
    struct img_err *err;
};

static bool fault(struct parser *p, const char *what)
{
    return img_err_set(p->err, IMG_ERR_USAGE, "column %zu: %s", p->at + 1, what);
}

static void skip_blanks(struct parser *p)
{
    p->at += strspn(p->text + p->at, " \t\n\r");
}

static bool take(struct parser *p, const char *token)
{
    skip_blanks(p);
    if (strncmp(p->text + p->at, token, strlen(token)) != 0)
        return false;
    p->at += strlen(token);
    return true;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static size_t name_len(const char *text)
{
    size_t len = 0;
    while (is_letter(text[len]) || (len > 0 && text[len] >= '0' && text[len] <= '9'))
        len++;
    return len;
}

static struct img_where_node *new_node(struct parser *p, enum img_where_kind kind)
{
    if (++p->nodes > IMG_WHERE_NODES_MAX) {
        fault(p, "the filter is too large");
        return NULL;
    }
    struct img_where_node *node = img_arena_alloc(p->arena, sizeof *node, p->err);
    if (node)
        node->kind = kind;
    return node;
}

/* The string as JSON writes it: its own quotes become ", \' becomes '. */
static bool requote(struct parser *p, char quote, size_t *behind, struct img_buf *out)
{
    size_t at = p->at + 1;
    img_buf_putc(out, '"');
    for (; p->text[at] != quote; at++) {
        if (p->text[at] == '\0')
            return fault(p, "a string without an end");
        if (p->text[at] == '\\' && p->text[at + 1] == '\'') {
            img_buf_putc(out, p->text[++at]);
        } else if (p->text[at] == '\\' && p->text[at + 1] != '\0') {
            img_buf_put(out, p->text + at++, 2);
        } else if (p->text[at] == '"') {
            img_buf_puts(out, "\\\"");
        } else if ((unsigned char)p->text[at] < 0x20) {
            img_buf_printf(out, "\\u%04x", p->text[at]);
        } else {
            img_buf_putc(out, p->text[at]);
        }
    }
    img_buf_putc(out, '"');
    *behind = at + 1;
    return img_buf_ok(out, p->err);
}

/* Strictly: what an escape stands for is checked by the reader of JSON's strings. */
static bool unquote(struct parser *p, const struct img_buf *quoted, const char **text, size_t *len)
{
    struct img_json_value value;
    struct img_json_object object;
    struct img_buf line = {0};
    struct img_err why = {0};
    img_buf_puts(&line, "{\"a\":");
    img_buf_put(&line, quoted->data, quoted->len);
    img_buf_putc(&line, '}');
    bool ok = img_buf_ok(&line, &why) &&
              img_json_scan(line.data, line.len, p->arena, &object, &why);
    if (ok) {
        value = *img_json_find(&object, "a");
        ok = img_json_get_string(&value, p->arena, text, len, &why);
    }
    img_buf_clear(&line);
    if (!ok && why.code == IMG_ERR_OUT_OF_MEMORY)
        *p->err = why;
    else if (!ok)
        fault(p, "not a string: a wrong escape, or not UTF-8");
    return ok;
}

static bool parse_string(struct parser *p, const char **text, size_t *len)
{
    struct img_buf quoted = {0};
    size_t behind = p->at;
    bool ok = requote(p, p->text[p->at], &behind, &quoted) && unquote(p, &quoted, text, len);
    img_buf_clear(&quoted);
    if (ok)
        p->at = behind;
    return ok;
}

static bool at_quote(const struct parser *p)
{
    return p->text[p->at] == '"' || p->text[p->at] == '\'';
}

static bool parse_bracket(struct parser *p, bool first, struct img_where_step *step)
{
    enum { DIGITS_MAX = 9 };
    skip_blanks(p);
    size_t digits = strspn(p->text + p->at, "0123456789");
    if (at_quote(p)) {
        if (!parse_string(p, &step->key, &step->len))
            return false;
    } else if (!first && digits > 0 && digits <= DIGITS_MAX) {
        step->index = strtoul(p->text + p->at, NULL, 10);
        p->at += digits;
    } else {
        return fault(p, "a name in quotes, or the number of an element, is expected");
    }
    return take(p, "]") || fault(p, "a ] is expected");
}

static bool parse_name(struct parser *p, struct img_where_step *step)
{
    step->len = name_len(p->text + p->at);
    if (step->len == 0)
        return fault(p, "a field's name is expected");
    step->key = img_arena_copy(p->arena, p->text + p->at, step->len, p->err);
    p->at += step->len;
    return step->key != NULL;
}

static bool parse_steps(struct parser *p, struct img_where_field *field)
{
    bool dot = p->text[p->at] == '.';
    if (dot)
        p->at++;
    for (;;) {
        if (field->count == IMG_WHERE_STEPS_MAX)
            return fault(p, "the field lies too deep");
        struct img_where_step *step = &field->steps[field->count++];
        bool bracket = p->text[p->at] == '[' && (!dot || field->count == 1);
        if (bracket) {
            p->at++;
            if (!parse_bracket(p, field->count == 1, step))
                return false;
        } else if (!parse_name(p, step)) {
            return false;
        }
        dot = p->text[p->at] == '.';
        if (dot)
            p->at++;
        else if (p->text[p->at] != '[')
            return true;
    }
}

static bool same_field(const struct img_where_field *a, const struct img_where_field *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct img_where_step *x = &a->steps[i], *y = &b->steps[i];
        if (!x->key != !y->key || x->len != y->len || x->index != y->index ||
            (x->key && memcmp(x->key, y->key, x->len) != 0))
            return false;
    }
    return true;
}

static bool parse_field(struct parser *p, struct img_where_value *value)
{
    struct img_where_field field = {0};
    if (!parse_steps(p, &field))
        return false;
    value->type = IMG_WHERE_FIELD;
    for (value->field = 0; value->field < p->field_count; value->field++)
        if (same_field(&p->fields[value->field], &field))
            return true;
    if (p->field_count == IMG_WHERE_FIELDS_MAX)
        return fault(p, "too many different fields");
    p->fields[p->field_count++] = field;
    return true;
}

static bool parse_number(struct parser *p, struct img_where_value *value)
{
    char *end;
    size_t len = strspn(p->text + p->at, "+-.0123456789eE");
    value->type = IMG_WHERE_NUMBER;
    value->number = strtod(p->text + p->at, &end);
    if (end != p->text + p->at + len || p->text[p->at] == '+' || is_letter(*end))
        return fault(p, "not a number");
    p->at += len;
    return true;
}

/* A word that is none of the three is a field. */
static bool parse_word(struct parser *p, struct img_where_value *value)
{
    static const struct {
        const char *word;
        enum img_where_type type;
        bool truth;
    } words[] = {{"true", IMG_WHERE_TRUTH, true},
                 {"false", IMG_WHERE_TRUTH, false},
                 {"null", IMG_WHERE_NULL, false}};
    size_t len = name_len(p->text + p->at);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (len == strlen(words[i].word) && memcmp(p->text + p->at, words[i].word, len) == 0 &&
            p->text[p->at + len] != '.' && p->text[p->at + len] != '[') {
            value->type = words[i].type;
            value->truth = words[i].truth;
            p->at += len;
            return true;
        }
    return parse_field(p, value);
}

static bool parse_value(struct parser *p, struct img_where_value *value)
{
    skip_blanks(p);
    char c = p->text[p->at], next = c ? p->text[p->at + 1] : '\0';
    *value = (struct img_where_value){0};
    if (at_quote(p)) {
        value->type = IMG_WHERE_STRING;
        if (!parse_string(p, &value->text, &value->len))
            return false;
        value->is_date = img_date_read(value->text, value->len, &value->date);
        return true;
    }
    if ((c >= '0' && c <= '9') || c == '-' || c == '+' || (c == '.' && next >= '0' && next <= '9'))
        return parse_number(p, value);
    if (is_letter(c) || c == '.' || c == '[')
        return parse_word(p, value);
    return fault(p, c ? "a field or a value is expected" : "a field or a value is missing");
}

static bool parse_op(struct parser *p, enum img_where_op *op)
{
    /* The longer ones first. */
    static const struct {
        const char *token;
        enum img_where_op op;
    } ops[] = {{"==", IMG_WHERE_EQ}, {"!=", IMG_WHERE_NE}, {"<=", IMG_WHERE_LE},
               {">=", IMG_WHERE_GE}, {"<", IMG_WHERE_LT},  {">", IMG_WHERE_GT},
               {"~", IMG_WHERE_GLOB}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (take(p, ops[i].token)) {
            *op = ops[i].op;
            return true;
        }
    return false;
}

/* With the field on the left. */
static void turn(struct img_where_node *node)
{
    static const enum img_where_op turned[] = {
        [IMG_WHERE_EQ] = IMG_WHERE_EQ, [IMG_WHERE_NE] = IMG_WHERE_NE, [IMG_WHERE_LT] = IMG_WHERE_GT,
        [IMG_WHERE_LE] = IMG_WHERE_GE, [IMG_WHERE_GT] = IMG_WHERE_LT, [IMG_WHERE_GE] = IMG_WHERE_LE,
    };
    struct img_where_value a = node->a;
    node->a = node->b;
    node->b = a;
    node->op = turned[node->op];
}

static bool check_test(struct parser *p, struct img_where_node *node, size_t begin, size_t op_at)
{
    p->at = op_at;
    if (node->op == IMG_WHERE_GLOB &&
        (node->a.type != IMG_WHERE_FIELD || node->b.type != IMG_WHERE_STRING))
        return fault(p, "~ has a field on its left and a pattern in quotes on its right");
    if (node->a.type != IMG_WHERE_FIELD && node->b.type != IMG_WHERE_FIELD) {
        p->at = begin;
        return fault(p, "neither side is a field");
    }
    bool ordering = node->op >= IMG_WHERE_LT && node->op <= IMG_WHERE_GE;
    if (ordering && (node->a.type < IMG_WHERE_NUMBER || node->b.type < IMG_WHERE_NUMBER))
        return fault(p, "true, false and null have no order");
    if (node->a.type != IMG_WHERE_FIELD)
        turn(node);
    return true;
}

static struct img_where_node *parse_test(struct parser *p)
{
    struct img_where_node *node = new_node(p, IMG_WHERE_TEST);
    skip_blanks(p);
    size_t begin = p->at;
    if (!node || !parse_value(p, &node->a))
        return NULL;
    skip_blanks(p);
    size_t op_at = p->at;
    if (!parse_op(p, &node->op)) {
        node->kind = IMG_WHERE_SET;
        if (node->a.type == IMG_WHERE_FIELD && p->text[p->at] != '=')
            return node;
        fault(p, "one of == != < <= > >= ~ is expected");
        return NULL;
    }
    if (!parse_value(p, &node->b))
        return NULL;
    size_t behind = p->at;
    if (!check_test(p, node, begin, op_at))
        return NULL;
    p->at = behind;
    return node;
}

static struct img_where_node *parse_or(struct parser *p);

static struct img_where_node *parse_not(struct parser *p)
{
    struct img_where_node *node = NULL;
    if (++p->depth > IMG_WHERE_DEPTH_MAX) {
        fault(p, "too deep");
        return NULL;
    }
    if (take(p, "!")) {
        node = new_node(p, IMG_WHERE_NOT);
        if (node && !(node->left = parse_not(p)))
            node = NULL;
    } else if (take(p, "(")) {
        node = parse_or(p);
        if (node && !take(p, ")")) {
            fault(p, "a ) is expected");
            node = NULL;
        }
    } else {
        node = parse_test(p);
    }
    p->depth--;
    return node;
}

static struct img_where_node *parse_chain(struct parser *p, const char *token,
                                          enum img_where_kind kind,
                                          struct img_where_node *(*part)(struct parser *p))
{
    struct img_where_node *left = part(p);
    while (left && take(p, token)) {
        struct img_where_node *node = new_node(p, kind);
        if (!node)
            return NULL;
        node->left = left;
        if (!(node->right = part(p)))
            return NULL;
        left = node;
    }
    return left;
}

static struct img_where_node *parse_and(struct parser *p)
{
    return parse_chain(p, "&&", IMG_WHERE_AND, parse_not);
}

static struct img_where_node *parse_or(struct parser *p)
{
    return parse_chain(p, "||", IMG_WHERE_OR, parse_and);
}

bool img_where_parse(const char *text, struct img_arena *arena, struct img_where *where,
                     size_t *at, struct img_err *err)
{
    struct parser p = {.text = text, .arena = arena, .err = err};
    *at = 0;
    if (strlen(text) > IMG_WHERE_LEN_MAX)
        return img_err_set(err, IMG_ERR_USAGE, "the filter is longer than %d bytes",
                           IMG_WHERE_LEN_MAX);
    p.fields = img_arena_array(arena, IMG_WHERE_FIELDS_MAX, sizeof *p.fields, err);
    if (!p.fields)
        return false;
    where->root = parse_or(&p);
    if (where->root)
        skip_blanks(&p);
    if (where->root && text[p.at] != '\0') {
        where->root = NULL;
        fault(&p, "&& or || is expected");
    }
    where->fields = p.fields;
    where->field_count = p.field_count;
    *at = p.at;
    return where->root != NULL;
}
