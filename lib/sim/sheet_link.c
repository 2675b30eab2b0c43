/* Making references. Folders named .. are kept: what they lead to only the file system knows. */
#include "sim/sheet_link.h"

#include <string.h>

static void put_encoded(struct img_buf *out, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c != '\0' && strchr("-._~/", c));
        if (plain)
            img_buf_putc(out, c);
        else
            img_buf_printf(out, "%%%02X", (unsigned char)c);
    }
}

/* Appends /a/b without empty and . parts. */
static void put_absolute(struct img_buf *out, const char *path, const char *here)
{
    const char *parts[] = {path[0] == '/' ? "" : here, path};
    for (size_t i = 0; i < 2; i++)
        for (const char *at = parts[i]; *at;) {
            size_t len = strcspn(at, "/");
            if (len > 0 && !(len == 1 && at[0] == '.')) {
                img_buf_putc(out, '/');
                img_buf_put(out, at, len);
            }
            at += len + (at[len] == '/');
        }
}

/* Length of the folders that both begin with, each with its slash. */
static size_t common_folders(const char *a, const char *b)
{
    size_t common = 0;
    for (size_t i = 0; a[i] == b[i] || (a[i] == '/' && b[i] == '\0'); i++) {
        if (a[i] == '/')
            common = i;
        if (a[i] == '\0' || b[i] == '\0')
            break;
    }
    return common;
}

static bool climbs(const char *path)
{
    size_t len = strlen(path);
    return strstr(path, "/../") || (len >= 3 && strcmp(path + len - 3, "/..") == 0);
}

void img_sheet_put_link(struct img_buf *out, const char *path, const char *page_folder,
                        const char *here)
{
    struct img_buf to = {0}, from = {0};
    put_absolute(&to, path, here);
    put_absolute(&from, page_folder, here);
    const char *target = to.data ? to.data : "/", *base = from.data ? from.data : "";
    size_t common = common_folders(target, base);
    bool inside = common == strlen(base) && common < strlen(target);
    if (!inside && (common == 0 || climbs(base))) {
        img_buf_puts(out, "file://");
        put_encoded(out, target, strlen(target));
    } else {
        for (const char *at = base + common; *at; at++)
            if (*at == '/')
                img_buf_puts(out, "../");
        put_encoded(out, target + common + 1, strlen(target + common + 1));
    }
    out->failed |= to.failed || from.failed;
    img_buf_clear(&to);
    img_buf_clear(&from);
}
