/* What is looked for, out of the operands of a command line: '2:golden retriever' + ./pool.jpg -
 * fruit
 *
 *     query = term { ("+" | "-") term }         operators are operands of their own
 *     term  = [weight ":"] (text | picture)
 *
 * Two terms without an operator between them are two queries. A picture is an operand that is a
 * file, or begins with "./", "../" or "/"; "-" where a term is expected is a picture's bytes on
 * standard input. Texts and vectors given by an option are taken as they are. */
#ifndef IMG_QUERY_ALGEBRA_H
#define IMG_QUERY_ALGEBRA_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

enum img_term_kind {
    IMG_TERM_TEXT,
    IMG_TERM_PICTURE, /* a path */
    IMG_TERM_BYTES,   /* a picture on standard input */
    IMG_TERM_VECTOR,  /* a file's name, or JSON */
};

struct img_term {
    enum img_term_kind kind;
    const char *text; /* what it is of, weight and operator taken off */
    size_t len;
    double weight; /* below 0 behind a minus */
};

struct img_query {
    const struct img_term *terms;
    size_t count;
    const char *shown; /* as it was given; NULL for bytes and for a vector alone */
};

struct img_query_operand {
    const char *value;
    bool plain;              /* an operand, not an option's value */
    enum img_term_kind kind; /* of an option's value */
};

#define IMG_WEIGHT_MAX 1e6

/* queries [count] in arena; texts stay the operands'. is_file tells whether there is a file of
 * that name that could be a picture. Fails with USAGE (a term is missing, a weight is too large,
 * what looks like a picture's name is not there) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_query_parse(const struct img_query_operand *operands, size_t n,
                                 bool (*is_file)(const char *path), struct img_arena *arena,
                                 const struct img_query **queries, size_t *count,
                                 struct img_err *err);

#endif
