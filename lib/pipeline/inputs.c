/* Turning operands into items. */
#include "pipeline/inputs.h"

#include <string.h>
#include <unistd.h>

#include "cli/signals.h"
#include "input/bytes.h"
#include "pipeline/records.h"

void img_inputs_init(struct img_inputs *inputs, const struct img_inputs_options *options)
{
    *inputs = (struct img_inputs){.options = *options};
    img_lines_init(&inputs->lines, STDIN_FILENO, '\n', IMG_RECORD_LINE_MAX);
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
        img_item_take_text(item, operand->value, strlen(operand->value));
    else if (strcmp(operand->value, "-") == 0)
        return take_stdin(inputs, item, more, err);
    else
        img_item_take_path(item, operand->value, strlen(operand->value));
    return true;
}

bool img_inputs_next(struct img_inputs *inputs, struct img_arena *arena, struct img_item *item,
                     bool *more, struct img_err *err)
{
    *item = (struct img_item){0};
    return inputs->options.records ? img_records_next(&inputs->lines, arena, item, more, err)
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
