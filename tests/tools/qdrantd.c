/* A stand-in for Qdrant over HTTP, misbehaving on request, until standard input ends or it is
 * killed.
 *
 *   qdrantd JOURNAL LOG [port=N] [schema=FILE] [key=TEXT] [cert=FILE tlskey=FILE] [seed=N]
 *           [status=P] [late=P] [busy=P] [cut=P] [stall=P] [die=N] [reply=FILE]
 *
 * JOURNAL keeps what it holds; started again on it, it is as it was. Prints its port. LOG gets a
 * line a request, "METHOD PATH STATUS BYTES", and with schema= a line "SCHEMA …" for each request
 * and reply that this OpenAPI file does not allow; such a request is refused. Chances P in percent,
 * for requests about points: status 500 instead of doing it, late 500 after doing it, busy 429 with
 * Retry-After, cut half a reply, stall no reply for some seconds. die=N ends the process after N
 * requests, between doing the last and answering it. reply=FILE answers with the file's bytes,
 * whatever is asked. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "support/qdrant.h"
#include "support/schema.h"

enum { BODY_MAX = 32 << 20, TEXT_MAX = 4 << 20, STALL_S = 6, FAULT_BLANKS = 250000 };

enum fault { FAULT_NONE, FAULT_STATUS, FAULT_LATE, FAULT_BUSY, FAULT_CUT, FAULT_STALL, FAULTS };

struct server {
    pthread_mutex_t lock;
    struct qdrant qdrant;
    struct schema *schema;
    const char *key;
    struct img_buf canned;
    long chances[FAULTS]; /* percent */
    uint64_t random;
    long die_after, requests;
    int log;
};

struct exchange {
    struct img_buf body, query;
};

static const char *const fault_names[FAULTS] = {"", "status", "late", "busy", "cut", "stall"};

static enum fault choose_fault(struct server *s, const char *path)
{
    if (!strstr(path, "/points"))
        return FAULT_NONE;
    s->random = s->random * 6364136223846793005u + 1442695040888963407u;
    long at = (long)(s->random >> 33) % 100;
    for (int fault = 1; fault < FAULTS; fault++) {
        if (at < s->chances[fault])
            return (enum fault)fault;
        at -= s->chances[fault];
    }
    return FAULT_NONE;
}

static void log_line(struct server *s, struct img_buf *line)
{
    if (line->data && s->log >= 0 && write(s->log, line->data, line->len) < 0)
        s->log = -1;
    img_buf_clear(line);
}

static bool allowed(struct server *s, const char *method, const char *path, const char *query,
                    int status, const struct img_buf *body, struct img_buf *reply)
{
    struct img_err err = {0};
    struct img_buf line = {0};
    if (!s->schema || schema_check(s->schema, method, path, query, status,
                                   body->data ? body->data : "", body->len, &err))
        return true;
    img_buf_printf(&line, "SCHEMA %s\n", err.text);
    log_line(s, &line);
    if (reply)
        img_buf_printf(reply,
                       "{\"status\":{\"error\":\"Format error in JSON body\"},\"time\":0.0}");
    return false;
}

static enum MHD_Result header(void *ctx, enum MHD_ValueKind kind, const char *name,
                              const char *value)
{
    (void)kind;
    img_buf_printf(ctx, "%s%s=%s", ((struct img_buf *)ctx)->len ? "&" : "", name,
                   value ? value : "");
    return MHD_YES;
}

static bool key_fits(const struct server *s, struct MHD_Connection *connection)
{
    const char *given = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "api-key");
    const char *bearer = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization");
    if (!given && bearer && strncmp(bearer, "Bearer ", 7) == 0)
        given = bearer + 7;
    return !s->key || (given && strcmp(given, s->key) == 0);
}

static int handle(struct server *s, const char *method, const char *path, struct exchange *exchange,
                  enum fault fault, struct img_buf *reply)
{
    const char *query = exchange->query.data ? exchange->query.data : "";
    int status = 500;
    if (fault == FAULT_STATUS || fault == FAULT_BUSY) {
        /* As long as what an answer before it held, which it takes the place of. */
        img_buf_printf(reply, "{\"status\":{\"error\":\"Service internal error: on request\"},"
                              "\"time\":0.0}%*s", FAULT_BLANKS, "");
        return fault == FAULT_BUSY ? 429 : 500;
    }
    if (strcmp(path, "/readyz") == 0 || strcmp(path, "/healthz") == 0) {
        img_buf_puts(reply, "all shards are ready");
        return 200;
    }
    if (!allowed(s, method, path, query, 0, &exchange->body, reply))
        return 400;
    status = qdrant_handle(&s->qdrant, method, path, query,
                           exchange->body.data ? exchange->body.data : "", exchange->body.len,
                           reply);
    (void)allowed(s, method, path, query, status, reply, NULL);
    if (s->die_after > 0 && ++s->requests >= s->die_after)
        _exit(9);
    return fault == FAULT_LATE ? 500 : status;
}

/* The first half, then the connection ends. */
static ssize_t read_half(void *ctx, uint64_t at, char *to, size_t max)
{
    const struct img_buf *reply = ctx;
    size_t half = reply->len / 2;
    if (at >= half)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = half - (size_t)at < max ? half - (size_t)at : max;
    memcpy(to, reply->data + at, n);
    return (ssize_t)n;
}

