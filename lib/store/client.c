/* Requests to Qdrant and what its answers say on the outside. */
#include "store/client.h"

#include <stdlib.h>
#include <string.h>

#include "net/url.h"

enum { NAME_MAX_LEN = 255, KEY_MAX_LEN = 4096 };

bool img_qdrant_unreadable(struct img_err *err)
{
    if (err->code == IMG_ERR_BAD_RECORD)
        err->code = IMG_ERR_NETWORK;
    return img_err_in(err, "the server's answer cannot be read");
}

static bool check_name(const char *name, struct img_err *err)
{
    size_t len = strlen(name);
    if (len == 0 || len > NAME_MAX_LEN || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return img_err_set(err, IMG_ERR_CONFIG, "'%.100s' is no name for a collection", name);
    for (const char *c = name; *c; c++)
        if ((unsigned char)*c < ' ' || strchr("/\\<>:\"|?*", *c))
            return img_err_set(err, IMG_ERR_CONFIG,
                               "'%.100s' is no name for a collection: it holds '%c'", name, *c);
    return true;
}

/* A header's value: nothing that would end the line. */
static bool make_secret(struct img_qdrant *store, struct img_err *err)
{
    const char *key = store->server->api_key;
    struct img_buf line = {.limit = KEY_MAX_LEN + 32};
    if (!key)
        return true;
    for (const char *c = key; *c; c++)
        if ((unsigned char)*c <= ' ' || (unsigned char)*c > '~')
            return img_err_set(err, IMG_ERR_CONFIG, "the API key holds what no key may hold");
    img_buf_puts(&line, "api-key: ");
    img_buf_puts(&line, key);
    if (!img_buf_ok(&line, err))
        return img_err_in(err, "the API key");
    store->secret = line.data;
    return true;
}

bool img_qdrant_open(struct img_qdrant *store, const struct img_qdrant_server *server,
                    struct img_err *err)
{
    *store = (struct img_qdrant){.server = server, .reply = {.limit = IMG_STORE_REPLY_MAX}};
    if (!img_url_check_endpoint(server->url, err) || !check_name(server->collection, err) ||
        !make_secret(store, err))
        return false;
    const struct img_http_options options = {
        .endpoint = server->url,
        .secret = store->secret,
        .ca_file = server->ca_file,
        .timeout_s = server->timeout_s,
    };
    return img_http_open(&store->http, &options, err);
}

void img_qdrant_close(struct img_qdrant *store)
{
    img_http_close(store->http);
    free(store->secret);
    img_buf_clear(&store->url);
    img_buf_clear(&store->path);
    img_buf_clear(&store->reply);
    *store = (struct img_qdrant){0};
}

/* {"status":{"error":"…"}}: the sentence instead of the JSON around it. */
static void tell_reason(const struct img_qdrant *store, struct img_err *err)
{
    struct img_arena arena = {.limit = 1 << 20};
    struct img_json_object body, status;
    struct img_err ignored;
    const char *text;
    const struct img_json_value *value;
    if (store->status > 0 && store->reply.len > 0 && store->reply.len < 1 << 18 &&
        img_json_scan(store->reply.data, store->reply.len, &arena, &body, &ignored) &&
        (value = img_json_find(&body, "status")) && value->kind == IMG_JSON_OBJECT &&
        img_json_enter(value, &arena, &status, &ignored) &&
        (value = img_json_find(&status, "error")) &&
        img_json_get_string(value, &arena, &text, NULL, &ignored))
        img_err_set(err, err->code, "HTTP status %ld: %.300s", store->status, text);
    img_arena_clear(&arena);
}

bool img_qdrant_ask(struct img_qdrant *store, const char *method, const char *path,
                    const char *body,
                   size_t len, struct img_err *err)
{
    struct img_http_answer answer = {0};
    img_buf_reset(&store->url);
    img_url_join(store->server->url, path, &store->url);
    if (!img_buf_ok(&store->url, err))
        return false;
    const struct img_http_request request = {
        .method = method,
        .url = store->url.data,
        .body = body,
        .body_len = len,
        .compressed = true,
    };
    bool ok = img_http_ask(store->http, &request, store->server->retry, &answer, &store->reply,
                           err);
    store->status = answer.status;
    if (ok)
        return true;
    tell_reason(store, err);
    return img_err_in(err, "Qdrant at %.150s", store->server->url);
}

bool img_qdrant_ask_collection(struct img_qdrant *store, const char *method, const char *rest,
                              const char *body, size_t len, struct img_err *err)
{
    img_buf_reset(&store->path);
    img_buf_puts(&store->path, "/collections/");
    img_url_escape(store->server->collection, false, &store->path);
    img_buf_puts(&store->path, rest);
    return img_buf_ok(&store->path, err) &&
           img_qdrant_ask(store, method, store->path.data, body, len, err);
}

bool img_qdrant_result(struct img_qdrant *store, struct img_arena *arena,
                      struct img_json_value *result, struct img_err *err)
{
    struct img_json_object body;
    if (!img_json_scan(store->reply.data ? store->reply.data : "", store->reply.len, arena, &body,
                       err))
        return img_qdrant_unreadable(err);
    const struct img_json_value *found = img_json_find(&body, "result");
    if (!found)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "Qdrant at %.150s: an answer without a result: is this Qdrant?",
                           store->server->url);
    *result = *found;
    return true;
}
