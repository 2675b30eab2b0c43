/* From configuration to a running embedder: the model chosen and opened, the settings made. */
#ifndef IMG_PIPELINE_SETUP_H
#define IMG_PIPELINE_SETUP_H

#include "cli/cli.h"
#include "pipeline/embedder.h"

/* Must not move once opened. */
struct img_setup {
    struct img_model model;
    struct img_settings settings;
    struct img_embedder embedder;
    struct img_engine *remote; /* engine=remote: opened with the model, since the server knows it;
                                  NULL once the embedder has it */
};

/* Chooses and opens the model, and makes the settings: everything that can be wrong about what was
 * asked for. With engine=remote there is no folder: a server is asked. Fails as img_hub_choose(),
 * img_model_open(), img_settings_make() and img_engine_open_remote() do. */
IMG_CHECKED bool img_setup_model(struct img_setup *setup, const struct img_config *config,
                                 const struct img_cli *cli, struct img_err *err);

/* The same with the model of this name; NULL: the configured one. */
IMG_CHECKED bool img_setup_model_named(struct img_setup *setup, const struct img_config *config,
                                       const struct img_cli *cli, const char *name,
                                       struct img_err *err);

/* Opens the embedder; pictures as in struct img_embedder_options. */
IMG_CHECKED bool img_setup_embedder(struct img_setup *setup, const struct img_config *config,
                                    const struct img_cli *cli, size_t pictures,
                                    struct img_err *err);

void img_setup_close(struct img_setup *setup);

#endif
