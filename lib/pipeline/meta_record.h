/* The line of one page of one input. */
#ifndef IMG_PIPELINE_META_RECORD_H
#define IMG_PIPELINE_META_RECORD_H

#include "base/hash.h"
#include "pipeline/meta_inputs.h"
#include "worker/worker.h"

struct img_meta_page {
    const struct img_meta_input *input;
    const struct img_id *id; /* NULL: its bytes could not be read */
    uint64_t size;
    int64_t mtime_ns; /* 0: it came without a file */
    struct img_info info;
    struct img_facts facts;
    bool numbered; /* the record says which page it is of */
    uint32_t page;
    bool debug;
    const struct img_err *err; /* NULL: it worked */
};

/* Appends the metadata record; or, when the input came in a record, that record with "metadata", its
 * other fields byte for byte. */
void img_meta_page_put(struct img_buf *out, const struct img_meta_page *page,
                       struct img_arena *arena);

#endif
