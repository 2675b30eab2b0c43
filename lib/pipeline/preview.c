/* Naming and writing preprocessed pictures. */
#include "pipeline/preview.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "image/png.h"

static bool ends_in_slash(const char *path)
{
    size_t len = strlen(path);
    return len > 0 && path[len - 1] == '/';
}

bool img_preview_is_folder(const char *path)
{
    struct stat info;
    return ends_in_slash(path) || (stat(path, &info) == 0 && S_ISDIR(info.st_mode));
}

static bool name_file(const char *path, const struct img_item *item, size_t index,
                      struct img_buf *name, struct img_err *err)
{
    img_buf_puts(name, path);
    if (img_preview_is_folder(path)) {
        const char *base = item->kind == IMG_ITEM_PATH ? item->path : "picture";
        const char *slash = strrchr(base, '/');
        if (!img_folder_make(path, false, err))
            return false;
        /* 200 bytes of the name leave room for the rest of what a file system takes. */
        img_buf_printf(name, "%s%06zu-%.200s.png", ends_in_slash(path) ? "" : "/", index + 1,
                       slash ? slash + 1 : base);
    }
    return img_buf_ok(name, err);
}

bool img_preview_write(const char *path, const struct img_item *item, size_t index, size_t side,
                       struct img_err *err)
{
    struct img_buf name = {0}, png = {0};
    struct img_newfile file = {0};
    img_png_put(&png, item->pixels, side, side);
    bool ok = name_file(path, item, index, &name, err) && img_buf_ok(&png, err) &&
              img_file_may_replace(name.data, err) && img_newfile_open(&file, name.data, err) &&
              img_newfile_write(&file, png.data, png.len, err) && img_newfile_commit(&file, err);
    if (!ok)
        img_err_in(err, "%s", name.data ? name.data : path);
    img_newfile_abort(&file);
    img_buf_clear(&name);
    img_buf_clear(&png);
    return ok;
}
