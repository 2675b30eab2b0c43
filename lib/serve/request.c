/* Beginning, going on and ending. */
#include "serve/request.h"

#include <stdlib.h>
#include <string.h>

#include "json/string.h"
#include "pipeline/records.h"
#include "serve/web.h"
#include "serve/serve.h"

struct img_request *img_request_new(struct img_serve *serve, const struct img_route *route,
                                    void *connection)
{
    struct img_request *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->serve = serve;
    r->route = route;
    r->connection = connection;
    r->begun = img_item_clock();
    r->type = "";
    atomic_init(&r->refs, 1);
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

void img_request_hold(struct img_request *r)
{
    atomic_fetch_add(&r->refs, 1);
}

void img_request_release(struct img_request *r)
{
    if (atomic_fetch_sub(&r->refs, 1) != 1)
        return;
    for (size_t i = 0; i < r->count; i++) {
        img_arena_clear(&r->entries[i].arena);
        img_buf_clear(&r->entries[i].out);
        img_buf_clear(&r->entries[i].fetched);
    }
    if (r->counted)
        atomic_fetch_sub(&r->serve->metrics.active, 1);
    atomic_fetch_sub(&r->serve->metrics.body_bytes, r->body.cap);
    img_buf_clear(&r->body);
    img_buf_clear(&r->out);
    img_arena_clear(&r->arena);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static void entry_done(struct img_entry *entry)
{
    struct img_request *r = entry->owner;
    struct img_metrics *m = &r->serve->metrics;
    const struct img_item *item = &entry->item;
    atomic_ullong *counter = item->err.code != IMG_OK      ? &m->failed
                             : item->kind == IMG_ITEM_TEXT ? &m->texts
                                                           : &m->pictures;
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
    if (item->cached)
        atomic_fetch_add_explicit(&m->cached, 1, memory_order_relaxed);
    pthread_mutex_lock(&r->lock);
    entry->finished = true;
    /* A clerk has something to do when its turn has come, or when it was the window's last. */
    bool next = r->taken < r->count && &r->entries[r->taken] == entry;
    pthread_mutex_unlock(&r->lock);
    if (next)
        img_clerks_call(&r->serve->clerks, r);
    img_request_release(r);
}

bool img_request_entries(struct img_request *r, size_t count, struct img_err *err)
{
    size_t dimension = r->serve->setup->embedder.engine->info.dimension;
    struct img_entry *entries = img_arena_array(&r->arena, count + 1, sizeof *entries, err);
    float *vectors = img_arena_array(&r->arena, count + 1, dimension * sizeof *vectors, err);
    if (!entries || !vectors)
        return false;
    for (size_t i = 0; i < count; i++) {
        entries[i].item.embedding = vectors + i * dimension;
        entries[i].done = entry_done;
        entries[i].owner = r;
    }
    r->entries = entries;
    r->count = count;
    return true;
}

void img_request_fill(struct img_entry *entry, const struct img_input *input,
                      const struct img_wishes *wishes)
{
    struct img_item *item = &entry->item;
    item->wishes = wishes;
    if (input->kind == IMG_ITEM_TEXT) {
        img_item_take_text(item, input->text, input->len);
    } else if (input->kind == IMG_ITEM_PATH) {
        img_item_take_path(item, input->text, input->len);
        entry->confined = true;
    } else {
        item->kind = IMG_ITEM_BYTES;
        item->bytes = input->bytes;
        item->bytes_len = input->bytes_len;
        if (input->is_url)
            entry->url = input->text;
    }
    if (input->err.code != IMG_OK)
        item->err = input->err;
}

/* The next entry to be put, if it is finished; those that may be under way are submitted. */
static bool next_finished(struct img_request *r, size_t *i)
{
    size_t from, to;
    pthread_mutex_lock(&r->lock);
    bool finished = r->taken < r->submitted && r->entries[r->taken].finished;
    *i = r->taken;
    if (finished)
        r->taken++;
    from = r->submitted;
    if (!r->gone && !atomic_load(&r->serve->hurry) &&
        r->out.len - r->out_at < IMG_REQUEST_AHEAD) {
        size_t most = r->taken + IMG_REQUEST_WINDOW;
        r->submitted = r->count < most ? r->count : most;
    }
    to = r->submitted;
    pthread_mutex_unlock(&r->lock);
    for (; from < to; from++) {
        img_request_hold(r);
        img_fetch_submit(&r->serve->fetch, &r->entries[from]);
    }
    return finished;
}

/* A client that is slow but steady never takes all there is: what it has taken makes room. Locked. */
static void drop_taken(struct img_request *r)
{
    if (r->out_at < IMG_REQUEST_AHEAD)
        return;
    r->out.len -= r->out_at;
    memmove(r->out.data, r->out.data + r->out_at, r->out.len);
    r->out_at = 0;
}

/* Adds to the answer and wakes who waits for more of it. */
static void append(struct img_request *r, struct img_buf *piece, bool last)
{
    pthread_mutex_lock(&r->lock);
    drop_taken(r);
    img_buf_put(&r->out, piece->data, piece->len);
    r->ended = r->ended || last || r->out.failed;
    pthread_mutex_unlock(&r->lock);
    img_buf_reset(piece);
    if (r->streams)
        img_web_wake(r);
}

/* What has no chance any more is not begun: the server is about to end, or the client has left. */
static bool given_up(struct img_request *r)
{
    pthread_mutex_lock(&r->lock);
    bool up = (r->gone || atomic_load(&r->serve->hurry)) && r->taken == r->submitted;
    pthread_mutex_unlock(&r->lock);
    return up;
}

static const struct img_err ending = {.code = IMG_ERR_SYSTEM, .text = "the server is ending"};

/* A list that has begun is never short: what is left out has its records, too. */
static void put_left_out(struct img_request *r, struct img_buf *piece)
{
    for (size_t i = r->taken; i < r->count; i++) {
        r->entries[i].item.err = ending;
        r->put(r, i, piece);
    }
}

static void go_on(struct img_request *r)
{
    struct img_buf piece = {0};
    size_t i;
    while (next_finished(r, &i)) {
        if (r->put)
            r->put(r, i, &piece);
        if (r->streams)
            append(r, &piece, false);
    }
    bool up = given_up(r);
    if (r->taken == r->count || up) {
        if (r->streams)
            put_left_out(r, &piece);
        if (r->finish && !(up && r->taken < r->count && !r->streams))
            r->finish(r, &piece);
        if (r->status == 0 && !r->streams)
            img_request_fail(r, 503, &ending);
        append(r, &piece, true);
    }
    img_buf_clear(&piece);
}

void img_request_step(struct img_request *r)
{
    if (!r->started) {
        r->started = true;
        r->route->begin(r);
        if (r->streams && !r->ended)
            img_web_wake(r);
    }
    if (!r->ended)
        go_on(r);
    if (r->ended && !r->streams)
        img_web_wake(r);
}

void img_request_answer(struct img_request *r, unsigned status, const char *type)
{
    pthread_mutex_lock(&r->lock);
    r->status = status;
    r->answer_type = type;
    r->ended = true;
    pthread_mutex_unlock(&r->lock);
}

void img_request_fail(struct img_request *r, unsigned status, const struct img_err *err)
{
    img_buf_reset(&r->out);
    switch (r->route ? r->route->dialect : IMG_DIALECT_OURS) {
    case IMG_DIALECT_OPENAI:
        img_buf_puts(&r->out, "{\"error\":{\"message\":");
        img_json_put_text(&r->out, err->text);
        img_buf_printf(&r->out, ",\"type\":\"%s\",\"param\":null,\"code\":",
                       status < 500 ? "invalid_request_error" : "server_error");
        img_json_put_text(&r->out, img_code_name(err->code));
        img_buf_puts(&r->out, "}}\n");
        break;
    case IMG_DIALECT_OLLAMA:
        img_buf_puts(&r->out, "{\"error\":");
        img_json_put_text(&r->out, err->text);
        img_buf_puts(&r->out, "}\n");
        break;
    case IMG_DIALECT_OURS:
        img_buf_puts(&r->out, "{\"error\":");
        img_json_put_text(&r->out, err->text);
        img_buf_puts(&r->out, ",\"error_code\":");
        img_json_put_text(&r->out, img_code_name(err->code));
        img_buf_puts(&r->out, "}\n");
        break;
    }
    img_request_answer(r, status, "application/json");
}

unsigned img_request_status(enum img_code code)
{
    switch (code) {
    case IMG_OK:
        return 200;
    case IMG_ERR_NOT_FOUND:
        return 404;
    case IMG_ERR_PERMISSION:
        return 403;
    case IMG_ERR_TOO_LARGE:
    case IMG_ERR_TOO_MANY_PIXELS:
        return 413;
    case IMG_ERR_BAD_RECORD:
    case IMG_ERR_USAGE:
        return 400;
    case IMG_ERR_REMOTE:
    case IMG_ERR_NETWORK:
        return 502;
    case IMG_ERR_OUT_OF_MEMORY:
    case IMG_ERR_SYSTEM:
        return 503;
    case IMG_ERR_OUTPUT:
    case IMG_ERR_BROKEN_PIPE:
        return 500;
    default:
        return 422;
    }
}

unsigned img_input_status(enum img_code code)
{
    return code == IMG_ERR_BAD_RECORD ? 422 : img_request_status(code);
}
