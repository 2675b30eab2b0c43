/* Operands, folders, lists and records, one input after the other. */
#include "pipeline/meta_inputs.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/bytes.h"
#include "pipeline/records.h"

enum { PATH_LINE_MAX = 1 << 20 };

static bool reads_lines(const struct img_meta_inputs *inputs)
{
    return inputs->options.records || inputs->options.operand_count == 0;
}

void img_meta_inputs_init(struct img_meta_inputs *inputs,
                          const struct img_meta_inputs_options *options)
{
    *inputs = (struct img_meta_inputs){.options = *options};
    img_lines_init(&inputs->lines, STDIN_FILENO, options->null ? '\0' : '\n',
                   options->records ? (size_t)IMG_RECORD_LINE_MAX : PATH_LINE_MAX);
}

static bool take_stdin(struct img_meta_inputs *inputs, struct img_meta_input *input,
                       struct img_err *err)
{
    input->kind = IMG_META_BYTES;
    input->path = "-";
    input->path_len = 1;
    if (inputs->stdin_used) {
        img_err_set(&input->err, IMG_ERR_READ, "standard input was read already");
    } else if (!img_input_drain(STDIN_FILENO, inputs->options.bytes_limit, &inputs->stdin_bytes,
                                &input->err)) {
        if (img_code_exit(input->err.code) != IMG_EXIT_INPUT) {
            *err = input->err;
            return false;
        }
    }
    inputs->stdin_used = true;
    input->bytes = (const unsigned char *)inputs->stdin_bytes.data;
    input->bytes_len = inputs->stdin_bytes.len;
    return true;
}

static bool take_path(struct img_meta_input *input, const char *path, struct img_arena *arena,
                      struct img_err *err)
{
    input->kind = IMG_META_PATH;
    input->path_len = strlen(path);
    input->path = img_arena_copy(arena, path, input->path_len, err);
    return input->path != NULL;
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Either the path is an input, or a walk begins. */
static bool begin_path(struct img_meta_inputs *inputs, const char *path, struct img_arena *arena,
                       struct img_meta_input *input, bool *found, struct img_err *err)
{
    *found = !inputs->options.recursive || !is_folder(path);
    if (*found)
        return take_path(input, path, arena, err);
    inputs->walk = img_walk_new(path, true, err);
    return inputs->walk != NULL;
}

/* The walk's next file, or a folder in it that cannot be read. */
static bool walk_on(struct img_meta_inputs *inputs, struct img_arena *arena,
                    struct img_meta_input *input, bool *found, struct img_err *err)
{
    const char *path;
    bool good = img_walk_next(inputs->walk, &path, &input->err);
    *found = path != NULL;
    if (!good && !path) {
        *err = input->err;
        return false;
    }
    if (path)
        return take_path(input, path, arena, err);
    img_walk_free(inputs->walk);
    inputs->walk = NULL;
    return true;
}

/* The next line; NULL at the end. A line that is too long is an input that failed. */
static bool next_line(struct img_meta_inputs *inputs, struct img_meta_input *input,
                      const char **line, size_t *len, struct img_err *err)
{
    *line = NULL;
    if (img_lines_next(&inputs->lines, line, len, &input->err))
        return true;
    if (input->err.code == IMG_ERR_TOO_LARGE)
        return true;
    *err = input->err;
    return false;
}

static void take_record(struct img_meta_input *input, const struct img_input_record *record,
                        const char *line, size_t len)
{
    input->record = &record->object;
    switch (record->kind) {
    case IMG_RECORD_PATH:
        input->kind = IMG_META_PATH;
        input->path = record->path;
        input->path_len = record->path_len;
        break;
    case IMG_RECORD_BYTES:
        input->kind = IMG_META_BYTES;
        input->bytes = record->bytes;
        input->bytes_len = record->bytes_len;
        break;
    case IMG_RECORD_TEXT:
    case IMG_RECORD_FAILED:
        input->kind = IMG_META_PASSED;
        input->failed_before = record->kind == IMG_RECORD_FAILED;
        input->line = line;
        input->line_len = len;
        break;
    }
}

static bool next_record(struct img_meta_inputs *inputs, struct img_arena *arena,
                        struct img_meta_input *input, bool *more, struct img_err *err)
{
    struct img_record_line next;
    if (!img_record_line_next(&inputs->lines, arena, &next, err))
        return false;
    *more = next.more;
    input->kind = IMG_META_BROKEN;
    input->err = next.err;
    if (next.record && next.err.code == IMG_OK)
        take_record(input, next.record, next.line, next.len);
    return true;
}

/* The next path of the command line or of the list; NULL at the end. */
static bool next_path(struct img_meta_inputs *inputs, struct img_meta_input *input,
                      const char **path, struct img_err *err)
{
    size_t len;
    *path = NULL;
    if (reads_lines(inputs))
        return next_line(inputs, input, path, &len, err);
    if (inputs->at < inputs->options.operand_count)
        *path = inputs->options.operands[inputs->at++].value;
    return true;
}

bool img_meta_inputs_next(struct img_meta_inputs *inputs, struct img_arena *arena,
                          struct img_meta_input *input, bool *more, struct img_err *err)
{
    *input = (struct img_meta_input){0};
    if (inputs->options.records)
        return next_record(inputs, arena, input, more, err);
    for (bool found = false; !found;) {
        const char *path;
        *more = true;
        if (inputs->walk) {
            if (!walk_on(inputs, arena, input, &found, err))
                return false;
            continue;
        }
        if (!next_path(inputs, input, &path, err))
            return false;
        if (!path) {
            input->kind = IMG_META_BROKEN;
            *more = input->err.code != IMG_OK;
            return true;
        }
        if (!reads_lines(inputs) && strcmp(path, "-") == 0)
            return take_stdin(inputs, input, err);
        if (!begin_path(inputs, path, arena, input, &found, err))
            return false;
    }
    return true;
}

bool img_meta_inputs_wait(struct img_meta_inputs *inputs)
{
    return reads_lines(inputs) && !inputs->walk && !img_lines_ready(&inputs->lines);
}

void img_meta_inputs_clear(struct img_meta_inputs *inputs)
{
    img_walk_free(inputs->walk);
    inputs->walk = NULL;
    img_lines_clear(&inputs->lines);
    img_buf_clear(&inputs->stdin_bytes);
}
