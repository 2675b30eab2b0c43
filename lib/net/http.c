/* One libcurl handle, and the rules libcurl leaves to its user: where secrets may go, which
 * redirects are followed, which addresses are connected to. */
#include "net/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/signals.h"
#include "net/address.h"
#include "net/url.h"

enum {
    REDIRECTS_MAX = 8,
    TIMEOUT_S = 30,
    RETRY_AFTER_MAX_S = 1000000,
    UNWANTED_MAX = 1 << 20, /* bytes read so that the connection can be used again */
};

struct img_http {
    CURL *curl;
    struct img_http_options options;
    bool global; /* libcurl was begun, and is to be ended */
};

/* One transfer, as the callbacks see it. */
struct transfer {
    const struct img_http_request *request;
    struct img_http_answer *answer;
    struct img_err *err;
    bool sink_failed, enough;
    size_t unwanted;                    /* bytes of a body that nobody asked for */
    unsigned timeout_s;
    curl_off_t moved;                   /* bytes so far, both ways, … */
    time_t moved_at;                    /* … and when it was not yet so many; 0: never */
    bool stalled;
    char refused[IMG_ADDRESS_TEXT_MAX]; /* an address that is not public; "" */
};

/* libcurl counts who began it; only newer ones do so for threads. */
static pthread_mutex_t global_lock = PTHREAD_MUTEX_INITIALIZER;

static bool begin_libcurl(void)
{
    pthread_mutex_lock(&global_lock);
    bool ok = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    pthread_mutex_unlock(&global_lock);
    return ok;
}

static void end_libcurl(void)
{
    pthread_mutex_lock(&global_lock);
    curl_global_cleanup();
    pthread_mutex_unlock(&global_lock);
}

/* "HTTP/1.1 206 Partial Content": another answer begins. */
static void take_status_line(const struct transfer *transfer, const char *line, size_t len)
{
    struct img_http_answer *answer = transfer->answer;
    const char *space = memchr(line, ' ', len);
    uint64_t status = 0;
    size_t left = space ? (size_t)(line + len - space - 1) : 0;
    *answer = (struct img_http_answer){.redirected = answer->redirected,
                                       .from_endpoint = answer->from_endpoint};
    if (space && img_header_digits(&(const char *){space + 1}, &left, &status) && status < 1000)
        answer->status = (long)status;
    if (transfer->request->listen)
        transfer->request->listen(transfer->request->ctx, answer, NULL);
}

static size_t on_header(char *line, size_t one, size_t len, void *ctx)
{
    struct transfer *transfer = ctx;
    struct img_http_answer *answer = transfer->answer;
    size_t total = one * len;
    struct img_header header;
    if (total >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        take_status_line(transfer, line, total);
    } else if (img_header_split(line, total, &header)) {
        if (img_header_is(&header, "content-length"))
            answer->has_length = img_header_number(&header, &answer->length);
        if (transfer->request->listen)
            transfer->request->listen(transfer->request->ctx, answer, &header);
    }
    return total;
}

/* Keeps what there is room for of a body that is no success. */
static void keep_said(struct img_buf *said, const char *bytes, size_t len)
{
    size_t limit = said->limit ? said->limit : IMG_BUF_LIMIT;
    size_t room = limit > said->len + 1 ? limit - said->len - 1 : 0;
    img_buf_put(said, bytes, len < room ? len : room);
}

static size_t on_body(char *bytes, size_t one, size_t len, void *ctx)
{
    struct transfer *transfer = ctx;
    const struct img_http_request *request = transfer->request;
    size_t total = one * len;
    bool good = transfer->answer->status >= 200 && transfer->answer->status < 300;
    if (good && request->sink) {
        transfer->sink_failed =
            !request->sink(request->ctx, transfer->answer, bytes, total, transfer->err);
        return transfer->sink_failed ? 0 : total;
    }
    if (!good && request->said)
        keep_said(request->said, bytes, total);
    transfer->unwanted += total;
    transfer->enough = transfer->unwanted > UNWANTED_MAX;
    return transfer->enough ? 0 : total;
}

