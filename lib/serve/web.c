/* What libmicrohttpd calls, and what is asked of it. */
#include "serve/web.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/serve.h"

enum phase {
    HEAD_AWAITED, /* or its first byte */
    BODY_AWAITED,
    AT_WORK, /* nobody waits for the client */
    ANSWERING,
};

struct img_link {
    struct img_link *next, **prev;
    int fd;
    enum phase phase;
    double since;
    uint64_t moved; /* bytes, in this phase */
    double looked;  /* when it was asked whether the client is still there */
};

static struct img_link *link_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void enter(struct img_web *web, struct MHD_Connection *connection, enum phase phase,
                  uint64_t moved)
{
    struct img_link *link = link_of(connection);
    if (!link)
        return;
    pthread_mutex_lock(&web->lock);
    if (link->phase != phase) {
        link->phase = phase;
        link->since = img_item_clock();
        link->moved = 0;
    }
    link->moved += moved;
    pthread_mutex_unlock(&web->lock);
}

/* Every connection is in the list from its first moment until before its socket is closed. */
static void linked(void *ctx, struct MHD_Connection *connection, void **context,
                   enum MHD_ConnectionNotificationCode code)
{
    struct img_door *door = ctx;
    struct img_web *web = door->web;
    struct img_link *link = *context;
    pthread_mutex_lock(&web->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        link = calloc(1, sizeof *link);
        *context = link;
        if (link) {
            link->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
                           ->connect_fd;
            link->since = link->looked = img_item_clock();
            link->next = web->links;
            link->prev = &web->links;
            if (link->next)
                link->next->prev = &link->next;
            web->links = link;
        }
        atomic_fetch_add(&web->serve->metrics.connections, 1);
    } else {
        if (link) {
            *link->prev = link->next;
            if (link->next)
                link->next->prev = link->prev;
            free(link);
            *context = NULL;
        }
        atomic_fetch_sub(&web->serve->metrics.connections, 1);
    }
    pthread_mutex_unlock(&web->lock);
}

/* A client that has left, all it sent having been read. libmicrohttpd may miss that, when the end
 * came together with bytes that are no whole request. */
