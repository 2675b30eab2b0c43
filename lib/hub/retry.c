/* Patience with a server, within limits. */
#include "hub/retry.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/signals.h"

enum { WAIT_MAX_S = 60, ASKED_MAX_S = 300 };

static void pause_for(double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR && !img_signals_caught())
        continue;
}

bool img_retry_wait(struct img_retry *retry, unsigned retry_after_s, const struct img_err *why)
{
    if (retry->attempts == 0 || retry_after_s > ASKED_MAX_S)
        return false;
    double wait = retry->delay_s < WAIT_MAX_S ? retry->delay_s : WAIT_MAX_S;
    if (wait < retry_after_s)
        wait = retry_after_s;
    img_report(retry->report, IMG_WARNING, "%s; trying again in %.3g s", why->text, wait);
    pause_for(wait);
    if (img_signals_caught())
        return false;
    retry->attempts--;
    retry->delay_s *= 2;
    return true;
}

static bool missing(const struct img_http_answer *answer, struct img_err *err)
{
    static const struct {
        const char *reason, *text;
    } known[] = {
        {"GatedRepo", "access to this repository must be asked for on the hub's site; then set "
                      "HF_TOKEN to your token"},
        {"RepoNotFound", "no such repository, or a private one that HF_TOKEN does not open"},
        {"RevisionNotFound", "the repository has no such revision"},
        {"EntryNotFound", "the repository has no such file"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].reason, answer->reason) == 0)
            return img_err_set(err, IMG_ERR_MODEL_MISSING, "%s (HTTP status %ld)", known[i].text,
                               answer->status);
    const char *text = "not there";
    if (answer->status == 401)
        text = "not there, or it needs a token: set HF_TOKEN";
    else if (answer->status == 403)
        text = "the server refuses it: it may be gated, or HF_TOKEN may lack the right";
    return img_err_set(err, IMG_ERR_MODEL_MISSING, "%s (HTTP status %ld)", text, answer->status);
}

bool img_http_status(const struct img_http_answer *answer, bool *transient, struct img_err *err)
{
    long status = answer->status;
    *transient = status == 408 || status == 429 || (status >= 500 && status != 501);
    if (status >= 200 && status < 300)
        return true;
    if (status >= 300 && status < 400 && answer->linked_etag[0])
        return true;
    if (status == 401 || status == 403 || status == 404 || status == 410)
        return missing(answer, err);
    if (status == 429 && answer->retry_after_s > ASKED_MAX_S)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "the server asks to come back in %u minutes (HTTP status 429)",
                           answer->retry_after_s / 60 + 1);
    return img_err_set(err, IMG_ERR_NETWORK, "HTTP status %ld%s", status,
                       status == 429 ? ": too many requests" : "");
}

bool img_http_ask(struct img_http *http, const struct img_http_request *request,
                  struct img_retry retry, struct img_http_answer *answer, struct img_err *err)
{
    for (;;) {
        bool transient;
        if (img_http_send(http, request, answer, &transient, err) &&
            img_http_status(answer, &transient, err))
            return true;
        if (!transient || !img_retry_wait(&retry, answer->retry_after_s, err))
            return false;
    }
}
