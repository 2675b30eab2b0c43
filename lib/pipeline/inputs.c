/* Turning operands and records into items. */
#include "pipeline/inputs.h"

#include <string.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/signals.h"
#include "input/bytes.h"

void img_inputs_init(struct img_inputs *inputs, const struct img_inputs_options *options)
{
    *inputs = (struct img_inputs){.options = *options};
    img_lines_init(&inputs->lines, STDIN_FILENO, '\n', IMG_RECORD_LINE_MAX);
}

static void take_text(struct img_item *item, const char *text, size_t len)
{
    item->kind = IMG_ITEM_TEXT;
    item->text = text;
    item->text_len = len;
    if (!img_utf8_valid(text, len))
        img_err_set(&item->err, IMG_ERR_BAD_TEXT, "not valid UTF-8 at byte %zu",
                    img_utf8_valid_prefix(text, len) + 1);
}

static void take_path(struct img_item *item, const char *path, size_t len)
{
    item->kind = IMG_ITEM_PATH;
    item->path = path;
    item->path_len = len;
}

static bool take_stdin(struct img_inputs *inputs, struct img_item *item, bool *more,
                       struct img_err *err)
{
    item->kind = IMG_ITEM_BYTES;
    item->path = "-";
    item->path_len = 1;
    if (inputs->stdin_used) {
        img_err_set(&item->err, IMG_ERR_READ, "standard input was read already");
    } else if (!img_input_drain(STDIN_FILENO, inputs->options.bytes_limit, &inputs->stdin_bytes,
                                &item->err)) {
        *more = !img_signals_caught(); /* half a picture is dropped */
        if (img_code_exit(item->err.code) != IMG_EXIT_INPUT) {
            *err = item->err;
            return false;
        }
    }
    inputs->stdin_used = true;
    item->bytes = (const unsigned char *)inputs->stdin_bytes.data;
    item->bytes_len = inputs->stdin_bytes.len;
    return true;
}

static bool next_operand(struct img_inputs *inputs, struct img_item *item, bool *more,
                         struct img_err *err)
{
    *more = inputs->at < inputs->options.operand_count;
    if (!*more)
        return true;
    const struct img_operand *operand = &inputs->options.operands[inputs->at++];
    if (operand->option)
        take_text(item, operand->value, strlen(operand->value));
    else if (strcmp(operand->value, "-") == 0)
        return take_stdin(inputs, item, more, err);
    else
        take_path(item, operand->value, strlen(operand->value));
    return true;
}

static void take_record(struct img_item *item, const struct img_input_record *record,
                        const char *line, size_t len)
{
    switch (record->kind) {
    case IMG_RECORD_PATH:
        take_path(item, record->path, record->path_len);
        break;
    case IMG_RECORD_BYTES:
        item->kind = IMG_ITEM_BYTES;
        item->bytes = record->bytes;
        item->bytes_len = record->bytes_len;
        break;
    case IMG_RECORD_TEXT:
        take_text(item, record->text, record->text_len);
        break;
    case IMG_RECORD_FAILED:
        item->kind = IMG_ITEM_PASSED;
        item->line = line;
        item->line_len = len;
        break;
    }
}

static bool next_record(struct img_inputs *inputs, struct img_arena *arena, struct img_item *item,
                        bool *more, struct img_err *err)
{
    const char *line;
    size_t len;
    item->kind = IMG_ITEM_BROKEN;
    if (!img_lines_next(&inputs->lines, &line, &len, &item->err)) {
        *more = true;
        if (item->err.code == IMG_ERR_TOO_LARGE)
            return true;
        *err = item->err;
        err->code = IMG_ERR_SYSTEM; /* of all inputs still to come, not of one */
        return img_err_in(err, "standard input");
    }
    *more = line != NULL;
    if (!line)
        return true;
    struct img_input_record *record = img_arena_alloc(arena, sizeof *record, err);
    const char *kept = record ? img_arena_copy(arena, line, len, err) : NULL;
    if (!kept)
        return false;
    if (img_record_read(kept, len, arena, record, &item->err))
        take_record(item, record, kept, len);
    else
        img_err_in(&item->err, "line %llu", (unsigned long long)inputs->lines.number);
    item->input = &record->object; /* its fields go on even if it is of no use to us */
    return true;
}

bool img_inputs_next(struct img_inputs *inputs, struct img_arena *arena, struct img_item *item,
                     bool *more, struct img_err *err)
{
    *item = (struct img_item){0};
    return inputs->options.records ? next_record(inputs, arena, item, more, err)
                                   : next_operand(inputs, item, more, err);
}

bool img_inputs_waits(struct img_inputs *inputs)
{
    return inputs->options.records && !img_lines_ready(&inputs->lines);
}

void img_inputs_clear(struct img_inputs *inputs)
{
    img_lines_clear(&inputs->lines);
    img_buf_clear(&inputs->stdin_bytes);
}
