/* About the server itself: health, figures, the page and the description of the API. */
#include <inttypes.h>
#include <stdio.h>

#include "json/string.h"
#include "pipeline/record.h"
#include "serve/api.h"
#include "serve/serve.h"

enum { CHECK_SIDE = 16 };

/* A picture of bytes that no picture had before, so that no cache can answer for the decoders. */
static const struct img_input *small_picture(struct img_request *r, struct img_err *err)
{
    struct img_input *input = img_arena_alloc(&r->arena, sizeof *input, err);
    unsigned long long check = atomic_fetch_add(&r->serve->checks, 1);
    size_t pixels = (size_t)CHECK_SIDE * CHECK_SIDE * 3;
    unsigned char *bytes = img_arena_alloc(&r->arena, 128 + pixels, err);
    if (!input || !bytes)
        return NULL;
    int head = snprintf((char *)bytes, 128, "P6\n# img-serve %" PRId64 " %llu\n%d %d\n255\n",
                        r->serve->started, check, CHECK_SIDE, CHECK_SIDE);
    for (size_t i = 0; i < pixels; i++)
        bytes[(size_t)head + i] = (unsigned char)(i * 7);
    *input = (struct img_input){.kind = IMG_ITEM_BYTES, .bytes = bytes,
                                .bytes_len = (size_t)head + pixels};
    return input;
}

static void finish_health(struct img_request *r, struct img_buf *out)
{
    const struct img_item *item = &r->entries[0].item;
    img_buf_printf(out, "{\"status\":\"%s\",\"version\":\"" IMG_VERSION "\",\"model\":",
                   item->encoded ? "ok" : "failing");
    img_json_put_text(out, r->serve->setup->embedder.model_name);
    img_buf_puts(out, ",\"error\":");
    img_json_put_text(out, item->encoded ? NULL : item->err.text);
    img_buf_puts(out, "}\n");
    img_request_answer(r, item->encoded ? 200 : 503, "application/json");
}

void img_api_health(struct img_request *r)
{
    struct img_err err;
    const struct img_input *input = small_picture(r, &err);
    if (!input || !img_request_entries(r, 1, &err)) {
        img_api_fail(r, &err);
        return;
    }
    img_request_fill(&r->entries[0], input, NULL);
    r->entries[0].fresh = true;
    r->finish = finish_health;
}

void img_api_metrics(struct img_request *r)
{
    const char *names[IMG_METRIC_ROUTES];
    size_t count;
    const struct img_route *routes = img_routes(&count);
    for (size_t i = 0; i < count && i < IMG_METRIC_ROUTES; i++)
        names[i] = routes[i].path;
    img_metrics_put(&r->serve->metrics, names, count, img_work_waiting(&r->serve->work), &r->out);
    img_request_answer(r, 200, "text/plain; version=0.0.4; charset=utf-8");
}

static void send_asset(struct img_request *r, enum img_asset asset)
{
    const struct img_buf *file = &r->serve->assets.files[asset];
    img_buf_put(&r->out, file->data, file->len);
    img_request_answer(r, 200, img_asset_type(asset));
}

void img_api_page(struct img_request *r)
{
    send_asset(r, IMG_ASSET_PAGE);
}

void img_api_style(struct img_request *r)
{
    send_asset(r, IMG_ASSET_STYLE);
}

void img_api_script(struct img_request *r)
{
    send_asset(r, IMG_ASSET_SCRIPT);
}

void img_api_openapi(struct img_request *r)
{
    send_asset(r, IMG_ASSET_OPENAPI);
}
