/* Committing: files first, then what says how long they are, then the index. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "collection/state.h"

enum {
    ROWS_DUE = 32,
    /* Where rows come faster than the disk syncs, at most a fifth of the time goes to that. */
    PAUSE_FACTOR = 4,
};
static const int64_t second_ns = 1000000000;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * second_ns + now.tv_nsec;
}

bool img_writer_break(struct img_collection_writer *w, const struct img_err *err)
{
    w->broken = true;
    w->why = *err;
    return false;
}

void img_writer_changed(struct img_collection_writer *w)
{
    if (!w->changed)
        w->changed_ns = now_ns();
    w->changed = true;
}

bool img_writer_begin(struct img_collection_writer *w, struct img_err *err)
{
    if (w->broken) {
        *err = w->why;
        return false;
    }
    if (w->begun)
        return true;
    w->begun = true;
    if (w->committed.failures_bytes == 0)
        return true;
    /* The length first: the file must never be shorter than what it says. */
    struct img_manifest manifest = w->committed;
    manifest.failures_bytes = 0;
    if (!img_manifest_replace(&manifest, w->folder, err))
        return img_writer_break(w, err);
    w->committed = manifest;
    return img_appender_cut(&w->failures, 0, err) || img_writer_break(w, err);
}

static bool flush(struct img_collection_writer *w, struct img_err *err)
{
    return img_appender_flush(&w->vectors, err) && img_rows_flush(&w->rows, err) &&
           img_appender_flush(&w->failures, err) && img_appender_flush(&w->dropped, err);
}

static bool sync_all(struct img_collection_writer *w, struct img_err *err)
{
    return img_appender_sync(&w->vectors, err) && img_rows_sync(&w->rows, err) &&
           img_appender_sync(&w->failures, err) && img_appender_sync(&w->dropped, err);
}

static bool tell_index(struct img_collection_writer *w, struct img_err *err)
{
    if (!img_index_grow(&w->index, w->committed.count, err))
        return false;
    for (size_t i = 0; w->pending.count > 0 && i < IMG_PENDING_SLOTS; i++) {
        const struct img_pending_entry *entry = &w->pending.entries[i];
        if (entry->filled &&
            !img_index_put(&w->index, entry->hash, entry->replaces, entry->row, err))
            return false;
    }
    img_pending_reset(&w->pending);
    return img_index_cover(&w->index, w->committed.count, w->tail, err);
}

static bool commit(struct img_collection_writer *w, struct img_err *err)
{
    struct img_manifest manifest = w->committed;
    pthread_mutex_lock(&w->mutex);
    bool ok = flush(w, err);
    pthread_mutex_unlock(&w->mutex);
    if (!ok)
        return false;
    manifest.count = w->rows.count;
    manifest.vectors_bytes = w->vectors.written;
    manifest.records_bytes = w->rows.records.written;
    manifest.failures_bytes = w->failures.written;
    manifest.dropped_bytes = w->dropped.written;
    if (!sync_all(w, err) || !img_manifest_replace(&manifest, w->folder, err))
        return false;
    pthread_mutex_lock(&w->mutex);
    w->committed = manifest;
    ok = tell_index(w, err);
    pthread_mutex_unlock(&w->mutex);
    return ok;
}

bool img_writer_commit(struct img_collection_writer *w, struct img_err *err)
{
    if (!img_writer_begin(w, err))
        return false;
    if (!w->changed)
        return true;
    int64_t begin = now_ns();
    pthread_mutex_lock(&w->syncing);
    bool ok = commit(w, err);
    pthread_mutex_unlock(&w->syncing);
    if (!ok)
        return img_writer_break(w, err);
    w->rows_told = w->rows_told || w->uncommitted > 0;
    w->changed = false;
    w->uncommitted = 0;
    w->committed_ns = now_ns();
    w->commit_took_ns = w->committed_ns - begin;
    return true;
}

bool img_writer_commit_due(struct img_collection_writer *w, struct img_err *err)
{
    if (!w->changed)
        return true;
    int64_t now = now_ns();
    bool first = !w->rows_told && w->uncommitted > 0;
    bool rested = now - w->committed_ns >= PAUSE_FACTOR * w->commit_took_ns;
    if (first || now - w->changed_ns >= second_ns || w->pending.count >= IMG_PENDING_MAX ||
        (w->uncommitted >= ROWS_DUE && rested))
        return img_writer_commit(w, err);
    return true;
}

bool img_collection_tick(struct img_collection_writer *writer, struct img_err *err)
{
    if (writer->broken) {
        *err = writer->why;
        return false;
    }
    return img_writer_commit_due(writer, err);
}
