/* Writing metadata records, plain ones and those that are added to others. */
#include "pipeline/meta_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "json/number.h"
#include "json/string.h"
#include "record/metadata.h"

/* The double that is written as the float would be. */
static double plain(float value)
{
    char text[IMG_FLOAT_TEXT + 1];
    text[img_float_text(value, text)] = '\0';
    return strtod(text, NULL);
}

/* Without the closing brace. */
static void put_metadata(struct img_buf *out, const struct img_meta_page *page)
{
    const struct img_info *info = &page->info;
    char modified[40];
    snprintf(modified, sizeof modified, "%s", info->modification_date);
    if (modified[0] == '\0')
        img_metadata_file_time(page->mtime_ns, modified);
    const struct img_metadata_record record = {
        .image_path = page->input->path,
        .image_path_len = page->input->path_len,
        .width = info->width,
        .height = info->height,
        .format = img_format_name((enum img_format)info->format),
        .mode = info->mode,
        .size = page->size,
        .size_unknown = !page->id,
        .dpi_x = plain(info->dpi_x),
        .dpi_y = plain(info->dpi_y),
        .creation_date = info->creation_date,
        .modification_date = modified,
        .camera_info = page->facts.camera_info,
        .gps_info = page->facts.gps_info,
        .orientation = info->orientation,
        .has_icc_profile = info->has_icc_profile,
        .has_alpha = info->has_alpha,
        .pages = info->pages,
        .known = info->width > 0,
    };
    img_metadata_put(out, &record);
    if (page->numbered)
        img_buf_printf(out, ",\"page\":%u", page->page);
}

/* The decoder's notes, each as a line of a debug log. */
static void put_logs(struct img_buf *out, const struct img_meta_page *page,
                     struct img_arena *arena)
{
    const struct img_json_value *notes = NULL;
    size_t count = 0;
    struct img_err err;
    struct timespec now;
    struct tm utc;
    char seconds[24], stamp[32];
    if (page->facts.notes) {
        const struct img_json_value array = {IMG_JSON_ARRAY, page->facts.notes,
                                             strlen(page->facts.notes)};
        if (!img_json_elements(&array, arena, &notes, &count, &err))
            count = 0;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(stamp, sizeof stamp, "%s.%03uZ", seconds, (unsigned)(now.tv_nsec / 1000000) % 1000);
    img_buf_puts(out, ",\"debug_logs\":[");
    for (size_t i = 0; i < count; i++) {
        img_buf_printf(out, "%s{\"timestamp\":\"%s\",\"message\":", i ? "," : "", stamp);
        img_buf_put(out, notes[i].text, notes[i].len);
        img_buf_putc(out, '}');
    }
    img_buf_putc(out, ']');
}

static void put_more(struct img_buf *out, const struct img_meta_page *page,
                     struct img_arena *arena)
{
    if (page->facts.extended)
        img_buf_printf(out, ",\"extended\":%s", page->facts.extended);
    if (page->debug)
        put_logs(out, page, arena);
}

static void put_id(struct img_buf *out, const struct img_meta_page *page)
{
    char hex[IMG_ID_HEX];
    img_buf_puts(out, "\"image_id\":");
    if (page->id)
        img_id_hex(page->id, hex);
    img_json_put_text(out, page->id ? hex : NULL);
}

static void put_error(struct img_buf *out, const struct img_err *err)
{
    img_buf_puts(out, ",\"error\":");
    img_json_put_text(out, err ? err->text : NULL);
    img_buf_puts(out, ",\"error_code\":");
    img_json_put_text(out, err ? img_code_name(err->code) : NULL);
    img_buf_puts(out, "}\n");
}

/* What this program says itself. The bytes of a picture are not sent back. */
static bool is_ours(const char *key)
{
    static const char *const ours[] = {"metadata", "error", "error_code", "image_base64"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        if (strcmp(key, ours[i]) == 0)
            return true;
    return false;
}

/* The fields of the record it came in; true when there was an image_id. */
static bool put_fields(struct img_buf *out, const struct img_json_object *record)
{
    bool identified = false;
    for (size_t i = 0; i < record->count; i++) {
        const struct img_json_member *member = &record->members[i];
        if (member->shadowed || is_ours(member->key))
            continue;
        identified = identified || strcmp(member->key, "image_id") == 0;
        img_buf_put(out, member->raw_key, member->raw_key_len);
        img_buf_putc(out, ':');
        img_buf_put(out, member->value.text, member->value.len);
        img_buf_putc(out, ',');
    }
    return identified;
}

void img_meta_page_put(struct img_buf *out, const struct img_meta_page *page,
                       struct img_arena *arena)
{
    if (!page->input->record) {
        put_metadata(out, page);
        img_buf_putc(out, ',');
        put_id(out, page);
        put_more(out, page, arena);
        put_error(out, page->err);
        return;
    }
    img_buf_putc(out, '{');
    if (!put_fields(out, page->input->record)) {
        put_id(out, page);
        img_buf_putc(out, ',');
    }
    img_buf_puts(out, "\"metadata\":");
    if (page->id) {
        put_metadata(out, page);
        put_more(out, page, arena);
        img_buf_putc(out, '}');
    } else {
        img_buf_puts(out, "null");
    }
    put_error(out, page->err);
}
