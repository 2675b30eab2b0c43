/* Trying again: how often, how long to wait, and which answers are worth it. */
#ifndef IMG_HUB_RETRY_H
#define IMG_HUB_RETRY_H

#include "base/err.h"
#include "base/report.h"
#include "hub/http.h"

struct img_retry {
    unsigned attempts; /* further ones after the first; counts down */
    double delay_s;    /* before the next; doubles each time up to a minute */
    const struct img_report *report;
};

/* Waits before another attempt (at least as long as the server asked for) and says so with the
 * reason in why, which it leaves alone. False at once when no attempt is left, or when the server
 * asks for more than five minutes; false after a signal. */
bool img_retry_wait(struct img_retry *retry, unsigned retry_after_s, const struct img_err *why);

/* True for 2xx, and for a HEAD that stopped at a redirect. Else fails with MODEL_MISSING (401, 403,
 * 404, 410; the text says what may be wrong) or NETWORK; *transient for what may pass (408, 429,
 * 5xx). */
IMG_CHECKED bool img_http_status(const struct img_http_answer *answer, bool *transient,
                                 struct img_err *err);

/* Sends until there is an answer of status 2xx (or a redirect of a HEAD), or attempts run out.
 * Not for requests whose sink keeps what it got. */
IMG_CHECKED bool img_http_ask(struct img_http *http, const struct img_http_request *request,
                              struct img_retry retry, struct img_http_answer *answer,
                              struct img_err *err);

#endif
