/* HTTP for the hub: one request, its headers, its body handed on in pieces. libcurl behind it,
 * which also reads the usual proxy variables (https_proxy, no_proxy …).
 *
 * Only http and https are spoken. Redirects are followed here and not by libcurl, so that the token
 * goes to the endpoint's own scheme, host and port and nowhere else. https never becomes http. */
#ifndef IMG_HUB_HTTP_H
#define IMG_HUB_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct img_http;

struct img_http_options {
    const char *endpoint; /* whose token it is */
    const char *token;    /* NULL: none */
    const char *ca_file;  /* NULL: the system's */
    unsigned timeout_s;   /* without a connection, or without a byte; 0 means 30 */
};

enum { IMG_HTTP_ETAG_MAX = 128 };

/* What the last answer (after redirects) said, and what the hub said on the way to it. */
struct img_http_answer {
    long status;
    bool has_length, has_linked_size, redirected;
    uint64_t length;                     /* of this body */
    uint64_t linked_size;                /* X-Linked-Size: of the file a redirect leads to */
    uint64_t range_first, range_total;   /* Content-Range, with status 206; 0 of 0 when absent */
    char etag[IMG_HTTP_ETAG_MAX];        /* without quotes and W/; "" when absent or not plain */
    char etag_sent[IMG_HTTP_ETAG_MAX];   /* as it stood in the header, for If-Range */
    char linked_etag[IMG_HTTP_ETAG_MAX]; /* X-Linked-Etag, likewise */
    char reason[64];                     /* X-Error-Code: "GatedRepo", "EntryNotFound" … */
    unsigned retry_after_s;              /* 0 when not said */
};

/* Gets a piece of the body of a 200 or 206. False ends the transfer; the sink then has set err. */
typedef bool (*img_http_sink)(void *ctx, const struct img_http_answer *answer, const void *bytes,
                              size_t len, struct img_err *err);

struct img_http_request {
    const char *url;
    bool head_only;
    uint64_t range_first; /* when > 0: Range: bytes=FIRST- */
    const char *if_range; /* with it; NULL: none */
    img_http_sink sink;   /* NULL: the body is not wanted */
    void *ctx;
};

/* options must outlive it. Fails with OUT_OF_MEMORY, CONFIG or SYSTEM. */
IMG_CHECKED bool img_http_open(struct img_http **http, const struct img_http_options *options,
                               struct img_err *err);
void img_http_close(struct img_http *http);

/* True when an answer came, whatever its status. A HEAD whose answer has X-Linked-Etag is not
 * redirected any further. Fails with NETWORK (a signal ends it too), with what
 * the sink said, or with OUT_OF_MEMORY. *transient (on failure) says whether to try again. */
IMG_CHECKED bool img_http_send(struct img_http *http, const struct img_http_request *request,
                               struct img_http_answer *answer, bool *transient,
                               struct img_err *err);

/* Appends text to out, percent-encoded but for letters, digits and -._~ (and slashes if kept). */
void img_http_escape(const char *text, bool keep_slashes, struct img_buf *out);

#endif
