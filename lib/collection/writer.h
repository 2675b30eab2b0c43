/* Writing a collection: a folder that jq and NumPy can read.
 *
 *   collection.json   dimension, count, byte lengths, model, fingerprint, precision
 *   vectors.f32       raw little-endian float32, row-major [count, dimension]
 *   records.jsonl     line i describes row i
 *   failures.jsonl    records of inputs that failed
 *   dropped.u32       rows changed or gone, which readers skip
 *
 * What lies beyond the lengths in collection.json does not exist: appending writes the files, syncs
 * them, then replaces collection.json. So a writer may be killed at any moment. One writer (locked),
 * any number of readers. offsets.u64 (where each line of records.jsonl begins) and index.bin (from
 * path to row) are derived, on disk, and rebuilt when they do not fit, so that memory does not grow
 * with the collection but for two bits a row. Files named search.… are taken for derived, too.
 *
 * failures.jsonl holds the failures of the latest run that changed something: it is emptied
 * before a run's first change, and when a run without any ends. Little-endian machines only. */
#ifndef IMG_COLLECTION_WRITER_H
#define IMG_COLLECTION_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/file.h"
#include "base/report.h"

struct img_collection_writer;

struct img_collection_spec {
    size_t dimension;
    const char *model_name, *fingerprint, *precision;
    bool normalized;
    const struct img_report *report; /* may be NULL; must outlive the writer */
};

/* Opens the collection in folder, or makes it: an empty one is there at once. Takes its lock. Cuts
 * off what lies beyond the recorded lengths. Fails with CONFIG when it is of another dimension,
 * fingerprint, precision or normalisation (both are named; model_name may differ, the first one
 * stays), another writer has it, or the folder holds other things; with OUTPUT when it cannot be
 * written, BAD_RECORD when it is damaged (the text says what to do). */
IMG_CHECKED bool img_collection_open_writer(struct img_collection_writer **writer,
                                            const char *folder,
                                            const struct img_collection_spec *spec,
                                            struct img_err *err);

enum img_collection_state {
    IMG_COLLECTION_ABSENT,    /* no row of that path */
    IMG_COLLECTION_UNCHANGED, /* its file looks as it did: skip it */
    IMG_COLLECTION_CHANGED,
};

/* How the collection knows this path and file; remembers that the path was seen (for mirroring). A
 * row that was preprocessed otherwise has changed, too; preprocessing NULL takes any. Thread-safe. A
 * path of length 0 is always absent. Fails with OUTPUT (the disk), OUT_OF_MEMORY, or
 * BAD_RECORD when a record is damaged. */
IMG_CHECKED bool img_collection_look(struct img_collection_writer *writer, const char *path,
                                     size_t path_len, const struct img_stamp *stamp,
                                     const char *preprocessing,
                                     enum img_collection_state *state, struct img_err *err);

/* Appends a row: vector [dimension] and its record, a JSON line with '\n', which must hold
 * image_path (and image_path_base64) and "file":{size,mtime_ns,ctime_ns,dev,ino}. An older row of
 * the path is dropped. A row without a path (bytes, a text: path_len 0, image_path null or missing)
 * is never found nor mirrored away. Commits by itself: the first row at once, then every 32 rows or
 * every second (where rows come faster than the disk syncs: so that syncing takes at most a fifth
 * of the time). One thread appends, fails, ticks, mirrors and closes.
 * Fails with BAD_RECORD, and nothing happens, when record is no JSON object in one line of at most
 * 16 MiB, or of another path. After any other failure (OUTPUT, OUT_OF_MEMORY) the writer is broken:
 * it can only be closed, and repeats the reason. */
IMG_CHECKED bool img_collection_append(struct img_collection_writer *writer, const char *path,
                                       size_t path_len, const float *vector, const char *record,
                                       size_t record_len, struct img_err *err);

/* Appends to failures.jsonl; an older row of the path is dropped, since its picture is no more. */
IMG_CHECKED bool img_collection_fail(struct img_collection_writer *writer, const char *path,
                                     size_t path_len, const char *record, size_t record_len,
                                     struct img_err *err);

/* Commits when it is time to; to be called now and then where nothing is appended. */
IMG_CHECKED bool img_collection_tick(struct img_collection_writer *writer, struct img_err *err);

/* Drops the rows whose path was neither looked at nor appended since opening. Returns how many in
 * *dropped. To be called only when the whole list has been gone through. */
IMG_CHECKED bool img_collection_mirror(struct img_collection_writer *writer, size_t *dropped,
                                       struct img_err *err);

struct img_collection_counts {
    size_t rows, dropped; /* in all, dropped ones among the rows */
    size_t failures;      /* since opening */
};
struct img_collection_counts img_collection_counts(const struct img_collection_writer *writer);

/* Commits and closes. On failure the collection is as it was at the last commit. */
IMG_CHECKED bool img_collection_close_writer(struct img_collection_writer *writer,
                                             struct img_err *err);

/* Builds a sibling without dropped rows and swaps it in (renameat2, exchange; where the file system
 * lacks it: three renames under the lock; where they are interrupted the next writer or compaction,
 * not a reader, puts the old one back). Rows keep their order; readers of the old one go on. A
 * killed compaction leaves the collection as it was, and folder.partial, which the next one removes.
 * Files that are not a collection's own move along. Nothing happens when no row is dropped. Fails
 * as opening does. */
IMG_CHECKED bool img_collection_compact(const char *folder, const struct img_report *report,
                                        struct img_err *err);

#endif
