/* Opening what both embedding programs need. */
#include "pipeline/setup.h"

#include <string.h>

#include "hub/choose.h"

bool img_setup_model(struct img_setup *s, const struct img_config *config,
                     const struct img_cli *cli, struct img_err *err)
{
    return img_setup_model_named(s, config, cli, NULL, err);
}

bool img_setup_model_named(struct img_setup *s, const struct img_config *config,
                           const struct img_cli *cli, const char *name, struct img_err *err)
{
    struct img_hub_model found;
    if (!img_hub_choose(config, name, &cli->report, &found, err))
        return false;
    if (!img_model_open(&s->model, found.path, err))
        return img_err_in(err, "%s", found.name);
    s->model.name = img_arena_copy(&s->model.arena, found.name, strlen(found.name), err);
    return s->model.name && img_settings_make(&s->settings, config, &cli->common, &s->model, err);
}

bool img_setup_embedder(struct img_setup *s, const struct img_config *config,
                        const struct img_cli *cli, size_t pictures, struct img_err *err)
{
    const struct img_embedder_options options = {
        .engine = img_settings_engine(&s->settings, config, &cli->report),
        .cache_folder = config->v.cache_embeddings ? config->v.cache_directory : NULL,
        .pictures = pictures,
    };
    return img_embedder_open(&s->embedder, &s->settings, &s->model, &options, err);
}

void img_setup_close(struct img_setup *s)
{
    img_embedder_close(&s->embedder);
    img_model_close(&s->model);
}
