/* Scrolling: each answer says where the next page begins. */
#include "store/scroll.h"

#include <string.h>

enum { IDS_PAGE = 5000, POINTS_PAGE = 500, PAGE_BYTES = 16 << 20, TEXT_PER_VALUE = 14 };

static size_t page_size(const struct img_scroll_options *options)
{
    if (!options->vector)
        return options->payload ? POINTS_PAGE : IDS_PAGE;
    size_t fits = PAGE_BYTES / (options->dimension * TEXT_PER_VALUE + 2048);
    return fits < 1 ? 1 : fits > POINTS_PAGE ? POINTS_PAGE : fits;
}

static void put_request(struct img_scroll *scroll)
{
    const struct img_scroll_options *options = &scroll->options;
    img_buf_reset(&scroll->body);
    img_buf_printf(&scroll->body, "{\"limit\":%zu,\"with_payload\":%s,\"with_vector\":%s",
                   options->page, options->payload ? "true" : "false",
                   options->vector ? "true" : "false");
    if (options->filter) {
        img_buf_puts(&scroll->body, ",\"filter\":");
        img_buf_puts(&scroll->body, options->filter);
    }
    if (scroll->next.len > 0) {
        img_buf_puts(&scroll->body, ",\"offset\":");
        img_buf_put(&scroll->body, scroll->next.data, scroll->next.len);
    }
    img_buf_putc(&scroll->body, '}');
}

/* Ids go up: numbers, then UUIDs. */
static bool is_behind(const struct img_json_value *next, const struct img_buf *before)
{
    bool number = next->kind == IMG_JSON_NUMBER;
    bool before_number = before->len > 0 && before->data[0] != '"';
    if (before->len == 0 || number != before_number)
        return before->len == 0 || before_number;
    if (number && next->len != before->len)
        return next->len > before->len;
    size_t len = next->len < before->len ? next->len : before->len;
    int order = memcmp(next->text, before->data, len);
    return order != 0 ? order > 0 : next->len > before->len;
}

/* Pages that do not go on would be asked for without end. */
static bool goes_on(struct img_scroll *scroll, const struct img_json_value *next, size_t count,
                    struct img_err *err)
{
    scroll->ended = next->kind == IMG_JSON_NULL;
    if (scroll->ended)
        return true;
    if (count == 0 || !is_behind(next, &scroll->next))
        return img_err_set(err, IMG_ERR_NETWORK, "the server's pages lead nowhere");
    img_buf_reset(&scroll->next);
    img_buf_put(&scroll->next, next->text, next->len);
    return img_buf_ok(&scroll->next, err);
}

/* A page of large payloads may be longer than an answer may be: then fewer points are asked for. */
static bool ask(struct img_scroll *scroll, struct img_err *err)
{
    if (scroll->options.page == 0)
        scroll->options.page = page_size(&scroll->options);
    for (;;) {
        put_request(scroll);
        if (!img_buf_ok(&scroll->body, err))
            return false;
        if (img_qdrant_ask_collection(scroll->store, "POST", "/points/scroll", scroll->body.data,
                                      scroll->body.len, err))
            return true;
        if (!scroll->store->reply.failed || scroll->options.page == 1)
            return false;
        scroll->options.page /= 2;
    }
}

bool img_scroll_next(struct img_scroll *scroll, const struct img_qdrant_point **points,
                     size_t *count, struct img_err *err)
{
    struct img_json_value result, next;
    *count = 0;
    if (scroll->ended)
        return true;
    img_arena_reset(&scroll->arena);
    scroll->arena.limit = IMG_STORE_READ_MAX;
    return ask(scroll, err) &&
           img_qdrant_result(scroll->store, &scroll->arena, &result, err) &&
           img_qdrant_read_page(&result, &scroll->arena, points, count, &next, err) &&
           goes_on(scroll, &next, *count, err);
}

void img_scroll_clear(struct img_scroll *scroll)
{
    img_buf_clear(&scroll->body);
    img_buf_clear(&scroll->next);
    img_arena_clear(&scroll->arena);
}
