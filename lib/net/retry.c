/* Patience with a server, within limits. */
#include "net/retry.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>

#include "cli/signals.h"

enum { WAIT_MAX_S = 60, SHOWN_MAX = 200 /* bytes of a server's complaint in an error */ };

static void pause_for(double seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds,
                            .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR && !img_signals_caught())
        continue;
}

/* In [0, 1), another for each process and thread. */
static double by_chance(void)
{
    uint32_t bits = 0;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits)
        return 0.5;
    return bits / 4294967296.0;
}

bool img_retry_wait(struct img_retry *retry, unsigned retry_after_s, const struct img_err *why)
{
    if (retry->attempts == 0 || retry_after_s > IMG_RETRY_ASKED_MAX_S || img_signals_caught())
        return false;
    double delay = retry->delay_s < WAIT_MAX_S ? retry->delay_s : WAIT_MAX_S;
    double spread = delay / 2 * by_chance(), wait = delay / 2 + spread;
    if (wait < retry_after_s)
        wait = retry_after_s + spread;
    img_report(retry->report, IMG_WARNING, "%s; trying again in %.3g s", why->text, wait);
    pause_for(wait);
    if (img_signals_caught())
        return false;
    retry->attempts--;
    retry->delay_s *= 2;
    return true;
}

bool img_retry_may_help(long status)
{
    return status == 408 || status == 425 || status == 429 ||
           (status >= 500 && status != 501 && status != 505);
}

/* One line of what the server said, as far as it is text. */
static void show(const struct img_buf *said, char shown[SHOWN_MAX + 1])
{
    size_t len = 0;
    for (size_t i = 0; said && i < said->len && len < SHOWN_MAX; i++) {
        unsigned char c = (unsigned char)said->data[i];
        bool blank = c <= ' ' || c == 0x7f;
        if (blank && len > 0 && shown[len - 1] != ' ')
            shown[len++] = ' ';
        else if (!blank)
            shown[len++] = c < 0x80 ? (char)c : '?';
    }
    while (len > 0 && shown[len - 1] == ' ')
        len--;
    shown[len] = '\0';
}

bool img_http_expect(const struct img_http_answer *answer, const struct img_buf *said,
                     struct img_err *err)
{
    char shown[SHOWN_MAX + 1];
    if (answer->status >= 200 && answer->status < 300)
        return true;
    show(said, shown);
    if (answer->retry_after_s > IMG_RETRY_ASKED_MAX_S && img_retry_may_help(answer->status))
        return img_err_set(err, IMG_ERR_NETWORK,
                           "the server asks to come back in %u minutes (HTTP status %ld)",
                           answer->retry_after_s / 60 + 1, answer->status);
    return img_err_set(err, IMG_ERR_NETWORK, "HTTP status %ld%s%s", answer->status,
                       shown[0] ? ": " : "", shown);
}

static bool keep_reply(void *ctx, const struct img_http_answer *answer, const void *bytes,
                       size_t len, struct img_err *err)
{
    struct img_buf *reply = ctx;
    (void)answer;
    img_buf_put(reply, bytes, len);
    return !reply->failed || img_err_set(err, IMG_ERR_NETWORK, "the server's answer is too long");
}

bool img_http_ask(struct img_http *http, const struct img_http_request *request,
                  struct img_retry retry, struct img_http_answer *answer, struct img_buf *reply,
                  struct img_err *err)
{
    struct img_http_request sent = *request;
    sent.sink = keep_reply;
    sent.ctx = reply;
    sent.said = reply;
    for (;;) {
        bool transient;
        if (img_http_send(http, &sent, answer, &transient, err)) {
            if (img_http_expect(answer, reply, err))
                return true;
            transient = img_retry_may_help(answer->status);
        }
        if (!transient || !img_retry_wait(&retry, answer->retry_after_s, err))
            return false;
    }
}