/* Called at least once a second: a signal ends the transfer, whatever the server does, and so does
 * a server that does nothing. (libcurl's own watch over speed averages over seconds.) */
static int on_progress(void *ctx, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    struct transfer *transfer = ctx;
    struct timespec clock;
    (void)total, (void)up_total;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    if (transfer->moved_at == 0 || now + up_now != transfer->moved) {
        transfer->moved = now + up_now;
        transfer->moved_at = clock.tv_sec;
    }
    transfer->stalled = clock.tv_sec - transfer->moved_at > (time_t)transfer->timeout_s;
    return transfer->stalled || img_signals_caught() != 0;
}

/* Called with the very address that is about to be connected to. */
static curl_socket_t on_connect(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = ctx;
    (void)purpose;
    if (!img_address_is_public(&address->addr, address->addrlen)) {
        img_address_text(&address->addr, address->addrlen, transfer->refused);
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool add_line(struct curl_slist **lines, const char *line, struct img_err *err)
{
    if (strpbrk(line, "\r\n"))
        return img_err_set(err, IMG_ERR_CONFIG, "a line break in a request's header");
    struct curl_slist *longer = curl_slist_append(*lines, line);
    if (!longer)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a request");
    *lines = longer;
    return true;
}

static bool add_pair(struct curl_slist **lines, const char *front, const char *value,
                     struct img_err *err)
{
    struct img_buf text = {0};
    img_buf_printf(&text, "%s%s", front, value);
    bool ok = img_buf_ok(&text, err) && add_line(lines, text.data, err);
    img_buf_clear(&text);
    return ok;
}

/* The header lines of a request; secrets only for whom they are. */
static bool compose_lines(const struct img_http *http, const struct img_http_request *request,
                          bool trusted, struct curl_slist **lines, struct img_err *err)
{
    const struct img_http_options *options = &http->options;
    const char *type = request->content_type ? request->content_type : "application/json";
    /* A server's leave to send a large body is not waited for. */
    bool ok = add_line(lines, "Expect:", err) &&
              (request->compressed || add_line(lines, "Accept-Encoding: identity", err)) &&
              (!request->body || add_pair(lines, "Content-Type: ", type, err));
    for (size_t i = 0; ok && i < request->header_count; i++)
        ok = add_line(lines, request->headers[i], err);
    if (ok && trusted && options->token)
        ok = add_pair(lines, "Authorization: Bearer ", options->token, err);
    if (ok && trusted && options->secret)
        ok = add_line(lines, options->secret, err);
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

static const char *method_of(const struct img_http_request *request)
{
    return request->method ? request->method : "GET";
}

static void set_method(CURL *curl, const struct img_http_request *request)
{
    const char *method = method_of(request);
    /* Without a body, too, a POST, PUT or PATCH says how long it is. */
    if (request->body || method[0] == 'P') {
        curl_easy_setopt(curl, CURLOPT_POST, 1L);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    }
    if (strcmp(method, "HEAD") == 0)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
}

static void set_options(struct img_http *http, const char *url, struct transfer *transfer)
{
    CURL *curl = http->curl;
    const struct img_http_options *options = &http->options;
    transfer->timeout_s = options->timeout_s ? options->timeout_s : TIMEOUT_S;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "img-tools/" IMG_VERSION);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)transfer->timeout_s);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)transfer->request->whole_s);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    if (transfer->request->compressed)
        curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (options->ca_file)
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    if (options->public_only) {
        curl_easy_setopt(curl, CURLOPT_PROXY, "");
        curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, on_connect);
        curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    }
}

