/* Writing metadata. */
#include "record/metadata.h"

#include <time.h>

#include "json/number.h"
#include "json/string.h"
#include "record/fields.h"

static void put_count(struct img_buf *out, const char *name, uint64_t value, bool known)
{
    img_buf_printf(out, ",\"%s\":", name);
    if (known)
        img_json_put_uint(out, value);
    else
        img_buf_puts(out, "null");
}

static void put_word(struct img_buf *out, const char *name, const char *value)
{
    img_buf_printf(out, ",\"%s\":", name);
    img_json_put_text(out, value && *value ? value : NULL);
}

static void put_object(struct img_buf *out, const char *name, const char *object)
{
    img_buf_printf(out, ",\"%s\":%s", name, object ? object : "null");
}

static void put_truth(struct img_buf *out, const char *name, bool value, bool known)
{
    put_object(out, name, !known ? NULL : value ? "true" : "false");
}

void img_metadata_put(struct img_buf *out, const struct img_metadata_record *record)
{
    bool known = record->known;
    img_buf_putc(out, '{');
    img_fields_put_path(out, "image_path", record->image_path, record->image_path_len);
    put_count(out, "width", record->width, known);
    put_count(out, "height", record->height, known);
    put_word(out, "format", record->format);
    put_word(out, "mode", record->mode);
    put_count(out, "size", record->size, !record->size_unknown);
    if (record->dpi_x > 0 && record->dpi_y > 0) {
        img_buf_puts(out, ",\"dpi\":[");
        img_json_put_double(out, record->dpi_x);
        img_buf_putc(out, ',');
        img_json_put_double(out, record->dpi_y);
        img_buf_putc(out, ']');
    } else {
        put_object(out, "dpi", NULL);
    }
    put_word(out, "creation_date", record->creation_date);
    put_word(out, "modification_date", record->modification_date);
    put_object(out, "camera_info", record->camera_info);
    put_object(out, "gps_info", record->gps_info);
    put_count(out, "orientation", record->orientation, record->orientation != 0);
    put_truth(out, "icc_profile", record->has_icc_profile, known);
    put_truth(out, "has_alpha", record->has_alpha, known);
    put_count(out, "pages", record->pages, known);
}

void img_metadata_file_time(int64_t mtime_ns, char text[40])
{
    time_t seconds = (time_t)(mtime_ns / 1000000000);
    struct tm utc;
    if (mtime_ns == 0 || !gmtime_r(&seconds, &utc) ||
        strftime(text, 40, "%Y-%m-%dT%H:%M:%S+00:00", &utc) == 0)
        text[0] = '\0';
}

void img_metadata_put_logs(struct img_buf *out, const struct img_log_line *lines, size_t count)
{
    img_buf_puts(out, "\"debug_logs\":[");
    for (size_t i = 0; i < count; i++) {
        img_buf_puts(out, i ? ",{\"timestamp\":" : "{\"timestamp\":");
        img_json_put_text(out, lines[i].timestamp);
        img_buf_puts(out, ",\"message\":");
        img_json_put_text(out, lines[i].message);
        img_buf_putc(out, '}');
    }
    img_buf_putc(out, ']');
}
