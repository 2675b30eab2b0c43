/* From a model folder's files to a vocabulary. */
#include "base/arena.h"
#include "base/file.h"
#include "text/read.h"
#include "text/tokenizer.h"
#include "text/vocab.h"

enum { FILE_MAX = 64 << 20 };

typedef bool reader(struct img_vocab *vocab, const char *bytes, size_t len, struct img_err *err);

/* Reads a file into the vocabulary. *found says whether it is there; when it is not, that is no
 * failure. */
static bool read_file(const char *path, reader *read, struct img_vocab *vocab, bool *found,
                      struct img_err *err)
{
    struct img_buf bytes = {0};
    bool ok = img_file_read(path, FILE_MAX, &bytes, err);
    *found = ok || err->code != IMG_ERR_NOT_FOUND;
    if (!*found)
        return true;
    ok = ok && read(vocab, bytes.data == NULL ? "" : bytes.data, bytes.len, err);
    img_buf_clear(&bytes);
    if (ok)
        return true;
    if (err->code != IMG_ERR_OUT_OF_MEMORY && err->code != IMG_ERR_MODEL_UNSUPPORTED)
        err->code = IMG_ERR_MODEL_INVALID;
    return img_err_in(err, "%s", path);
}

/* The same for a file beside the first one, which must be there. */
static bool read_needed(const char *path, reader *read, struct img_vocab *vocab,
                        struct img_err *err)
{
    bool found = false;
    if (!read_file(path, read, vocab, &found, err))
        return false;
    return found || img_err_set(err, IMG_ERR_MODEL_INVALID, "%s: not found", path);
}

/* *where becomes the path of the file that was read, for messages. */
static bool read_files(const struct img_tokenizer_source *source, struct img_vocab *vocab,
                       const char **where, struct img_err *err)
{
    struct img_arena *arena = &vocab->arena;
    const char *json = img_arena_printf(arena, err, "%s/tokenizer.json", source->folder);
    const char *tokens = img_arena_printf(arena, err, "%s/vocab.json", source->folder);
    const char *merges = img_arena_printf(arena, err, "%s/merges.txt", source->folder);
    if (json == NULL || tokens == NULL || merges == NULL)
        return false;
    bool found = false;
    *where = json;
    if (!read_file(json, img_read_tokenizer_json, vocab, &found, err))
        return false;
    if (found)
        return true;
    *where = tokens;
    if (!read_file(tokens, img_read_vocab_json, vocab, &found, err))
        return false;
    if (found)
        return read_needed(merges, img_read_merges, vocab, err);
    if (source->merges == NULL)
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "%s: has neither tokenizer.json nor vocab.json", source->folder);
    *where = source->merges;
    return read_needed(source->merges, img_read_merges_alone, vocab, err);
}

bool img_tokenizer_build(const struct img_tokenizer_source *source, struct img_buf *out,
                         struct img_err *err)
{
    struct img_vocab vocab;
    const char *where = source->folder;
    if (!img_vocab_init(&vocab, source->vocab_size, err))
        return false;
    bool ok = read_files(source, &vocab, &where, err) &&
              (img_vocab_pack(&vocab, source->family, out, err) || img_err_in(err, "%s", where));
    img_vocab_clear(&vocab);
    return ok;
}
