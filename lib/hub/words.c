/* Wording lists, fetches and checks. */
#include "hub/words.h"

#include "json/number.h"
#include "json/string.h"

static void put_text(struct img_buf *out, const char *name, const char *value)
{
    img_buf_printf(out, ",\"%s\":", name);
    img_json_put_text(out, value);
}

/* The member every object begins with. */
static void put_name(struct img_buf *out, const char *name)
{
    img_buf_puts(out, "{\"model_name\":");
    img_json_put_text(out, name);
}

static void put_uint(struct img_buf *out, const char *name, uint64_t value)
{
    img_buf_printf(out, ",\"%s\":", name);
    img_json_put_uint(out, value);
}

/* The members every object ends with. */
static void put_error(struct img_buf *out, const struct img_err *why)
{
    put_text(out, "error", why ? why->text : NULL);
    put_text(out, "error_code", why ? img_code_name(why->code) : NULL);
    img_buf_puts(out, "}\n");
}

static void put_entry(const struct img_hub_installed *entry, const struct img_model *model,
                      const struct img_err *why, bool json, struct img_buf *out)
{
    uint64_t bytes = 0;
    for (size_t i = 0; !why && i < model->file_count; i++)
        bytes += model->files[i].stamp.size;
    if (json) {
        put_name(out, entry->name);
        put_text(out, "path", entry->path);
        put_uint(out, "dimension", why ? 0 : model->arch.dimension);
        put_uint(out, "size", bytes);
        put_error(out, why);
    } else if (why) {
        img_buf_printf(out, "%-32s  cannot be used: %s\n", entry->name, why->text);
    } else {
        img_buf_printf(out, "%-32s  %5u numbers  %8.1f MB  %s\n", entry->name,
                       (unsigned)model->arch.dimension, (double)bytes / 1e6, entry->path);
    }
}

void img_hub_put_installed(const struct img_hub_installed *entry, bool json, bool all,
                           const struct img_report *report, struct img_buf *out)
{
    struct img_model model = {0};
    struct img_err err = {0};
    bool usable = img_model_open(&model, entry->path, &err);
    if (usable || all)
        put_entry(entry, &model, usable ? NULL : &err, json, out);
    else
        img_report(report, IMG_NOTE, "%s: %s", entry->name, err.text);
    img_model_close(&model);
}

void img_hub_put_fetched(const struct img_hub_repo *repo, const struct img_hub_fetched *fetched,
                         bool json, struct img_buf *out)
{
    if (!json) {
        img_buf_printf(out, "%s\n", fetched->path);
        return;
    }
    put_name(out, repo->shown);
    put_text(out, "path", fetched->path);
    put_text(out, "commit", fetched->commit);
    put_uint(out, "files", fetched->files);
    put_uint(out, "size", fetched->bytes);
    put_uint(out, "received", fetched->received);
    img_buf_puts(out, "}\n");
}

void img_hub_put_checked(const struct img_hub_model *found, const struct img_hub_checked *checked,
                         const struct img_err *why, bool json, struct img_buf *out)
{
    if (json) {
        put_name(out, found->name);
        put_text(out, "model_fingerprint", why ? NULL : checked->fingerprint);
        put_text(out, "path", found->path);
        put_uint(out, "files", checked->files);
        put_uint(out, "verified", checked->verified);
        put_uint(out, "tensors", checked->tensors);
        img_buf_printf(out, ",\"packed\":%s,\"golden\":%zu,\"golden_distance\":%.2g",
                       checked->packed ? "true" : "false", checked->golden,
                       checked->golden_distance);
        put_error(out, why);
    } else if (!why) {
        img_buf_printf(out, "%s: sane: %zu files", found->name, checked->files);
        if (checked->verified > 0)
            img_buf_printf(out, " (%zu of them with their published digests)", checked->verified);
        img_buf_printf(out, ", %zu tensors, all finite; fingerprint %s\n", checked->tensors,
                       checked->fingerprint);
        if (checked->packed)
            img_buf_printf(out, "%s: its packed weights are sound\n", found->name);
        if (checked->golden > 0)
            img_buf_printf(out, "%s: %zu golden embeddings come out, the largest distance %.2g\n",
                           found->name, checked->golden, checked->golden_distance);
    }
}
