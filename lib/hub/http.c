/* One libcurl handle, and the rules libcurl leaves to its user: where a token may go, which
 * redirects are followed, what of the headers is believed. */
#include "hub/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/signals.h"

enum {
    REDIRECTS_MAX = 8,
    STALL_BYTES_PER_S = 1,
    TIMEOUT_S = 30,
    RETRY_AFTER_MAX_S = 1000000,
    UNWANTED_MAX = 1 << 20,
};

struct img_http {
    CURL *curl;
    const struct img_http_options *options;
    bool global; /* curl_global_init() to be undone */
};

/* One transfer, as the callbacks see it. */
struct transfer {
    const struct img_http_request *request;
    struct img_http_answer *answer;
    struct img_err *err;
    bool trusted; /* the endpoint itself: what it says of a redirect's target counts */
    bool sink_failed, enough;
    size_t unwanted; /* bytes of a body that nobody asked for */
};

/* Copies an ETag without its quotes; one that is not plain text is none. */
static void take_etag(const char *value, size_t len, char etag[IMG_HTTP_ETAG_MAX])
{
    if (len >= 2 && memcmp(value, "W/", 2) == 0)
        value += 2, len -= 2;
    if (len >= 2 && value[0] == '"' && value[len - 1] == '"')
        value++, len -= 2;
    etag[0] = '\0';
    if (len >= IMG_HTTP_ETAG_MAX)
        return;
    for (size_t i = 0; i < len; i++)
        if (value[i] <= ' ' || value[i] > '~' || value[i] == '"')
            return;
    memcpy(etag, value, len);
    etag[len] = '\0';
}

static void take_text(const char *value, size_t len, char *to, size_t size)
{
    to[0] = '\0';
    if (len >= size)
        return;
    for (size_t i = 0; i < len; i++)
        if (value[i] < ' ' || value[i] > '~')
            return;
    memcpy(to, value, len);
    to[len] = '\0';
}

/* Digits at the front of value; false when there are none or too many. */
static bool take_number(const char **value, size_t *len, uint64_t *number)
{
    uint64_t n = 0;
    size_t digits = 0;
    for (; digits < *len && (*value)[digits] >= '0' && (*value)[digits] <= '9'; digits++)
        n = n * 10 + (uint64_t)((*value)[digits] - '0');
    if (digits == 0 || digits > 18)
        return false;
    *value += digits;
    *len -= digits;
    *number = n;
    return true;
}

/* "bytes 100-199/200" */
static void take_range(const char *value, size_t len, struct img_http_answer *answer)
{
    uint64_t first, last, total;
    if (len < 6 || strncasecmp(value, "bytes ", 6) != 0)
        return;
    value += 6, len -= 6;
    if (!take_number(&value, &len, &first) || len == 0 || *value != '-')
        return;
    value++, len--;
    if (!take_number(&value, &len, &last) || len == 0 || *value != '/')
        return;
    value++, len--;
    if (!take_number(&value, &len, &total) || len != 0 || first > last || last >= total)
        return;
    answer->range_first = first;
    answer->range_total = total;
}

/* "HTTP/1.1 206 Partial Content": a new answer, which keeps only what the hub said about the file
 * that a redirect leads to. */
static void take_status_line(const char *line, size_t len, struct img_http_answer *answer)
{
    struct img_http_answer fresh = {.redirected = answer->redirected,
                                    .has_linked_size = answer->has_linked_size,
                                    .linked_size = answer->linked_size};
    memcpy(fresh.linked_etag, answer->linked_etag, sizeof fresh.linked_etag);
    *answer = fresh;
    const char *space = memchr(line, ' ', len);
    uint64_t status;
    if (!space)
        return;
    len -= (size_t)(space + 1 - line);
    line = space + 1;
    if (take_number(&line, &len, &status) && status < 1000)
        answer->status = (long)status;
}

static bool same_name(const char *name, size_t len, const char *wanted)
{
    return strlen(wanted) == len && strncasecmp(name, wanted, len) == 0;
}

