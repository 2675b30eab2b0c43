/* Which row a path has, through the index and what is not yet in it; the index kept right. */
#include <string.h>

#include "base/hash.h"
#include "collection/state.h"

/* Reads a row's record into w->line. */
static bool read_row(struct img_collection_writer *w, uint64_t row, struct img_err *err)
{
    const char *text;
    size_t len;
    if (!img_rows_line(&w->rows, row, &text, &len, err))
        return false;
    return img_line_read(&w->line, text, len, err) ||
           img_err_in(err, IMG_COLLECTION_RECORDS ": row %llu", (unsigned long long)row);
}

/* The row below limit that the index has for the path. */
static bool find_in(struct img_collection_writer *w, const struct img_index *index, uint64_t hash,
                    const char *path, size_t path_len, size_t *row, struct img_err *err)
{
    struct img_index_cursor cursor = {.hash = hash};
    for (;;) {
        if (!img_index_next(index, &cursor, row, err))
            return false;
        if (*row == SIZE_MAX)
            return true;
        if (!read_row(w, *row, err))
            return false;
        if (img_line_is(&w->line, path, path_len))
            return true;
    }
}

/* Enters a committed row, whose line is read here. */
static bool enter(struct img_collection_writer *w, struct img_index *index, uint64_t row,
                  struct img_line *line, struct img_err *err)
{
    const char *text;
    size_t len, old;
    if (!img_rows_line(&w->rows, row, &text, &len, err))
        return false;
    if (!img_line_read(line, text, len, err))
        return img_err_in(err, IMG_COLLECTION_RECORDS ": row %llu", (unsigned long long)row);
    if (line->path.len == 0)
        return true;
    uint64_t hash = img_hash64(line->path.data, line->path.len);
    return find_in(w, index, hash, line->path.data, line->path.len, &old, err) &&
           img_index_put(index, hash, old, (size_t)row, err);
}

/* Brings the index up from the rows that it covers to those that are committed. */
static bool catch_up(struct img_collection_writer *w, struct img_index *index, struct img_err *err)
{
    struct img_line line = {0};
    bool ok = img_index_grow(index, w->committed.count, err);
    for (uint64_t row = index->head.rows; ok && row < w->committed.count; row++)
        ok = enter(w, index, row, &line, err);
    img_line_clear(&line);
    return ok;
}

static bool tail_of(struct img_collection_writer *w, uint64_t rows, uint64_t *tail,
                    struct img_err *err)
{
    const char *text;
    size_t len;
    *tail = 0;
    if (rows == 0)
        return true;
    if (!img_rows_line(&w->rows, rows - 1, &text, &len, err))
        return false;
    *tail = img_hash64(text, len);
    return true;
}

static bool make_index(struct img_collection_writer *w, struct img_err *err)
{
    struct img_index made;
    uint64_t tail;
    img_index_close(&w->index);
    if (!tail_of(w, w->committed.count, &tail, err) ||
        !img_index_make(&made, w->folder, w->committed.count, err))
        return false;
    bool ok = catch_up(w, &made, err);
    if (ok) {
        made.head.rows = w->committed.count;
        made.head.tail = tail;
        ok = img_index_finish(&made, err);
    }
    if (!ok) {
        img_index_close(&made);
        return false;
    }
    w->index = made;
    return true;
}

/* Whether the index is this collection's, and brought up to it. */
static bool adopt_index(struct img_collection_writer *w, struct img_err *err)
{
    uint64_t tail;
    if (!img_index_open(&w->index, w->folder, err))
        return false;
    uint64_t rows = w->index.head.rows;
    if (rows > w->committed.count)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "covers rows that are not there");
    if (!tail_of(w, rows, &tail, err))
        return false;
    if (tail != w->index.head.tail)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "is of other records");
    return rows == w->committed.count ||
           (catch_up(w, &w->index, err) && tail_of(w, w->committed.count, &tail, err) &&
            img_index_cover(&w->index, w->committed.count, tail, err));
}

