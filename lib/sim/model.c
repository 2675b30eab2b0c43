/* Choosing the model that vectors are of, and embedding with it. */
#include "sim/model.h"

#include <string.h>

#include "cli/signals.h"
#include "config/places.h"
#include "hub/names.h"

static bool installed(const char *name)
{
    struct img_arena arena = {0};
    struct img_hub_places places;
    struct img_hub_model found;
    struct img_err ignored;
    bool is = img_config_places(&places, &arena, &ignored) &&
              img_hub_find(&places, name, &found, &ignored);
    img_arena_clear(&arena);
    return is;
}

/* The name to open; NULL is the configured model or what steps in for it. */
static bool choose(const struct img_sim_model *m, const struct img_vector_facts *wanted,
                   const char *of, const char **name, struct img_err *err)
{
    const struct img_config *config = m->config;
    *name = NULL;
    if (config->source[IMG_KEY_model_name] >= IMG_FROM_SET || wanted->model_name[0] == '\0')
        return true;
    /* What a server has, only the server knows. */
    if (config->v.engine == IMG_ENGINE_REMOTE || installed(wanted->model_name)) {
        *name = wanted->model_name;
        return true;
    }
    return img_config_asked(config, IMG_KEY_model_name) || installed(config->v.model_name) ||
           img_err_set(err, IMG_ERR_MODEL_MISSING,
                       "%s: its model %s (fingerprint %s) is not installed: name its folder with "
                       "--model",
                       of, wanted->model_name, wanted->fingerprint[0] ? wanted->fingerprint : "?");
}

static bool is_wanted(const struct img_sim_model *m, const struct img_vector_facts *wanted,
                      const char *of, struct img_err *err)
{
    if (wanted->fingerprint[0] && strcmp(wanted->fingerprint, m->facts.fingerprint) != 0)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "%s: of model %s, fingerprint %s; the model here is %s, fingerprint %s: "
                           "name the right one with --model",
                           of, wanted->model_name[0] ? wanted->model_name : "?",
                           wanted->fingerprint, m->facts.model_name, m->facts.fingerprint);
    if (wanted->dimension > 0 && wanted->dimension != m->facts.dimension)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "%s: dimension %zu; the model here is %s, which gives %zu", of,
                           wanted->dimension, m->facts.model_name, m->facts.dimension);
    return true;
}

bool img_sim_model_open(struct img_sim_model *m, const struct img_vector_facts *wanted,
                        const char *of, struct img_err *err)
{
    const char *name;
    if (m->opened)
        return is_wanted(m, wanted, of, err);
    if (!choose(m, wanted, of, &name, err) ||
        !img_setup_model_named(&m->setup, m->config, m->cli, name, err) ||
        !img_setup_embedder(&m->setup, m->config, m->cli, m->pictures, err) ||
        !img_batch_open(&m->batch, &m->setup.embedder, err))
        return false;
    const struct img_engine_info *info = &m->setup.embedder.engine->info;
    img_vector_facts_set(&m->facts, info->dimension, m->setup.model.name, info->fingerprint,
                         info->precision);
    m->opened = true;
    return is_wanted(m, wanted, of, err);
}

/* The batch's vectors live until the next one. */
static bool keep_vectors(struct img_item *items, size_t n, size_t dimension,
                         struct img_arena *arena, struct img_err *err)
{
    for (size_t i = 0; i < n; i++) {
        items[i].pixels = NULL;
        if (!items[i].encoded)
            continue;
        float *kept = img_arena_array(arena, dimension, sizeof *kept, err);
        if (!kept)
            return false;
        memcpy(kept, items[i].embedding, dimension * sizeof *kept);
        items[i].embedding = kept;
    }
    return true;
}

bool img_sim_model_embed(struct img_sim_model *m, struct img_item *items, size_t n,
                         struct img_arena *arena, struct img_err *err)
{
    for (size_t at = 0; at < n;) {
        size_t count = n - at < m->setup.settings.batch ? n - at : m->setup.settings.batch;
        if (!img_batch_run(&m->batch, items + at, count, err) ||
            !keep_vectors(items + at, count, m->facts.dimension, arena, err))
            return false;
        at += count;
        if (img_signals_caught()) {
            err->code = IMG_OK;
            return false;
        }
    }
    return true;
}

void img_sim_model_close(struct img_sim_model *m)
{
    img_batch_close(&m->batch);
    img_setup_close(&m->setup);
    m->opened = false;
}