static void take_header(struct transfer *transfer, const char *name, size_t name_len,
                        const char *value, size_t len)
{
    struct img_http_answer *answer = transfer->answer;
    if (same_name(name, name_len, "etag")) {
        take_etag(value, len, answer->etag);
        take_text(value, len, answer->etag_sent, sizeof answer->etag_sent);
    } else if (same_name(name, name_len, "content-length")) {
        answer->has_length = take_number(&value, &len, &answer->length) && len == 0;
    } else if (same_name(name, name_len, "content-range")) {
        take_range(value, len, answer);
    } else if (same_name(name, name_len, "x-error-code")) {
        take_text(value, len, answer->reason, sizeof answer->reason);
    } else if (transfer->trusted && same_name(name, name_len, "x-linked-etag")) {
        take_etag(value, len, answer->linked_etag);
    } else if (transfer->trusted && same_name(name, name_len, "x-linked-size")) {
        answer->has_linked_size = take_number(&value, &len, &answer->linked_size) && len == 0;
    }
}

static size_t on_header(char *line, size_t one, size_t len, void *ctx)
{
    struct transfer *transfer = ctx;
    size_t total = one * len;
    char *colon = memchr(line, ':', total);
    if (total >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        take_status_line(line, total, transfer->answer);
    } else if (colon) {
        const char *value = colon + 1, *end = line + total;
        while (value < end && (*value == ' ' || *value == '\t'))
            value++;
        while (end > value && memchr(" \t\r\n", end[-1], 4))
            end--;
        take_header(transfer, line, (size_t)(colon - line), value, (size_t)(end - value));
    }
    return total;
}

static size_t on_body(char *bytes, size_t one, size_t len, void *ctx)
{
    struct transfer *transfer = ctx;
    size_t total = one * len;
    long status = transfer->answer->status;
    if (!transfer->request->sink || (status != 200 && status != 206)) {
        transfer->unwanted += total;
        transfer->enough = transfer->unwanted > UNWANTED_MAX;
        return transfer->enough ? 0 : total;
    }
    if (transfer->request->sink(transfer->request->ctx, transfer->answer, bytes, total,
                                transfer->err))
        return total;
    transfer->sink_failed = true;
    return 0;
}

/* Called at least once a second: a signal ends the transfer, whatever the server does. */
static int on_progress(void *ctx, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    (void)ctx, (void)total, (void)now, (void)up_total, (void)up_now;
    return img_signals_caught() != 0;
}

/* A part of a URL in *part, to be given to curl_free(); NULL when there is none. */
static char *url_part(const char *url, CURLUPart which)
{
    char *part = NULL;
    CURLU *parsed = curl_url();
    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK)
        curl_url_get(parsed, which, &part, CURLU_DEFAULT_PORT);
    curl_url_cleanup(parsed);
    return part;
}

static bool same_origin(const char *a, const char *b)
{
    static const CURLUPart parts[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
    bool same = true;
    for (size_t i = 0; same && i < sizeof parts / sizeof *parts; i++) {
        char *x = url_part(a, parts[i]), *y = url_part(b, parts[i]);
        same = x && y && strcasecmp(x, y) == 0;
        curl_free(x);
        curl_free(y);
    }
    return same;
}

static bool is_https(const char *url)
{
    return strncasecmp(url, "https://", 8) == 0;
}

static bool add_line(struct curl_slist **lines, const char *line, struct img_err *err)
{
    struct curl_slist *longer = curl_slist_append(*lines, line);
    if (!longer)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a request");
    *lines = longer;
    return true;
}

/* The header lines of a request; the token only for whom it is. */
static bool compose_lines(const struct img_http *http, const struct transfer *transfer,
                          struct curl_slist **lines, struct img_err *err)
{
    const struct img_http_request *request = transfer->request;
    struct img_buf text = {0};
    bool ok = add_line(lines, "Accept-Encoding: identity", err);
    if (ok && request->range_first > 0) {
        img_buf_printf(&text, "Range: bytes=%llu-", (unsigned long long)request->range_first);
        ok = img_buf_ok(&text, err) && add_line(lines, text.data, err);
    }
    if (ok && request->range_first > 0 && request->if_range) {
        img_buf_reset(&text);
        img_buf_printf(&text, "If-Range: %s", request->if_range);
        ok = img_buf_ok(&text, err) && add_line(lines, text.data, err);
    }
    if (ok && http->options->token && transfer->trusted) {
        img_buf_reset(&text);
        img_buf_printf(&text, "Authorization: Bearer %s", http->options->token);
        ok = img_buf_ok(&text, err) && add_line(lines, text.data, err);
    }
    img_buf_clear(&text);
    return ok;
}

static bool may_pass(CURLcode code)
{
    switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_ABORTED_BY_CALLBACK:
        return false;
    default:
        return true;
    }
}

