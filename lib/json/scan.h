/* One JSON object, cut into its members without interpreting the values, so that what we do not
 * know can be copied byte for byte. Strict: RFC 8259, UTF-8, nothing behind the object but
 * blanks. */
#ifndef IMG_JSON_SCAN_H
#define IMG_JSON_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

enum {
    IMG_JSON_DEPTH = 128,      /* nesting, the object itself included */
    IMG_JSON_MEMBERS = 100000, /* members of the object */
};

enum img_json_kind {
    IMG_JSON_NULL,
    IMG_JSON_FALSE,
    IMG_JSON_TRUE,
    IMG_JSON_NUMBER,
    IMG_JSON_STRING,
    IMG_JSON_ARRAY,
    IMG_JSON_OBJECT,
};

/* A value's own bytes, inside the text that was scanned; NUL follows nowhere. */
struct img_json_value {
    enum img_json_kind kind;
    const char *text;
    size_t len;
};

struct img_json_member {
    const char *key; /* unescaped, NUL-terminated (a key that holds U+0000 is a BAD_RECORD) */
    size_t key_len;
    const char *raw_key; /* as written, with its quotes */
    size_t raw_key_len;
    struct img_json_value value;
    bool shadowed; /* the same key comes again later; the last one counts */
};

struct img_json_object {
    const struct img_json_member *members; /* in the order written */
    size_t count;
};

/* members and keys live in arena, values in text. Fails with BAD_RECORD (the text says what and at
 * which byte, from 1) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_json_scan(const char *text, size_t len, struct img_arena *arena,
                               struct img_json_object *object, struct img_err *err);

/* The member that counts, or NULL. */
const struct img_json_value *img_json_find(const struct img_json_object *object, const char *key);

/* Cuts a value of kind IMG_JSON_ARRAY that came from a scan into its elements, in arena. */
IMG_CHECKED bool img_json_elements(const struct img_json_value *array, struct img_arena *arena,
                                   const struct img_json_value **elements, size_t *count,
                                   struct img_err *err);

/* Scans a value of kind IMG_JSON_OBJECT that came from a scan. */
IMG_CHECKED bool img_json_enter(const struct img_json_value *value, struct img_arena *arena,
                                struct img_json_object *object, struct img_err *err);

/* A string's characters, NUL-terminated, in arena; *len may be NULL when U+0000 is to be refused.
 * Fails with BAD_RECORD when the value is no string. */
IMG_CHECKED bool img_json_get_string(const struct img_json_value *value, struct img_arena *arena,
                                     const char **text, size_t *len, struct img_err *err);

/* Exactly: 1e2 and 2.0 are integers, 0.5 is not, nothing is rounded. BAD_RECORD else. */
IMG_CHECKED bool img_json_get_int(const struct img_json_value *value, int64_t *number,
                                  struct img_err *err);

#endif
