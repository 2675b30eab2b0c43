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
    bool used, ended;
    pthread_t thread;
};

struct httpd {
    int listener, wake[2];
    unsigned port;
    httpd_handler handler;
    void *ctx;
    pthread_t thread;
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

void httpd_answer(int fd, int status, const char *headers, const void *body, size_t len)
{
    char head[2048];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d Test\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n",
                     status, len, headers);
    if (n > 0 && (size_t)n < sizeof head)
        httpd_write(fd, head, (size_t)n);
    if (len > 0)
        httpd_write(fd, body, len);
}

/* The request's head, up to its empty line. */
static bool read_head(int fd, char head[HEAD_MAX])
{
    size_t len = 0;
    while (len + 1 < HEAD_MAX) {
        ssize_t n = recv(fd, head + len, HEAD_MAX - 1 - len, 0);
        if (n <= 0)
            return false;
        len += (size_t)n;
        head[len] = '\0';
        if (strstr(head, "\r\n\r\n"))
            return true;
    }
    return false;
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

/* What a proxy is asked for, "http://host/path", is answered as the host itself would. */
static void strip_host(char *target)
{
    const char *path = strncmp(target, "http://", 7) == 0 ? strchr(target + 7, '/') : NULL;
    if (path)
        memmove(target, path, strlen(path) + 1);
}

static void serve(struct connection *connection)
{
    char head[HEAD_MAX], range[64];
    struct httpd_request request = {0};
    unsigned long long first;
    if (!read_head(connection->fd, head) ||
        sscanf(head, "%7[A-Z] %1023[^ \r\n] HTTP/1.1", request.method, request.target) != 2)
        return;
    strip_host(request.target);
    take(head, "\r\nHost:", request.host, sizeof request.host);
    take(head, "\r\nAuthorization:", request.authorization, sizeof request.authorization);
    take(head, "\r\nIf-Range:", request.if_range, sizeof request.if_range);
    take(head, "\r\nRange:", range, sizeof range);
    request.has_range = sscanf(range, "bytes=%llu-", &first) == 1;
    request.range_first = request.has_range ? first : 0;
    connection->httpd->handler(connection->httpd->ctx, &request, connection->fd);
}

static void *run_connection(void *ctx)
{
    struct connection *connection = ctx;
    struct timeval patience = {.tv_sec = PATIENCE_S};
    setsockopt(connection->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(connection->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    serve(connection);
    shutdown(connection->fd, SHUT_RDWR);
    close(connection->fd);
    pthread_mutex_lock(&connection->httpd->lock);
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
    for (size_t i = 0; i < HTTPD_CONNECTIONS; i++)
        if (httpd->connections[i].used)
            pthread_join(httpd->connections[i].thread, NULL);
    close(httpd->listener);
    close(httpd->wake[0]);
    close(httpd->wake[1]);
    pthread_mutex_destroy(&httpd->lock);
    free(httpd);
}