/* One exchange with one server. */
static bool exchange(struct img_http *http, const char *url, struct transfer *transfer,
                     bool *transient, struct img_err *err)
{
    CURL *curl = http->curl;
    const struct img_http_options *options = http->options;
    char reason[CURL_ERROR_SIZE] = "";
    long timeout_s = options->timeout_s ? (long)options->timeout_s : TIMEOUT_S;
    struct curl_slist *lines = NULL;
    transfer->trusted = same_origin(url, options->endpoint);
    if (!compose_lines(http, transfer, &lines, err)) {
        curl_slist_free_all(lines);
        return false;
    }
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NOBODY, transfer->request->head_only ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "img-tools/" IMG_VERSION);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, lines);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, timeout_s);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, timeout_s);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
    if (options->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(lines);
    if (transfer->sink_failed)
        return false;
    if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer->enough))
        return true;
    *transient = may_pass(code);
    return img_err_set(err, code == CURLE_OUT_OF_MEMORY ? IMG_ERR_OUT_OF_MEMORY : IMG_ERR_NETWORK,
                       "%s", reason[0] ? reason : curl_easy_strerror(code));
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The URL the last answer leads to, owned by the handle until its next use; NULL when it is to be
 * taken as it is. */
static const char *next_url(const struct img_http *http, const struct transfer *transfer)
{
    char *next = NULL;
    if (!is_redirect(transfer->answer->status))
        return NULL;
    /* Signed addresses of a storage are made for GET: what the hub said of the file will do. */
    if (transfer->request->head_only && transfer->answer->linked_etag[0])
        return NULL;
    curl_easy_getinfo(http->curl, CURLINFO_REDIRECT_URL, &next);
    return next;
}

bool img_http_send(struct img_http *http, const struct img_http_request *request,
                   struct img_http_answer *answer, bool *transient, struct img_err *err)
{
    char *url = strdup(request->url);
    bool ok = url != NULL;
    *answer = (struct img_http_answer){0};
    *transient = false;
    if (!ok)
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a URL");
    for (unsigned hop = 0; ok; hop++) {
        struct transfer transfer = {.request = request, .answer = answer, .err = err};
        ok = exchange(http, url, &transfer, transient, err);
        const char *next = ok ? next_url(http, &transfer) : NULL;
        if (!next)
            break;
        if (hop == REDIRECTS_MAX) {
            ok = img_err_set(err, IMG_ERR_NETWORK, "more than %d redirects", REDIRECTS_MAX);
        } else if (is_https(url) && !is_https(next)) {
            ok = img_err_set(err, IMG_ERR_NETWORK, "redirected from https to %.200s", next);
        } else {
            char *copy = strdup(next);
            free(url);
            url = copy;
            answer->redirected = true;
            ok = url || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a URL");
        }
    }
    curl_off_t retry_after = 0;
    if (ok && curl_easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &retry_after) == CURLE_OK &&
        retry_after > 0)
        answer->retry_after_s =
            retry_after < RETRY_AFTER_MAX_S ? (unsigned)retry_after : RETRY_AFTER_MAX_S;
    free(url);
    return ok;
}

bool img_http_open(struct img_http **http, const struct img_http_options *options,
                   struct img_err *err)
{
    *http = calloc(1, sizeof **http);
    if (!*http)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a connection");
    (*http)->options = options;
    (*http)->global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if ((*http)->global)
        (*http)->curl = curl_easy_init();
    if ((*http)->curl)
        return true;
    img_http_close(*http);
    *http = NULL;
    return img_err_set(err, IMG_ERR_SYSTEM, "cannot start libcurl");
}

void img_http_close(struct img_http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->curl);
    if (http->global)
        curl_global_cleanup();
    free(http);
}

void img_http_escape(const char *text, bool keep_slashes, struct img_buf *out)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (plain || memchr("-._~", c, 4) || (keep_slashes && c == '/')) {
            img_buf_putc(out, (char)c);
        } else {
            img_buf_putc(out, '%');
            img_buf_putc(out, digits[c >> 4]);
            img_buf_putc(out, digits[c & 15]);
        }
    }
}