/* What libcurl could not do, in words; false. */
static bool say_why(CURLcode code, const char *reason, const struct transfer *transfer,
                    bool *transient, struct img_err *err)
{
    *transient = transfer->stalled || (may_pass(code) && !transfer->refused[0]);
    if (code == CURLE_OUT_OF_MEMORY)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a transfer");
    if (transfer->refused[0])
        return img_err_set(err, IMG_ERR_NETWORK, "%s is not an address of the public internet",
                           transfer->refused);
    if (transfer->stalled)
        return img_err_set(err, IMG_ERR_NETWORK, "the server has been silent for %u s",
                           transfer->timeout_s);
    return img_err_set(err, IMG_ERR_NETWORK, "%s", reason[0] ? reason : curl_easy_strerror(code));
}

/* One exchange with one server. */
static bool exchange(struct img_http *http, const char *url, struct transfer *transfer,
                     bool *transient, struct img_err *err)
{
    char reason[CURL_ERROR_SIZE] = "";
    struct curl_slist *lines = NULL;
    bool trusted = http->options.endpoint && img_url_same_origin(url, http->options.endpoint);
    transfer->answer->from_endpoint = trusted;
    if (transfer->request->said)
        img_buf_reset(transfer->request->said);
    bool ok = compose_lines(http, transfer->request, trusted, &lines, err);
    if (ok) {
        curl_easy_reset(http->curl);
        set_method(http->curl, transfer->request);
        set_options(http, url, transfer);
        curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, lines);
        curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, reason);
        CURLcode code = curl_easy_perform(http->curl);
        curl_easy_setopt(http->curl, CURLOPT_ERRORBUFFER, NULL);
        curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
        ok = code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer->enough);
        if (!ok && !transfer->sink_failed)
            say_why(code, reason, transfer, transient, err);
    }
    curl_slist_free_all(lines);
    return ok;
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* The URL the last answer leads to, owned by the handle until its next use; NULL when it is to be
 * taken as it is. */
static const char *next_url(const struct img_http *http, const struct transfer *transfer)
{
    const struct img_http_request *request = transfer->request;
    char *next = NULL;
    if (!is_redirect(transfer->answer->status))
        return NULL;
    if (request->follow && !request->follow(request->ctx, transfer->answer))
        return NULL;
    curl_easy_getinfo(http->curl, CURLINFO_REDIRECT_URL, &next);
    return next;
}

/* May the request go on from url to next, its redirects counted by hops? */
static bool may_follow(const struct img_http_request *request, long status, const char *url,
                       const char *next, unsigned hops, struct img_err *err)
{
    const char *method = method_of(request);
    bool plain = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
    if (hops == REDIRECTS_MAX)
        return img_err_set(err, IMG_ERR_NETWORK, "more than %d redirects", REDIRECTS_MAX);
    if (img_url_is_https(url) && !img_url_is_https(next))
        return img_err_set(err, IMG_ERR_NETWORK, "redirected from https to %.200s", next);
    if (!plain && status != 307 && status != 308)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "redirected to %.200s by status %ld, which a %s does not follow", next,
                           status, method);
    return true;
}

static unsigned retry_after(const struct img_http *http)
{
    curl_off_t seconds = 0;
    if (curl_easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK || seconds <= 0)
        return 0;
    return seconds < RETRY_AFTER_MAX_S ? (unsigned)seconds : RETRY_AFTER_MAX_S;
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
        ok = may_follow(request, answer->status, url, next, hop, err);
        if (ok) {
            char *copy = strdup(next);
            free(url);
            url = copy;
            answer->redirected = true;
            ok = url || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a URL");
        }
    }
    if (ok)
        answer->retry_after_s = retry_after(http);
    free(url);
    return ok;
}

bool img_http_open(struct img_http **http, const struct img_http_options *options,
                   struct img_err *err)
{
    *http = calloc(1, sizeof **http);
    if (!*http)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a connection");
    (*http)->options = *options;
    (*http)->global = begin_libcurl();
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
        end_libcurl();
    free(http);
}
