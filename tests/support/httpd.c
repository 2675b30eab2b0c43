/* A server as small as its tests allow. */
#include "support/httpd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 8192, PATIENCE_S = 5 };

struct connection {
    struct httpd *httpd;
    int fd;
    unsigned long number;
    bool used, ended;
    pthread_t thread;
};

struct httpd {
    int listener, wake[2];
    unsigned port;
    httpd_handler handler;
    void *ctx;
    pthread_t thread;
    unsigned long accepted;
    pthread_mutex_t lock; /* of used and ended */
    struct connection connections[HTTPD_CONNECTIONS];
};

void httpd_write(int fd, const void *bytes, size_t len)
{
    const char *from = bytes;
    while (len > 0) {
        ssize_t n = send(fd, from, len, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        from += n;
        len -= (size_t)n;
    }
}

static void answer(int fd, const char *connection, int status, const char *headers,
                   const void *body, size_t len)
{
    char head[2048];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d Test\r\nConnection: %s\r\nContent-Length: %zu\r\n%s\r\n",
                     status, connection, len, headers);
    if (n > 0 && (size_t)n < sizeof head)
        httpd_write(fd, head, (size_t)n);
    if (len > 0)
        httpd_write(fd, body, len);
}

void httpd_answer(int fd, int status, const char *headers, const void *body, size_t len)
{
    answer(fd, "close", status, headers, body, len);
}

void httpd_answer_keep(const struct httpd_request *request, int fd, int status,
                       const char *headers, const void *body, size_t len)
{
    answer(fd, "keep-alive", status, headers, body, len);
    *request->keep = true;
}

/* What has come of a connection's requests: [len] bytes, a NUL behind them. */
struct inbox {
    char *bytes;
    size_t len, size;
};

static bool receive(int fd, struct inbox *inbox)
{
    if (inbox->len + 1 >= inbox->size) {
        size_t size = inbox->size ? inbox->size * 2 : HEAD_MAX;
        char *bytes = size > HTTPD_BODY_MAX + 2 * HEAD_MAX ? NULL : realloc(inbox->bytes, size);
        if (!bytes)
            return false;
        inbox->bytes = bytes;
        inbox->size = size;
    }
    ssize_t n = recv(fd, inbox->bytes + inbox->len, inbox->size - 1 - inbox->len, 0);
    if (n <= 0)
        return false;
    inbox->len += (size_t)n;
    inbox->bytes[inbox->len] = '\0';
    return true;
}

/* The request's head, up to its empty line: its length, or 0. */
static size_t receive_head(int fd, struct inbox *inbox)
{
    for (;;) {
        const char *end = inbox->len ? strstr(inbox->bytes, "\r\n\r\n") : NULL;
        if (end)
            return (size_t)(end - inbox->bytes) + 4;
        if (inbox->len >= HEAD_MAX || !receive(fd, inbox))
            return 0;
    }
}

/* Copies the value of a header line ("\r\nHost:"), "" when it was not sent. */
static void take(const char *head, const char *name, char *to, size_t size)
{
    const char *line = strcasestr(head, name);
    to[0] = '\0';
    if (!line)
        return;
    line += strlen(name);
    line += strspn(line, " ");
    snprintf(to, size, "%.*s", (int)strcspn(line, "\r\n"), line);
}

void httpd_header(const struct httpd_request *request, const char *name, char *to, size_t size)
{
    char line[128];
    snprintf(line, sizeof line, "\r\n%.100s:", name);
    take(request->head, line, to, size);
}

/* What a proxy is asked for, "http://host/path", is answered as the host itself would. */
static void strip_host(char *target)
{
    const char *path = strncmp(target, "http://", 7) == 0 ? strchr(target + 7, '/') : NULL;
    if (path)
        memmove(target, path, strlen(path) + 1);
}

/* One request and its answer; true when the connection stays open. */
static bool serve(struct connection *connection, struct inbox *inbox)
{
    char range[64], length[32];
    struct httpd_request request = {.connection = connection->number};
    unsigned long long first;
    bool keep = false;
    size_t head_len = receive_head(connection->fd, inbox);
    if (head_len == 0)
        return false;
    char *head = strndup(inbox->bytes, head_len);
    if (!head ||
        sscanf(head, "%7[A-Z] %1023[^ \r\n] HTTP/1.1", request.method, request.target) != 2) {
        free(head);
        return false;
    }
    take(head, "\r\nContent-Length:", length, sizeof length);
    request.body_len = strtoull(length, NULL, 10);
    while (request.body_len <= HTTPD_BODY_MAX && inbox->len - head_len < request.body_len)
        if (!receive(connection->fd, inbox))
            request.body_len = SIZE_MAX;
    if (request.body_len <= HTTPD_BODY_MAX) {
        char *end = inbox->bytes + head_len + request.body_len, behind = *end;
        *end = '\0';
        strip_host(request.target);
        take(head, "\r\nHost:", request.host, sizeof request.host);
        take(head, "\r\nAuthorization:", request.authorization, sizeof request.authorization);
        take(head, "\r\nIf-Range:", request.if_range, sizeof request.if_range);
        take(head, "\r\nRange:", range, sizeof range);
        request.has_range = sscanf(range, "bytes=%llu-", &first) == 1;
        request.range_first = request.has_range ? first : 0;
        request.head = head;
        request.body = inbox->bytes + head_len;
        request.keep = &keep;
        connection->httpd->handler(connection->httpd->ctx, &request, connection->fd);
        *end = behind;
        inbox->len -= head_len + request.body_len;
        memmove(inbox->bytes, end, inbox->len + 1);
    }
    free(head);
    return keep;
}

