/* HTTP: one request, its answer's headers and body handed on in pieces. libcurl behind it, which
 * also reads the usual proxy variables (https_proxy, no_proxy …) unless only public addresses are
 * permitted.
 *
 * Only http and https are spoken. Redirects are followed here and not by libcurl, so that secrets
 * go to the endpoint's own scheme, host and port and nowhere else. https never becomes http. A
 * signal (cli/signals.h) ends a transfer. A handle keeps its connections open between requests and
 * is one thread's at a time; different threads may open, use and close handles of their own. */
#ifndef IMG_NET_HTTP_H
#define IMG_NET_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "net/header.h"

struct img_http;

struct img_http_options {
    const char *endpoint; /* whose the secrets are; NULL: there are none */
    const char *token;    /* sent as "Authorization: Bearer TOKEN"; NULL: none */
    const char *secret;   /* a whole header line, such as "api-key: KEY"; NULL: none */
    const char *ca_file;  /* certificates to trust; NULL: the system's */
    unsigned timeout_s;   /* without a connection, or without a byte; 0 means 30 */
    bool public_only;     /* connects to addresses of the public internet only, after redirects and
                             whatever names resolve to; proxies are not used */
};

/* What the last answer (after redirects) said. */
struct img_http_answer {
    long status;            /* 0: none came */
    uint64_t length;        /* of this body as sent, when has_length */
    bool has_length;
    bool redirected;        /* it is not of the URL that was asked for */
    bool from_endpoint;     /* it is of the endpoint's own origin */
    unsigned retry_after_s; /* Retry-After, seconds or a date; 0 when not said */
};

/* Gets a piece of the body of a 2xx. False ends the transfer; the sink then has set err. */
typedef bool (*img_http_sink)(void *ctx, const struct img_http_answer *answer, const void *bytes,
                              size_t len, struct img_err *err);

/* Gets each header of each answer on the way; NULL where another answer begins, whose status is
 * then known. */
typedef void (*img_http_listen)(void *ctx, const struct img_http_answer *answer,
                                const struct img_header *header);

/* Asked before a redirect is followed; false makes it the answer. */
typedef bool (*img_http_follow)(void *ctx, const struct img_http_answer *answer);

struct img_http_request {
    const char *method; /* GET, HEAD, POST, PUT, PATCH or DELETE; NULL: GET */
    const char *url;
    const void *body; /* NULL: none */
    size_t body_len;
    const char *content_type; /* of the body; NULL: application/json */
    bool compressed;          /* asks for gzip; the sink gets what was packed, of whatever size */
    unsigned whole_s;         /* most seconds for an exchange with a server; 0: no limit */
    const char *const *headers; /* whole lines, "Range: bytes=0-9"; to every server asked */
    size_t header_count;
    img_http_sink sink;     /* NULL: the body is not wanted */
    img_http_listen listen; /* NULL */
    img_http_follow follow; /* NULL: always */
    void *ctx;              /* of the three */
    struct img_buf *said;   /* body of an answer other than 2xx, cut at its limit; NULL: not wanted */
};

/* options (copied, what it points to must outlive the handle). Fails with OUT_OF_MEMORY or SYSTEM.
 */
IMG_CHECKED bool img_http_open(struct img_http **http, const struct img_http_options *options,
                               struct img_err *err);
void img_http_close(struct img_http *http);

/* True when an answer came, whatever its status. GET and HEAD follow redirects, eight of them;
 * others only those that keep method and body (307, 308). Fails with NETWORK (a signal ends it,
 * too), with what the sink said, or with OUT_OF_MEMORY. *transient (on failure) says whether to try
 * again. */
IMG_CHECKED bool img_http_send(struct img_http *http, const struct img_http_request *request,
                               struct img_http_answer *answer, bool *transient,
                               struct img_err *err);

#endif
