/* What changes a collection: rows, failures, and rows that are dropped. */
#include <string.h>

#include "base/hash.h"
#include "collection/state.h"

bool img_writer_drop(struct img_collection_writer *w, size_t row, struct img_err *err)
{
    uint32_t number = (uint32_t)row;
    if (!img_bits_set(&w->is_dropped, row, err) ||
        !img_appender_put(&w->dropped, &number, sizeof number, err))
        return false;
    w->dropped_count++;
    return true;
}

/* The older row of the path is no more. */
static bool drop_old(struct img_collection_writer *w, const struct img_found *found,
                     struct img_err *err)
{
    return found->row == SIZE_MAX || img_bits_get(&w->is_dropped, found->row) ||
           img_writer_drop(w, found->row, err);
}

static bool check_record(struct img_collection_writer *w, const char *path, size_t path_len,
                         const char *record, size_t record_len, struct img_err *err)
{
    if (record_len < 2 || record_len > IMG_COLLECTION_RECORD_MAX ||
        memchr(record, '\n', record_len) != record + record_len - 1)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a record of %zu bytes is no line", record_len);
    if (!img_line_read(&w->line, record, record_len, err))
        return img_err_in(err, "record");
    return img_line_is(&w->line, path, path_len) ||
           img_err_set(err, IMG_ERR_BAD_RECORD, "the record names another path");
}

static bool add_row(struct img_collection_writer *w, const char *path, size_t path_len,
                    const float *vector, const char *record, size_t record_len,
                    struct img_err *err)
{
    struct img_found found = {SIZE_MAX, SIZE_MAX, NULL};
    size_t row = (size_t)w->rows.count;
    if (path_len > 0 && (!img_writer_find_mending(w, path, path_len, &found, err) ||
                         !drop_old(w, &found, err)))
        return false;
    if (!img_appender_put(&w->vectors, vector, (size_t)w->committed.dimension * sizeof *vector,
                          err) ||
        !img_rows_append(&w->rows, record, record_len, err) ||
        !img_bits_set(&w->seen, row, err))
        return false;
    if (found.entry)
        found.entry->row = row;
    else if (path_len > 0)
        img_pending_put(&w->pending, img_hash64(path, path_len), row, found.in_index);
    w->tail = img_hash64(record, record_len);
    w->uncommitted++;
    return true;
}

bool img_collection_append(struct img_collection_writer *writer, const char *path,
                           size_t path_len, const float *vector, const char *record,
                           size_t record_len, struct img_err *err)
{
    if (!img_writer_begin(writer, err))
        return false;
    if (writer->rows.count >= IMG_COLLECTION_ROWS_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "the collection is full");
    pthread_mutex_lock(&writer->mutex);
    bool ok = check_record(writer, path, path_len, record, record_len, err);
    bool added = ok && add_row(writer, path, path_len, vector, record, record_len, err);
    if (ok && !added)
        img_writer_break(writer, err);
    pthread_mutex_unlock(&writer->mutex);
    if (!added)
        return false;
    img_writer_changed(writer);
    return img_writer_commit_due(writer, err);
}

static bool add_failure(struct img_collection_writer *w, const char *path, size_t path_len,
                        const char *record, size_t record_len, struct img_err *err)
{
    struct img_found found = {SIZE_MAX, SIZE_MAX, NULL};
    if (path_len > 0 &&
        (!img_writer_find_mending(w, path, path_len, &found, err) || !drop_old(w, &found, err)))
        return false;
    return img_appender_put(&w->failures, record, record_len, err);
}

bool img_collection_fail(struct img_collection_writer *writer, const char *path, size_t path_len,
                         const char *record, size_t record_len, struct img_err *err)
{
    if (!img_writer_begin(writer, err))
        return false;
    if (record_len < 2 || record_len > IMG_COLLECTION_RECORD_MAX ||
        memchr(record, '\n', record_len) != record + record_len - 1)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a record of %zu bytes is no line", record_len);
    pthread_mutex_lock(&writer->mutex);
    bool ok = add_failure(writer, path, path_len, record, record_len, err) ||
              img_writer_break(writer, err);
    pthread_mutex_unlock(&writer->mutex);
    if (!ok)
        return false;
    writer->failure_count++;
    img_writer_changed(writer);
    return img_writer_commit_due(writer, err);
}

/* A row without a path (bytes, a text) cannot have gone. */
static bool has_path(struct img_collection_writer *w, size_t row, bool *has, struct img_err *err)
{
    const char *text;
    size_t len;
    if (!img_rows_line(&w->rows, row, &text, &len, err))
        return false;
    if (!img_line_read(&w->line, text, len, err))
        return img_err_in(err, IMG_COLLECTION_RECORDS ": row %zu", row);
    *has = w->line.path.len > 0;
    return true;
}

static bool drop_unseen(struct img_collection_writer *w, size_t *dropped, struct img_err *err)
{
    for (size_t row = 0; row < w->rows.count; row++) {
        bool gone = false;
        if (img_bits_get(&w->seen, row) || img_bits_get(&w->is_dropped, row))
            continue;
        if (!has_path(w, row, &gone, err))
            return false;
        if (!gone)
            continue;
        if (!img_writer_drop(w, row, err))
            return false;
        ++*dropped;
    }
    return true;
}

bool img_collection_mirror(struct img_collection_writer *writer, size_t *dropped,
                           struct img_err *err)
{
    *dropped = 0;
    if (!img_writer_begin(writer, err))
        return false;
    pthread_mutex_lock(&writer->mutex);
    bool ok = drop_unseen(writer, dropped, err) || img_writer_break(writer, err);
    pthread_mutex_unlock(&writer->mutex);
    if (!ok)
        return false;
    if (*dropped > 0)
        img_writer_changed(writer);
    return img_writer_commit_due(writer, err);
}