static void *run_connection(void *ctx)
{
    struct connection *connection = ctx;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    setsockopt(connection->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(connection->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct inbox inbox = {0};
    while (serve(connection, &inbox))
        continue;
    free(inbox.bytes);
    shutdown(connection->fd, SHUT_RDWR);
    pthread_mutex_lock(&connection->httpd->lock);
    close(connection->fd);
    connection->ended = true;
    pthread_mutex_unlock(&connection->httpd->lock);
    return NULL;
}

static void take_connection(struct httpd *httpd, int fd)
{
    struct connection *free_one = NULL;
    pthread_mutex_lock(&httpd->lock);
    for (size_t i = 0; i < HTTPD_CONNECTIONS; i++) {
        struct connection *connection = &httpd->connections[i];
        if (connection->ended) {
            pthread_join(connection->thread, NULL);
            connection->used = connection->ended = false;
        }
        if (!connection->used)
            free_one = connection;
    }
    if (free_one) {
        free_one->httpd = httpd;
        free_one->fd = fd;
        free_one->number = ++httpd->accepted;
        free_one->used = pthread_create(&free_one->thread, NULL, run_connection, free_one) == 0;
    }
    if (!free_one || !free_one->used)
        close(fd);
    pthread_mutex_unlock(&httpd->lock);
}

static void *run(void *ctx)
{
    struct httpd *httpd = ctx;
    struct pollfd both[2] = {{.fd = httpd->listener, .events = POLLIN},
                             {.fd = httpd->wake[0], .events = POLLIN}};
    while (poll(both, 2, -1) >= 0 && !both[1].revents) {
        int fd = accept(httpd->listener, NULL, NULL);
        if (fd >= 0)
            take_connection(httpd, fd);
    }
    return NULL;
}

struct httpd *httpd_start(unsigned short port, httpd_handler handler, void *ctx)
{
    struct httpd *httpd = calloc(1, sizeof *httpd);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port)};
    socklen_t len = sizeof address;
    int yes = 1;
    if (!httpd)
        return NULL;
    httpd->handler = handler;
    httpd->ctx = ctx;
    pthread_mutex_init(&httpd->lock, NULL);
    httpd->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (httpd->listener >= 0 && pipe(httpd->wake) == 0) {
        setsockopt(httpd->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        if (bind(httpd->listener, (struct sockaddr *)&address, sizeof address) == 0 &&
            listen(httpd->listener, HTTPD_CONNECTIONS) == 0 &&
            getsockname(httpd->listener, (struct sockaddr *)&address, &len) == 0) {
            httpd->port = ntohs(address.sin_port);
            if (pthread_create(&httpd->thread, NULL, run, httpd) == 0)
                return httpd;
        }
        close(httpd->wake[0]);
        close(httpd->wake[1]);
    }
    if (httpd->listener >= 0)
        close(httpd->listener);
    free(httpd);
    return NULL;
}

unsigned httpd_port(const struct httpd *httpd)
{
    return httpd->port;
}

void httpd_stop(struct httpd *httpd)
{
    if (!httpd)
        return;
    if (write(httpd->wake[1], "", 1) == 1)
        pthread_join(httpd->thread, NULL);
    /* Who waits for another request gets none; who is at work ends it. */
    pthread_mutex_lock(&httpd->lock);
    for (size_t i = 0; i < HTTPD_CONNECTIONS; i++)
        if (httpd->connections[i].used && !httpd->connections[i].ended)
            shutdown(httpd->connections[i].fd, SHUT_RD);
    pthread_mutex_unlock(&httpd->lock);
    for (size_t i = 0; i < HTTPD_CONNECTIONS; i++)
        if (httpd->connections[i].used)
            pthread_join(httpd->connections[i].thread, NULL);
    close(httpd->listener);
    close(httpd->wake[0]);
    close(httpd->wake[1]);
    pthread_mutex_destroy(&httpd->lock);
    free(httpd);
}
