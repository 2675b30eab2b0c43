/* Judging headers. */
#include "serve/guard.h"

#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/file.h"

enum { TOKEN_MIN = 16 };

/* The length of the name in "name:port" or "[address]:port"; 0 when it is neither. */
static size_t name_length(const char *host)
{
    size_t len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
    if (host[0] == '[' && host[len - 1] != ']')
        return 0;
    const char *port = host + len;
    if (*port == '\0')
        return len;
    size_t digits = *port == ':' ? strspn(port + 1, "0123456789") : 0;
    return digits > 0 && digits <= 5 && port[1 + digits] == '\0' ? len : 0;
}

static bool is_name(const char *host, size_t len, const char *name)
{
    return strlen(name) == len && strncasecmp(host, name, len) == 0;
}

/* 127.1.2.3 */
static bool is_loopback4(const char *host, size_t len)
{
    size_t dots = 0;
    if (len < 7 || len > 15 || strncmp(host, "127.", 4) != 0)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (host[i] == '.')
            dots++;
        else if (host[i] < '0' || host[i] > '9')
            return false;
    }
    return dots == 3;
}

bool img_guard_host(const char *host, const struct img_string_list *allowed)
{
    size_t len = host ? name_length(host) : 0;
    if (len == 0)
        return false;
    if (is_name(host, len, "localhost") || is_name(host, len, "[::1]") || is_loopback4(host, len))
        return true;
    for (size_t i = 0; i < allowed->count; i++)
        if (is_name(host, len, allowed->items[i]))
            return true;
    return false;
}

bool img_guard_origin(const char *origin, const char *host)
{
    if (!origin)
        return true;
    if (!host)
        return false;
    const char *name = strstr(origin, "://");
    return name && strcasecmp(name + 3, host) == 0;
}

bool img_guard_fetch(const char *site, const char *mode)
{
    return !site || strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0 ||
           (mode && strcmp(mode, "navigate") == 0);
}

bool img_guard_token(const char *authorization, const char *token)
{
    static const char scheme[] = "Bearer ";
    if (!authorization || strncasecmp(authorization, scheme, sizeof scheme - 1) != 0)
        return false;
    const char *given = authorization + sizeof scheme - 1;
    size_t len = strlen(given), want = strlen(token);
    volatile unsigned char differs = len != want;
    for (size_t i = 0; i < want; i++)
        differs |= (unsigned char)(token[i] ^ given[len > 0 ? i % len : 0]);
    return differs == 0;
}

bool img_guard_read_token(const char *path, char token[IMG_TOKEN_MAX], bool *open,
                          struct img_err *err)
{
    struct img_buf text = {0};
    struct stat info;
    if (!img_file_read(path, 4096, &text, err)) {
        err->code = IMG_ERR_CONFIG;
        img_buf_clear(&text);
        return img_err_in(err, "token file '%s'", path);
    }
    size_t len = text.data ? strcspn(text.data, "\r\n") : 0;
    bool ok = len >= TOKEN_MIN && len < IMG_TOKEN_MAX;
    for (size_t i = 0; ok && i < len; i++)
        ok = text.data[i] > 0x20 && text.data[i] < 0x7f;
    if (ok)
        memcpy(token, text.data, len);
    token[ok ? len : 0] = '\0';
    *open = stat(path, &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
    img_buf_clear(&text);
    return ok || img_err_set(err, IMG_ERR_CONFIG, "token file '%s': its first line is not %d to %d "
                             "printable characters", path, TOKEN_MIN, IMG_TOKEN_MAX - 1);
}
