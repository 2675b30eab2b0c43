/* One rule for every program, so that none of them falls back where another does not. */
#include "hub/choose.h"

#include "config/places.h"

bool img_hub_choose(const struct img_config *config, const char *name,
                    const struct img_report *report, struct img_hub_model *model,
                    struct img_err *err)
{
    struct img_arena arena = {0};
    struct img_hub_places places;
    bool asked = name || img_config_asked(config, IMG_KEY_model_name), fell_back = false;
    if (!name)
        name = config->v.model_name;
    bool ok = img_config_places(&places, &arena, err);
    if (ok && asked)
        ok = img_hub_find(&places, name, model, err);
    else if (ok)
        ok = img_hub_find_default(&places, name, model, &fell_back, err);
    if (fell_back)
        img_report(
            report, IMG_WARNING,
            "%s is not installed, so the demo model is used, which knows coloured shapes and "
            "textures and not the world; get the other with: img-model fetch %s",
            name, name);
    img_arena_clear(&arena);
    return ok;
}
