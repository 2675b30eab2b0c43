/* Writing similarity records. */
#include "record/similarity.h"

#include "json/number.h"
#include "json/string.h"
#include "record/embedding.h"

static void put_value(struct img_buf *out, const char *name, const struct img_json_value *value)
{
    img_buf_printf(out, ",\"%s\":", name);
    img_buf_put(out, value->text, value->len);
}

/* What the hit is called, as its own record has it. */
static void put_name(struct img_buf *out, const struct img_json_object *hit)
{
    const struct img_json_value *path = hit ? img_json_find(hit, "image_path") : NULL;
    const struct img_json_value *exact = hit ? img_json_find(hit, "image_path_base64") : NULL;
    const struct img_json_value *text = hit ? img_json_find(hit, "text") : NULL;
    bool named = (path && path->kind != IMG_JSON_NULL) || exact;
    if (text && !named) {
        put_value(out, "text", text);
        return;
    }
    if (path)
        put_value(out, "image_path", path);
    else
        img_buf_puts(out, ",\"image_path\":null");
    if (exact)
        put_value(out, "image_path_base64", exact);
}

static void put_wanted(struct img_buf *out, const struct img_similarity_record *record)
{
    const struct img_json_value *metadata =
        record->metadata && record->hit ? img_json_find(record->hit, "metadata") : NULL;
    if (record->embedding) {
        img_buf_puts(out, ",\"embedding\":");
        img_embedding_put_vector(out, record->embedding, record->dimension, record->base64);
    }
    if (metadata)
        put_value(out, "metadata", metadata);
    else if (record->metadata)
        img_buf_puts(out, ",\"metadata\":null");
}

static void begin(struct img_buf *out, const struct img_similarity_record *record)
{
    img_buf_puts(out, "{\"query\":");
    if (record->query)
        img_json_put_string(out, record->query, record->query_len);
    else
        img_buf_puts(out, "null");
    img_buf_puts(out, ",\"query_index\":");
    img_json_put_uint(out, record->query_index);
    put_name(out, record->hit);
    img_buf_puts(out, ",\"similarity_score\":");
}

void img_similarity_put(struct img_buf *out, const struct img_similarity_record *record)
{
    begin(out, record);
    img_json_put_double(out, record->score);
    if (record->rank > 0) {
        img_buf_puts(out, ",\"rank\":");
        img_json_put_uint(out, record->rank);
    }
    put_wanted(out, record);
    img_buf_puts(out, "}\n");
}

void img_similarity_put_failure(struct img_buf *out, const struct img_similarity_record *record,
                                const struct img_err *why)
{
    begin(out, record);
    img_buf_puts(out, "null,\"error\":");
    img_json_put_text(out, why->text);
    img_buf_puts(out, ",\"error_code\":");
    img_json_put_text(out, img_code_name(why->code));
    img_buf_puts(out, "}\n");
}
