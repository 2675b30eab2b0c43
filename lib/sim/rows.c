/* Looking rows up, and beginning their records. */
#include "sim/rows.h"

#include "json/string.h"
#include "record/fields.h"

bool img_sim_row_scan(const struct img_sim_source *source, size_t number, struct img_arena *arena,
                      struct img_sim_row *row, struct img_err *err)
{
    const char *line;
    size_t len;
    img_arena_reset(arena);
    return img_sim_source_record(source, number, &line, &len, err) &&
           img_json_scan(line, len, arena, &row->record, err) &&
           img_sim_name(&row->record, arena, &row->name, &row->len, &row->is_path, err);
}

bool img_sim_row_is_shown(const struct img_sim_source *source, size_t number, bool filtered)
{
    return !img_sim_source_skips(source, number) ||
           (source->parts[0].folder == NULL && !filtered);
}

void img_sim_row_put_name(const struct img_sim_row *row, struct img_buf *out)
{
    if (row->name && !row->is_path) {
        img_buf_puts(out, "\"text\":");
        img_json_put_string(out, row->name, row->len);
    } else {
        img_fields_put_path(out, "image_path", row->name, row->len);
    }
}

void img_sim_row_put_error(const struct img_sim_row *row, bool no_vector, struct img_buf *out)
{
    static const char *const passed[] = {"error", "error_code"};
    size_t found = 0;
    for (size_t i = 0; i < 2; i++) {
        const struct img_json_value *value = img_json_find(&row->record, passed[i]);
        if (!value || value->kind == IMG_JSON_NULL)
            continue;
        found++;
        img_buf_printf(out, ",\"%s\":", passed[i]);
        img_buf_put(out, value->text, value->len);
    }
    if (found == 0 && no_vector)
        img_buf_printf(out, ",\"error\":\"it has no vector\",\"error_code\":\"%s\"",
                       img_code_name(IMG_ERR_BAD_EMBEDDING));
}