bool img_writer_open_index(struct img_collection_writer *w, struct img_err *err)
{
    struct img_err ignored = {0};
    if (adopt_index(w, &ignored))
        return true;
    if (w->committed.count > 0)
        img_report(w->report, IMG_NOTE, IMG_COLLECTION_INDEX " is made anew: %s", ignored.text);
    return make_index(w, err);
}

/* Once: what is derived may be what is wrong. */
static bool mend(struct img_collection_writer *w, const struct img_err *why, struct img_err *err)
{
    w->mended = true;
    img_report(w->report, IMG_NOTE, "the index is made anew: %s", why->text);
    return img_rows_rebuild(&w->rows, err) && make_index(w, err);
}

bool img_writer_find(struct img_collection_writer *w, const char *path, size_t path_len,
                     struct img_found *found, struct img_err *err)
{
    uint64_t hash = img_hash64(path, path_len);
    size_t steps = 0;
    *found = (struct img_found){SIZE_MAX, SIZE_MAX, NULL};
    while ((found->entry = img_pending_next(&w->pending, hash, &steps)) != NULL) {
        if (!read_row(w, found->entry->row, err))
            return false;
        if (img_line_is(&w->line, path, path_len)) {
            found->row = found->entry->row;
            found->in_index = found->entry->replaces;
            return true;
        }
    }
    if (!find_in(w, &w->index, hash, path, path_len, &found->in_index, err))
        return false;
    found->row = found->in_index;
    return true;
}

bool img_writer_find_mending(struct img_collection_writer *w, const char *path, size_t path_len,
                             struct img_found *found, struct img_err *err)
{
    if (img_writer_find(w, path, path_len, found, err))
        return true;
    struct img_err why = *err;
    return !w->mended && err->code == IMG_ERR_BAD_RECORD && mend(w, &why, err) &&
           img_writer_find(w, path, path_len, found, err);
}

/* The row at hand was made from this file, the way this run would. */
static bool still_good(const struct img_collection_writer *w, const struct img_stamp *stamp,
                       const char *preprocessing)
{
    return w->line.has_stamp && img_stamp_equal(&w->line.stamp, stamp) &&
           (!preprocessing || (w->line.preprocessing.data &&
                               strcmp(w->line.preprocessing.data, preprocessing) == 0));
}

/* What is found, as the caller of img_collection_look wants to know it; under the mutex. */
static bool judge(struct img_collection_writer *w, const struct img_found *found,
                  const struct img_stamp *stamp, const char *preprocessing,
                  enum img_collection_state *state, struct img_err *err)
{
    if (found->row == SIZE_MAX || img_bits_get(&w->is_dropped, found->row))
        return true;
    *state = still_good(w, stamp, preprocessing) ? IMG_COLLECTION_UNCHANGED : IMG_COLLECTION_CHANGED;
    return img_bits_set(&w->seen, found->row, err);
}

bool img_collection_look(struct img_collection_writer *writer, const char *path, size_t path_len,
                         const struct img_stamp *stamp, const char *preprocessing,
                         enum img_collection_state *state, struct img_err *err)
{
    struct img_found found;
    *state = IMG_COLLECTION_ABSENT;
    if (path_len == 0)
        return true;
    pthread_mutex_lock(&writer->mutex);
    bool ok = img_writer_find(writer, path, path_len, &found, err) &&
              judge(writer, &found, stamp, preprocessing, state, err);
    pthread_mutex_unlock(&writer->mutex);
    if (ok || err->code != IMG_ERR_BAD_RECORD)
        return ok;
    pthread_mutex_lock(&writer->syncing);
    pthread_mutex_lock(&writer->mutex);
    ok = img_writer_find_mending(writer, path, path_len, &found, err) &&
         judge(writer, &found, stamp, preprocessing, state, err);
    pthread_mutex_unlock(&writer->mutex);
    pthread_mutex_unlock(&writer->syncing);
    return ok;
}
