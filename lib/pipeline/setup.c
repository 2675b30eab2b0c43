/* Opening what both embedding programs need. */
#include "pipeline/setup.h"

#include <stdio.h>
#include <string.h>

#include "engine/remote/remote.h"
#include "hub/choose.h"
#include "net/url.h"

bool img_setup_model(struct img_setup *s, const struct img_config *config,
                     const struct img_cli *cli, struct img_err *err)
{
    return img_setup_model_named(s, config, cli, NULL, err);
}

static bool name_model(struct img_model *model, const char *name, struct img_err *err)
{
    model->name = img_arena_copy(&model->arena, name, strlen(name), err);
    return model->name != NULL;
}

/* The server's model, as far as one who has no files of it can describe it. Settings are made first:
 * what contradicts itself is not worth a question. */
static bool meet_server(struct img_setup *s, const struct img_config *config,
                        const struct img_cli *cli, const char *name, struct img_err *err)
{
    const struct img_values *v = &config->v;
    struct img_remote_model model;
    s->model.name = v->ollama_endpoint;
    s->model.prep.size = s->model.prep.resize = s->model.prep.crop = 1;
    s->model.arch.dimension = (uint32_t)v->dimension;
    if (!img_settings_make(&s->settings, config, &cli->common, &s->model, err))
        return false;
    const struct img_remote_options options = {
        .endpoint = v->ollama_endpoint,
        .api = (enum img_remote_choice)v->remote_api,
        .model = name ? name : v->model_name,
        .model_asked = name || img_config_asked(config, IMG_KEY_model_name),
        .token_file = v->remote_token_file,
        .ca_file = v->remote_ca_file,
        .fingerprint = s->settings.fingerprint,
        .dimension = (uint32_t)v->dimension,
        .workers = s->settings.decoders,
        .timeout_s = v->timeout,
        .retry_attempts = (unsigned)v->retry_attempts,
        .retry_delay_s = v->retry_delay,
        .report = &cli->report,
    };
    if (options.token_file && img_url_is_open(options.endpoint))
        img_report(options.report, IMG_WARNING, "the token goes to %s unencrypted",
                   options.endpoint);
    if (!img_engine_open_remote(&s->remote, &options, &model, err))
        return false;
    s->model.arch.dimension = s->remote->info.dimension;
    snprintf(s->settings.preprocessing, sizeof s->settings.preprocessing, "%s",
             model.preprocessing);
    return name_model(&s->model, model.name, err);
}

bool img_setup_model_named(struct img_setup *s, const struct img_config *config,
                           const struct img_cli *cli, const char *name, struct img_err *err)
{
    struct img_hub_model found;
    if (config->v.engine == IMG_ENGINE_REMOTE)
        return meet_server(s, config, cli, name, err);
    if (!img_hub_choose(config, name, &cli->report, &found, err))
        return false;
    if (!img_model_open(&s->model, found.path, err))
        return img_err_in(err, "%s", found.name);
    return name_model(&s->model, found.name, err) &&
           img_settings_make(&s->settings, config, &cli->common, &s->model, err);
}

bool img_setup_embedder(struct img_setup *s, const struct img_config *config,
                        const struct img_cli *cli, size_t pictures, struct img_err *err)
{
    const struct img_embedder_options options = {
        .engine = img_settings_engine(&s->settings, config, &cli->report),
        .remote = &s->remote,
        .cache_folder = config->v.cache_embeddings ? config->v.cache_directory : NULL,
        .pictures = pictures,
    };
    return img_embedder_open(&s->embedder, &s->settings, &s->model, &options, err);
}

void img_setup_close(struct img_setup *s)
{
    img_embedder_close(&s->embedder);
    img_engine_close(s->remote);
    s->remote = NULL;
    img_model_close(&s->model);
}
