/* Path and stamp of a record's line, by a walk over its events. */
#include "collection/line.h"

#include <string.h>

#include "json/base64.h"
#include "json/pull.h"

static void take_text(struct img_buf *out, const struct img_pull_event *event)
{
    img_buf_reset(out);
    if (event->kind == IMG_PULL_STRING)
        img_buf_put(out, event->text, event->len);
}

/* What is not base64 counts as not there. */
static void take_base64(struct img_buf *out, const struct img_pull_event *event)
{
    struct img_err ignored;
    size_t len;
    img_buf_reset(out);
    if (event->kind != IMG_PULL_STRING)
        return;
    char *room = img_buf_room(out, img_base64_room(event->len));
    if (room && img_base64_decode(event->text, event->len, (unsigned char *)room, &len, &ignored)) {
        room[len] = '\0';
        out->len = len;
    }
}

static void prefer_exact(struct img_line *line)
{
    if (line->exact.len == 0)
        return;
    struct img_buf readable = line->path;
    line->path = line->exact;
    line->exact = readable;
}

/* Inode and device numbers use all 64 bits, so that a reader of int64_t would not do. */
static bool take_unsigned(const struct img_pull_event *event, uint64_t *number)
{
    uint64_t value = 0;
    if (event->kind != IMG_PULL_NUMBER || event->len == 0)
        return false;
    for (size_t i = 0; i < event->len; i++) {
        char c = event->text[i];
        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(c - '0'), &value))
            return false;
    }
    *number = value;
    return true;
}

static bool take_signed(const struct img_pull_event *event, int64_t *number)
{
    return event->kind == IMG_PULL_NUMBER && img_pull_integer(event, number);
}

/* Which of the five numbers of a stamp are there. */
enum { SIZE = 1, MTIME = 2, CTIME = 4, DEV = 8, INO = 16, WHOLE = 31 };

static unsigned key_of(const struct img_pull_event *event)
{
    return img_pull_is(event, "size")       ? SIZE
           : img_pull_is(event, "mtime_ns") ? MTIME
           : img_pull_is(event, "ctime_ns") ? CTIME
           : img_pull_is(event, "dev")      ? DEV
           : img_pull_is(event, "ino")      ? INO
                                            : 0;
}

static bool take_number(struct img_stamp *stamp, unsigned key, const struct img_pull_event *event)
{
    switch (key) {
    case SIZE:
        return take_unsigned(event, &stamp->size);
    case MTIME:
        return take_signed(event, &stamp->mtime_ns);
    case CTIME:
        return take_signed(event, &stamp->ctime_ns);
    case DEV:
        return take_unsigned(event, &stamp->dev);
    case INO:
        return take_unsigned(event, &stamp->ino);
    default:
        return false;
    }
}

static bool take_stamp(struct img_line *line, struct img_pull *pull, struct img_err *err)
{
    struct img_pull_event event;
    unsigned have = 0;
    for (;;) {
        if (!img_pull_next(pull, &event, err))
            return false;
        if (event.kind == IMG_PULL_OBJECT_END)
            break;
        unsigned key = key_of(&event);
        if (!img_pull_next(pull, &event, err))
            return false;
        if (take_number(&line->stamp, key, &event))
            have |= key;
        else
            have &= ~key;
        if (!img_pull_skip(pull, &event, err))
            return false;
    }
    line->has_stamp = have == WHOLE;
    return true;
}

bool img_line_read(struct img_line *line, const char *text, size_t len, struct img_err *err)
{
    enum { PATH, PATH_BASE64, PREPROCESSING, FILE_STAMP, OTHER } key;
    struct img_pull pull;
    struct img_pull_event event;
    img_buf_reset(&line->path);
    img_buf_reset(&line->exact);
    img_buf_reset(&line->preprocessing);
    img_buf_reset(&line->scratch);
    line->has_stamp = false;
    img_pull_init(&pull, text, len, &line->scratch);
    if (!img_pull_next(&pull, &event, err))
        return false;
    if (event.kind != IMG_PULL_OBJECT)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a JSON object");
    for (;;) {
        if (!img_pull_next(&pull, &event, err))
            return false;
        if (event.kind == IMG_PULL_OBJECT_END)
            break;
        key = img_pull_is(&event, "image_path")          ? PATH
              : img_pull_is(&event, "image_path_base64") ? PATH_BASE64
              : img_pull_is(&event, "preprocessing")     ? PREPROCESSING
              : img_pull_is(&event, "file")              ? FILE_STAMP
                                                         : OTHER;
        if (!img_pull_next(&pull, &event, err))
            return false;
        if (key == PATH)
            take_text(&line->path, &event);
        else if (key == PATH_BASE64)
            take_base64(&line->exact, &event);
        else if (key == PREPROCESSING)
            take_text(&line->preprocessing, &event);
        else if (key == FILE_STAMP)
            line->has_stamp = false;
        if (key == FILE_STAMP && event.kind == IMG_PULL_OBJECT) {
            if (!take_stamp(line, &pull, err))
                return false;
        } else if (!img_pull_skip(&pull, &event, err)) {
            return false;
        }
    }
    /* Asked once more, for what may stand behind the object. */
    if (!img_pull_next(&pull, &event, err) || !img_buf_ok(&line->path, err) ||
        !img_buf_ok(&line->exact, err) || !img_buf_ok(&line->preprocessing, err))
        return false;
    prefer_exact(line);
    return true;
}

bool img_line_is(const struct img_line *line, const char *path, size_t path_len)
{
    return line->path.len == path_len &&
           (path_len == 0 || memcmp(line->path.data, path, path_len) == 0);
}

void img_line_clear(struct img_line *line)
{
    img_buf_clear(&line->path);
    img_buf_clear(&line->exact);
    img_buf_clear(&line->preprocessing);
    img_buf_clear(&line->scratch);
    line->has_stamp = false;
}
