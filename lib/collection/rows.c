/* Lines of records.jsonl by row. */
#include "collection/rows.h"

#include <string.h>
#include <sys/stat.h>

#include "collection/beside.h"
#include "collection/manifest.h"

bool img_rows_open(struct img_rows *rows, int folder, uint64_t count, uint64_t records_bytes,
                   struct img_err *err)
{
    const char *last;
    *rows = (struct img_rows){.folder = folder, .count = count};
    rows->offsets.fd = -1;
    if (!img_appender_open(&rows->records, folder, IMG_COLLECTION_RECORDS, records_bytes, err) ||
        !img_appender_open(&rows->offsets, folder, IMG_COLLECTION_OFFSETS, 0, err))
        return false;
    if (records_bytes == 0)
        return true;
    if (!img_appender_get(&rows->records, records_bytes - 1, 1, &last, err))
        return false;
    return *last == '\n' ||
           img_err_set(err, IMG_ERR_BAD_RECORD, IMG_COLLECTION_RECORDS
                       ": no line ends where " IMG_COLLECTION_MANIFEST " says");
}

static bool offset_of(struct img_rows *rows, uint64_t row, uint64_t *offset, struct img_err *err)
{
    const char *bytes;
    if (row == rows->count) {
        *offset = img_appender_len(&rows->records);
        return true;
    }
    if (!img_appender_get(&rows->offsets, row * sizeof *offset, sizeof *offset, &bytes, err))
        return false;
    memcpy(offset, bytes, sizeof *offset);
    return true;
}

bool img_rows_line(struct img_rows *rows, uint64_t row, const char **line, size_t *len,
                   struct img_err *err)
{
    uint64_t start, end;
    const char *bytes;
    if (row >= rows->count)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "no row %llu", (unsigned long long)row);
    if (!offset_of(rows, row, &start, err) || !offset_of(rows, row + 1, &end, err))
        return false;
    /* The byte before must end a line; what was not yet written always begins with one. */
    size_t before = start > 0 && start != rows->records.written ? 1 : 0;
    if (end <= start || end - start > IMG_COLLECTION_RECORD_MAX ||
        !img_appender_get(&rows->records, start - before, (size_t)(end - start) + before, &bytes,
                          err))
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           IMG_COLLECTION_OFFSETS ": row %llu does not fit",
                           (unsigned long long)row);
    *line = bytes + before;
    *len = (size_t)(end - start);
    if ((before && bytes[0] != '\n') || memchr(*line, '\n', *len) != *line + *len - 1)
        return img_err_set(err, IMG_ERR_BAD_RECORD, IMG_COLLECTION_OFFSETS ": row %llu is no line",
                           (unsigned long long)row);
    return true;
}

/* Notes where each of the lines of bytes begins, given that one begins at *begin. */
static bool note_lines(struct img_appender *to, const char *bytes, size_t len, uint64_t at,
                       uint64_t *begin, uint64_t *count, struct img_err *err)
{
    const char *from = bytes, *end = bytes + len;
    const char *newline;
    while (from < end && (newline = memchr(from, '\n', (size_t)(end - from))) != NULL) {
        if (!img_appender_put(to, begin, sizeof *begin, err))
            return false;
        from = newline + 1;
        *begin = at + (uint64_t)(from - bytes);
        ++*count;
    }
    return true;
}

static bool note_all(struct img_rows *rows, struct img_appender *to, struct img_err *err)
{
    enum { PIECE = 16 << 10 };
    uint64_t end = rows->records.written, begin = 0, count = 0;
    for (uint64_t at = 0; at < end;) {
        size_t len = end - at < PIECE ? (size_t)(end - at) : PIECE;
        const char *bytes;
        if (!img_appender_get(&rows->records, at, len, &bytes, err) ||
            !note_lines(to, bytes, len, at, &begin, &count, err))
            return false;
        at += len;
    }
    if (count != rows->count || begin != end)
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           IMG_COLLECTION_RECORDS ": has %llu lines where " IMG_COLLECTION_MANIFEST
                                                  " counts %llu",
                           (unsigned long long)count, (unsigned long long)rows->count);
    return img_appender_flush(to, err);
}

bool img_rows_rebuild(struct img_rows *rows, struct img_err *err)
{
    struct img_beside file;
    int fd = -1;
    if (!img_appender_flush(&rows->records, err) ||
        !img_beside_open(&file, rows->folder, IMG_COLLECTION_OFFSETS, err))
        return false;
    struct img_appender made = {.fd = file.fd, .name = IMG_COLLECTION_OFFSETS};
    if (!note_all(rows, &made, err) || !img_beside_commit(&file, &fd, err)) {
        made.fd = -1;
        img_appender_close(&made);
        img_beside_abort(&file);
        return false;
    }
    img_appender_close(&rows->offsets);
    made.unsynced = false;
    rows->offsets = made;
    return true;
}

/* Whether the first and the last row lie where they must. */
static bool offsets_fit(struct img_rows *rows)
{
    struct img_err ignored;
    struct stat info;
    const char *line;
    size_t len;
    uint64_t need = rows->count * sizeof(uint64_t);
    if (fstat(rows->offsets.fd, &info) != 0 || (uint64_t)info.st_size < need)
        return false;
    rows->offsets.written = need;
    return rows->count == 0 || (img_rows_line(rows, 0, &line, &len, &ignored) &&
                                img_rows_line(rows, rows->count - 1, &line, &len, &ignored));
}

bool img_rows_begin(struct img_rows *rows, struct img_err *err)
{
    if (!img_appender_cut(&rows->records, rows->records.written, err))
        return false;
    if (!offsets_fit(rows))
        return img_rows_rebuild(rows, err);
    return img_appender_cut(&rows->offsets, rows->offsets.written, err);
}

bool img_rows_append(struct img_rows *rows, const char *line, size_t len, struct img_err *err)
{
    uint64_t offset = img_appender_len(&rows->records);
    if (!img_appender_put(&rows->records, line, len, err) ||
        !img_appender_put(&rows->offsets, &offset, sizeof offset, err))
        return false;
    rows->count++;
    return true;
}

bool img_rows_flush(struct img_rows *rows, struct img_err *err)
{
    return img_appender_flush(&rows->records, err) && img_appender_flush(&rows->offsets, err);
}

bool img_rows_sync(struct img_rows *rows, struct img_err *err)
{
    return img_appender_sync(&rows->records, err) && img_appender_sync(&rows->offsets, err);
}

void img_rows_close(struct img_rows *rows)
{
    img_appender_close(&rows->records);
    img_appender_close(&rows->offsets);
    *rows = (struct img_rows){0};
}
