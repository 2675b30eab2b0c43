/* Similarity records (the mission's SimilarityResult): one line for every hit of a search. */
#ifndef IMG_RECORD_SIMILARITY_H
#define IMG_RECORD_SIMILARITY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "json/scan.h"

struct img_similarity_record {
    const char *query; /* a text or a path, as it was given; NULL: null (bytes, a vector) */
    size_t query_len;
    size_t query_index; /* from 0 */
    /* The hit's own record: its image_path (image_path_base64) or text is copied byte for byte, and
     * so is its metadata when that is wanted. NULL: image_path is null. */
    const struct img_json_object *hit;
    double score;
    size_t rank;            /* from 1; 0: none (a comparison of two) */
    const float *embedding; /* [dimension] of the hit, NULL: not wanted */
    size_t dimension;
    bool base64;
    bool metadata;
};

/* Appends the line, '\n' included, keys in this order: query query_index image_path (or text)
 * similarity_score rank, then on request embedding and metadata. */
void img_similarity_put(struct img_buf *out, const struct img_similarity_record *record);

/* The same where there is no score, because something failed: similarity_score is null, and
 * error and error_code follow in the place of rank. */
void img_similarity_put_failure(struct img_buf *out, const struct img_similarity_record *record,
                                const struct img_err *why);

#endif
