/* Input records: what is read can be written, and what is written is one line of JSON that reads
 * back as the same picture or text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record/embedding.h"
#include "record/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void round_trip(const struct img_input_record *in, const float *values, size_t count,
                       struct img_arena *arena, bool base64)
{
    struct img_embedding_record record = {.is_text = in->kind == IMG_RECORD_TEXT,
                                          .image_path = in->path_len ? in->path : NULL,
                                          .image_path_len = in->path_len,
                                          .text = in->text,
                                          .text_len = in->text_len,
                                          .embedding = values,
                                          .dimension = count,
                                          .base64 = base64,
                                          .input = &in->object};
    struct img_buf out = {0};
    struct img_input_record back;
    struct img_err err;
    const float *read;
    size_t read_count;
    img_embedding_put(&out, &record);
    require(!out.failed && out.data[out.len - 1] == '\n' && !memchr(out.data, '\n', out.len - 1));
    if (in->path_len > 0 || record.is_text) {
        require(img_record_read(out.data, out.len, arena, &back, &err));
        require(back.kind == in->kind && back.path_len == in->path_len &&
                memcmp(back.path, in->path, in->path_len) == 0);
        require(!record.is_text || (back.text_len == in->text_len &&
                                    memcmp(back.text, in->text, in->text_len) == 0));
        if (values) {
            require(img_record_embedding(&back.object, arena, &read, &read_count, &err));
            require(read_count == count && memcmp(read, values, count * sizeof *read) == 0);
        }
    }
    img_buf_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_arena arena = {.limit = 256 << 20};
    struct img_input_record record;
    struct img_err err;
    char *line = malloc(size ? size : 1);
    require(line != NULL);
    if (size > 0)
        memcpy(line, data, size);
    if (size > 0 && !memchr(line, '\n', size) &&
        img_record_read(line, size, &arena, &record, &err)) {
        const float *values = NULL;
        size_t count = 0;
        if (!img_record_embedding(&record.object, &arena, &values, &count, &err))
            values = NULL;
        if (record.kind != IMG_RECORD_FAILED) {
            round_trip(&record, values, values ? count : 0, &arena, false);
            round_trip(&record, values, values ? count : 0, &arena, true);
        }
    }
    img_arena_clear(&arena);
    free(line);
    return 0;
}
