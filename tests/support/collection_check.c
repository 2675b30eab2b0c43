/* The contract's words on collections, read once more. */
#include "support/collection_check.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "json/scan.h"
#include "record/read.h"

struct check {
    const char *folder;
    struct collection_checked *out;
    struct img_arena arena;
    int64_t count, dimension, vectors, records, failures, dropped;
    struct img_buf vector_bytes, record_bytes, failure_bytes, dropped_bytes, offset_bytes;
    unsigned char *is_dropped;
    struct img_id *paths;
};

static bool wrong(struct check *c, const char *fmt, ...) IMG_PRINTF(2, 3);

static bool wrong(struct check *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(c->out->why, sizeof c->out->why, fmt, args);
    va_end(args);
    return false;
}

static bool load(struct check *c, const char *name, struct img_buf *out)
{
    char path[4096];
    struct img_err err;
    snprintf(path, sizeof path, "%s/%s", c->folder, name);
    return img_file_read(path, IMG_BUF_LIMIT - 2, out, &err) ||
           wrong(c, "%s: %s", name, err.text);
}

static bool number(struct check *c, const struct img_json_object *object, const char *key,
                   int64_t *out)
{
    struct img_err err;
    const struct img_json_value *value = img_json_find(object, key);
    return (value && img_json_get_int(value, out, &err) && *out >= 0) ||
           wrong(c, "%s is not there or no number", key);
}

static bool has_kind(const struct img_json_object *object, const char *key,
                     enum img_json_kind kind)
{
    const struct img_json_value *value = img_json_find(object, key);
    return value && value->kind == kind;
}

static bool check_manifest(struct check *c)
{
    static const char *const texts[] = {"model_name", "model_fingerprint", "precision"};
    struct img_buf text = {0};
    struct img_json_object object;
    struct img_err err;
    bool ok = load(c, "collection.json", &text);
    if (ok && !img_json_scan(text.data ? text.data : "", text.len, &c->arena, &object, &err))
        ok = wrong(c, "collection.json: %s", err.text);
    ok = ok && number(c, &object, "dimension", &c->dimension) &&
         number(c, &object, "count", &c->count) &&
         number(c, &object, "vectors_bytes", &c->vectors) &&
         number(c, &object, "records_bytes", &c->records) &&
         number(c, &object, "failures_bytes", &c->failures) &&
         number(c, &object, "dropped_bytes", &c->dropped);
    for (size_t i = 0; ok && i < sizeof texts / sizeof texts[0]; i++)
        if (!has_kind(&object, texts[i], IMG_JSON_STRING) &&
            !has_kind(&object, texts[i], IMG_JSON_NULL))
            ok = wrong(c, "%s is missing", texts[i]);
    if (ok && !has_kind(&object, "normalized", IMG_JSON_TRUE) &&
        !has_kind(&object, "normalized", IMG_JSON_FALSE))
        ok = wrong(c, "normalized is missing");
    img_buf_clear(&text);
    c->out->count = (size_t)c->count;
    c->out->dimension = (size_t)c->dimension;
    return ok;
}

/* Loads a file and leaves what counts of it. */
static bool load_counted(struct check *c, const char *name, struct img_buf *out, int64_t len)
{
    if (!load(c, name, out))
        return false;
    if (out->len < (uint64_t)len)
        return wrong(c, "%s has %zu bytes, not %lld", name, out->len, (long long)len);
    c->out->beyond += out->len - (size_t)len;
    out->len = (size_t)len;
    return true;
}

static bool check_vectors(struct check *c)
{
    if (!load_counted(c, "vectors.f32", &c->vector_bytes, c->vectors))
        return false;
    if (c->vectors != c->count * c->dimension * 4)
        return wrong(c, "vectors_bytes is not count * dimension * 4");
    for (size_t at = 0; at < c->vector_bytes.len; at += sizeof(float)) {
        float value;
        memcpy(&value, c->vector_bytes.data + at, sizeof value);
        if (!isfinite(value))
            return wrong(c, "vectors.f32: no number at byte %zu", at);
    }
    return true;
}

static bool check_dropped(struct check *c)
{
    if (!load_counted(c, "dropped.u32", &c->dropped_bytes, c->dropped))
        return false;
    c->is_dropped = calloc((size_t)c->count + 1, 1);
    if (!c->is_dropped || c->dropped % 4 != 0)
        return wrong(c, "dropped_bytes is not of whole numbers");
    for (size_t at = 0; at < c->dropped_bytes.len; at += sizeof(uint32_t)) {
        uint32_t row;
        memcpy(&row, c->dropped_bytes.data + at, sizeof row);
        if (row >= c->count || c->is_dropped[row])
            return wrong(c, "dropped.u32: row %u is out of range or named twice", row);
        c->is_dropped[row] = 1;
        c->out->dropped++;
    }
    return true;
}

