/* The files that are sent as they are: the search page and the description of the API. */
#ifndef IMG_SERVE_ASSETS_H
#define IMG_SERVE_ASSETS_H

#include "base/buf.h"
#include "base/err.h"

enum img_asset { IMG_ASSET_PAGE, IMG_ASSET_STYLE, IMG_ASSET_SCRIPT, IMG_ASSET_OPENAPI,
                 IMG_ASSET_COUNT };

struct img_assets {
    struct img_buf files[IMG_ASSET_COUNT];
};

/* Reads them from where they were installed. Fails with SYSTEM. */
IMG_CHECKED bool img_assets_open(struct img_assets *assets, struct img_err *err);

const char *img_asset_type(enum img_asset asset);

void img_assets_close(struct img_assets *assets);

#endif
