/* Questions and answers. */
#include "engine/remote/ask.h"

#include <string.h>

#include "cli/signals.h"

enum {
    REPLY_MAX = 16 << 20,    /* bytes, while the dimension is not known */
    NUMBER_BYTES = 40,       /* of one number of a reply, at most */
    RECORD_BYTES = 64 << 10, /* of what stands around a vector */
    TIMEOUTS = 10,           /* of which a whole request may take as many */
    FOREVER_S = 86400,
    GIVE_UP = 8, /* requests in a row that nobody answers */
};

static unsigned timeout_s(const struct img_remote *r)
{
    double seconds = r->options.timeout_s;
    return seconds <= 0 ? FOREVER_S : seconds < 1 ? 1 : (unsigned)(seconds + 0.999);
}

static bool open_line(const struct img_remote *r, struct img_remote_line *line,
                      struct img_err *err)
{
    struct img_http_options options = r->http;
    options.timeout_s = timeout_s(r);
    return line->http || img_http_open(&line->http, &options, err);
}

static bool compose(const struct img_remote *r, struct img_remote_line *line,
                    const struct img_remote_question *question, struct img_err *err)
{
    img_buf_reset(&line->url);
    img_buf_reset(&line->body);
    img_arena_reset(&line->arena);
    img_remote_put_url(&r->tongue, !question->picture, &line->url);
    if (question->picture)
        img_remote_put_picture(&r->tongue, question->picture, &line->body);
    else
        img_remote_put_texts(&r->tongue, question->texts, question->n, &line->body);
    return img_buf_ok(&line->url, err) && img_buf_ok(&line->body, err);
}

static size_t reply_limit(const struct img_remote *r, size_t n)
{
    size_t dimension = r->base.info.dimension;
    return dimension == 0 ? REPLY_MAX : (n + 1) * (dimension * NUMBER_BYTES + RECORD_BYTES);
}

/* The server said no: in its own words, where there are any. */
static bool take_refusal(struct img_remote_line *line, struct img_err *err)
{
    char text[IMG_REMOTE_TEXT_MAX];
    enum img_code code;
    img_remote_read_refusal(line->reply.data ? line->reply.data : "", line->reply.len,
                            &line->arena, text, &code, &line->said);
    if (text[0])
        return img_err_set(err, code, "%s (HTTP status %ld)", text, line->answer.status);
    err->code = IMG_ERR_REMOTE;
    return false;
}

/* Nobody answered, or not to the end. Where that goes on and on, the run need not. */
static bool take_silence(struct img_remote *r, const struct img_remote_line *line,
                         struct img_err *err)
{
    if (err->code != IMG_ERR_NETWORK || img_signals_caught())
        return false;
    if (r->base.info.dimension == 0)
        return false;
    if (line->answer.status != 0)
        atomic_store(&r->unanswered, 0);
    else if (atomic_fetch_add(&r->unanswered, 1) + 1 >= GIVE_UP)
        return img_err_in(err, "%s", r->options.endpoint);
    err->code = IMG_ERR_REMOTE;
    return false;
}

/* The model may be another one since. */
static bool check_said(const struct img_remote *r, const struct img_remote_said *said,
                       struct img_err *err)
{
    const struct img_remote_said *known = &r->known;
    if (known->fingerprint[0] && said->fingerprint[0] &&
        strcmp(known->fingerprint, said->fingerprint) != 0)
        return img_err_set(err, IMG_ERR_REMOTE,
                           "the server has another model now: fingerprint %s, not %s",
                           said->fingerprint, known->fingerprint);
    if (known->preprocessing[0] && said->preprocessing[0] &&
        strcmp(known->preprocessing, said->preprocessing) != 0)
        return img_err_set(err, IMG_ERR_REMOTE,
                           "the server preprocesses otherwise now: %s, not %s",
                           said->preprocessing, known->preprocessing);
    return true;
}

bool img_remote_ask(struct img_remote *r, struct img_remote_line *line,
                    const struct img_remote_question *question, struct img_remote_result *results,
                    struct img_err *err)
{
    struct img_retry retry = {r->options.retry_attempts, r->options.retry_delay_s,
                              r->options.report};
    line->answer = (struct img_http_answer){0};
    line->said = (struct img_remote_said){0};
    if (!open_line(r, line, err) || !compose(r, line, question, err))
        return false;
    const struct img_http_request request = {
        .method = "POST",
        .url = line->url.data,
        .body = line->body.data,
        .body_len = line->body.len,
        .whole_s = timeout_s(r) * TIMEOUTS,
    };
    line->reply.limit = reply_limit(r, question->n);
    if (!img_http_ask(line->http, &request, retry, &line->answer, &line->reply, err)) {
        bool refused = line->answer.status >= 300;
        return refused ? take_refusal(line, err) : take_silence(r, line, err);
    }
    atomic_store(&r->unanswered, 0);
    return img_remote_read(r->tongue.api, line->reply.data ? line->reply.data : "",
                           line->reply.len, question->n, &line->arena, results, &line->said,
                           err) &&
           check_said(r, &line->said, err);
}

static bool all_zeros(const float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (values[i] != 0)
            return false;
    return true;
}

bool img_remote_check(const struct img_remote *r, const struct img_remote_result *result,
                      struct img_err *err)
{
    uint32_t dimension = r->base.info.dimension;
    if (result->err.code != IMG_OK) {
        *err = result->err;
        return false;
    }
    if (dimension > 0 && result->count != dimension)
        return img_err_set(err, IMG_ERR_REMOTE,
                           "the server gives %zu numbers, at first it was %u", result->count,
                           dimension);
    if (all_zeros(result->values, result->count))
        return img_err_set(err, IMG_ERR_REMOTE,
                           "the server gives only zeros, which have no direction");
    return true;
}
