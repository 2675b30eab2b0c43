/* URLs through libcurl's own reader, so that what is compared is what it would connect to. */
#include "net/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

/* A part of a URL, to be given to curl_free(); NULL when there is none. */
static char *url_part(const char *url, CURLUPart which)
{
    char *part = NULL;
    CURLU *parsed = curl_url();
    if (parsed && curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK)
        curl_url_get(parsed, which, &part, CURLU_DEFAULT_PORT);
    curl_url_cleanup(parsed);
    return part;
}

static bool has_part(const char *url, CURLUPart which)
{
    char *part = url_part(url, which);
    bool has = part && part[0];
    curl_free(part);
    return has;
}

bool img_url_is_https(const char *url)
{
    return strncasecmp(url, "https://", 8) == 0;
}

bool img_url_is_open(const char *url)
{
    struct in_addr four;
    char *host = url_part(url, CURLUPART_HOST);
    bool here = host && (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
                         (inet_pton(AF_INET, host, &four) == 1 &&
                          ntohl(four.s_addr) >> 24 == IN_LOOPBACKNET));
    curl_free(host);
    return !here && !img_url_is_https(url);
}

bool img_url_check_endpoint(const char *url, struct img_err *err)
{
    if (!img_url_is_https(url) && strncasecmp(url, "http://", 7) != 0)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "'%.200s' does not begin with http:// or https://", url);
    if (!has_part(url, CURLUPART_HOST))
        return img_err_set(err, IMG_ERR_CONFIG, "'%.200s' names no server", url);
    if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD))
        return img_err_set(err, IMG_ERR_CONFIG, "a server's address must not hold a password");
    if (has_part(url, CURLUPART_QUERY) || has_part(url, CURLUPART_FRAGMENT))
        return img_err_set(err, IMG_ERR_CONFIG, "'%.200s' has a query or a fragment", url);
    return true;
}

bool img_url_same_origin(const char *a, const char *b)
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

void img_url_join(const char *endpoint, const char *path, struct img_buf *out)
{
    size_t len = strlen(endpoint);
    while (len > 0 && endpoint[len - 1] == '/')
        len--;
    img_buf_put(out, endpoint, len);
    img_buf_puts(out, path);
}

void img_url_escape(const char *text, bool keep_slashes, struct img_buf *out)
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