static bool has_left(struct img_link *link, double now)
{
    char byte;
    if ((link->phase != HEAD_AWAITED && link->phase != BODY_AWAITED) ||
        now - link->looked < IMG_WEB_LOOK_S)
        return false;
    link->looked = now;
    return recv(link->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static bool too_slow(struct img_link *link, double now, bool hurried)
{
    if (link->phase == AT_WORK)
        return false;
    if (has_left(link, now))
        return true;
    double patience = link->phase == HEAD_AWAITED
                          ? IMG_WEB_PATIENCE_S
                          : IMG_WEB_PATIENCE_S + (double)link->moved / IMG_WEB_BYTES_S;
    return hurried || now - link->since > patience;
}

void img_web_sweep(struct img_web *web, bool hurried)
{
    double now = img_item_clock();
    pthread_mutex_lock(&web->lock);
    for (struct img_link *link = web->links; link; link = link->next)
        if (too_slow(link, now, hurried))
            shutdown(link->fd, SHUT_RDWR);
    pthread_mutex_unlock(&web->lock);
}

static void add_headers(struct img_serve *serve, struct MHD_Response *response, const char *type)
{
    MHD_add_response_header(response, "Content-Type", type);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Cache-Control", "no-store");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    if (strncmp(type, "text/html", 9) == 0)
        MHD_add_response_header(response, "Content-Security-Policy",
                                "default-src 'none'; script-src 'self'; style-src 'self'; "
                                "img-src 'self' blob: data:; connect-src 'self'; "
                                "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    if (atomic_load(&serve->ending))
        MHD_add_response_header(response, "Connection", "close");
}

static enum img_code code_of(unsigned status)
{
    switch (status) {
    case 404:
        return IMG_ERR_NOT_FOUND;
    case 405:
        return IMG_ERR_BAD_RECORD;
    case 413:
        return IMG_ERR_TOO_LARGE;
    case 429:
    case 503:
        return IMG_ERR_SYSTEM;
    default:
        return IMG_ERR_PERMISSION;
    }
}

/* The answer to a request that goes no further. */
static enum MHD_Result refuse(struct img_door *door, struct MHD_Connection *connection,
                              const struct img_refusal *refusal)
{
    struct img_serve *serve = door->web->serve;
    const struct img_route shape = {.dialect = refusal->dialect};
    struct img_request *r = img_request_new(serve, &shape, NULL);
    struct img_err err = {.code = code_of(refusal->status)};
    if (!r)
        return MHD_NO;
    snprintf(err.text, sizeof err.text, "%s", refusal->text);
    img_request_fail(r, refusal->status, &err);
    struct MHD_Response *response =
        MHD_create_response_from_buffer(r->out.len, r->out.data, MHD_RESPMEM_MUST_COPY);
    img_request_release(r);
    if (!response)
        return MHD_NO;
    add_headers(serve, response, "application/json");
    if (refusal->allow)
        MHD_add_response_header(response, "Allow", refusal->allow);
    if (refusal->status == 401)
        MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    if (refusal->status == 429 || refusal->status == 503)
        MHD_add_response_header(response, "Retry-After", "1");
    atomic_fetch_add(&serve->metrics.turned_away, 1);
    enter(door->web, connection, ANSWERING, 0);
    enum MHD_Result result = MHD_queue_response(connection, refusal->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result take_pair(void *ctx, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct img_request *r = ctx;
    struct img_err err;
    (void)kind;
    if (r->pair_count == IMG_PAIRS_MAX)
        return MHD_NO;
    struct img_pair *pair = &r->pairs[r->pair_count++];
    pair->name = img_arena_copy(&r->arena, name, strlen(name), &err);
    pair->value = value ? img_arena_copy(&r->arena, value, strlen(value), &err) : "";
    return pair->name && pair->value ? MHD_YES : MHD_NO;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* Content-Length is of digits, which libmicrohttpd has checked; 0 when there is none. */
static uint64_t announced(struct MHD_Connection *connection)
{
    const char *length = header(connection, "Content-Length");
    return length ? strtoull(length, NULL, 10) : 0;
}

static struct img_refusal refusal_of(unsigned status, const char *text)
{
    return (struct img_refusal){.status = status, .text = text};
}

/* Who may not ask; status 0 when nothing speaks against it. */
static struct img_refusal judge(const struct img_door *door, struct MHD_Connection *connection,
                                const char *url, const char *method,
                                const struct img_route **route)
{
    struct img_serve *serve = door->web->serve;
    const char *host = header(connection, "Host");
    const struct img_route *other;
    *route = img_route_find(url, method, &other);
    if (door->checks_host && !img_guard_host(host, &serve->options->hosts))
        return refusal_of(421, "Host is none of this server's names (--allow-host adds one)");
    if (!img_guard_origin(header(connection, "Origin"), host) ||
        !img_guard_fetch(header(connection, "Sec-Fetch-Site"),
                         header(connection, "Sec-Fetch-Mode")))
        return refusal_of(403, "pages of other sites may not ask");
    if (!*route && other)
        return (struct img_refusal){.status = 405, .text = "the path has another method",
                                    .allow = other->post ? "POST" : "GET, HEAD"};
    if (!*route)
        return refusal_of(404, "there is no such path");
    if (serve->has_token && !(*route)->open &&
        !img_guard_token(header(connection, "Authorization"), serve->token))
        return refusal_of(401, "a token is needed");
    return (struct img_refusal){0};
}

static enum img_dialect dialect_of(const struct img_route *route, const char *url)
{
    if (route)
        return route->dialect;
    return strncmp(url, "/v1/", 4) == 0 ? IMG_DIALECT_OPENAI : IMG_DIALECT_OURS;
}

/* A body that is announced and not too long is let in even where nobody wants it: the client could
 * otherwise be cut off before it has read why. */
static enum MHD_Result begin(struct img_door *door, struct MHD_Connection *connection,
                             const char *url, const char *method, void **context)
{
    struct img_serve *serve = door->web->serve;
    const struct img_route *route;
    struct img_err err;
    struct img_refusal refusal = judge(door, connection, url, method, &route);
    uint64_t length = announced(connection);
    if (length > serve->body_max)
        refusal = refusal_of(413, "the request is too large");
    refusal.dialect = dialect_of(route, url);
    if (refusal.status && (length == 0 || length > serve->body_max))
        return refuse(door, connection, &refusal);
    struct img_request *r = img_request_new(serve, route, connection);
    if (!r)
        return MHD_NO;
    *context = r;
    r->refusal = refusal;
    const char *type = header(connection, "Content-Type");
    r->type = img_arena_copy(&r->arena, type ? type : "", type ? strlen(type) : 0, &err);
    r->body.limit = serve->body_max + 1;
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, take_pair, r);
    enter(door->web, connection, BODY_AWAITED, 0);
    return r->type ? MHD_YES : MHD_NO;
}

/* Keeps a piece of the body, or only counts it when there is too much. */
static bool keep(struct img_web *web, struct img_request *r, const char *bytes, size_t len)
{
    struct img_serve *serve = web->serve;
    size_t before = r->body.cap;
    enter(web, r->connection, BODY_AWAITED, len);
    r->arrived += len;
    if (r->arrived > serve->body_max)
        return r->arrived <= 2 * serve->body_max; /* who goes on for ever is not listened to */
    if (atomic_load(&serve->metrics.body_bytes) > serve->options->memory)
        r->no_room = true;
    if (!r->no_room && !r->refusal.status)
        img_buf_put(&r->body, bytes, len);
    r->no_room = r->no_room || r->body.failed;
    atomic_fetch_add(&serve->metrics.body_bytes, r->body.cap - before);
    return true;
}

static enum MHD_Result turn_away(struct img_door *door, struct img_request *r, unsigned status,
                                 const char *text)
{
    r->refusal.status = status;
    r->refusal.text = text;
    return refuse(door, r->connection, &r->refusal);
}

static enum MHD_Result submit(struct img_door *door, struct img_request *r)
{
    struct img_serve *serve = door->web->serve;
    if (r->refusal.status)
        return refuse(door, r->connection, &r->refusal);
    if (r->arrived > serve->body_max)
        return turn_away(door, r, 413, "the request is too large");
    r->counted = true;
    bool crowded = atomic_fetch_add(&serve->metrics.active, 1) >= (size_t)serve->options->queue;
    if (atomic_load(&serve->closed))
        return turn_away(door, r, 503, "the server is ending");
    if (r->route->post && r->no_room)
        return turn_away(door, r, 429, "too much to keep in memory at a time");
    if (r->route->post && crowded)
        return turn_away(door, r, 429, "too many requests at a time");
    enter(door->web, r->connection, AT_WORK, 0);
    r->admitted = true;
    pthread_mutex_lock(&r->lock);
    r->suspended = true;
    MHD_suspend_connection(r->connection);
    pthread_mutex_unlock(&r->lock);
    img_clerks_call(&serve->clerks, r);
    return MHD_YES;
}

void img_web_wake(struct img_request *r)
{
    pthread_mutex_lock(&r->lock);
    if (r->suspended) {
        r->suspended = false;
        MHD_resume_connection(r->connection);
    }
    pthread_mutex_unlock(&r->lock);
}

/* The next piece of an answer that grows; waits, with the connection, when there is none yet. */
static ssize_t read_on(void *ctx, uint64_t at, char *to, size_t most)
{
    struct img_request *r = ctx;
    struct img_web *web = &r->serve->web;
    (void)at;
    pthread_mutex_lock(&r->lock);
    size_t have = r->out.len - r->out_at, n = have < most ? have : most;
    if (n == 0 && !r->ended) {
        enter(web, r->connection, AT_WORK, 0);
        r->suspended = true;
        MHD_suspend_connection(r->connection);
    }
    ssize_t result = n > 0 || !r->ended ? (ssize_t)n
                     : r->out.failed    ? (ssize_t)MHD_CONTENT_READER_END_WITH_ERROR
                                        : (ssize_t)MHD_CONTENT_READER_END_OF_STREAM;
    if (n > 0) {
        memcpy(to, r->out.data + r->out_at, n);
        r->out_at += n;
        enter(web, r->connection, ANSWERING, n);
    }
    if (r->out_at > 0 && r->out_at == r->out.len) {
        img_buf_reset(&r->out);
        r->out_at = 0;
    }
    bool more = n > 0 && r->submitted < r->count;
    pthread_mutex_unlock(&r->lock);
    if (more)
        img_clerks_call(&r->serve->clerks, r);
    return result;
}

static void read_end(void *ctx)
{
    img_request_release(ctx);
}

static struct MHD_Response *response_of(struct img_request *r)
{
    if (r->streams) {
        img_request_hold(r);
        struct MHD_Response *response = MHD_create_response_from_callback(
            MHD_SIZE_UNKNOWN, 32768, read_on, r, read_end);
        if (!response)
            img_request_release(r);
        return response;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer(r->out.len, r->out.data, MHD_RESPMEM_MUST_FREE);
    if (response)
        r->out = (struct img_buf){0};
    return response;
}

static enum MHD_Result respond(struct img_door *door, struct img_request *r)
{
    pthread_mutex_lock(&r->lock);
    unsigned status = r->out.failed && !r->streams ? 500 : r->status;
    const char *type = r->answer_type;
    size_t len = r->out.len;
    struct MHD_Response *response = response_of(r);
    pthread_mutex_unlock(&r->lock);
    if (!response)
        return MHD_NO;
    add_headers(door->web->serve, response, type);
    if (status == 429 || status == 503)
        MHD_add_response_header(response, "Retry-After", "1");
    enter(door->web, r->connection, ANSWERING, len);
    enum MHD_Result result = MHD_queue_response(r->connection, status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *bytes,
                              size_t *len, void **context)
{
    struct img_door *door = ctx;
    struct img_request *r = *context;
    (void)version;
    if (!r)
        return begin(door, connection, url, method, context);
    if (*len > 0) {
        bool going = keep(door->web, r, bytes, *len);
        *len = 0;
        return going ? MHD_YES : MHD_NO;
    }
    return r->admitted ? respond(door, r) : submit(door, r);
}

static void completed(void *ctx, struct MHD_Connection *connection, void **context,
                      enum MHD_RequestTerminationCode code)
{
    struct img_door *door = ctx;
    struct img_request *r = *context;
    struct img_serve *serve = door->web->serve;
    size_t count;
    (void)code;
    enter(door->web, connection, HEAD_AWAITED, 0);
    if (!r)
        return;
    *context = NULL;
    pthread_mutex_lock(&r->lock);
    r->gone = true;
    unsigned status = r->status;
    pthread_mutex_unlock(&r->lock);
    if (r->admitted)
        img_metrics_request(&serve->metrics, (size_t)(r->route - img_routes(&count)), status,
                            img_item_clock() - r->begun);
    img_request_release(r);
}

static void log_line(void *ctx, const char *format, va_list args) IMG_PRINTF(2, 0);

static void log_line(void *ctx, const char *format, va_list args)
{
    const struct img_door *door = ctx;
    char text[256];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    img_report(door->web->serve->report, IMG_DEBUG, "%s", text);
}

static bool open_door(struct img_web *web, struct img_listener *listener, struct img_err *err)
{
    const struct img_serve_options *options = web->serve->options;
    struct img_door *door = &web->doors[web->count];
    *door = (struct img_door){.web = web};
    door->checks_host = listener->local && !listener->is_unix && !web->serve->has_token;
    door->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG,
        0, NULL, NULL, answer, door, MHD_OPTION_EXTERNAL_LOGGER, log_line, door,
        MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_NOTIFY_COMPLETED, completed, door,
        MHD_OPTION_NOTIFY_CONNECTION, linked, door, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)options->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)options->client_connections, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)IMG_WEB_HEAD_MAX * 4, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (!door->daemon)
        return img_err_set(err, IMG_ERR_SYSTEM, "cannot serve on %s", listener->name);
    listener->fd = -1;
    web->count++;
    return true;
}

bool img_web_open(struct img_web *web, struct img_serve *serve, struct img_listeners *listeners,
                  struct img_err *err)
{
    *web = (struct img_web){.serve = serve, .open = true};
    pthread_mutex_init(&web->lock, NULL);
    for (size_t i = 0; i < listeners->count; i++)
        if (!open_door(web, &listeners->items[i], err))
            return false;
    return true;
}

void img_web_quiesce(struct img_web *web)
{
    for (size_t i = 0; i < web->count; i++) {
        MHD_socket fd = MHD_quiesce_daemon(web->doors[i].daemon);
        if (fd != MHD_INVALID_SOCKET)
            close(fd);
    }
}

void img_web_close(struct img_web *web)
{
    if (!web->open)
        return;
    for (size_t i = 0; i < web->count; i++)
        MHD_stop_daemon(web->doors[i].daemon);
    pthread_mutex_destroy(&web->lock);
    *web = (struct img_web){0};
}
