/* The query algebra: operands are lines; one that begins with a tab comes from an option. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "query/algebra.h"
#include "query/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_file(const char *path)
{
    return path[0] == 'f';
}

/* Every operand is a term or an operator, and every term is of some operand. */
static void check(const struct img_query *queries, size_t count, size_t operands)
{
    size_t terms = 0, operators = 0;
    for (size_t i = 0; i < count; i++) {
        if (queries[i].count == 0)
            abort();
        terms += queries[i].count;
        operators += queries[i].count - 1;
        for (size_t t = 0; t < queries[i].count; t++) {
            const struct img_term *term = &queries[i].terms[t];
            if (!isfinite(term->weight) || fabs(term->weight) > IMG_WEIGHT_MAX || term->len == 0 ||
                term->len != strlen(term->text))
                abort();
        }
    }
    if (terms + operators != operands)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 64 };
    struct img_query_operand operands[MOST];
    struct img_arena arena = {.limit = 64 << 20};
    const struct img_query *queries;
    struct img_templates templates;
    struct img_err err = {0};
    size_t n = 0, count, len;
    char *text = calloc(size + 1, 1);
    if (!text)
        abort();
    if (size > 0)
        memcpy(text, data, size);
    for (char *line = text, *end = NULL; line && n < MOST; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        if (end)
            *end = '\0';
        bool plain = line[0] != '\t';
        operands[n++] = (struct img_query_operand){plain ? line : line + 1, plain,
                                                   strlen(line) % 2 ? IMG_TERM_TEXT
                                                                    : IMG_TERM_VECTOR};
    }
    if (img_query_parse(operands, n, is_file, &arena, &queries, &count, &err))
        check(queries, count, n);
    else if (err.code == IMG_OK || err.text[0] == '\0')
        abort();
    const char *word = operands[0].value;
    if (img_templates_make(&word, 1, &arena, &templates, &err)) {
        const char *filled = img_template_fill(templates.items[0], "a\0b", 3, &arena, &len, &err);
        if (filled && filled[len] != '\0')
            abort();
    }
    img_arena_clear(&arena);
    free(text);
    return 0;
}
