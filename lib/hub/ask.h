/* The hub's way of answering: headers of its own, and what its refusals mean.
 * Reference: the hub's resolve API (ETag, X-Linked-Etag, X-Linked-Size, X-Error-Code). */
#ifndef IMG_HUB_ASK_H
#define IMG_HUB_ASK_H

#include <stdint.h>

#include "base/err.h"
#include "net/http.h"
#include "net/retry.h"

enum { IMG_HUB_ETAG_MAX = 128 };

/* What the headers of the last answer said, and what the hub said on the way to it. */
struct img_hub_said {
    struct img_http_answer answer;
    bool has_linked_size;
    uint64_t linked_size;               /* X-Linked-Size: of the file a redirect leads to */
    uint64_t range_first, range_total;  /* Content-Range; 0 of 0 when absent */
    char etag[IMG_HUB_ETAG_MAX];        /* without quotes and W/; "" when absent or not plain */
    char etag_sent[IMG_HUB_ETAG_MAX];   /* as it stood in the header, for If-Range */
    char linked_etag[IMG_HUB_ETAG_MAX]; /* X-Linked-Etag, likewise */
    char reason[64];                    /* X-Error-Code: "GatedRepo", "EntryNotFound" … */
};

/* Gets a piece of the body of a 2xx. False ends the transfer; the sink then has set err. */
typedef bool (*img_hub_sink)(void *ctx, const struct img_hub_said *said, const void *bytes,
                             size_t len, struct img_err *err);

struct img_hub_request {
    const char *url;
    bool head_only;       /* an answer with X-Linked-Etag is not redirected any further */
    uint64_t range_first; /* when > 0: Range: bytes=FIRST- */
    const char *if_range; /* with it; NULL: none */
    img_hub_sink sink;    /* NULL: the body is not wanted */
    void *ctx;
};

/* As img_http_send(). */
IMG_CHECKED bool img_hub_send(struct img_http *http, const struct img_hub_request *request,
                              struct img_hub_said *said, bool *transient, struct img_err *err);

/* True for 2xx, and for a HEAD that stopped at a redirect. Else fails with MODEL_MISSING (401, 403,
 * 404, 410; the text says what may be wrong) or NETWORK; *transient for what may pass. */
IMG_CHECKED bool img_hub_status(const struct img_hub_said *said, bool *transient,
                                struct img_err *err);

/* Sends until img_hub_status() is content, or attempts run out. Not for requests whose sink keeps
 * what it got. */
IMG_CHECKED bool img_hub_ask(struct img_http *http, const struct img_hub_request *request,
                             struct img_retry retry, struct img_hub_said *said,
                             struct img_err *err);

#endif
