/* Comparing with the embeddings of a file of records. */
#include "pipeline/golden.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "engine/vector.h"
#include "input/lines.h"
#include "record/read.h"

/* A path in the file, from the file's folder. */
static const char *beside(const char *file, const char *path, struct img_arena *arena,
                          struct img_err *err)
{
    const char *slash = strrchr(file, '/');
    if (path[0] == '/' || !slash)
        return path;
    return img_arena_printf(arena, err, "%.*s/%s", (int)(slash - file), file, path);
}

static bool take_input(const struct img_input_record *record, const char *file,
                       struct img_arena *arena, struct img_item *item, struct img_err *err)
{
    *item = (struct img_item){.text = record->text, .text_len = record->text_len,
                              .bytes = record->bytes, .bytes_len = record->bytes_len};
    switch (record->kind) {
    case IMG_RECORD_PATH:
        item->kind = IMG_ITEM_PATH;
        item->path = beside(file, record->path, arena, err);
        return item->path != NULL;
    case IMG_RECORD_BYTES:
        item->kind = IMG_ITEM_BYTES;
        return true;
    case IMG_RECORD_TEXT:
        item->kind = IMG_ITEM_TEXT;
        return true;
    case IMG_RECORD_FAILED:
        break;
    }
    return img_err_set(err, IMG_ERR_BAD_RECORD, "a failed record has nothing to compare with");
}

static double distance(const float *got, const float *want, size_t n)
{
    double difference = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        difference += ((double)got[i] - (double)want[i]) * ((double)got[i] - (double)want[i]);
        norm += (double)want[i] * (double)want[i];
    }
    return norm > 0 ? sqrt(difference / norm) : sqrt(difference);
}

static bool compare_line(struct img_batch *b, const char *file, const char *line, size_t len,
                         struct img_arena *arena, struct img_golden_result *result,
                         struct img_err *err)
{
    struct img_input_record record;
    struct img_item item;
    const float *want;
    size_t count, dimension = b->embedder->engine->info.dimension;
    if (!img_record_read(line, len, arena, &record, err) ||
        !img_record_embedding(&record.object, arena, &want, &count, err) ||
        !take_input(&record, file, arena, &item, err) || !img_batch_run(b, &item, 1, err))
        return false;
    if (!item.encoded) {
        *err = item.err;
        return false;
    }
    if (count != dimension)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "an embedding of %zu, the model gives %zu",
                           count, dimension);
    const struct img_json_value *normalized = img_json_find(&record.object, "normalized");
    if (normalized && normalized->kind == IMG_JSON_TRUE &&
        !img_vector_normalize(item.embedding, dimension))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "the model gives only zeros");
    double off = distance(item.embedding, want, dimension);
    if (!(off <= IMG_GOLDEN_LIMIT))
        return img_err_set(err, IMG_ERR_MODEL_INVALID,
                           "the embedding is %.2g of its length away from the golden one", off);
    result->worst = fmax(result->worst, off);
    if (item.kind == IMG_ITEM_TEXT)
        result->texts++;
    else
        result->pictures++;
    return true;
}

bool img_golden_check(struct img_batch *batch, const char *path, struct img_golden_result *result,
                      struct img_err *err)
{
    struct img_lines lines;
    struct img_arena arena = {0};
    const char *line;
    size_t len;
    bool ok = true;
    *result = (struct img_golden_result){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        img_err_sys(err, IMG_ERR_MODEL_MISSING, errno, "cannot open");
        return img_err_in(err, "%s", path);
    }
    img_lines_init(&lines, fd, '\n', IMG_RECORD_LINE_MAX);
    while (ok && (ok = img_lines_next(&lines, &line, &len, err)) && line) {
        ok = compare_line(batch, path, line, len, &arena, result, err);
        img_arena_reset(&arena);
    }
    if (!ok)
        img_err_in(err, "%s: line %llu", path, (unsigned long long)lines.number);
    img_lines_clear(&lines);
    img_arena_clear(&arena);
    close(fd);
    return ok;
}
