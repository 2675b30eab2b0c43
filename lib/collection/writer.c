/* Opening and closing a collection for writing. */
#include "collection/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collection/fresh.h"
#include "collection/lock.h"
#include "collection/state.h"
#include "collection/swap.h"

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

static bool differs(const char *what, const char *has, const char *given, struct img_err *err)
{
    return img_err_set(err, IMG_ERR_CONFIG, "it is of %s %s, not %s", what, has[0] ? has : "null",
                       given[0] ? given : "null");
}

static bool check_same(const struct img_manifest *has, const struct img_collection_spec *spec,
                       struct img_err *err)
{
    const char *fingerprint = text_or_empty(spec->fingerprint);
    const char *precision = text_or_empty(spec->precision);
    if (has->dimension != spec->dimension)
        return img_err_set(err, IMG_ERR_CONFIG, "it is of dimension %llu, not %zu",
                           (unsigned long long)has->dimension, spec->dimension);
    if (strcmp(has->fingerprint, fingerprint) != 0)
        return differs("model fingerprint", has->fingerprint, fingerprint, err);
    if (strcmp(has->precision, precision) != 0)
        return differs("precision", has->precision, precision, err);
    if (has->normalized != spec->normalized)
        return img_err_set(err, IMG_ERR_CONFIG, "its vectors are %snormalized, these are %s",
                           has->normalized ? "" : "not ", has->normalized ? "not" : "");
    return true;
}

static bool fill(char *to, size_t room, const char *what, const char *from, struct img_err *err)
{
    const char *text = text_or_empty(from);
    if (strlen(text) >= room)
        return img_err_set(err, IMG_ERR_CONFIG, "%s has %zu characters", what, strlen(text));
    memcpy(to, text, strlen(text) + 1);
    return true;
}

static bool make_new(struct img_collection_writer *w, const struct img_collection_spec *spec,
                     struct img_err *err)
{
    struct img_manifest *m = &w->committed;
    *m = (struct img_manifest){.dimension = spec->dimension, .normalized = spec->normalized};
    return img_collection_check_fresh(w->folder, err) &&
           fill(m->model_name, sizeof m->model_name, "the model's name", spec->model_name, err) &&
           fill(m->fingerprint, sizeof m->fingerprint, "the model's fingerprint",
                spec->fingerprint, err) &&
           fill(m->precision, sizeof m->precision, "the precision", spec->precision, err);
}

static bool load_dropped(struct img_collection_writer *w, struct img_err *err)
{
    for (uint64_t at = 0; at < w->committed.dropped_bytes; at += sizeof(uint32_t)) {
        const char *bytes;
        uint32_t row;
        if (!img_appender_get(&w->dropped, at, sizeof row, &bytes, err))
            return false;
        memcpy(&row, bytes, sizeof row);
        if (row >= w->committed.count || img_bits_get(&w->is_dropped, row))
            return img_err_set(err, IMG_ERR_BAD_RECORD,
                               IMG_COLLECTION_DROPPED ": names row %u twice or in vain", row);
        if (!img_bits_set(&w->is_dropped, row, err))
            return false;
        w->dropped_count++;
    }
    return true;
}

static bool open_files(struct img_collection_writer *w, struct img_err *err)
{
    const struct img_manifest *m = &w->committed;
    return img_appender_open(&w->vectors, w->folder, IMG_COLLECTION_VECTORS, m->vectors_bytes,
                             err) &&
           img_rows_open(&w->rows, w->folder, m->count, m->records_bytes, err) &&
           img_appender_open(&w->failures, w->folder, IMG_COLLECTION_FAILURES, m->failures_bytes,
                             err) &&
           img_appender_open(&w->dropped, w->folder, IMG_COLLECTION_DROPPED, m->dropped_bytes,
                             err) &&
           load_dropped(w, err);
}

/* Only now that all fits is anything cut off. */
static bool cut_files(struct img_collection_writer *w, struct img_err *err)
{
    const struct img_manifest *m = &w->committed;
    return img_appender_cut(&w->vectors, m->vectors_bytes, err) && img_rows_begin(&w->rows, err) &&
           img_appender_cut(&w->failures, m->failures_bytes, err) &&
           img_appender_cut(&w->dropped, m->dropped_bytes, err);
}

static bool open_locked(struct img_collection_writer *w, const struct img_collection_spec *spec,
                        struct img_err *err)
{
    bool fresh = false;
    if (!img_manifest_read(&w->committed, w->folder, err)) {
        fresh = err->code == IMG_ERR_NOT_FOUND;
        if (!fresh || !make_new(w, spec, err))
            return false;
    } else if (!check_same(&w->committed, spec, err)) {
        return false;
    }
    if (!open_files(w, err) || !cut_files(w, err))
        return false;
    if (fresh && !img_manifest_replace(&w->committed, w->folder, err))
        return false;
    if (!img_pending_make(&w->pending, err) || !img_writer_open_index(w, err))
        return false;
    w->tail = w->index.head.tail;
    return true;
}

static void release(struct img_collection_writer *w)
{
    img_appender_close(&w->vectors);
    img_appender_close(&w->failures);
    img_appender_close(&w->dropped);
    img_rows_close(&w->rows);
    img_index_close(&w->index);
    img_pending_free(&w->pending);
    img_bits_clear(&w->is_dropped);
    img_bits_clear(&w->seen);
    img_line_clear(&w->line);
    if (w->folder >= 0)
        close(w->folder);
    if (w->lock >= 0)
        close(w->lock);
    pthread_mutex_destroy(&w->mutex);
    pthread_mutex_destroy(&w->syncing);
    free(w);
}

static bool check_spec(const struct img_collection_spec *spec, struct img_err *err)
{
    if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return img_err_set(err, IMG_ERR_CONFIG,
                           "collections are little-endian and this machine is not");
    if (spec->dimension == 0 || spec->dimension > IMG_COLLECTION_DIMENSION_MAX)
        return img_err_set(err, IMG_ERR_CONFIG, "no collection has dimension %zu",
                           spec->dimension);
    return true;
}

/* The text says what to do about a damaged one. */
static bool advise(struct img_err *err)
{
    if (err->code != IMG_ERR_BAD_RECORD)
        return false;
    size_t len = strlen(err->text);
    snprintf(err->text + len, sizeof err->text - len,
             "; it is damaged: move it away and make it anew");
    return false;
}

bool img_collection_open_writer(struct img_collection_writer **writer, const char *folder,
                                const struct img_collection_spec *spec, struct img_err *err)
{
    *writer = NULL;
    if (!check_spec(spec, err) || !img_collection_finish_swap(folder, spec->report, err) ||
        !img_folder_make(folder, false, err))
        return img_err_in(err, "%s", folder);
    struct img_collection_writer *w = calloc(1, sizeof *w);
    if (!w)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a collection");
    w->folder = w->lock = -1;
    w->report = spec->report;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_mutex_init(&w->syncing, NULL);
    if (!img_collection_lock(folder, spec->report, &w->folder, &w->lock, err) ||
        !open_locked(w, spec, err)) {
        release(w);
        advise(err);
        return img_err_in(err, "%s", folder);
    }
    *writer = w;
    return true;
}

struct img_collection_counts img_collection_counts(const struct img_collection_writer *writer)
{
    return (struct img_collection_counts){
        .rows = (size_t)writer->rows.count,
        .dropped = writer->dropped_count,
        .failures = writer->failure_count,
    };
}

bool img_collection_close_writer(struct img_collection_writer *writer, struct img_err *err)
{
    if (!writer)
        return true;
    bool ok = img_writer_commit(writer, err);
    release(writer);
    return ok;
}
