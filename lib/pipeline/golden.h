/* Do the vectors that others computed come out here? A file of records, each with an input and the
 * embedding it ought to get, is embedded again and compared. */
#ifndef IMG_PIPELINE_GOLDEN_H
#define IMG_PIPELINE_GOLDEN_H

#include "pipeline/batch.h"

/* The name of such a file in a model's folder. */
#define IMG_GOLDEN_NAME "golden.jsonl"

/* Farthest a float32 run may lie from another's: norm of the difference over the norm. */
#define IMG_GOLDEN_LIMIT 3e-6

struct img_golden_result {
    size_t pictures, texts;
    double worst; /* largest distance */
};

/* Embeds every record of the file (image_path counts from the file's folder) and compares; a record
 * that says "normalized":true is compared with a normalised embedding. The batch's embedder must
 * give un-normalised ones. Fails with MODEL_INVALID when an embedding is farther than IMG_GOLDEN_LIMIT or
 * of another dimension, or what its input fails with; the text names the line. */
IMG_CHECKED bool img_golden_check(struct img_batch *batch, const char *path,
                                  struct img_golden_result *result, struct img_err *err);

#endif
