/* Error values: composing the sentence, and the one table of codes. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum img_exit exit;
} codes[IMG_CODE_COUNT] = {
    [IMG_OK] = {"ok", IMG_EXIT_OK},
#define CODE_ROW(code, name, exit) [code] = {name, exit},
    IMG_CODES(CODE_ROW)
#undef CODE_ROW
};

bool img_err_set(struct img_err *err, enum img_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    err->code = code;
    err->os = 0;
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return false;
}

bool img_err_sys(struct img_err *err, enum img_code code, int os, const char *fmt, ...)
{
    char what[sizeof err->text];
    char buffer[128];
    va_list args;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    img_err_set(err, code, "%s", strerror_r(os, buffer, sizeof buffer)); /* GNU's returns the text */
    err->os = os;
    return img_err_in(err, "%s", what);
}

bool img_err_in(struct img_err *err, const char *fmt, ...)
{
    char context[sizeof err->text];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(context, sizeof context, fmt, args);
    va_end(args);
    size_t have = strlen(err->text);
    size_t room = sizeof err->text - 1 - have;
    if (n <= 0 || room < 3)
        return false;
    size_t keep = strlen(context);
    if (keep > room - 2)
        keep = room - 2;
    memmove(err->text + keep + 2, err->text, have + 1);
    memcpy(err->text, context, keep);
    memcpy(err->text + keep, ": ", 2);
    return false;
}

enum img_code img_code_from_errno(int os)
{
    switch (os) {
    case ENOENT:
    case ENOTDIR:
        return IMG_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
        return IMG_ERR_PERMISSION;
    case EISDIR:
    case ENXIO:
        return IMG_ERR_NOT_A_FILE;
    case ENOMEM:
        return IMG_ERR_OUT_OF_MEMORY;
    default:
        return IMG_ERR_READ;
    }
}

const char *img_code_name(enum img_code code)
{
    return (unsigned)code < IMG_CODE_COUNT ? codes[code].name : "unknown";
}

enum img_exit img_code_exit(enum img_code code)
{
    return (unsigned)code < IMG_CODE_COUNT ? codes[code].exit : IMG_EXIT_ENVIRONMENT;
}
