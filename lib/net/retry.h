/* Trying again: how often, how long to wait, and which answers are worth it. */
#ifndef IMG_NET_RETRY_H
#define IMG_NET_RETRY_H

#include "base/err.h"
#include "base/report.h"
#include "net/http.h"

enum { IMG_RETRY_ASKED_MAX_S = 300 /* a server that asks for more is not waited for */ };

struct img_retry {
    unsigned attempts; /* further ones after the first; counts down */
    double delay_s;    /* before the next; doubles each time up to a minute */
    const struct img_report *report;
};

/* Waits before another attempt: between half of delay_s and all of it, by chance, so that many
 * clients do not come back at once, and at least as long as the server asked for. Says so with the
 * reason in why, which it leaves alone. False at once when no attempt is left, or when the server
 * asks for more than IMG_RETRY_ASKED_MAX_S; false after a signal. */
bool img_retry_wait(struct img_retry *retry, unsigned retry_after_s, const struct img_err *why);

/* Is an answer of this status worth another attempt: 408, 425, 429, 5xx but 501 and 505? */
bool img_retry_may_help(long status);

/* True for 2xx. Else NETWORK: "HTTP status 404", with what the server said (said may be NULL;
 * control characters replaced, cut). */
IMG_CHECKED bool img_http_expect(const struct img_http_answer *answer, const struct img_buf *said,
                                 struct img_err *err);

/* Sends until an answer of 2xx has come whole, attempts run out, or something comes that another
 * attempt would not better. True with 2xx; reply then holds its body (emptied before each attempt,
 * never above its limit: more is NETWORK, "too long"). On failure err is as of img_http_send() or
 * img_http_expect(), answer->status tells (0: none came), and reply holds what the server said.
 * The request's sink, said and ctx are set here and must be empty, as must listen and follow. */
IMG_CHECKED bool img_http_ask(struct img_http *http, const struct img_http_request *request,
                              struct img_retry retry, struct img_http_answer *answer,
                              struct img_buf *reply, struct img_err *err);

#endif
