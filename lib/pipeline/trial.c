/* A model's trial run. */
#include "pipeline/trial.h"

#include <unistd.h>

static bool run_golden(const struct img_config *config, const struct img_report *report,
                       struct img_model *model, const char *golden, struct img_trial *trial,
                       struct img_err *err)
{
    struct img_settings settings;
    struct img_embedder embedder = {0};
    struct img_batch batch = {0};
    const struct img_common common = {0};
    if (!img_settings_make(&settings, config, &common, model, err))
        return false;
    const struct img_embedder_options options = {
        .engine = img_settings_engine(&settings, config, report), .pictures = 1};
    settings.normalize = false;
    trial->golden = img_embedder_open(&embedder, &settings, model, &options, err) &&
                    img_batch_open(&batch, &embedder, err) &&
                    img_golden_check(&batch, golden, &trial->result, err);
    img_batch_close(&batch);
    img_embedder_close(&embedder);
    return trial->golden;
}

bool img_trial_run(const struct img_config *config, const struct img_report *report,
                   const char *folder, const char *golden, struct img_trial *trial,
                   struct img_err *err)
{
    struct img_model model = {0};
    *trial = (struct img_trial){0};
    bool ok = img_model_open(&model, folder, err);
    if (ok && config->v.cache_directory)
        ok = img_engine_verify_packed(&model, config->v.cache_directory, &trial->packed, err);
    if (ok && !golden) {
        const char *own = img_arena_printf(&model.arena, err, "%s/%s", folder, IMG_GOLDEN_NAME);
        ok = own != NULL;
        golden = ok && access(own, R_OK) == 0 ? own : NULL;
    }
    if (ok && golden)
        ok = run_golden(config, report, &model, golden, trial, err);
    img_model_close(&model);
    return ok;
}
