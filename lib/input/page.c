/* Taking the page off a name. */
#include "input/page.h"

#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DIGITS_MAX = 6 };

bool img_input_page(const char *path, char file[PATH_MAX], uint32_t *page)
{
    size_t len = strlen(path);
    if (len < 4 || len >= PATH_MAX || path[len - 1] != ']')
        return false;
    size_t digits = len - 1;
    while (digits > 0 && isdigit((unsigned char)path[digits - 1]))
        digits--;
    if (digits < 2 || path[digits - 1] != '[' || digits == len - 1 ||
        len - 1 - digits > DIGITS_MAX || faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return false;
    memcpy(file, path, digits - 1);
    file[digits - 1] = '\0';
    *page = (uint32_t)strtoul(path + digits, NULL, 10);
    return true;
}
