/* Writing results, each kind its own way. */
#include "pipeline/sink.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/record.h"

enum { NPY_HEAD = 128 };

/* NumPy's format 1.0: magic, length of the head, a Python literal, blanks up to the newline. */
static void npy_head(size_t rows, size_t dimension, char head[NPY_HEAD + 1])
{
    char literal[NPY_HEAD - 10];
    snprintf(literal, sizeof literal,
             "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu), }", rows, dimension);
    memcpy(head, "\x93NUMPY\x01\x00\x76\x00", 10);
    snprintf(head + 10, NPY_HEAD - 9, "%-117s\n", literal);
}

static bool write_plain(struct img_sink *s, const void *bytes, size_t len, struct img_err *err)
{
    return s->output ? img_output_lines(s->output, bytes, len, err)
                     : img_newfile_write(&s->file, bytes, len, err);
}

static bool open_collection(struct img_sink *s, const char *path, struct img_err *err)
{
    const struct img_engine_info *info = &s->embedder->engine->info;
    if (info->fingerprint[0] == '\0')
        return img_err_set(err, IMG_ERR_USAGE,
                           "the server does not say which model it has, and a collection is of one "
                           "model only: pin it with --fingerprint");
    const struct img_collection_spec spec = {
        .dimension = info->dimension,
        .model_name = s->embedder->model_name,
        .fingerprint = info->fingerprint,
        .precision = info->precision,
        .normalized = s->embedder->settings->normalize,
        .report = s->embedder->report,
    };
    return img_collection_open_writer(&s->collection, path, &spec, err);
}

bool img_sink_open(struct img_sink *s, enum img_sink_kind kind, const char *path,
                   struct img_output *output, const struct img_embedder *embedder,
                   struct img_err *err)
{
    char head[NPY_HEAD + 1];
    *s = (struct img_sink){.kind = kind, .embedder = embedder, .output = path ? NULL : output};
    if (kind == IMG_SINK_COLLECTION)
        return open_collection(s, path, err);
    if (kind == IMG_SINK_NPY && !path)
        return img_err_set(err, IMG_ERR_USAGE, "--format=npy needs --output=FILE");
    if (path && !img_newfile_open(&s->file, path, err))
        return img_err_in(err, "%s", path);
    if (kind != IMG_SINK_NPY)
        return true;
    npy_head(0, embedder->engine->info.dimension, head);
    return write_plain(s, head, NPY_HEAD, err);
}

static bool put_vector(struct img_sink *s, const struct img_item *item, struct img_err *err)
{
    size_t dimension = s->embedder->engine->info.dimension;
    s->rows++;
    if (item->encoded)
        return write_plain(s, item->embedding, dimension * sizeof(float), err);
    float nothing = NAN;
    for (size_t i = 0; i < dimension; i++)
        if (!write_plain(s, &nothing, sizeof nothing, err))
            return false;
    return true;
}

static bool put_row(struct img_sink *s, const struct img_item *item, struct img_err *err)
{
    const char *path = item->path ? item->path : "";
    if (item->encoded && strcmp(item->precision, s->embedder->precision) != 0)
        return img_err_set(err, IMG_ERR_SYSTEM, "the collection holds %s, and vectors are %s now",
                           s->embedder->precision, item->precision);
    if (item->encoded && item->has_stamp)
        return img_collection_append(s->collection, path, item->path_len, item->embedding,
                                     s->line.data, s->line.len, err);
    return img_collection_fail(s->collection, path, item->path_len, s->line.data, s->line.len, err);
}

bool img_sink_put(struct img_sink *s, const struct img_item *item, struct img_err *err)
{
    if (s->kind == IMG_SINK_F32 || s->kind == IMG_SINK_NPY)
        return put_vector(s, item, err);
    bool collection = s->kind == IMG_SINK_COLLECTION;
    img_buf_reset(&s->line);
    img_item_put(s->embedder, item, collection, &s->line);
    if (!img_buf_ok(&s->line, err))
        return false;
    return collection ? put_row(s, item, err) : write_plain(s, s->line.data, s->line.len, err);
}

bool img_sink_idle(struct img_sink *s, bool waiting, struct img_err *err)
{
    if (s->collection)
        return img_collection_tick(s->collection, err);
    return !waiting || !s->output || img_output_flush(s->output, err);
}

/* The head is as long for any number of rows. */
static bool finish_npy(struct img_sink *s, struct img_err *err)
{
    char head[NPY_HEAD + 1];
    npy_head(s->rows, s->embedder->engine->info.dimension, head);
    if (pwrite(s->file.fd, head, NPY_HEAD, 0) != NPY_HEAD)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot write");
    return true;
}

bool img_sink_finish(struct img_sink *s, struct img_err *err)
{
    bool ok = true;
    if (s->collection) {
        struct img_collection_writer *collection = s->collection;
        s->collection = NULL;
        ok = img_collection_close_writer(collection, err);
    } else if (s->output) {
        ok = img_output_flush(s->output, err);
    } else {
        ok = (s->kind != IMG_SINK_NPY || finish_npy(s, err)) && img_newfile_commit(&s->file, err);
    }
    img_sink_abort(s);
    return ok;
}

void img_sink_abort(struct img_sink *s)
{
    struct img_err ignored;
    if (s->collection && !img_collection_close_writer(s->collection, &ignored))
        img_report(s->embedder->report, IMG_WARNING, "%s", ignored.text);
    img_newfile_abort(&s->file);
    img_buf_clear(&s->line);
    *s = (struct img_sink){0};
}
