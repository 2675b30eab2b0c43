/* A collection without its dropped rows, built beside it and put in its place. Its index is left to
 * the next writer, who makes what is not there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collection/beside.h"
#include "collection/fresh.h"
#include "collection/lock.h"
#include "collection/manifest.h"
#include "collection/reader.h"
#include "collection/rows.h"
#include "collection/swap.h"
#include "collection/writer.h"

/* Renames what is not a collection's own into keep; deletes the rest, but for the lock, which tells
 * our leftovers from a stranger's folder. */
static bool clear_entry(int folder, int keep, const char *name, struct img_err *err)
{
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
        strcmp(name, IMG_COLLECTION_LOCK) == 0)
        return true;
    if (faccessat(folder, IMG_COLLECTION_LOCK, F_OK, 0) != 0)
        return img_err_set(err, IMG_ERR_OUTPUT, "it is in the way, and no leftover of ours");
    bool done = img_collection_owns(name)
                    ? unlinkat(folder, name, 0) == 0 || errno == ENOENT
                    : renameat2(folder, name, keep, name, RENAME_NOREPLACE) == 0;
    return done || img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot clear away %s", name);
}

/* Removes a sibling that is not needed any more; what the user has put there goes to keep. */
static bool clear_away(const char *path, int keep, struct img_err *err)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (folder < 0)
        return errno == ENOENT || img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot open", path);
    DIR *entries = fdopendir(folder);
    if (!entries) {
        int os = errno;
        close(folder);
        return img_err_sys(err, IMG_ERR_OUTPUT, os, "%s: cannot read", path);
    }
    bool ok = true;
    struct dirent *entry;
    while (ok && (entry = readdir(entries)) != NULL)
        ok = clear_entry(folder, keep, entry->d_name, err);
    if (ok)
        (void)unlinkat(dirfd(entries), IMG_COLLECTION_LOCK, 0);
    closedir(entries);
    if (ok && rmdir(path) != 0)
        ok = img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot remove");
    return ok || img_err_in(err, "%s", path);
}

struct copy {
    int folder; /* the new one */
    struct img_manifest manifest;
    struct img_appender vectors, failures;
    struct img_rows rows;
};

static bool copy_row(struct copy *to, const struct img_collection *from, size_t row,
                     struct img_err *err)
{
    const float *vector = img_collection_vectors(from) + row * to->manifest.dimension;
    const char *line;
    size_t len;
    /* The line's newline is in the mapping, behind it. */
    return img_collection_record(from, row, &line, &len, err) &&
           img_rows_append(&to->rows, line, len + 1, err) &&
           img_appender_put(&to->vectors, vector,
                            (size_t)to->manifest.dimension * sizeof *vector, err);
}

static bool copy_failures(struct copy *to, int old, uint64_t len, struct img_err *err)
{
    enum { PIECE = 64 << 10 };
    struct img_appender from;
    bool ok = img_appender_open(&from, old, IMG_COLLECTION_FAILURES, len, err);
    for (uint64_t at = 0; ok && at < len;) {
        size_t piece = len - at < PIECE ? (size_t)(len - at) : PIECE;
        const char *bytes;
        ok = img_appender_get(&from, at, piece, &bytes, err) &&
             img_appender_put(&to->failures, bytes, piece, err);
        at += piece;
    }
    img_appender_close(&from);
    return ok;
}

static bool open_copy(struct copy *to, struct img_err *err)
{
    struct img_appender dropped;
    bool ok = img_appender_open(&to->vectors, to->folder, IMG_COLLECTION_VECTORS, 0, err) &&
              img_appender_open(&to->failures, to->folder, IMG_COLLECTION_FAILURES, 0, err) &&
              img_rows_open(&to->rows, to->folder, 0, 0, err) &&
              img_appender_open(&dropped, to->folder, IMG_COLLECTION_DROPPED, 0, err);
    if (ok)
        img_appender_close(&dropped);
    return ok;
}

static bool finish_copy(struct copy *to, struct img_err *err)
{
    if (!img_appender_flush(&to->vectors, err) || !img_appender_flush(&to->failures, err) ||
        !img_rows_flush(&to->rows, err) || !img_appender_sync(&to->vectors, err) ||
        !img_appender_sync(&to->failures, err) || !img_rows_sync(&to->rows, err))
        return false;
    to->manifest.count = to->rows.count;
    to->manifest.vectors_bytes = to->vectors.written;
    to->manifest.records_bytes = to->rows.records.written;
    to->manifest.failures_bytes = to->failures.written;
    to->manifest.dropped_bytes = 0;
    return img_manifest_replace(&to->manifest, to->folder, err);
}

static bool fill_copy(struct copy *to, const struct img_collection *from, int old,
                      struct img_err *err)
{
    if (!img_manifest_read(&to->manifest, old, err) || !open_copy(to, err))
        return false;
    size_t count = img_collection_facts(from)->count;
    for (size_t row = 0; row < count; row++)
        if (!img_collection_is_dropped(from, row) && !copy_row(to, from, row, err))
            return false;
    return copy_failures(to, old, to->manifest.failures_bytes, err) && finish_copy(to, err);
}

static void close_copy(struct copy *to)
{
    img_appender_close(&to->vectors);
    img_appender_close(&to->failures);
    img_rows_close(&to->rows);
}

static bool exchange(const struct img_swap *swap, struct img_err *err)
{
    if (img_swap_do(swap, true, err))
        return true;
    return (err->os == EINVAL || err->os == ENOSYS) && img_swap_do(swap, false, err);
}

/* Builds, swaps, clears away the old one. The new one is locked before it can be seen. */
static bool compact_locked(const struct img_swap *swap, const struct img_collection *from, int old,
                           const struct img_report *report, struct img_err *err)
{
    struct copy to = {.folder = -1};
    int lock = -1;
    struct stat info;
    if (fstat(old, &info) != 0 || mkdir(swap->partial, info.st_mode & 07777) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot create", swap->partial);
    bool ok = img_collection_lock(swap->partial, report, &to.folder, &lock, err) &&
              fill_copy(&to, from, old, err) && exchange(swap, err);
    close_copy(&to);
    struct img_err ignored;
    ok = clear_away(swap->partial, ok ? to.folder : old, ok ? err : &ignored) && ok;
    if (lock >= 0)
        close(lock);
    if (to.folder >= 0)
        close(to.folder);
    return ok;
}

bool img_collection_compact(const char *folder, const struct img_report *report,
                            struct img_err *err)
{
    struct img_swap swap;
    struct img_collection *from = NULL;
    int old = -1, lock = -1;
    bool ok = img_collection_finish_swap(folder, report, err) &&
              img_swap_names(&swap, folder, err) &&
              img_collection_lock(swap.folder, report, &old, &lock, err);
    ok = ok && clear_away(swap.partial, old, err) &&
         img_collection_open(&from, swap.folder, err) &&
         (img_collection_facts(from)->dropped == 0 ||
          compact_locked(&swap, from, old, report, err));
    img_collection_close(from);
    if (lock >= 0)
        close(lock);
    if (old >= 0)
        close(old);
    return ok || img_err_in(err, "%s", folder);
}
