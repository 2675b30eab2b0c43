/* A writer from inside. One thread appends and commits; others may look at the same time, so what
 * looking reads is changed under the mutex only. Syncing is done outside of it. Not public. */
#ifndef IMG_COLLECTION_STATE_H
#define IMG_COLLECTION_STATE_H

#include <pthread.h>

#include "collection/appender.h"
#include "collection/bits.h"
#include "collection/index.h"
#include "collection/line.h"
#include "collection/manifest.h"
#include "collection/pending.h"
#include "collection/rows.h"
#include "collection/writer.h"

struct img_collection_writer {
    int folder, lock;
    const struct img_report *report;
    pthread_mutex_t mutex;
    pthread_mutex_t syncing; /* held while committing; taken before the other one */
    struct img_manifest committed;
    struct img_rows rows;
    struct img_appender vectors, failures, dropped;
    struct img_bits is_dropped, seen;
    size_t dropped_count, failure_count;
    uint64_t tail; /* hash of the last row's record, 0 for none */
    struct img_index index;
    struct img_pending pending;
    struct img_line line;
    bool mended;    /* offsets and index have been made anew since opening */
    bool begun;     /* failures.jsonl has been emptied for this run */
    bool rows_told; /* a row has been committed in this run */
    bool broken;    /* memory is ahead of what can be committed: nothing more is */
    struct img_err why;
    bool changed;      /* something is uncommitted */
    size_t uncommitted; /* rows */
    int64_t changed_ns, committed_ns, commit_took_ns;
};

/* Commits what is uncommitted. A failure is final: it breaks the writer. */
IMG_CHECKED bool img_writer_commit(struct img_collection_writer *w, struct img_err *err);
/* The same when it is time to. */
IMG_CHECKED bool img_writer_commit_due(struct img_collection_writer *w, struct img_err *err);
/* To be called before the first change: the failures of earlier runs are no more. */
IMG_CHECKED bool img_writer_begin(struct img_collection_writer *w, struct img_err *err);
void img_writer_changed(struct img_collection_writer *w);

/* Opens the index and brings it up to what is committed, or makes it anew. */
IMG_CHECKED bool img_writer_open_index(struct img_collection_writer *w, struct img_err *err);

/* The newest row of a path, dropped or not, or SIZE_MAX; w->line is then of that row. Under the
 * mutex. Fails with OUTPUT, or BAD_RECORD where something is damaged. */
struct img_found {
    size_t row;
    size_t in_index;                 /* the row that the index on disk has, or SIZE_MAX */
    struct img_pending_entry *entry; /* where it is pending, or NULL */
};
IMG_CHECKED bool img_writer_find(struct img_collection_writer *w, const char *path,
                                 size_t path_len, struct img_found *found, struct img_err *err);

/* The same; once, when something is damaged, makes the derived files anew and looks again. Not while
 * another thread is committing. */
IMG_CHECKED bool img_writer_find_mending(struct img_collection_writer *w, const char *path,
                                         size_t path_len, struct img_found *found,
                                         struct img_err *err);

/* Drops a row that is not dropped. Under the mutex. */
IMG_CHECKED bool img_writer_drop(struct img_collection_writer *w, size_t row, struct img_err *err);

/* Keeps the reason and returns false. */
bool img_writer_break(struct img_collection_writer *w, const struct img_err *err);

#endif