static bool check_stamp(struct check *c, const struct img_json_object *object, size_t row)
{
    static const char *const keys[] = {"size", "mtime_ns", "ctime_ns", "dev", "ino"};
    const struct img_json_value *file = img_json_find(object, "file");
    struct img_json_object stamp;
    struct img_err err;
    if (!file || file->kind != IMG_JSON_OBJECT || !img_json_enter(file, &c->arena, &stamp, &err))
        return wrong(c, "records.jsonl: row %zu has no file", row);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!has_kind(&stamp, keys[i], IMG_JSON_NUMBER))
            return wrong(c, "records.jsonl: row %zu: file has no %s", row, keys[i]);
    return true;
}

static bool check_row(struct check *c, size_t row, const char *line, size_t len, bool stamps)
{
    struct img_input_record record;
    struct img_err err;
    img_arena_reset(&c->arena);
    if (!img_record_read(line, len, &c->arena, &record, &err))
        return wrong(c, "records.jsonl: row %zu: %s", row, err.text);
    if (img_json_find(&record.object, "embedding") ||
        img_json_find(&record.object, "processing_time") || img_json_find(&record.object, "cached"))
        return wrong(c, "records.jsonl: row %zu has what it must not", row);
    if (record.kind != IMG_RECORD_PATH)
        return !stamps || wrong(c, "records.jsonl: row %zu has no path", row);
    if (!c->is_dropped[row])
        c->paths[c->out->live_paths++] = img_hash_id(record.path, record.path_len);
    return !stamps || check_stamp(c, &record.object, row);
}

static int by_id(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct img_id));
}

static bool check_distinct(struct check *c)
{
    qsort(c->paths, c->out->live_paths, sizeof *c->paths, by_id);
    for (size_t i = 1; i < c->out->live_paths; i++)
        if (memcmp(&c->paths[i - 1], &c->paths[i], sizeof *c->paths) == 0)
            return wrong(c, "a path has two rows that are not dropped");
    return true;
}

/* offsets.u64 is derived: that it is not there is no fault, that it is wrong is one. */
static void load_offsets(struct check *c)
{
    char ignored[sizeof c->out->why];
    memcpy(ignored, c->out->why, sizeof ignored);
    c->out->has_index = load(c, "offsets.u64", &c->offset_bytes) &&
                        c->offset_bytes.len >= (uint64_t)c->count * sizeof(uint64_t);
    memcpy(c->out->why, ignored, sizeof ignored);
}

static bool check_offset(struct check *c, size_t row, uint64_t at)
{
    uint64_t offset;
    if (!c->out->has_index)
        return true;
    memcpy(&offset, c->offset_bytes.data + row * sizeof offset, sizeof offset);
    return offset == at || wrong(c, "offsets.u64: row %zu at %llu, not %llu", row,
                                 (unsigned long long)offset, (unsigned long long)at);
}

static bool check_records(struct check *c, bool stamps)
{
    if (!load_counted(c, "records.jsonl", &c->record_bytes, c->records))
        return false;
    load_offsets(c);
    c->paths = calloc((size_t)c->count + 1, sizeof *c->paths);
    if (!c->paths)
        return wrong(c, "out of memory");
    size_t row = 0;
    for (size_t at = 0; at < c->record_bytes.len; row++) {
        const char *line = c->record_bytes.data + at;
        const char *newline = memchr(line, '\n', c->record_bytes.len - at);
        if (!newline || row >= (size_t)c->count)
            return wrong(c, "records.jsonl: not %lld whole lines", (long long)c->count);
        if (!check_offset(c, row, at) ||
            !check_row(c, row, line, (size_t)(newline - line), stamps))
            return false;
        at += (size_t)(newline - line) + 1;
    }
    if (row != (size_t)c->count)
        return wrong(c, "records.jsonl: %zu lines, not %lld", row, (long long)c->count);
    return check_distinct(c);
}

static bool check_failures(struct check *c)
{
    if (!load_counted(c, "failures.jsonl", &c->failure_bytes, c->failures))
        return false;
    for (size_t at = 0; at < c->failure_bytes.len; c->out->failures++) {
        const char *line = c->failure_bytes.data + at;
        const char *newline = memchr(line, '\n', c->failure_bytes.len - at);
        struct img_json_object object;
        struct img_err err;
        img_arena_reset(&c->arena);
        if (!newline ||
            !img_json_scan(line, (size_t)(newline - line), &c->arena, &object, &err) ||
            !has_kind(&object, "error", IMG_JSON_STRING))
            return wrong(c, "failures.jsonl: line %zu is no failure", c->out->failures + 1);
        at += (size_t)(newline - line) + 1;
    }
    return true;
}

bool collection_check(const char *folder, bool stamps, struct collection_checked *checked)
{
    struct check c = {.folder = folder, .out = checked};
    *checked = (struct collection_checked){0};
    bool ok = check_manifest(&c) && check_vectors(&c) && check_dropped(&c) &&
              check_records(&c, stamps) && check_failures(&c);
    img_buf_clear(&c.vector_bytes);
    img_buf_clear(&c.record_bytes);
    img_buf_clear(&c.failure_bytes);
    img_buf_clear(&c.dropped_bytes);
    img_buf_clear(&c.offset_bytes);
    img_arena_clear(&c.arena);
    free(c.is_dropped);
    free(c.paths);
    return ok;
}