static void free_reply(void *ctx)
{
    img_buf_clear(ctx);
    free(ctx);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, int status, enum fault fault,
                                  struct img_buf *reply, bool json)
{
    struct img_buf *kept = malloc(sizeof *kept);
    if (!kept)
        return MHD_NO;
    *kept = *reply;
    struct MHD_Response *response =
        fault == FAULT_CUT
            ? MHD_create_response_from_callback(kept->len, 4096, read_half, kept, free_reply)
            : MHD_create_response_from_buffer(kept->len, kept->data,
                                              MHD_RESPMEM_MUST_COPY);
    if (fault != FAULT_CUT)
        free_reply(kept);
    MHD_add_response_header(response, "Content-Type", json ? "application/json" : "text/plain");
    if (status == 429)
        MHD_add_response_header(response, "Retry-After", "1");
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_len, void **state)
{
    struct server *s = ctx;
    struct exchange *exchange = *state;
    struct img_buf reply = {.limit = 1u << 30}, line = {0};
    (void)version;
    if (!exchange) {
        *state = exchange = calloc(1, sizeof *exchange);
        if (exchange)
            exchange->body.limit = BODY_MAX + 1;
        return exchange ? MHD_YES : MHD_NO;
    }
    if (*upload_len > 0) {
        img_buf_put(&exchange->body, upload, *upload_len);
        *upload_len = 0;
        return MHD_YES;
    }
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, header, &exchange->query);
    pthread_mutex_lock(&s->lock);
    enum fault fault = choose_fault(s, url);
    int status;
    if (s->canned.len > 0) {
        img_buf_put(&reply, s->canned.data, s->canned.len);
        status = 200;
    } else if (!key_fits(s, connection)) {
        img_buf_puts(&reply, "Must provide an API key or an Authorization bearer token");
        status = 401;
    } else if (exchange->body.failed) {
        img_buf_puts(&reply, "{\"status\":{\"error\":\"JSON payload is larger than allowed\"},"
                             "\"time\":0.0}");
        status = 413;
    } else {
        status = handle(s, method, url, exchange, fault, &reply);
    }
    img_buf_printf(&line, "%s %s %d %zu\n", method, url, status, exchange->body.len);
    log_line(s, &line);
    pthread_mutex_unlock(&s->lock);
    if (fault == FAULT_STALL)
        sleep(STALL_S);
    return send_reply(connection, status, fault, &reply, status != 401);
}

static void completed(void *ctx, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *state;
    (void)ctx, (void)connection, (void)code;
    if (!exchange)
        return;
    img_buf_clear(&exchange->body);
    img_buf_clear(&exchange->query);
    free(exchange);
    *state = NULL;
}

struct setting {
    unsigned short port;
    const char *schema, *cert, *tls_key, *canned;
};

static bool take(struct server *s, struct setting *setting, const char *word)
{
    const char *value = strchr(word, '=');
    char name[16];
    if (!value || value - word >= (long)sizeof name)
        return false;
    snprintf(name, sizeof name, "%.*s", (int)(value - word), word);
    value++;
    for (int fault = 1; fault < FAULTS; fault++)
        if (strcmp(name, fault_names[fault]) == 0)
            s->chances[fault] = strtol(value, NULL, 10);
    if (strcmp(name, "port") == 0)
        setting->port = (unsigned short)strtol(value, NULL, 10);
    else if (strcmp(name, "schema") == 0)
        setting->schema = value;
    else if (strcmp(name, "key") == 0)
        s->key = value;
    else if (strcmp(name, "cert") == 0)
        setting->cert = value;
    else if (strcmp(name, "tlskey") == 0)
        setting->tls_key = value;
    else if (strcmp(name, "reply") == 0)
        setting->canned = value;
    else if (strcmp(name, "seed") == 0)
        s->random = (uint64_t)strtoull(value, NULL, 10);
    else if (strcmp(name, "die") == 0)
        s->die_after = strtol(value, NULL, 10);
    return true;
}

static struct MHD_Daemon *start(struct server *s, const struct setting *setting,
                                const struct img_buf *cert, const struct img_buf *key)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons(setting->port)};
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, cert->data},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, key->data},
                                   {MHD_OPTION_END, 0, NULL}};
    if (!setting->cert)
        tls[0] = tls[2];
    return MHD_start_daemon(flags | (setting->cert ? MHD_USE_TLS : 0u), 0, NULL, NULL, answer, s,
                            MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
                            MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_ARRAY, tls,
                            MHD_OPTION_END);
}

int main(int argc, char **argv)
{
    static struct server s = {.lock = PTHREAD_MUTEX_INITIALIZER, .random = 1};
    struct setting setting = {0};
    struct img_buf cert = {0}, key = {0};
    struct img_err err = {0};
    char byte;
    if (argc < 3)
        return 2;
    s.log = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    bool ok = s.log >= 0;
    for (int i = 3; ok && i < argc; i++)
        ok = take(&s, &setting, argv[i]);
    ok = ok && (!setting.schema || (s.schema = schema_open(setting.schema, &err))) &&
         (!setting.cert || (img_file_read(setting.cert, TEXT_MAX, &cert, &err) &&
                            img_file_read(setting.tls_key, TEXT_MAX, &key, &err))) &&
         (!setting.canned || img_file_read(setting.canned, BODY_MAX, &s.canned, &err)) &&
         qdrant_open(&s.qdrant, argv[1]);
    struct MHD_Daemon *daemon = ok ? start(&s, &setting, &cert, &key) : NULL;
    if (!daemon) {
        fprintf(stderr, "qdrantd: cannot start: %s\n", err.text);
        return 2;
    }
    printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    MHD_stop_daemon(daemon);
    qdrant_close(&s.qdrant);
    schema_close(s.schema);
    img_buf_clear(&s.canned);
    img_buf_clear(&cert);
    img_buf_clear(&key);
    return 0;
}
