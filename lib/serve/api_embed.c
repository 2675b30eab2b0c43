/* Embedding pictures and texts: records. */
#include "serve/api.h"

#include "pipeline/record.h"
#include "serve/serve.h"

static bool wants_forbidden(const struct img_request *r, const struct img_ask *ask,
                            struct img_err *err)
{
    return ask->wishes.metadata && !r->serve->metadata_allowed &&
           !img_err_set(err, IMG_ERR_BAD_RECORD,
                        "include_metadata: this server gives none (enable_metadata_extraction)");
}

void img_api_fail(struct img_request *r, const struct img_err *err)
{
    img_request_fail(r, err->code == IMG_ERR_UNSUPPORTED_FORMAT ? 415
                                                                : img_request_status(err->code),
                     err);
}

struct img_ask *img_api_ask(struct img_request *r, enum img_ask_kind kind)
{
    const struct img_settings *settings = &r->serve->setup->settings;
    const struct img_body body = {.type = r->type, .bytes = r->body.data ? r->body.data : "",
                                  .len = r->body.len, .pairs = r->pairs,
                                  .pair_count = r->pair_count};
    struct img_err err;
    struct img_ask *ask = img_arena_alloc(&r->arena, sizeof *ask, &err);
    if (ask)
        ask->wishes = (struct img_wishes){.normalize = settings->normalize};
    if (ask &&
        img_ask_read(kind, &body, (size_t)r->serve->options->images, &r->arena, ask, &err) &&
        !wants_forbidden(r, ask, &err))
        return ask;
    img_api_fail(r, &err);
    return NULL;
}

void img_api_record(struct img_request *r, size_t i, struct img_buf *out)
{
    const struct img_item *item = &r->entries[i].item;
    img_item_put(&r->serve->setup->embedder, item, false, out);
    img_request_answer(r, img_input_status(item->err.code), "application/json");
}

static void finish_record(struct img_request *r, struct img_buf *out)
{
    img_api_record(r, 0, out);
}

/* The record without its newline. */
static void put_record(struct img_request *r, size_t i, struct img_buf *out)
{
    img_buf_puts(out, i == 0 ? "{\"results\":[" : ",");
    img_item_put(&r->serve->setup->embedder, &r->entries[i].item, false, out);
    if (out->len > 0 && !out->failed)
        out->len--;
}

static void finish_list(struct img_request *r, struct img_buf *out)
{
    img_buf_puts(out, r->count == 0 ? "{\"results\":[]}\n" : "]}\n");
}

static void embed(struct img_request *r, enum img_ask_kind kind)
{
    struct img_err err;
    struct img_ask *ask = img_api_ask(r, kind);
    if (!ask)
        return;
    if (!img_request_entries(r, ask->inputs.count, &err)) {
        img_api_fail(r, &err);
        return;
    }
    for (size_t i = 0; i < ask->inputs.count; i++)
        img_request_fill(&r->entries[i], &ask->inputs.items[i], &ask->wishes);
    if (ask->single) {
        r->finish = finish_record;
        return;
    }
    r->put = put_record;
    r->finish = finish_list;
    r->status = 200;
    r->answer_type = "application/json";
    r->streams = true;
}

void img_api_image(struct img_request *r)
{
    embed(r, IMG_ASK_IMAGE);
}

void img_api_batch(struct img_request *r)
{
    embed(r, IMG_ASK_BATCH);
}

void img_api_text(struct img_request *r)
{
    embed(r, IMG_ASK_TEXT);
}
