/* tokenizer.json and vocab.json. The former's parts may stand in any order, so a first walk notes
 * where they are. */
#include "text/read.h"

#include <string.h>

#include "json/pull.h"

/* A part's place: the scanner as it was, and the event that began it. */
struct part {
    bool found;
    struct img_pull pull;
    struct img_pull_event event;
};

struct parts {
    struct part vocab, merges, added;
};

static bool take(struct img_pull *pull, struct img_pull_event *event, struct img_err *err)
{
    if (img_pull_next(pull, event, err))
        return true;
    if (err->code == IMG_ERR_BAD_RECORD)
        err->code = IMG_ERR_MODEL_INVALID;
    return false;
}

static bool skip(struct img_pull *pull, const struct img_pull_event *event, struct img_err *err)
{
    if (img_pull_skip(pull, event, err))
        return true;
    if (err->code == IMG_ERR_BAD_RECORD)
        err->code = IMG_ERR_MODEL_INVALID;
    return false;
}

static bool expect(const struct img_pull_event *event, enum img_pull_kind kind, const char *what,
                   struct img_err *err)
{
    return event->kind == kind ||
           img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is of the wrong type", what);
}

static bool note(struct part *part, const struct img_pull *pull,
                 const struct img_pull_event *event, enum img_pull_kind kind, const char *what,
                 struct img_err *err)
{
    if (part->found)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is there twice", what);
    *part = (struct part){true, *pull, *event};
    return expect(event, kind, what, err);
}

/* A member of "model" that must be this text, if it is there. */
static bool check_member(const struct img_pull_event *event, const char *name, const char *wanted,
                         struct img_err *err)
{
    if (event->kind == IMG_PULL_NULL ||
        (event->kind == IMG_PULL_STRING && img_pull_is(event, wanted)))
        return true;
    return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "model.%s is not \"%s\"", name, wanted);
}

static bool walk_model(struct img_pull *pull, struct parts *parts, struct img_err *err)
{
    struct img_pull_event key, value;
    for (;;) {
        if (!take(pull, &key, err))
            return false;
        if (key.kind != IMG_PULL_KEY)
            return true;
        bool is_vocab = img_pull_is(&key, "vocab"), is_merges = img_pull_is(&key, "merges");
        bool is_type = img_pull_is(&key, "type");
        bool is_mark = img_pull_is(&key, "end_of_word_suffix");
        if (!take(pull, &value, err))
            return false;
        if (is_type && !check_member(&value, "type", "BPE", err))
            return false;
        if (is_mark && !check_member(&value, "end_of_word_suffix", IMG_WORD_MARK, err))
            return false;
        if (is_vocab &&
            !note(&parts->vocab, pull, &value, IMG_PULL_OBJECT, "model.vocab", err))
            return false;
        if (is_merges &&
            !note(&parts->merges, pull, &value, IMG_PULL_ARRAY, "model.merges", err))
            return false;
        if (!skip(pull, &value, err))
            return false;
    }
}

static bool walk(struct img_pull *pull, struct parts *parts, struct img_err *err)
{
    struct img_pull_event key, value;
    if (!take(pull, &value, err) || !expect(&value, IMG_PULL_OBJECT, "the file", err))
        return false;
    for (;;) {
        if (!take(pull, &key, err))
            return false;
        if (key.kind != IMG_PULL_KEY)
            return take(pull, &value, err); /* nothing may follow */
        bool is_model = img_pull_is(&key, "model"), is_added = img_pull_is(&key, "added_tokens");
        if (!take(pull, &value, err))
            return false;
        if (is_added && value.kind != IMG_PULL_NULL &&
            !note(&parts->added, pull, &value, IMG_PULL_ARRAY, "added_tokens", err))
            return false;
        if (is_model && (!expect(&value, IMG_PULL_OBJECT, "model", err) ||
                         !walk_model(pull, parts, err)))
            return false;
        if (!is_model && !skip(pull, &value, err))
            return false;
    }
}

/* The members of an object whose beginning was just read. */
static bool take_vocab(struct img_pull *pull, struct img_vocab *vocab, struct img_err *err)
{
    struct img_buf name = {0};
    struct img_pull_event key, value;
    bool ok = true;
    while ((ok = take(pull, &key, err)) && key.kind == IMG_PULL_KEY) {
        img_buf_reset(&name);
        img_buf_put(&name, key.text, key.len);
        int64_t id = 0;
        if (!img_buf_ok(&name, err) || !take(pull, &value, err))
            ok = false;
        else if (!img_pull_integer(&value, &id))
            ok = img_err_set(err, IMG_ERR_MODEL_INVALID, "token %u has no integer id",
                             vocab->count);
        else
            ok = img_vocab_put(vocab, name.data, name.len, id, err);
        if (!ok)
            break;
    }
    img_buf_clear(&name);
    return ok;
}

