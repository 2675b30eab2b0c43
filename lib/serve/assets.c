/* Reading the files at the start. */
#include "serve/assets.h"

#include "base/file.h"
#include "base/place.h"

enum { ASSET_MAX = 1 << 20 };

static const struct {
    const char *name, *type;
} assets[IMG_ASSET_COUNT] = {
    [IMG_ASSET_PAGE] = {"serve/page.html", "text/html; charset=utf-8"},
    [IMG_ASSET_STYLE] = {"serve/page.css", "text/css; charset=utf-8"},
    [IMG_ASSET_SCRIPT] = {"serve/page.js", "text/javascript; charset=utf-8"},
    [IMG_ASSET_OPENAPI] = {"serve/openapi.json", "application/json"},
};

bool img_assets_open(struct img_assets *all, struct img_err *err)
{
    char path[PATH_MAX];
    for (int i = 0; i < IMG_ASSET_COUNT; i++) {
        if (!img_place_data(assets[i].name, path, err))
            return false;
        if (!img_file_read(path, ASSET_MAX, &all->files[i], err)) {
            err->code = IMG_ERR_SYSTEM;
            return img_err_in(err, "%s", path);
        }
    }
    return true;
}

const char *img_asset_type(enum img_asset asset)
{
    return assets[asset].type;
}

void img_assets_close(struct img_assets *all)
{
    for (int i = 0; i < IMG_ASSET_COUNT; i++)
        img_buf_clear(&all->files[i]);
}
