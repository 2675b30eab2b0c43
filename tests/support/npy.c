/* Reading .npy files by mapping them. */
#include "support/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool parse_header(struct npy *npy, const char *header, const unsigned char *end)
{
    const char *descr = strstr(header, "'descr': '");
    const char *shape = strstr(header, "'shape': (");
    if (!descr || !shape || !strstr(header, "'fortran_order': False"))
        return false;
    snprintf(npy->type, sizeof npy->type, "%.2s", descr + 11);
    size_t count = 1;
    for (shape += 10; *shape != ')' && npy->dims < 8;) {
        char *after;
        npy->shape[npy->dims] = strtoul(shape, &after, 10);
        if (after == shape)
            return false;
        count *= npy->shape[npy->dims++];
        shape = after + strspn(after, ", ");
    }
    size_t item = (size_t)(npy->type[1] - '0');
    return (size_t)(end - (const unsigned char *)npy->data) == count * item;
}

bool npy_open(struct npy *npy, const char *path)
{
    struct img_err err;
    *npy = (struct npy){0};
    if (!img_map_open(&npy->map, path, &err))
        return false;
    const unsigned char *bytes = npy->map.data;
    if (npy->map.size > 10 && memcmp(bytes, "\x93NUMPY\x01", 7) == 0) {
        size_t len = (size_t)bytes[8] | (size_t)bytes[9] << 8;
        char header[1024] = "";
        if (len < sizeof header && 10 + len <= npy->map.size) {
            memcpy(header, bytes + 10, len);
            npy->data = bytes + 10 + len;
            if (parse_header(npy, header, bytes + npy->map.size))
                return true;
        }
    }
    npy_close(npy);
    return false;
}

void npy_close(struct npy *npy)
{
    img_map_close(&npy->map);
    *npy = (struct npy){0};
}

const char *shared_folder(void)
{
    const char *folder = getenv("IMG_TOOLS_SHARED");
    if (!folder)
        folder = "../shared";
    return access(folder, R_OK) == 0 ? folder : NULL;
}

const char *shared_path(const char *relative)
{
    static char paths[8][1024];
    static unsigned next;
    char *path = paths[next++ % 8];
    const char *folder = shared_folder();
    snprintf(path, sizeof paths[0], "%s/%s", folder ? folder : "absent", relative);
    return path;
}