/* A merge as a pair of texts; the bracket has been read. */
static bool take_pair(struct img_pull *pull, struct img_vocab *vocab, struct img_buf *left,
                      struct img_err *err)
{
    struct img_pull_event one, two, end;
    if (!take(pull, &one, err) || !expect(&one, IMG_PULL_STRING, "a merge's token", err))
        return false;
    img_buf_reset(left);
    img_buf_put(left, one.text, one.len);
    if (!img_buf_ok(left, err) || !take(pull, &two, err) ||
        !expect(&two, IMG_PULL_STRING, "a merge's token", err))
        return false;
    /* two's text may lie in the scratch, which the end does not touch */
    return take(pull, &end, err) && expect(&end, IMG_PULL_ARRAY_END, "a merge's end", err) &&
           img_vocab_merge(vocab, left->data, left->len, two.text, two.len, err);
}

static bool take_line(const struct img_pull_event *event, struct img_vocab *vocab,
                      struct img_err *err)
{
    const char *space = memchr(event->text, ' ', event->len);
    size_t left = space == NULL ? 0 : (size_t)(space - event->text);
    if (space == NULL)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "merge %u is not two tokens",
                           vocab->rule_count + 1);
    return img_vocab_merge(vocab, event->text, left, space + 1, event->len - left - 1, err);
}

static bool take_merges(struct img_pull *pull, struct img_vocab *vocab, struct img_err *err)
{
    struct img_buf left = {0};
    struct img_pull_event event;
    bool ok = true;
    while ((ok = take(pull, &event, err)) && event.kind != IMG_PULL_ARRAY_END) {
        if (event.kind == IMG_PULL_ARRAY)
            ok = take_pair(pull, vocab, &left, err);
        else if (event.kind == IMG_PULL_STRING)
            ok = take_line(&event, vocab, err);
        else
            ok = img_err_set(err, IMG_ERR_MODEL_INVALID, "merge %u is no pair of tokens",
                             vocab->rule_count + 1);
        if (!ok)
            break;
    }
    img_buf_clear(&left);
    return ok;
}

/* One object of added_tokens, whose beginning was just read. */
static bool take_added(struct img_pull *pull, struct img_vocab *vocab, struct img_buf *text,
                       struct img_err *err)
{
    struct img_pull_event key, value;
    int64_t id = -1;
    bool normalized = false;
    img_buf_reset(text);
    while (take(pull, &key, err)) {
        if (key.kind != IMG_PULL_KEY)
            return img_buf_ok(text, err) &&
                   img_vocab_add(vocab, text->data, text->len, id, normalized, err);
        bool is_id = img_pull_is(&key, "id"), is_text = img_pull_is(&key, "content");
        bool is_normalized = img_pull_is(&key, "normalized");
        if (!take(pull, &value, err))
            return false;
        if (is_text && expect(&value, IMG_PULL_STRING, "an added token's content", err)) {
            img_buf_reset(text);
            img_buf_put(text, value.text, value.len);
        } else if (is_text) {
            return false;
        }
        if (is_id && !img_pull_integer(&value, &id))
            return img_err_set(err, IMG_ERR_MODEL_INVALID, "an added token has no integer id");
        if (is_normalized)
            normalized = value.kind == IMG_PULL_TRUE;
        if (!skip(pull, &value, err))
            return false;
    }
    return false;
}

static bool take_all_added(struct img_pull *pull, struct img_vocab *vocab, struct img_err *err)
{
    struct img_buf text = {0};
    struct img_pull_event event;
    bool ok = true;
    while ((ok = take(pull, &event, err)) && event.kind != IMG_PULL_ARRAY_END) {
        ok = expect(&event, IMG_PULL_OBJECT, "an added token", err) &&
             take_added(pull, vocab, &text, err);
        if (!ok)
            break;
    }
    img_buf_clear(&text);
    return ok;
}

bool img_read_tokenizer_json(struct img_vocab *vocab, const char *bytes, size_t len,
                             struct img_err *err)
{
    struct img_buf scratch = {0};
    struct img_pull pull;
    struct parts parts = {.vocab = {0}};
    img_pull_init(&pull, bytes, len, &scratch);
    bool ok = walk(&pull, &parts, err);
    if (ok && (!parts.vocab.found || !parts.merges.found))
        ok = img_err_set(err, IMG_ERR_MODEL_INVALID, "has no model.%s",
                         parts.vocab.found ? "merges" : "vocab");
    ok = ok && take_vocab(&parts.vocab.pull, vocab, err) &&
         take_merges(&parts.merges.pull, vocab, err) &&
         (!parts.added.found || take_all_added(&parts.added.pull, vocab, err));
    img_buf_clear(&scratch);
    return ok;
}

bool img_read_vocab_json(struct img_vocab *vocab, const char *bytes, size_t len,
                         struct img_err *err)
{
    struct img_buf scratch = {0};
    struct img_pull pull;
    struct img_pull_event event;
    img_pull_init(&pull, bytes, len, &scratch);
    bool ok = take(&pull, &event, err) && expect(&event, IMG_PULL_OBJECT, "the file", err) &&
              take_vocab(&pull, vocab, err) && take(&pull, &event, err);
    img_buf_clear(&scratch);
    return ok;
}
