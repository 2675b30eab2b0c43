/* Test support: a small HTTP/1.1 server of our own on 127.0.0.1. A thread a connection, at most
 * HTTPD_CONNECTIONS of them, heads of at most 8 KiB, bodies with a length of at most
 * HTTPD_BODY_MAX bytes, five seconds of patience. */
#ifndef IMG_TESTS_HTTPD_H
#define IMG_TESTS_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTPD_CONNECTIONS = 16, HTTPD_BODY_MAX = 64 << 20 };

struct httpd_request {
    char method[8];
    char target[1024];                                 /* path and query as sent */
    char host[128], authorization[256], if_range[128]; /* "" when not sent */
    bool has_range;
    uint64_t range_first;
    const char *head; /* as it came, NUL-terminated */
    const char *body; /* NUL-terminated, "" without one */
    size_t body_len;
    unsigned long connection; /* counts them */
    bool *keep; /* the handler sets it: the connection stays open for another request */
};

/* Copies the value of a header, "" when it was not sent. */
void httpd_header(const struct httpd_request *request, const char *name, char *to, size_t size);

/* Writes the whole answer to fd, head and body; the connection is closed after it unless *keep is
 * set. Called on the connection's own thread. */
typedef void (*httpd_handler)(void *ctx, const struct httpd_request *request, int fd);

struct httpd;

/* NULL when it cannot listen. port 0 takes any. */
struct httpd *httpd_start(unsigned short port, httpd_handler handler, void *ctx);
unsigned httpd_port(const struct httpd *httpd);
/* Waits for open connections to end. NULL is fine. */
void httpd_stop(struct httpd *httpd);

/* "Content-Type: x\r\n…" in headers, or "". */
void httpd_answer(int fd, int status, const char *headers, const void *body, size_t len);
/* The same without closing. */
void httpd_answer_keep(const struct httpd_request *request, int fd, int status,
                       const char *headers, const void *body, size_t len);

/* All of bytes, or as much as the other side takes. */
void httpd_write(int fd, const void *bytes, size_t len);

#endif
