/* The three dialects, their manners and their faults. */
#include "support/embed_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "json/base64.h"
#include "json/number.h"
#include "json/scan.h"
#include "json/string.h"
#include "record/embedding.h"

enum { INPUTS_MAX = 4096 };

/* One request, taken apart. */
struct asked {
    struct embed_server *server;
    const struct httpd_request *request;
    int fd;
    struct img_arena arena;
    struct img_json_object body;
    struct {
        const unsigned char *bytes;
        size_t len;
        bool picture;
    } inputs[INPUTS_MAX];
    size_t count;
    bool base64, list;
    enum embed_fault fault;
};

static const char *const fault_names[EMBED_FAULTS] = {
    "sound", "status", "hang", "cut",      "dimension", "count", "nan",   "zeros",
    "json",  "huge",   "disorder", "twice", "redirect",  "model", "close",
};

enum embed_fault embed_fault_named(const char *name)
{
    int i = 0;
    while (i < EMBED_FAULTS && strcmp(fault_names[i], name) != 0)
        i++;
    return (enum embed_fault)i;
}

static void pause_ms(unsigned ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static void answer(const struct asked *a, int status, const char *headers, const char *body,
                   size_t len)
{
    httpd_answer_keep(a->request, a->fd, status, headers, body, len);
}

/* A refusal in the words of its dialect. */
static void refuse(const struct asked *a, int status, const char *why, const char *code)
{
    struct img_buf out = {0};
    if (a->server->api == IMG_REMOTE_OPENAI)
        img_buf_printf(&out, "{\"error\":{\"message\":\"%s\",\"type\":\"x\"}}", why);
    else if (a->server->api == IMG_REMOTE_OLLAMA)
        img_buf_printf(&out, "{\"error\":\"%s\"}", why);
    else
        img_buf_printf(&out,
                       "{\"embedding\":null,\"model_name\":\"stand-in\",\"model_fingerprint\":\"%s\","
                       "\"error\":\"%s\",\"error_code\":\"%s\"}",
                       a->server->fingerprint, why, code);
    answer(a, status, status == 429 ? "Retry-After: 1\r\n" : "", out.data, out.len);
    img_buf_clear(&out);
}

static const char *text_of(struct asked *a, const char *name)
{
    const struct img_json_value *value = img_json_find(&a->body, name);
    const char *text;
    struct img_err err;
    return value && img_json_get_string(value, &a->arena, &text, NULL, &err) ? text : NULL;
}

static bool add(struct asked *a, const char *text, size_t len, bool base64)
{
    struct img_err err;
    if (a->count == INPUTS_MAX)
        return false;
    if (!base64 && a->server->api == IMG_REMOTE_OPENAI && len > 5 &&
        memcmp(text, "data:", 5) == 0) {
        const char *comma = memchr(text, ',', len);
        if (!comma || comma - text < 14 || memcmp(comma - 7, ";base64", 7) != 0)
            return false;
        len -= (size_t)(comma + 1 - text);
        text = comma + 1;
        base64 = true;
    }
    a->inputs[a->count].picture = base64;
    a->inputs[a->count].bytes = (const unsigned char *)text;
    a->inputs[a->count].len = len;
    if (base64) {
        unsigned char *bytes = img_arena_alloc(&a->arena, img_base64_room(len) + 1, &err);
        if (!bytes || !img_base64_decode(text, len, bytes, &a->inputs[a->count].len, &err))
            return false;
        a->inputs[a->count].bytes = bytes;
    }
    a->count++;
    return true;
}

/* A list of strings, or none. */
static bool add_all(struct asked *a, const char *name, bool base64)
{
    const struct img_json_value *list = img_json_find(&a->body, name), *elements;
    struct img_err err;
    size_t count, len;
    if (!list)
        return true;
    if (list->kind != IMG_JSON_ARRAY ||
        !img_json_elements(list, &a->arena, &elements, &count, &err))
        return false;
    a->list = true;
    for (size_t i = 0; i < count; i++) {
        const char *text;
        if (!img_json_get_string(&elements[i], &a->arena, &text, &len, &err) ||
            !add(a, text, len, base64))
            return false;
    }
    return true;
}

static bool only_known(const struct asked *a, const char *const *names, size_t count)
{
    for (size_t i = 0; i < a->body.count; i++) {
        bool known = false;
        for (size_t k = 0; k < count; k++)
            known = known || strcmp(a->body.members[i].key, names[k]) == 0;
        if (!known)
            return false;
    }
    return true;
}

static bool read_body(struct asked *a)
{
    static const char *const ours[] = {"image_base64", "texts", "normalize", "encoding_format"};
    static const char *const ollamas[] = {"model", "input", "images"};
    static const char *const openais[] = {"model", "input", "encoding_format"};
    struct img_err err;
    if (!img_json_scan(a->request->body, a->request->body_len, &a->arena, &a->body, &err))
        return false;
    const char *format = text_of(a, "encoding_format");
    a->base64 = format && strcmp(format, "base64") == 0;
    switch (a->server->api) {
    case IMG_REMOTE_OLLAMA:
        return only_known(a, ollamas, 3) && text_of(a, "model") && add_all(a, "input", false) &&
               (a->server->texts_only || add_all(a, "images", true));
    case IMG_REMOTE_OPENAI:
        return only_known(a, openais, 3) && text_of(a, "model") && add_all(a, "input", false) &&
               a->count > 0;
    default: {
        const char *picture = text_of(a, "image_base64");
        const struct img_json_value *normalize = img_json_find(&a->body, "normalize");
        return only_known(a, ours, 4) && normalize && normalize->kind == IMG_JSON_FALSE &&
               (picture ? add(a, picture, strlen(picture), true) : add_all(a, "texts", false));
    }
    }
}

static void put_vector(const struct asked *a, size_t i, struct img_buf *out)
{
    unsigned dimension = a->server->dimension + (a->fault == EMBED_DIMENSION);
    float vector[1024];
    uint32_t sum = 0;
    for (size_t k = 0; k < a->inputs[i].len; k++)
        sum += a->inputs[i].bytes[k];
    for (unsigned k = 0; k < dimension && k < 1024; k++) {
        vector[k] = k == 0   ? (float)a->inputs[i].len
                    : k == 1 ? (float)(sum % 1009)
                    : k == 2 ? 1
                             : (float)((sum * k) % 1000) / 1000;
        if (a->fault == EMBED_ZEROS)
            vector[k] = 0;
    }
    if (a->fault == EMBED_NAN && !a->base64) {
        img_buf_puts(out, "[NaN,1]");
        return;
    }
    if (a->fault == EMBED_NAN)
        memset(&vector[1], 0xff, sizeof vector[1]);
    img_embedding_put_vector(out, vector, dimension, a->base64);
}

static bool is_bad(const struct asked *a, size_t i)
{
    static const char mark[] = "refuse me";
    return memmem(a->inputs[i].bytes, a->inputs[i].len, mark, sizeof mark - 1) != NULL;
}

/* A record of ours. */
static void put_record(const struct asked *a, size_t i, struct img_buf *out)
{
    const char *fingerprint =
        a->fault == EMBED_MODEL ? "ffffffffffffffff" : a->server->fingerprint;
    bool bad = is_bad(a, i);
    img_buf_puts(out, "{\"image_path\":null,\"embedding\":");
    if (bad)
        img_buf_puts(out, "null");
    else
        put_vector(a, i, out);
    img_buf_printf(out, ",\"model_name\":\"stand-in\",\"model_fingerprint\":\"%s\",", fingerprint);
    if (a->inputs[i].picture)
        img_buf_puts(out, "\"preprocessing\":\"0123abcd\",\"confidence\":0.75,");
    img_buf_printf(out, "\"precision\":\"f32\",\"error\":%s}",
                   bad ? "\"it is bad\",\"error_code\":\"bad_text\"" : "null");
}

static void put_element(const struct asked *a, size_t i, struct img_buf *out)
{
    size_t index = a->fault == EMBED_DISORDER ? a->count - 1 - i : a->fault == EMBED_TWICE ? 0 : i;
    if (a->server->api == IMG_REMOTE_OLLAMA) {
        put_vector(a, i, out);
    } else if (a->server->api == IMG_REMOTE_OPENAI) {
        img_buf_printf(out, "{\"object\":\"embedding\",\"index\":%zu,\"embedding\":", index);
        put_vector(a, index, out);
        img_buf_putc(out, '}');
    } else {
        put_record(a, i, out);
    }
}

static void put_reply(const struct asked *a, struct img_buf *out)
{
    const char *name = a->server->api == IMG_REMOTE_OLLAMA   ? "embeddings"
                       : a->server->api == IMG_REMOTE_OPENAI ? "data"
                                                             : "results";
    if (a->server->api == IMG_REMOTE_IMG_SERVE && !a->list) {
        put_record(a, 0, out);
        return;
    }
    size_t count = a->count - (a->fault == EMBED_COUNT && a->count > 0);
    img_buf_printf(out, "{\"model\":\"stand-in\",\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            img_buf_putc(out, ',');
        put_element(a, i, out);
    }
    img_buf_puts(out, "]}");
}

static void send_endless(const struct asked *a)
{
    static const char head[] = "HTTP/1.1 200 Test\r\nConnection: close\r\n\r\n{\"data\":[";
    char blanks[4096];
    memset(blanks, ' ', sizeof blanks);
    httpd_write(a->fd, head, sizeof head - 1);
    for (int i = 0; i < 20000; i++)
        httpd_write(a->fd, blanks, sizeof blanks);
}

static void send_cut(const struct asked *a, const struct img_buf *body)
{
    char head[128];
    int len = snprintf(head, sizeof head, "HTTP/1.1 200 Test\r\nContent-Length: %zu\r\n\r\n",
                       body->len);
    httpd_write(a->fd, head, (size_t)len);
    httpd_write(a->fd, body->data, body->len / 2);
}

static void send_redirect(const struct asked *a)
{
    char headers[1200];
    snprintf(headers, sizeof headers, "Location: http://localhost:%u%s\r\n",
             httpd_port(a->server->httpd), a->request->target);
    answer(a, 307, headers, NULL, 0);
}

static void reply(const struct asked *a)
{
    struct img_buf out = {0};
    put_reply(a, &out);
    if (a->fault == EMBED_CUT)
        send_cut(a, &out);
    else if (a->fault == EMBED_JSON)
        answer(a, 200, "", out.data, out.len - 1);
    else
        answer(a, 200, "", out.data, out.len);
    img_buf_clear(&out);
}

static bool path_is_right(const struct asked *a)
{
    const char *target = a->request->target;
    switch (a->server->api) {
    case IMG_REMOTE_OLLAMA:
        return strcmp(target, "/api/embed") == 0;
    case IMG_REMOTE_OPENAI:
        return strcmp(target, "/v1/embeddings") == 0;
    default:
        return strcmp(target, "/api/v1/embeddings/text") == 0 ||
               strcmp(target, "/api/v1/embeddings/image") == 0;
    }
}

/* Whether one input spoils all: only our dialect answers for each. */
static bool is_spoilt(const struct asked *a)
{
    bool spoilt = false;
    for (size_t i = 0; i < a->count; i++)
        spoilt = spoilt || (is_bad(a, i) && (a->server->api != IMG_REMOTE_IMG_SERVE || !a->list));
    return spoilt;
}

static bool has_picture(const struct asked *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->inputs[i].picture)
            return true;
    return false;
}

