/* A model folder's tokenizer files, read into a vocabulary. */
#ifndef IMG_TEXT_READ_H
#define IMG_TEXT_READ_H

#include <stddef.h>

#include "text/vocab.h"

/* The two special tokens, by the names of either family. */
#define IMG_TOKEN_START "<|startoftext|>"
#define IMG_TOKEN_END "<|endoftext|>"
#define IMG_TOKEN_START_OPEN_CLIP "<start_of_text>"
#define IMG_TOKEN_END_OPEN_CLIP "<end_of_text>"

/* The end-of-word mark. */
#define IMG_WORD_MARK "</w>"

/* All of these fill a vocabulary that was just made from a file's bytes. Fail with MODEL_INVALID,
 * MODEL_UNSUPPORTED or OUT_OF_MEMORY; the text does not name the file. */

/* tokenizer.json of the tokenizers library: vocabulary, merges (pairs, or texts with a space) and
 * added tokens. Its normalizer and pre-tokenizer are not looked at: transformers replaces them by
 * CLIP's own. */
IMG_CHECKED bool img_read_tokenizer_json(struct img_vocab *vocab, const char *bytes, size_t len,
                                         struct img_err *err);

/* vocab.json: an object of tokens and ids. */
IMG_CHECKED bool img_read_vocab_json(struct img_vocab *vocab, const char *bytes, size_t len,
                                     struct img_err *err);

/* merges.txt: "#version", then two tokens and a space between them on each line. */
IMG_CHECKED bool img_read_merges(struct img_vocab *vocab, const char *bytes, size_t len,
                                 struct img_err *err);

/* merges.txt alone, from which CLIP's vocabulary follows: byte symbols, the same at a word's end,
 * what each merge makes, start and end token. */
IMG_CHECKED bool img_read_merges_alone(struct img_vocab *vocab, const char *bytes, size_t len,
                                       struct img_err *err);

/* The code point that stands for a byte in a vocabulary (GPT-2's bytes_to_unicode). */
uint32_t img_byte_symbol(unsigned char byte);

#endif
