/* Test support: a small HTTP/1.1 server of our own on 127.0.0.1. One request a connection, a thread
 * a connection, at most HTTPD_CONNECTIONS of them, heads of at most 8 KiB, five seconds of
 * patience. */
#ifndef IMG_TESTS_HTTPD_H
#define IMG_TESTS_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTPD_CONNECTIONS = 16 };

struct httpd_request {
    char method[8];
    char target[1024];                                 /* path and query as sent */
    char host[128], authorization[256], if_range[128]; /* "" when not sent */
    bool has_range;
    uint64_t range_first;
};

/* Writes the whole answer to fd, head and body; the connection is closed after it. Called on the
 * connection's own thread. */
typedef void (*httpd_handler)(void *ctx, const struct httpd_request *request, int fd);

struct httpd;

/* NULL when it cannot listen. port 0 takes any. */
struct httpd *httpd_start(unsigned short port, httpd_handler handler, void *ctx);
unsigned httpd_port(const struct httpd *httpd);
/* Waits for open connections to end. NULL is fine. */
void httpd_stop(struct httpd *httpd);

/* "Content-Type: x\r\n…" in headers, or "". */
void httpd_answer(int fd, int status, const char *headers, const void *body, size_t len);

/* All of bytes, or as much as the other side takes. */
void httpd_write(int fd, const void *bytes, size_t len);

#endif
