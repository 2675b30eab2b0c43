/* Filters on record fields: metadata.camera_info.model == "X" && metadata.width >= 1000
 *
 *     filter  = and { "||" and }
 *     and     = not { "&&" not }
 *     not     = "!" not | "(" filter ")" | test
 *     test    = field | value op value
 *     op      = "==" | "!=" | "<" | "<=" | ">" | ">=" | "~"
 *     value   = field | string | number | "true" | "false" | "null"
 *     field   = ["."] step { "." step }            at least one side of a test is a field
 *     step    = (name | "[" string "]") { "[" string "]" | "[" digits "]" }
 *     name    = a letter or "_" or anything beyond ASCII, then such and digits
 *     string  = "…" or '…', with the escapes of JSON, and \' too
 *
 * What holds is told in img-sim(1); the tree is public, so that others can translate it. */
#ifndef IMG_QUERY_WHERE_H
#define IMG_QUERY_WHERE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/report.h"
#include "query/date.h"

enum {
    IMG_WHERE_LEN_MAX = 65536,
    IMG_WHERE_NODES_MAX = 4096,
    IMG_WHERE_DEPTH_MAX = 100,
    IMG_WHERE_FIELDS_MAX = 64, /* different ones */
    IMG_WHERE_STEPS_MAX = 32,  /* of a field */
};

struct img_where_step {
    const char *key; /* NULL: the element of an array … */
    size_t len;
    size_t index; /* … from 0 */
};

struct img_where_field {
    struct img_where_step steps[IMG_WHERE_STEPS_MAX];
    size_t count;
};

enum img_where_type {
    IMG_WHERE_NULL,
    IMG_WHERE_TRUTH,
    IMG_WHERE_NUMBER,
    IMG_WHERE_STRING,
    IMG_WHERE_FIELD,
};

struct img_where_value {
    enum img_where_type type;
    bool truth;
    double number;
    const char *text; /* [len], NUL-terminated, may hold U+0000 */
    size_t len;
    bool is_date; /* the text reads as a date or as a date's beginning */
    struct img_date date;
    size_t field; /* index into the filter's fields */
};

enum img_where_kind { IMG_WHERE_OR, IMG_WHERE_AND, IMG_WHERE_NOT, IMG_WHERE_TEST, IMG_WHERE_SET };
enum img_where_op {
    IMG_WHERE_EQ,
    IMG_WHERE_NE,
    IMG_WHERE_LT,
    IMG_WHERE_LE,
    IMG_WHERE_GT,
    IMG_WHERE_GE,
    IMG_WHERE_GLOB,
};

struct img_where_node {
    enum img_where_kind kind;
    struct img_where_node *left, *right; /* OR, AND both; NOT left */
    enum img_where_op op; /* TEST */
    struct img_where_value a, b; /* TEST: a is a field; SET: a alone, neither missing, null nor
                                    false */
};

struct img_where {
    const struct img_where_node *root;
    const struct img_where_field *fields;
    size_t field_count;
};

/* What the filter holds lives in arena. On a malformed one *at is the byte of the fault. Fails with
 * USAGE or OUT_OF_MEMORY. */
IMG_CHECKED bool img_where_parse(const char *text, struct img_arena *arena,
                                 struct img_where *where, size_t *at, struct img_err *err);

/* Reports the filter, a window of it when it is long, and under it a caret at byte at. */
void img_where_point(const struct img_report *report, const char *text, size_t at);

/* What a thread needs to look at lines. Zeroed but for where is empty. */
struct img_where_eval {
    const struct img_where *where;
    struct img_buf text, other;
};

/* Whether the filter holds for a record's line, which is read only as far as it is needed and is
 * not checked; it never holds for one that is no JSON object. */
bool img_where_holds(struct img_where_eval *eval, const char *line, size_t len);

void img_where_eval_clear(struct img_where_eval *eval);

#endif
