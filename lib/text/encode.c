/* From a text to ids. */
#include <string.h>

#include "base/utf8.h"
#include "text/bpe.h"
#include "text/chars.h"
#include "text/clean.h"
#include "text/table.h"
#include "text/tokenizer.h"
#include "text/words.h"

/* An encoding under way. ids is full at `most`; what would come behind is not looked at. */
struct encoding {
    const struct img_table *table;
    struct img_bpe bpe;
    struct img_buf text; /* the piece being worked on, in lower case */
    struct img_buf composed;
    int32_t *ids;
    size_t most, count;
    struct img_err *err;
};

static void put_id(struct encoding *e, uint32_t id)
{
    if (e->count < e->most)
        e->ids[e->count++] = (int32_t)id;
}

static bool encode_words(struct encoding *e, const char *text, size_t len)
{
    struct img_words words = {
        .family = (enum img_tokenizer_family)e->table->family, .text = text, .len = len};
    struct img_word word;
    while (e->count < e->most && img_words_next(&words, &word)) {
        if (word.kind == IMG_WORD_START)
            put_id(e, e->table->start);
        else if (word.kind == IMG_WORD_END)
            put_id(e, e->table->end);
        else if (!img_bpe_word(&e->bpe, e->table, word.text, word.len, e->ids, e->most, &e->count,
                               e->err))
            return false;
    }
    return true;
}

/* The longest added token of that sort at text, or NULL. */
static const struct img_added *added_at(const struct img_table *table, const char *text, size_t len,
                                        bool normalized)
{
    const struct img_added *best = NULL;
    for (size_t i = 0; i < table->added_count; i++) {
        const struct img_added *added = &table->added[i];
        const char *own = (const char *)table + added->at;
        if ((added->normalized != 0) == normalized && added->len <= len && own[0] == text[0] &&
            memcmp(own, text, added->len) == 0 && (best == NULL || added->len > best->len))
            best = added;
    }
    return best;
}

typedef bool encode_piece(struct encoding *e, const char *text, size_t len);

/* Cuts added tokens out of the text; encodes them, and with piece what lies between them. */
static bool encode_around_added(struct encoding *e, const char *text, size_t len, bool normalized,
                                encode_piece *piece)
{
    bool starts[256] = {false};
    for (size_t i = 0; i < e->table->added_count; i++)
        if ((e->table->added[i].normalized != 0) == normalized)
            starts[((const unsigned char *)e->table)[e->table->added[i].at]] = true;
    size_t begin = 0;
    for (size_t at = 0; at < len && e->count < e->most;) {
        const struct img_added *added = NULL;
        if (starts[(unsigned char)text[at]])
            added = added_at(e->table, text + at, len - at, normalized);
        if (added == NULL) {
            at++;
            continue;
        }
        if (at > begin && !piece(e, text + begin, at - begin))
            return false;
        put_id(e, added->id);
        at += added->len;
        begin = at;
    }
    return begin >= len || e->count >= e->most || piece(e, text + begin, len - begin);
}

static bool encode_hf_piece(struct encoding *e, const char *text, size_t len)
{
    img_buf_reset(&e->text);
    img_buf_reset(&e->composed);
    if (!img_text_compose(text, len, true, &e->composed, e->err) ||
        !img_buf_ok(&e->composed, e->err))
        return false;
    img_text_lower(e->composed.data, e->composed.len, &e->text);
    return img_buf_ok(&e->text, e->err) &&
           encode_around_added(e, e->text.data, e->text.len, true, encode_words);
}

static bool encode_open_clip(struct encoding *e, const char *text, size_t len)
{
    return img_text_clean(text, len, &e->text, e->err) && img_buf_ok(&e->text, e->err) &&
           encode_words(e, e->text.data, e->text.len);
}

bool img_tokenizer_encode(const struct img_tokenizer *tokenizer, const char *text, size_t len,
                          int32_t *ids, size_t most, size_t *count, struct img_err *err)
{
    const struct img_table *table = (const void *)tokenizer->table;
    if (most < 2)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "no room for a start and an end token");
    if (len > IMG_TEXT_MAX)
        return img_err_set(err, IMG_ERR_BAD_TEXT, "a text of %zu bytes; at most %d", len,
                           IMG_TEXT_MAX);
    size_t valid = img_utf8_valid_prefix(text, len);
    if (valid < len)
        return img_err_set(err, IMG_ERR_BAD_TEXT, "invalid UTF-8 at byte %zu", valid);
    struct encoding e = {.table = table, .ids = ids, .most = most - 1, .err = err};
    put_id(&e, table->start);
    bool ok = table->family == IMG_TOKENIZER_HF
                  ? encode_around_added(&e, text, len, false, encode_hf_piece)
                  : encode_open_clip(&e, text, len);
    img_bpe_clear(&e.bpe);
    img_buf_clear(&e.text);
    img_buf_clear(&e.composed);
    if (!ok)
        return false;
    ids[e.count++] = (int32_t)table->end;
    *count = e.count;
    return true;
}

bool img_tokenizer_attach(struct img_tokenizer *tokenizer, const void *bytes, size_t size,
                          struct img_err *err)
{
    const struct img_table *table = img_table_check(bytes, size, err);
    *tokenizer = (struct img_tokenizer){0};
    if (table == NULL)
        return false;
    *tokenizer = (struct img_tokenizer){bytes, size};
    return true;
}

enum img_tokenizer_family img_tokenizer_family(const struct img_tokenizer *tokenizer)
{
    return (enum img_tokenizer_family)((const struct img_table *)(const void *)tokenizer->table)
        ->family;
}
