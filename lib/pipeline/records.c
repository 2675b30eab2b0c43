/* Input records to items. */
#include "pipeline/records.h"

#include "base/utf8.h"

void img_item_take_text(struct img_item *item, const char *text, size_t len)
{
    item->kind = IMG_ITEM_TEXT;
    item->text = text;
    item->text_len = len;
    if (!img_utf8_valid(text, len))
        img_err_set(&item->err, IMG_ERR_BAD_TEXT, "not valid UTF-8 at byte %zu",
                    img_utf8_valid_prefix(text, len) + 1);
}

void img_item_take_path(struct img_item *item, const char *path, size_t len)
{
    item->kind = IMG_ITEM_PATH;
    item->path = path;
    item->path_len = len;
}

void img_item_take_record(struct img_item *item, const struct img_input_record *record,
                          const char *line, size_t len)
{
    switch (record->kind) {
    case IMG_RECORD_PATH:
        img_item_take_path(item, record->path, record->path_len);
        break;
    case IMG_RECORD_BYTES:
        item->kind = IMG_ITEM_BYTES;
        item->bytes = record->bytes;
        item->bytes_len = record->bytes_len;
        break;
    case IMG_RECORD_TEXT:
        img_item_take_text(item, record->text, record->text_len);
        break;
    case IMG_RECORD_FAILED:
        item->kind = IMG_ITEM_PASSED;
        item->line = line;
        item->line_len = len;
        break;
    }
}

bool img_record_line_next(struct img_lines *lines, struct img_arena *arena,
                          struct img_record_line *next, struct img_err *err)
{
    const char *line;
    *next = (struct img_record_line){0};
    if (!img_lines_next(lines, &line, &next->len, &next->err)) {
        next->more = true;
        if (next->err.code == IMG_ERR_TOO_LARGE)
            return true;
        *err = next->err;
        err->code = IMG_ERR_SYSTEM; /* of all inputs still to come, not of one */
        return img_err_in(err, "standard input");
    }
    next->more = line != NULL;
    if (!line)
        return true;
    struct img_input_record *record = img_arena_alloc(arena, sizeof *record, err);
    next->line = record ? img_arena_copy(arena, line, next->len, err) : NULL;
    if (!next->line)
        return false;
    next->record = record;
    if (!img_record_read(next->line, next->len, arena, record, &next->err))
        img_err_in(&next->err, "line %llu", (unsigned long long)lines->number);
    return true;
}

bool img_records_next(struct img_lines *lines, struct img_arena *arena, struct img_item *item,
                      bool *more, struct img_err *err)
{
    struct img_record_line next;
    if (!img_record_line_next(lines, arena, &next, err))
        return false;
    *more = next.more;
    item->kind = IMG_ITEM_BROKEN;
    item->err = next.err;
    if (!next.record)
        return true;
    if (next.err.code == IMG_OK)
        img_item_take_record(item, next.record, next.line, next.len);
    item->input = &next.record->object; /* its fields go on even if it is of no use to us */
    return true;
}
