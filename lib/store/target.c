/* Looking at, making and judging the server's collection. */
#include "store/target.h"

#include <stdio.h>
#include <string.h>

#include "json/string.h"
#include "store/remove.h"
#include "store/reply.h"

/* Payload fields that are filtered by; as many as IMG_TARGET_INDEXES. */
static const struct {
    const char *field, *type;
} indexes[IMG_TARGET_INDEXES] = {
    {"image_path", "keyword"},
    {"image_id", "keyword"},
    {"model_fingerprint", "keyword"},
    {"metadata.creation_date", "datetime"},
    {"metadata.modification_date", "datetime"},
    {"img_tools.location", "geo"},
    {"img_tools.root", "keyword"},
    {"img_tools.digest", "keyword"},
};

static void copy_text(const char *text, char *to, size_t size)
{
    snprintf(to, size, "%s", text ? text : "");
}

static bool read_vectors(const struct img_json_object *params, struct img_arena *arena,
                         struct img_target *target)
{
    struct img_json_object vectors;
    int64_t size;
    struct img_err ignored;
    if (!img_qdrant_enter(params, "vectors", arena, &vectors))
        return false;
    const struct img_json_value *given = img_json_find(&vectors, "size");
    const char *distance = img_qdrant_text(&vectors, "distance", arena);
    if (!given || !distance || !img_json_get_int(given, &size, &ignored) || size < 1 ||
        size > 1 << 20)
        return false;
    target->dimension = (size_t)size;
    copy_text(distance, target->distance, sizeof target->distance);
    return !img_json_find(&vectors, "multivector_config") ||
           img_json_find(&vectors, "multivector_config")->kind == IMG_JSON_NULL;
}

bool img_target_read(const struct img_json_value *result, struct img_arena *arena,
                     struct img_target *target, struct img_err *err)
{
    struct img_json_object info, config, params, metadata, ours, schema;
    int64_t points = 0;
    struct img_err ignored;
    *target = (struct img_target){.exists = true};
    if (result->kind != IMG_JSON_OBJECT) {
        img_err_set(err, IMG_ERR_NETWORK, "no description of a collection");
        return img_qdrant_unreadable(err);
    }
    if (!img_json_enter(result, arena, &info, err))
        return img_qdrant_unreadable(err);
    if (!img_qdrant_enter(&info, "config", arena, &config) ||
        !img_qdrant_enter(&config, "params", arena, &params)) {
        img_err_set(err, IMG_ERR_NETWORK, "a collection without config.params");
        return img_qdrant_unreadable(err);
    }
    target->plain = read_vectors(&params, arena, target);
    const struct img_json_value *count = img_json_find(&info, "points_count");
    if (count && count->kind == IMG_JSON_NUMBER && img_json_get_int(count, &points, &ignored) &&
        points > 0)
        target->points = (uint64_t)points;
    if (img_qdrant_enter(&config, "metadata", arena, &metadata) &&
        img_qdrant_enter(&metadata, "img_tools", arena, &ours)) {
        copy_text(img_qdrant_text(&ours, "model_name", arena), target->model_name,
                  sizeof target->model_name);
        copy_text(img_qdrant_text(&ours, "model_fingerprint", arena), target->fingerprint,
                  sizeof target->fingerprint);
    }
    img_qdrant_enter(&info, "payload_schema", arena, &schema);
    for (size_t i = 0; i < IMG_TARGET_INDEXES; i++)
        target->indexed[i] = img_json_find(&schema, indexes[i].field) != NULL;
    return true;
}

bool img_target_look(struct img_qdrant *store, struct img_target *target, struct img_err *err)
{
    struct img_arena arena = {.limit = IMG_STORE_READ_MAX};
    struct img_json_value result;
    *target = (struct img_target){0};
    if (!img_qdrant_ask_collection(store, "GET", "", NULL, 0, err))
        return store->status == 404;
    bool ok = img_qdrant_result(store, &arena, &result, err) &&
              img_target_read(&result, &arena, target, err);
    img_arena_clear(&arena);
    return ok;
}

static void put_quantization(struct img_buf *body, enum img_quantization quantization)
{
    static const char *const texts[] = {
        [IMG_QUANTIZATION_INT8] = "{\"scalar\":{\"type\":\"int8\"}}",
        [IMG_QUANTIZATION_BINARY] = "{\"binary\":{}}",
        [IMG_QUANTIZATION_PRODUCT] = "{\"product\":{\"compression\":\"x16\"}}",
        [IMG_QUANTIZATION_TURBO] = "{\"turbo\":{}}",
    };
    if (quantization != IMG_QUANTIZATION_NONE)
        img_buf_printf(body, ",\"quantization_config\":%s", texts[quantization]);
}

