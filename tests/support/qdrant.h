/* Test support: a stand-in for Qdrant. Collections of points with the real server's semantics as
 * far as img-store and its tests use them, and as strict: what its specification refuses is refused
 * here, with the same statuses and shapes of error.
 *
 * Like the real one it normalises vectors of Cosine collections unless the square of their length
 * is within 1e-6 of 1, gives payloads back with their members sorted, and scrolls in the order of
 * ids, numbers before UUIDs. Every change is in a journal before it is answered, so that a killed
 * server comes back as it was. */
#ifndef IMG_TESTS_QDRANT_H
#define IMG_TESTS_QDRANT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/doc.h"

enum { QDRANT_NAME_MAX = 256, QDRANT_COLLECTIONS = 32, QDRANT_FIELDS = 32 };

struct qdrant_id {
    unsigned char uuid;      /* 1, or 0: a number … */
    unsigned char bytes[16]; /* … in the last eight, big-endian */
};

struct qdrant_point {
    struct qdrant_id id;
    uint64_t version;
    float *vector; /* [dimension] */
    char *payload; /* a JSON object */
    size_t payload_len;
};

enum qdrant_distance { QDRANT_COSINE, QDRANT_EUCLID, QDRANT_DOT, QDRANT_MANHATTAN };

struct qdrant_collection {
    bool used;
    char name[QDRANT_NAME_MAX];
    size_t dimension;
    enum qdrant_distance distance;
    char *created; /* the body of the request that made it */
    size_t created_len;
    char *metadata; /* JSON object, or NULL */
    struct qdrant_point **points; /* sorted by id */
    size_t count, room;
    struct {
        char name[QDRANT_NAME_MAX], type[16];
    } fields[QDRANT_FIELDS]; /* payload indexes */
    size_t field_count;
};

struct qdrant_alias {
    bool used;
    char name[QDRANT_NAME_MAX], collection[QDRANT_NAME_MAX];
};

struct qdrant {
    struct qdrant_collection collections[QDRANT_COLLECTIONS];
    struct qdrant_alias aliases[QDRANT_COLLECTIONS];
    uint64_t operations;
    int journal; /* -1: none */
};

/* journal may be NULL. What it holds is done again; a half-written end is cut off. */
IMG_CHECKED bool qdrant_open(struct qdrant *q, const char *journal);
void qdrant_close(struct qdrant *q);

/* One request, one thread at a time. Returns the status, the reply's body in reply. */
int qdrant_handle(struct qdrant *q, const char *method, const char *path, const char *query,
                  const char *body, size_t len, struct img_buf *reply);

/* Ids as they stand in JSON: 42 or "xxxxxxxx-…" (text without quotes when is_text). */
IMG_CHECKED bool qdrant_id_read(const char *text, size_t len, bool is_text, struct qdrant_id *id);
void qdrant_id_put(struct img_buf *out, const struct qdrant_id *id);
int qdrant_id_compare(const struct qdrant_id *a, const struct qdrant_id *b);

/* Where the id is among the sorted points, or would be; *found says which. */
size_t qdrant_place(const struct qdrant_collection *c, const struct qdrant_id *id, bool *found);
IMG_CHECKED bool qdrant_put_point(struct qdrant_collection *c, const struct qdrant_id *id,
                                  const float *vector, const char *payload, size_t payload_len,
                                  uint64_t version);
void qdrant_drop_point(struct qdrant_collection *c, size_t place);
void qdrant_drop_collection(struct qdrant_collection *c);

/* The collection of that name or alias, or NULL. */
struct qdrant_collection *qdrant_find(struct qdrant *q, const char *name);

/* Whether a point passes the filter (NULL: all do). Fails with BAD_RECORD when the filter is not
 * one that the specification allows, or of a kind that the stand-in does not have. */
IMG_CHECKED bool qdrant_filter(const struct img_doc *filter, const struct qdrant_point *point,
                               bool *passes, struct img_err *err);

/* Reads a point in time as the server does: RFC 3339, zone and time of day may be missing (UTC). */
bool qdrant_time(const char *text, double *seconds);

#endif
