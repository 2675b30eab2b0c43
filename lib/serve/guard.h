/* Who may ask: the headers that browsers send of themselves, and the token. */
#ifndef IMG_SERVE_GUARD_H
#define IMG_SERVE_GUARD_H

#include "base/err.h"
#include "cli/options.h"

/* Whether a Host header ("localhost:8080") names this machine's loopback, or one of the names allowed
 * beside. A page of another site whose name was made to resolve to us (DNS rebinding) says its own. */
bool img_guard_host(const char *host, const struct img_string_list *allowed);

/* Whether a request with this Origin comes from a page that host has sent. NULL: no browser's. */
bool img_guard_origin(const char *origin, const char *host);

/* The same by Sec-Fetch-Site and Sec-Fetch-Mode (W3C's Fetch Metadata), which come also where there
 * is no Origin, with pictures and scripts; links may be followed from anywhere. NULL: not said. */
bool img_guard_fetch(const char *site, const char *mode);

/* Whether "Bearer TOKEN" carries token; takes as long for a wrong one as for the right one. */
bool img_guard_token(const char *authorization, const char *token);

/* The first line of a file, which must hold a token: 16 to 1024 printable characters. The file should
 * be its owner's alone: *open says that others can read it. Fails with CONFIG. */
enum { IMG_TOKEN_MAX = 1025 };
IMG_CHECKED bool img_guard_read_token(const char *path, char token[IMG_TOKEN_MAX], bool *open,
                                      struct img_err *err);

#endif