static void serve(struct asked *a)
{
    const struct embed_server *server = a->server;
    char wanted[300];
    snprintf(wanted, sizeof wanted, "Bearer %s", server->token ? server->token : "");
    if (!path_is_right(a) || strcmp(a->request->method, "POST") != 0)
        answer(a, 404, "", "404 page not found", 18);
    else if (server->token && strcmp(a->request->authorization, wanted) != 0 &&
             strncmp(a->request->host, "localhost", 9) != 0)
        refuse(a, 401, "no token", "permission");
    else if (!read_body(a))
        refuse(a, 400, "a request that is none", "bad_record");
    else if (server->numbers_only && a->base64)
        refuse(a, 400, "no base64 here", "bad_record");
    else if (server->texts_only && has_picture(a))
        refuse(a, 400, "no pictures here", "unsupported_format");
    else if (a->fault == EMBED_STATUS)
        refuse(a, server->status, "not so", "remote");
    else if (a->fault == EMBED_HUGE)
        send_endless(a);
    else if (a->fault == EMBED_REDIRECT && strncmp(a->request->host, "localhost", 9) != 0)
        send_redirect(a);
    else if (is_spoilt(a))
        refuse(a, 422, "it cannot be decoded", "truncated");
    else
        reply(a);
}

static enum embed_fault begin(struct embed_server *server, const struct httpd_request *request)
{
    pthread_mutex_lock(&server->lock);
    unsigned number = ++server->requests;
    enum embed_fault fault = EMBED_SOUND;
    if (number >= server->from && number - server->from < server->times)
        fault = server->fault;
    if (++server->now > server->most)
        server->most = server->now;
    if (strncmp(request->host, "localhost", 9) == 0 && request->authorization[0])
        server->foreign_secrets++;
    if (server->log > 0)
        dprintf(server->log, "%s %s %s auth=%s\n", request->method, request->target,
                request->host, request->authorization);
    pthread_mutex_unlock(&server->lock);
    return fault;
}

static void handle(void *ctx, const struct httpd_request *request, int fd)
{
    struct embed_server *server = ctx;
    struct asked *a = calloc(1, sizeof *a);
    if (!a)
        return;
    a->server = server;
    a->request = request;
    a->fd = fd;
    a->fault = begin(server, request);
    pause_ms(a->fault == EMBED_HANG ? 4000 : server->slow_ms);
    if (a->fault != EMBED_CLOSE)
        serve(a);
    pthread_mutex_lock(&server->lock);
    server->now--;
    pthread_mutex_unlock(&server->lock);
    img_arena_clear(&a->arena);
    free(a);
}

bool embed_server_start(struct embed_server *server, unsigned short port)
{
    pthread_mutex_init(&server->lock, NULL);
    server->httpd = httpd_start(port, handle, server);
    return server->httpd != NULL;
}

void embed_server_stop(struct embed_server *server)
{
    httpd_stop(server->httpd);
    server->httpd = NULL;
    pthread_mutex_destroy(&server->lock);
}
