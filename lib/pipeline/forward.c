/* Handing pictures over: read, looked at, remembered or asked about. */
#include "pipeline/forward.h"

#include <stdlib.h>
#include <string.h>

#include "pipeline/remember.h"

/* Bytes of a picture: borrowed, ours, or in a decoder's memory, which alone can tell its metadata. */
struct forwarding {
    struct img_embedder *e;
    struct img_item *item;
    unsigned slot;
    const uint8_t *bytes;
    uint8_t *owned;
    size_t len;
};

static bool wants_facts(const struct forwarding *f)
{
    return img_settings_wishes(f->e->settings, f->item).metadata;
}

static uint8_t *room_for(struct forwarding *f, size_t room)
{
    if (wants_facts(f))
        return img_worker_input(f->e->workers, f->slot, room, &f->item->err);
    f->owned = malloc(room > 0 ? room : 1);
    if (!f->owned)
        img_err_set(&f->item->err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu bytes", room);
    return f->owned;
}

static bool take_bytes(struct forwarding *f, struct img_input_file *file)
{
    struct img_item *item = f->item;
    uint64_t limit = f->e->settings->max_file_size;
    if (file) {
        uint8_t *room = room_for(f, file->room);
        f->bytes = room;
        return room && img_input_read(file, room, &f->len, &item->err);
    }
    if (item->bytes_len > limit)
        return img_err_set(&item->err, IMG_ERR_TOO_LARGE, "larger than %llu bytes",
                           (unsigned long long)limit);
    f->len = item->bytes_len;
    f->bytes = item->bytes;
    if (!wants_facts(f))
        return true;
    uint8_t *room = room_for(f, f->len);
    f->bytes = room;
    if (room && f->len > 0)
        memcpy(room, item->bytes, f->len);
    return room != NULL;
}

/* What needs no decoder to be seen; the server sees the rest. */
static bool look(const struct forwarding *f, enum img_format *format)
{
    const struct img_settings *settings = f->e->settings;
    struct img_err *err = &f->item->err;
    *format = img_format_sniff(f->bytes, f->len);
    if (f->len == 0)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "empty");
    if (*format == IMG_FORMAT_UNKNOWN)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "not an image of a known format");
    if ((settings->prep.formats & 1u << *format) == 0)
        return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "%s is not among supported_formats",
                           img_format_name(*format));
    return true;
}

static void encode(const struct forwarding *f, enum img_format format)
{
    struct img_item *item = f->item;
    const struct img_encoded picture = {f->bytes, f->len, format};
    struct img_err failure; /* also of attempts that another has made good */
    item->encoded = img_engine_encode_file(f->e->engine, f->slot, &picture, item->embedding,
                                           &item->told, &failure);
    if (!item->encoded)
        item->err = failure;
    item->precision = f->e->engine->info.precision;
    if (item->encoded)
        img_remember_embedding(f->e, item);
}

/* An input that a signal interrupts is left undone, not failed. */
static bool interrupted(const struct img_embedder *e, struct img_item *item)
{
    if (item->encoded || !e->stopped || !e->stopped())
        return false;
    item->err = (struct img_err){0};
    return true;
}

bool img_embedder_forward(struct img_embedder *e, struct img_item *item,
                          struct img_input_file *file, unsigned slot, struct img_arena *arena,
                          struct img_err *err)
{
    struct forwarding f = {.e = e, .item = item, .slot = slot};
    enum img_format format;
    if (wants_facts(&f) && !img_embedder_start_workers(e, err))
        return false;
    if (img_settings_prep(e->settings, item).page > 0) {
        img_err_set(&item->err, IMG_ERR_REMOTE, "a server can be asked for the first page only");
    } else if (take_bytes(&f, file)) {
        item->read = true;
        img_remember_bytes(e, item, f.bytes, f.len);
        if (e->settings->debug)
            img_item_log(item, "read %zu bytes", f.len);
        if (look(&f, &format) && !img_recall_content(e, item))
            encode(&f, format);
        if (wants_facts(&f) && f.len > 0)
            img_item_ask_facts(e, item, slot, f.len, arena);
    }
    if (e->workers && wants_facts(&f))
        img_worker_release(e->workers, slot);
    free(f.owned);
    if (interrupted(e, item) || item->err.code != IMG_ERR_NETWORK)
        return true;
    *err = item->err;
    return false;
}

struct texts {
    struct img_item **items;
    struct img_text *texts;
    float **outs;
    struct img_err *errs;
    size_t count;
};

static void gather_texts(struct texts *t, struct img_item *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct img_item *item = items[i];
        if (item->kind != IMG_ITEM_TEXT || item->err.code != IMG_OK)
            continue;
        item->content.id = img_hash_id(item->text, item->text_len);
        item->has_content = true;
        t->items[t->count] = item;
        t->texts[t->count] = (struct img_text){item->text, item->text_len};
        t->outs[t->count++] = item->embedding;
    }
}

static bool ask_texts(struct img_embedder *e, struct texts *t, struct img_err *err)
{
    double begin = img_item_clock();
    bool ok = t->count == 0 ||
              img_engine_encode_texts(e->engine, t->texts, t->count, t->outs, t->errs, err);
    double each = t->count > 0 ? (img_item_clock() - begin) / (double)t->count : 0;
    for (size_t i = 0; ok && i < t->count; i++) {
        struct img_item *item = t->items[i];
        item->err = t->errs[i];
        item->encoded = item->err.code == IMG_OK;
        item->precision = e->engine->info.precision;
        item->seconds = each;
        (void)interrupted(e, item);
    }
    return ok || (e->stopped && e->stopped());
}

bool img_embedder_forward_texts(struct img_embedder *e, struct img_item *const *items, size_t n,
                                struct img_err *err)
{
    struct texts t = {
        .items = calloc(n, sizeof *t.items),
        .texts = calloc(n, sizeof *t.texts),
        .outs = calloc(n, sizeof *t.outs),
        .errs = calloc(n, sizeof *t.errs),
    };
    bool ok = t.items && t.texts && t.outs && t.errs;
    if (ok) {
        gather_texts(&t, items, n);
        ok = ask_texts(e, &t, err);
    } else {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu texts", n);
    }
    free(t.items);
    free(t.texts);
    free(t.outs);
    free(t.errs);
    return ok;
}
