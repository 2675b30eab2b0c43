/* CLIP's byte-pair encoding, exactly, in its two families.
 *
 * A tokenizer is one flat, position-independent block of bytes (the "table"): it is built from a
 * model folder's files once, kept inside the packed weights file, and used in place from a mapping,
 * so that a text query needs no parsing at start.
 *
 * References: transformers' CLIPTokenizer (IMG_TOKENIZER_HF) and open_clip's SimpleTokenizer
 * (IMG_TOKENIZER_OPEN_CLIP), which cleans the text first (a part of ftfy, HTML unescaping). */
#ifndef IMG_TEXT_TOKENIZER_H
#define IMG_TEXT_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* The longest text that is encoded, in bytes. */
enum { IMG_TEXT_MAX = 1 << 20 };

enum img_tokenizer_family { IMG_TOKENIZER_HF, IMG_TOKENIZER_OPEN_CLIP };

struct img_tokenizer_source {
    enum img_tokenizer_family family;
    const char *folder;  /* tokenizer.json, or vocab.json + merges.txt, are looked for here */
    const char *merges;  /* CLIP's own merges.txt, used when the folder has neither; may be NULL */
    uint32_t vocab_size; /* the model's; every id must be below it */
};

/* Appends the table to out. tokenizer.json goes before vocab.json, as in transformers. Fails with
 * MODEL_INVALID (a file is broken, or the vocabulary does not fit; the text names the file),
 * MODEL_UNSUPPORTED (another kind of tokenizer) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_tokenizer_build(const struct img_tokenizer_source *source,
                                     struct img_buf *out, struct img_err *err);

struct img_tokenizer {
    const unsigned char *table;
    size_t size;
};

/* Uses a table in place; bytes (8-byte aligned) must outlive the tokenizer. Checks magic, version
 * and every offset, so that a damaged table is MODEL_INVALID and never a wild read. */
IMG_CHECKED bool img_tokenizer_attach(struct img_tokenizer *tokenizer, const void *bytes,
                                      size_t size, struct img_err *err);

/* Token ids of text, with start and end token, truncated to most (the end token kept last, as the
 * family's reference does). ids has room for most >= 2. BAD_TEXT: invalid UTF-8, or longer than
 * IMG_TEXT_MAX. Thread-safe. */
IMG_CHECKED bool img_tokenizer_encode(const struct img_tokenizer *tokenizer, const char *text,
                                      size_t len, int32_t *ids, size_t most, size_t *count,
                                      struct img_err *err);

enum img_tokenizer_family img_tokenizer_family(const struct img_tokenizer *tokenizer);

#endif
