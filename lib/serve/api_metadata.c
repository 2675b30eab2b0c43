/* Metadata and thumbnails: what decoders are asked for instead of pixels for the model. */
#include "serve/api.h"

#include <stdlib.h>
#include <string.h>

#include "input/bytes.h"
#include "pipeline/meta_record.h"
#include "pipeline/remember.h"
#include "serve/serve.h"

enum { THUMBNAIL_SIDE = 256 };

/* The picture's bytes into the slot's memory. */
static bool load(struct img_work *w, struct img_item *item, unsigned slot, uint8_t **bytes,
                 size_t *len)
{
    struct img_embedder *e = w->options.embedder;
    size_t room = item->opened ? item->opened->room : item->bytes_len;
    if (!item->opened && item->bytes_len > e->settings->max_file_size)
        return img_err_set(&item->err, IMG_ERR_TOO_LARGE, "larger than %llu bytes",
                           (unsigned long long)e->settings->max_file_size);
    if (!img_embedder_start_workers(e, &item->err))
        return false;
    *bytes = img_worker_input(e->workers, slot, room, &item->err);
    if (!*bytes)
        return false;
    *len = item->bytes_len;
    if (item->opened) {
        struct img_input_file file = *item->opened;
        if (!img_input_read(&file, *bytes, len, &item->err))
            return false;
    } else if (*len > 0) {
        memcpy(*bytes, item->bytes, *len);
    }
    return *len > 0 || img_err_set(&item->err, IMG_ERR_NOT_AN_IMAGE, "empty");
}

static void extract(struct img_work *w, struct img_entry *entry, unsigned slot)
{
    struct img_item *item = &entry->item;
    struct img_embedder *e = w->options.embedder;
    const struct img_meta_input input = {.kind = item->path ? IMG_META_PATH : IMG_META_BYTES,
                                         .path = item->path, .path_len = item->path_len};
    struct img_meta_page page = {.input = &input, .debug = e->settings->debug,
                                 .mtime_ns = item->has_stamp ? item->stamp.mtime_ns : 0};
    const struct img_facts_options options = {.page = e->settings->prep.page,
                                              .formats = e->settings->prep.formats};
    struct img_id id;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (load(w, item, slot, &bytes, &len)) {
        id = img_hash_id(bytes, len);
        page.id = &id;
        page.size = len;
        if (img_worker_facts(e->workers, slot, len, &options, &entry->arena, &page.info,
                             &page.facts, &item->err))
            item->err.code = IMG_OK;
    }
    page.err = item->err.code == IMG_OK ? NULL : &item->err;
    img_meta_page_put(&entry->out, &page, &entry->arena);
    if (e->workers)
        img_worker_release(e->workers, slot);
}

static void shrink(struct img_work *w, struct img_entry *entry, unsigned slot)
{
    struct img_item *item = &entry->item;
    const struct img_prep prep = IMG_PREP_THUMBNAIL(THUMBNAIL_SIDE);
    struct img_extent extent;
    struct img_info info;
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (load(w, item, slot, &bytes, &len) &&
        img_worker_thumbnail(w->options.embedder->workers, slot, len, &prep, IMG_THUMBNAIL_JPEG,
                             &entry->out, &extent, &info, &item->err))
        item->err.code = IMG_OK;
}

static void finish_metadata(struct img_request *r, struct img_buf *out)
{
    struct img_entry *entry = &r->entries[0];
    if (!entry->out.data) { /* its file could not be opened */
        const struct img_item *item = &entry->item;
        const struct img_meta_input input = {.kind = IMG_META_PATH, .path = item->path,
                                             .path_len = item->path_len};
        const struct img_meta_page page = {.input = &input, .err = &item->err};
        img_meta_page_put(&entry->out, &page, &entry->arena);
    }
    img_buf_put(out, entry->out.data, entry->out.len);
    img_request_answer(r, img_input_status(entry->item.err.code), "application/json");
}

static void finish_thumbnail(struct img_request *r, struct img_buf *out)
{
    struct img_entry *entry = &r->entries[0];
    if (entry->item.err.code != IMG_OK) {
        img_request_fail(r, img_input_status(entry->item.err.code), &entry->item.err);
        return;
    }
    img_buf_put(out, entry->out.data, entry->out.len);
    img_request_answer(r, 200, "image/jpeg");
}

static void ask_decoder(struct img_request *r, const struct img_input *input,
                        void (*job)(struct img_work *, struct img_entry *, unsigned),
                        void (*finish)(struct img_request *, struct img_buf *))
{
    struct img_err err;
    if (!img_request_entries(r, 1, &err)) {
        img_api_fail(r, &err);
        return;
    }
    img_request_fill(&r->entries[0], input, NULL);
    r->entries[0].job = job;
    r->finish = finish;
}

void img_api_metadata(struct img_request *r)
{
    const struct img_ask *ask = img_api_ask(r, IMG_ASK_METADATA);
    const struct img_err forbidden = {.code = IMG_ERR_PERMISSION, .text = "this server gives no "
                                      "metadata (enable_metadata_extraction)"};
    if (ask && !r->serve->metadata_allowed)
        img_api_fail(r, &forbidden);
    else if (ask)
        ask_decoder(r, &ask->inputs.items[0], extract, finish_metadata);
}

void img_api_thumbnail(struct img_request *r)
{
    struct img_input input = {.kind = IMG_ITEM_PATH};
    for (size_t i = 0; i < r->pair_count; i++)
        if (strcmp(r->pairs[i].name, "image_path") == 0)
            input.text = r->pairs[i].value;
    if (!input.text) {
        img_api_fail(r, &(struct img_err){.code = IMG_ERR_BAD_RECORD,
                                          .text = "image_path is missing"});
        return;
    }
    input.len = strlen(input.text);
    ask_decoder(r, &input, shrink, finish_thumbnail);
}
