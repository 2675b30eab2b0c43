/* From a model's name to its folder, without a connection.
 *
 * A name is a folder (it has a slash and is there, or is "." or ".."), `demo`, CLIP's own
 * (`clip-vit-base-patch32` and its siblings, which are `openai/…` on the hub), or any repository of
 * the hub, `org/repo`; `NAME@REVISION` asks for a branch, tag or commit. Models are looked for in
 * the stores and in the hub's own cache, which is used in place. */
#ifndef IMG_HUB_NAMES_H
#define IMG_HUB_NAMES_H

#include <limits.h>

#include "base/err.h"
#include "config/places.h"

enum {
    IMG_HUB_REPO_MAX = 200, /* two parts of 96 bytes, the slash and the NUL, rounded up */
    IMG_HUB_REVISION_MAX = 128,
};

/* A repository of the hub. */
struct img_hub_repo {
    char id[IMG_HUB_REPO_MAX];           /* "openai/clip-vit-base-patch32" */
    char shown[IMG_HUB_REPO_MAX];        /* the short name where there is one, else the id */
    char revision[IMG_HUB_REVISION_MAX]; /* "main" unless asked for */
};

/* Fails with USAGE when name cannot be one of a repository; the text says what one looks like. */
IMG_CHECKED bool img_hub_repo_parse(const char *name, struct img_hub_repo *repo,
                                    struct img_err *err);

enum img_hub_kind { IMG_HUB_FOLDER, IMG_HUB_DEMO, IMG_HUB_STORE, IMG_HUB_CACHE };

struct img_hub_model {
    enum img_hub_kind kind;
    char path[PATH_MAX];
    char name[IMG_HUB_REPO_MAX]; /* what records call it; a folder's own name, cut where too long */
};

/* Fails with MODEL_MISSING; the text says where it was looked for and how to get it. A folder given
 * as a path is found when it is there; a name only where configuration and weights are. */
IMG_CHECKED bool img_hub_find(const struct img_hub_places *places, const char *name,
                              struct img_hub_model *model, struct img_err *err);

/* The same for the default model, which nobody asked for: when it is not installed the demo model
 * steps in, and *fell_back says so, for the caller to print its notice. */
IMG_CHECKED bool img_hub_find_default(const struct img_hub_places *places, const char *name,
                                      struct img_hub_model *model, bool *fell_back,
                                      struct img_err *err);

#endif
