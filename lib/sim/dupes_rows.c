/* Records to rows. */
#include "sim/dupes_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "record/read.h"

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A string of 2 * size hex digits. */
static bool read_hex(const struct img_json_value *value, unsigned char *bytes, size_t size)
{
    if (!value || value->kind != IMG_JSON_STRING || value->len != 2 * size + 2)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = digit(value->text[1 + 2 * i]), low = digit(value->text[2 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static bool read_number(const struct img_json_object *object, const char *key, int64_t *number)
{
    const struct img_json_value *value = img_json_find(object, key);
    struct img_err ignored;
    return value && value->kind == IMG_JSON_NUMBER && img_json_get_int(value, number, &ignored);
}

static void read_size(const struct img_json_object *object, struct img_dupes_row *row)
{
    int64_t width, height;
    if (!read_number(object, "width", &width) || !read_number(object, "height", &height) ||
        width <= 0 || height <= 0 || width > UINT32_MAX || height > UINT32_MAX)
        return;
    row->width = (uint32_t)width;
    row->height = (uint32_t)height;
}

static void read_picture(const struct img_json_object *picture, struct img_dupes_row *row)
{
    struct img_perceptual hash;
    int64_t shrink;
    read_size(picture, row);
    row->shrink = 1;
    if (read_number(picture, "shrink", &shrink) && shrink >= 1 && shrink <= 8)
        row->shrink = (uint32_t)shrink;
    row->has_pixels = read_hex(img_json_find(picture, "pixels_hash"), row->pixels.bytes,
                               sizeof row->pixels.bytes);
    row->has_look = read_hex(img_json_find(picture, "perceptual_hash"), hash.bytes,
                             sizeof hash.bytes) &&
                    img_perceptual_look(&hash, &row->look);
}

/* A member that is an object, entered; false when there is none. */
static bool enter(const struct img_json_object *record, const char *key, struct img_arena *arena,
                  struct img_json_object *object)
{
    const struct img_json_value *value = img_json_find(record, key);
    struct img_err ignored;
    return value && value->kind == IMG_JSON_OBJECT &&
           img_json_enter(value, arena, object, &ignored);
}

/* Without empty and . parts: one path written in two ways is one path. */
static bool read_path(const struct img_json_object *record, struct img_arena *arena,
                      struct img_dupes_row *row, struct img_err *err)
{
    const char *name;
    size_t len, kept = 0;
    bool is_path;
    if (!img_record_name(record, arena, &name, &len, &is_path, err))
        return err->code != IMG_ERR_OUT_OF_MEMORY;
    if (!name || !is_path)
        return true;
    char *path = img_arena_copy(arena, name, len, err);
    if (!path)
        return false;
    for (size_t at = 0, end; at < len; at = end + 1) {
        for (end = at; end < len && name[end] != '/'; end++)
            ;
        if (at < end && !(end - at == 1 && name[at] == '.')) {
            memcpy(path + kept, name + at, end - at);
            kept += end - at;
            if (end < len)
                path[kept++] = '/';
        } else if (at == 0 && end == 0) {
            path[kept++] = '/';
        }
    }
    row->path = img_hash_id(path, kept);
    row->has_path = true;
    return true;
}

static void read_file(const struct img_json_object *file, struct img_dupes_row *row)
{
    int64_t of[4];
    if (!read_number(file, "mtime_ns", &row->time_ns))
        row->time_ns = INT64_MAX;
    row->has_file = read_number(file, "dev", &of[0]) && read_number(file, "ino", &of[1]) &&
                    read_number(file, "size", &of[2]) && row->time_ns != INT64_MAX;
    of[3] = row->time_ns;
    if (row->has_file)
        row->file = img_hash_id(of, sizeof of);
}

bool img_dupes_row_read(struct img_dupes_row *row, const char *line, size_t len,
                        struct img_arena *arena, struct img_err *err)
{
    struct img_json_object record, object;
    *row = (struct img_dupes_row){.time_ns = INT64_MAX, .standing = true};
    if (!img_json_scan(line, len, arena, &record, err) || !read_path(&record, arena, row, err))
        return false;
    row->has_id =
        read_hex(img_json_find(&record, "image_id"), row->id.bytes, sizeof row->id.bytes);
    if (enter(&record, "picture", arena, &object))
        read_picture(&object, row);
    else if (enter(&record, "metadata", arena, &object))
        read_size(&object, row);
    if (enter(&record, "file", arena, &object))
        read_file(&object, row);
    return true;
}

static int by_keeping(const void *a, const void *b)
{
    const struct img_dupes_row *x = a, *y = b;
    uint64_t x_area = (uint64_t)x->width * x->height, y_area = (uint64_t)y->width * y->height;
    if (x_area != y_area)
        return x_area > y_area ? -1 : 1;
    if (x->time_ns != y->time_ns)
        return x->time_ns < y->time_ns ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

bool img_dupes_rows_read(const struct img_sim_source *source, struct img_dupes_row **rows,
                         size_t *count, struct img_err *err)
{
    struct img_arena arena = {0};
    size_t room = source->count - source->skipped, bytes, n = 0;
    *rows = img_size_mul(room, sizeof **rows, &bytes) ? malloc(bytes > 0 ? bytes : 1) : NULL;
    bool ok = *rows != NULL || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu rows", room);
    for (size_t row = 0; ok && row < source->count && n < room; row++) {
        const char *line;
        size_t len;
        if (img_sim_source_skips(source, row))
            continue;
        ok = img_sim_source_record(source, row, &line, &len, err) &&
             img_dupes_row_read(&(*rows)[n], line, len, &arena, err);
        (*rows)[n++].row = row;
        img_arena_reset(&arena);
    }
    img_arena_clear(&arena);
    *count = ok ? n : 0;
    if (ok) {
        qsort(*rows, n, sizeof **rows, by_keeping);
        return true;
    }
    free(*rows);
    *rows = NULL;
    return false;
}
