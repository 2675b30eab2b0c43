/* Where models lie and how the hub is reached, read from the environment once. Each variable means
 * what it means to Hugging Face's own tools, so that all share one cache and one token:
 *
 *   HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME    the hub's cache
 *   HF_ENDPOINT                                     another hub
 *   HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HF_TOKEN_PATH, HF_HUB_DISABLE_IMPLICIT_TOKEN
 *   HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE            no connection, whatever is asked
 *   CURL_CA_BUNDLE, SSL_CERT_FILE                   trusted certificates
 *   XDG_DATA_HOME, XDG_CACHE_HOME, HOME             folders
 *
 * An empty variable is an absent one. */
#ifndef IMG_CONFIG_PLACES_H
#define IMG_CONFIG_PLACES_H

#include "base/arena.h"
#include "base/err.h"

enum { IMG_STORES = 2 };

struct img_hub_places {
    const char *demo;               /* the demo model's folder; NULL: not installed */
    const char *stores[IMG_STORES]; /* folders that hold models by name: the user's, then the one
                                       installed with the programs; NULL: none */
    const char *cache;              /* the hub's cache; NULL: no home to have one in */
    const char *endpoint;           /* URL without a slash at its end */
    const char *token;              /* NULL: none */
    const char *ca_file;            /* NULL: the system's */
    bool offline;
};

/* Fills places with the folders, strings of the arena's. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_config_places(struct img_hub_places *places, struct img_arena *arena,
                                   struct img_err *err);

/* The same, and how the hub is reached: for those who will, since no one else needs the token or is
 * to fail over it. Fails with CONFIG (a token or endpoint that cannot be one; a token file that is
 * there but cannot be read) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_config_hub(struct img_hub_places *places, struct img_arena *arena,
                                   struct img_err *err);

#endif
