/* From operands to weighted terms. */
#include "query/algebra.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_operator(const struct img_query_operand *operand)
{
    return operand->plain && (strcmp(operand->value, "+") == 0 || strcmp(operand->value, "-") == 0);
}

static bool begins_as_path(const char *text)
{
    return text[0] == '/' || strncmp(text, "./", 2) == 0 || strncmp(text, "../", 3) == 0;
}

/* A name with a picture's ending and no blank is no text that anybody looks for. */
static bool looks_like_file(const char *text)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png",  ".gif",  ".webp", ".bmp",
                                          ".tif", ".tiff", ".heic", ".heif", ".avif", ".jxl"};
    size_t len = strlen(text);
    if (strchr(text, ' '))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t ending = strlen(endings[i]);
        if (len > ending && strcasecmp(text + len - ending, endings[i]) == 0)
            return true;
    }
    return false;
}

/* Digits with at most one point, a colon, and something behind it: how long that is, or 0. */
static size_t weight_len(const char *text)
{
    size_t digits = strspn(text, "0123456789"), at = digits;
    if (text[at] == '.') {
        size_t more = strspn(text + at + 1, "0123456789");
        digits += more;
        at += 1 + more;
    }
    return digits > 0 && text[at] == ':' && text[at + 1] != '\0' ? at + 1 : 0;
}

static bool take_weight(struct img_term *term, struct img_err *err)
{
    size_t len = weight_len(term->text);
    if (len == 0)
        return true;
    term->weight = strtod(term->text, NULL);
    term->text += len;
    return term->weight <= IMG_WEIGHT_MAX ||
           img_err_set(err, IMG_ERR_USAGE, "'%.100s': the weight is more than %g",
                       term->text - len, IMG_WEIGHT_MAX);
}

static bool read_plain(const char *value, bool (*is_file)(const char *path), struct img_term *term,
                       struct img_err *err)
{
    if (strcmp(value, "-") == 0) {
        term->kind = IMG_TERM_BYTES;
        return true;
    }
    bool whole = is_file(value) || begins_as_path(value);
    if (!whole && !take_weight(term, err))
        return false;
    if (whole || is_file(term->text) || begins_as_path(term->text))
        term->kind = IMG_TERM_PICTURE;
    else if (looks_like_file(term->text))
        return img_err_set(err, IMG_ERR_USAGE,
                           "'%.200s': no such file (--text takes it for a text)", term->text);
    return true;
}

static bool read_term(const struct img_query_operand *operand, bool minus,
                      bool (*is_file)(const char *path), struct img_term *term,
                      struct img_err *err)
{
    *term = (struct img_term){.kind = operand->plain ? IMG_TERM_TEXT : operand->kind,
                              .text = operand->value,
                              .weight = 1};
    if (operand->plain && !read_plain(operand->value, is_file, term, err))
        return false;
    term->len = strlen(term->text);
    if (term->len == 0)
        return img_err_set(err, IMG_ERR_USAGE, "a query is empty");
    if (minus)
        term->weight = -term->weight;
    return true;
}

/* The operands of one query as they were given, blanks between them. */
static const char *show(const struct img_query_operand *operands, size_t n,
                        const struct img_term *first, struct img_arena *arena,
                        struct img_err *err)
{
    size_t room = 1, at = 0;
    for (size_t i = 0; i < n; i++)
        room += strlen(operands[i].value) + 1;
    char *text = img_arena_alloc(arena, room, err);
    for (size_t i = 0; text && i < n; i++) {
        const char *value = n == 1 ? first->text : operands[i].value;
        size_t len = strlen(value);
        if (i > 0)
            text[at++] = ' ';
        memcpy(text + at, value, len);
        at += len;
    }
    return text;
}

static bool read_query(const struct img_query_operand *operands, size_t n, size_t *used,
                       bool (*is_file)(const char *path), struct img_arena *arena,
                       struct img_query *query, struct img_err *err)
{
    struct img_term *terms = img_arena_array(arena, n, sizeof *terms, err);
    size_t at = 0, count = 0;
    bool minus = false, more = true;
    if (!terms)
        return false;
    while (more) {
        if (at == n)
            return img_err_set(err, IMG_ERR_USAGE, "'%s': something is missing behind it",
                               operands[at - 1].value);
        if (is_operator(&operands[at]) && operands[at].value[0] == '+')
            return img_err_set(err, IMG_ERR_USAGE, "'+': something is missing before it");
        if (!read_term(&operands[at++], minus, is_file, &terms[count++], err))
            return false;
        more = at < n && is_operator(&operands[at]);
        if (more)
            minus = operands[at++].value[0] == '-';
    }
    *query = (struct img_query){terms, count, NULL};
    *used = at;
    bool unnamed = count == 1 && (terms->kind == IMG_TERM_BYTES || terms->kind == IMG_TERM_VECTOR);
    if (!unnamed)
        query->shown = show(operands, at, terms, arena, err);
    return unnamed || query->shown;
}

bool img_query_parse(const struct img_query_operand *operands, size_t n,
                     bool (*is_file)(const char *path), struct img_arena *arena,
                     const struct img_query **queries, size_t *count, struct img_err *err)
{
    struct img_query *found = img_arena_array(arena, n > 0 ? n : 1, sizeof *found, err);
    if (!found)
        return false;
    *count = 0;
    for (size_t at = 0, used = 0; at < n; at += used)
        if (!read_query(operands + at, n - at, &used, is_file, arena, &found[(*count)++], err))
            return false;
    *queries = found;
    return true;
}
