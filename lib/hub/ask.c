/* Asking the hub: its headers read, its refusals put into words. */
#include "hub/ask.h"

#include <string.h>

/* One request, as the callbacks see it. */
struct asked {
    const struct img_hub_request *request;
    struct img_hub_said *said;
};

/* A new answer keeps only what the hub itself said about the file that a redirect leads to. */
static void begin_answer(struct img_hub_said *said)
{
    struct img_hub_said fresh = {.has_linked_size = said->has_linked_size,
                                 .linked_size = said->linked_size};
    memcpy(fresh.linked_etag, said->linked_etag, sizeof fresh.linked_etag);
    *said = fresh;
}

static void listen_to(void *ctx, const struct img_http_answer *answer,
                      const struct img_header *header)
{
    struct asked *asked = ctx;
    struct img_hub_said *said = asked->said;
    if (!header) {
        begin_answer(said);
    } else if (img_header_is(header, "etag")) {
        img_header_etag(header, said->etag, sizeof said->etag);
        img_header_text(header, said->etag_sent, sizeof said->etag_sent);
    } else if (img_header_is(header, "content-range")) {
        if (!img_header_range(header, &said->range_first, &said->range_total))
            said->range_first = said->range_total = 0;
    } else if (img_header_is(header, "x-error-code")) {
        img_header_text(header, said->reason, sizeof said->reason);
    } else if (answer->from_endpoint && img_header_is(header, "x-linked-etag")) {
        img_header_etag(header, said->linked_etag, sizeof said->linked_etag);
    } else if (answer->from_endpoint && img_header_is(header, "x-linked-size")) {
        said->has_linked_size = img_header_number(header, &said->linked_size);
    }
}

/* Signed addresses of a storage are made for GET: what the hub said of the file will do. */
static bool follow(void *ctx, const struct img_http_answer *answer)
{
    const struct asked *asked = ctx;
    (void)answer;
    return !asked->request->head_only || !asked->said->linked_etag[0];
}

static bool take_body(void *ctx, const struct img_http_answer *answer, const void *bytes,
                      size_t len, struct img_err *err)
{
    struct asked *asked = ctx;
    asked->said->answer = *answer;
    return asked->request->sink(asked->request->ctx, asked->said, bytes, len, err);
}

bool img_hub_send(struct img_http *http, const struct img_hub_request *request,
                  struct img_hub_said *said, bool *transient, struct img_err *err)
{
    struct asked asked = {.request = request, .said = said};
    struct img_buf range = {0}, if_range = {0};
    const char *headers[2];
    size_t count = 0;
    bool ok = true;
    *said = (struct img_hub_said){0};
    *transient = false;
    if (request->range_first > 0) {
        img_buf_printf(&range, "Range: bytes=%llu-", (unsigned long long)request->range_first);
        ok = img_buf_ok(&range, err);
        headers[count++] = range.data;
    }
    if (ok && request->range_first > 0 && request->if_range) {
        img_buf_printf(&if_range, "If-Range: %s", request->if_range);
        ok = img_buf_ok(&if_range, err);
        headers[count++] = if_range.data;
    }
    const struct img_http_request sent = {
        .method = request->head_only ? "HEAD" : "GET",
        .url = request->url,
        .headers = headers,
        .header_count = count,
        .sink = request->sink ? take_body : NULL,
        .listen = listen_to,
        .follow = follow,
        .ctx = &asked,
    };
    struct img_http_answer answer = {0};
    ok = ok && img_http_send(http, &sent, &answer, transient, err);
    said->answer = answer;
    img_buf_clear(&range);
    img_buf_clear(&if_range);
    return ok;
}

static bool missing(const struct img_hub_said *said, struct img_err *err)
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
    long status = said->answer.status;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].reason, said->reason) == 0)
            return img_err_set(err, IMG_ERR_MODEL_MISSING, "%s (HTTP status %ld)", known[i].text,
                               status);
    const char *text = "not there";
    if (status == 401)
        text = "not there, or it needs a token: set HF_TOKEN";
    else if (status == 403)
        text = "the server refuses it: it may be gated, or HF_TOKEN may lack the right";
    return img_err_set(err, IMG_ERR_MODEL_MISSING, "%s (HTTP status %ld)", text, status);
}

bool img_hub_status(const struct img_hub_said *said, bool *transient, struct img_err *err)
{
    long status = said->answer.status;
    *transient = img_retry_may_help(status);
    if (status >= 300 && status < 400 && said->linked_etag[0])
        return true;
    if (status == 401 || status == 403 || status == 404 || status == 410)
        return missing(said, err);
    return img_http_expect(&said->answer, NULL, err);
}

bool img_hub_ask(struct img_http *http, const struct img_hub_request *request,
                 struct img_retry retry, struct img_hub_said *said, struct img_err *err)
{
    for (;;) {
        bool transient;
        if (img_hub_send(http, request, said, &transient, err) &&
            img_hub_status(said, &transient, err))
            return true;
        if (!transient || !img_retry_wait(&retry, said->answer.retry_after_s, err))
            return false;
    }
}
