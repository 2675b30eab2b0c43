/* The packed weights as a file: mapped read-only by every process, so that a second program starts
 * in milliseconds and many at once share one copy of the memory.
 *
 * A file appears by rename and is never changed in place. It records the model files' paths and
 * stamps, a checksum of its own header (checked when it is mapped) and one of its contents (checked
 * by img_packfile_verify()). */
#ifndef IMG_ENGINE_CPU_PACKFILE_H
#define IMG_ENGINE_CPU_PACKFILE_H

#include "base/buf.h"
#include "base/file.h"
#include "engine/cpu/plan.h"

/* What is kept: a view into a mapping, or into memory while there is no file yet. */
struct img_packed {
    const float *block; /* plan.size floats */
    struct img_plan plan;
    char fingerprint[IMG_FINGERPRINT_HEX];
    const unsigned char *tokenizer; /* a tokenizer's table; size 0: the model has none */
    size_t tokenizer_size;
};

/* The file's path for a model: folder/NAME-DIGITS.pack, the digits from the model's real path;
 * folder/NAME-DIGITS.bf16.pack at bfloat16. */
IMG_CHECKED bool img_packfile_path(const struct img_model *model, const char *folder, bool pairs,
                                   struct img_buf *path, struct img_err *err);

/* Maps the file and points packed into it (map must stay open as long). False when there is none, or
 * it is another version's, another model's, or of other model files: err then says which. */
IMG_CHECKED bool img_packfile_open(struct img_map *map, const char *path,
                                   const struct img_model *model, bool pairs,
                                   struct img_packed *packed, struct img_err *err);

/* Writes the file beside and renames it. Where stopped (may be NULL) says anything but 0,
 * that ends it without a trace. */
IMG_CHECKED bool img_packfile_write(const char *path, const struct img_model *model,
                                    const struct img_packed *packed, int (*stopped)(void),
                                    struct img_err *err);

/* Reads the whole file and compares its contents with the checksum. */
IMG_CHECKED bool img_packfile_verify(const char *path, const struct img_model *model, bool pairs,
                                     struct img_err *err);

#endif
