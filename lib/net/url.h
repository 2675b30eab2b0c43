/* Addresses on the web: checked, compared, put together. */
#ifndef IMG_NET_URL_H
#define IMG_NET_URL_H

#include "base/buf.h"
#include "base/err.h"

/* True for http:// or https:// with a host, without a user's name or password, query or fragment:
 * what a server's address in a configuration may be. Fails with CONFIG or OUT_OF_MEMORY. */
IMG_CHECKED bool img_url_check_endpoint(const char *url, struct img_err *err);

/* Same scheme, host and port, ports of the scheme understood. False when one cannot be read. */
bool img_url_same_origin(const char *a, const char *b);

bool img_url_is_https(const char *url);

/* True when a secret sent there could be read on the way: http to another machine than this one. */
bool img_url_is_open(const char *url);

/* Appends endpoint without its last slashes, then path, which begins with a slash. */
void img_url_join(const char *endpoint, const char *path, struct img_buf *out);

/* Appends text to out, percent-encoded but for letters, digits and -._~ (and slashes if kept). */
void img_url_escape(const char *text, bool keep_slashes, struct img_buf *out);

#endif