static void put_spec(struct img_buf *body, const struct img_target_spec *spec)
{
    img_buf_printf(body, "{\"vectors\":{\"size\":%zu,\"distance\":\"%s\"%s}", spec->dimension,
                   spec->dot ? "Dot" : "Cosine", spec->on_disk ? ",\"on_disk\":true" : "");
    if (spec->on_disk)
        img_buf_puts(body, ",\"on_disk_payload\":true");
    if (spec->shards > 0)
        img_buf_printf(body, ",\"shard_number\":%u", spec->shards);
    if (spec->replicas > 0)
        img_buf_printf(body, ",\"replication_factor\":%u", spec->replicas);
    put_quantization(body, spec->quantization);
    img_buf_puts(body, ",\"metadata\":{\"img_tools\":{\"model_name\":");
    img_json_put_text(body, spec->model_name);
    img_buf_puts(body, ",\"model_fingerprint\":");
    img_json_put_text(body, spec->fingerprint);
    img_buf_puts(body, "}}}");
}

/* Somebody else may make it at the same moment, and an answer that was lost may have made it. */
static bool create(struct img_qdrant *store, const struct img_target_spec *spec,
                   struct img_err *err)
{
    struct img_buf body = {0};
    put_spec(&body, spec);
    bool ok = img_buf_ok(&body, err) &&
              (img_qdrant_ask_collection(store, "PUT", "", body.data, body.len, err) ||
               store->status == 409);
    img_buf_clear(&body);
    return ok;
}

/* Points of another fingerprint, where the collection itself does not say whose it is. */
static bool has_others(struct img_qdrant *store, const char *fingerprint, bool *others,
                       struct img_err *err)
{
    struct img_buf filter = {0};
    uint64_t count = 0;
    img_buf_puts(&filter, "{\"must_not\":[{\"key\":\"model_fingerprint\",\"match\":{\"value\":");
    img_json_put_text(&filter, fingerprint);
    img_buf_puts(&filter, "}}]}");
    bool ok = img_buf_ok(&filter, err) && img_count_points(store, filter.data, &count, err);
    *others = count > 0;
    img_buf_clear(&filter);
    return ok;
}

static bool other_model(const struct img_qdrant *store, const struct img_target *target,
                        const char *fingerprint, struct img_err *err)
{
    return img_err_set(err, IMG_ERR_CONFIG,
                       "collection '%.100s' holds vectors of %s%.80s%s%.20s, not of model %s",
                       store->server->collection,
                       target->fingerprint[0] ? "model " : "another model", target->model_name,
                       target->model_name[0] ? ", " : "", target->fingerprint,
                       fingerprint);
}

bool img_target_check(struct img_qdrant *store, const struct img_target *target, size_t dimension,
                      const char *fingerprint, struct img_err *err)
{
    const char *name = store->server->collection;
    bool others = false;
    if (!target->exists)
        return img_err_set(err, IMG_ERR_NETWORK, "Qdrant at %.150s has no collection '%.100s'",
                           store->server->url, name);
    if (!target->plain)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "collection '%.100s' has named or several vectors a point, which are "
                           "not read or written here",
                           name);
    if (dimension > 0 && target->dimension != dimension)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "collection '%.100s' has dimension %zu, the vectors have %zu", name,
                           target->dimension, dimension);
    if (!fingerprint || !fingerprint[0])
        return true;
    if (target->fingerprint[0])
        return strcmp(target->fingerprint, fingerprint) == 0 ||
               other_model(store, target, fingerprint, err);
    return target->points == 0 || (has_others(store, fingerprint, &others, err) &&
                                   (!others || other_model(store, target, fingerprint, err)));
}

bool img_target_prepare(struct img_qdrant *store, struct img_target *target,
                        const struct img_target_spec *spec, struct img_err *err)
{
    const char *wanted = spec->dot ? "Dot" : "Cosine";
    if (!target->exists && (!create(store, spec, err) || !img_target_look(store, target, err)))
        return false;
    if (!img_target_check(store, target, spec->dimension, spec->fingerprint, err))
        return false;
    return strcmp(target->distance, wanted) == 0 ||
           img_err_set(err, IMG_ERR_CONFIG, "collection '%.100s' has distance %s, not %s%s",
                       store->server->collection, target->distance, wanted,
                       spec->dot ? "" : " (--no-normalize is for Dot)");
}

bool img_target_index(struct img_qdrant *store, const struct img_target *target,
                      struct img_err *err)
{
    struct img_buf body = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < IMG_TARGET_INDEXES; i++) {
        if (target->indexed[i])
            continue;
        img_buf_reset(&body);
        img_buf_printf(&body, "{\"field_name\":\"%s\",\"field_schema\":\"%s\"}", indexes[i].field,
                       indexes[i].type);
        ok = img_buf_ok(&body, err) && img_qdrant_ask_collection(store, "PUT", "/index?wait=true",
                                                                body.data, body.len, err);
    }
    img_buf_clear(&body);
    return ok;
}
