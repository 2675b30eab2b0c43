/* Sending points, whole and in halves. */
#include "store/batch.h"

#include <stdlib.h>
#include <string.h>

#include "json/number.h"
#include "store/reply.h"

void img_batch_add(struct img_qdrant_batch *batch, const struct img_stored_record *record,
                   const float *vector, const struct img_point_id *id, const char *root,
                   uint64_t line)
{
    struct img_batch_entry *entry = &batch->entries[batch->count++];
    char text[IMG_POINT_ID_TEXT];
    *entry = (struct img_batch_entry){.begin = batch->points.len, .id = *id, .line = line};
    img_point_id_text(id, text);
    img_buf_printf(&batch->points, "{\"id\":\"%s\",\"vector\":", text);
    img_json_put_floats(&batch->points, vector, record->dimension);
    img_buf_puts(&batch->points, ",\"payload\":");
    entry->payload = batch->points.len;
    img_stored_put_payload(&batch->points, record, vector, root, entry->digest);
    img_buf_putc(&batch->points, '}');
    entry->end = batch->points.len;
}

void img_batch_reset(struct img_qdrant_batch *batch)
{
    img_buf_reset(&batch->points);
    batch->count = 0;
}

static int by_id(const void *a, const void *b)
{
    const struct img_batch_entry *x = a, *y = b;
    int order = memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void mark_unchanged(struct img_qdrant_batch *batch, const struct img_qdrant_point *point,
                           struct img_arena *arena)
{
    struct img_json_object ours;
    struct img_batch_entry key = {0};
    struct img_err ignored;
    const char *id, *digest;
    if (point->id.kind != IMG_JSON_STRING ||
        !img_json_get_string(&point->id, arena, &id, NULL, &ignored) ||
        !img_point_id_read(id, strlen(id), &key.id) ||
        !img_qdrant_enter(&point->payload, "img_tools", arena, &ours))
        return;
    digest = img_qdrant_text(&ours, "digest", arena);
    /* A path that came twice has two entries of the id; lines tell them apart. */
    size_t low = 0, high = batch->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_id(&batch->entries[middle], &key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < batch->count &&
         memcmp(&batch->entries[low].id, &key.id, sizeof key.id) == 0; low++)
        batch->entries[low].unchanged = digest && strcmp(batch->entries[low].digest, digest) == 0;
}

/* One small request tells which points are there as they are to be. */
static bool check(struct img_qdrant *store, struct img_qdrant_batch *batch, struct img_err *err)
{
    struct img_arena arena = {.limit = IMG_STORE_READ_MAX};
    struct img_buf body = {0};
    struct img_json_value result;
    const struct img_qdrant_point *points = NULL;
    char text[IMG_POINT_ID_TEXT];
    size_t count = 0;
    qsort(batch->entries, batch->count, sizeof *batch->entries, by_id);
    img_buf_puts(&body, "{\"with_vector\":false,\"with_payload\":[\"img_tools.digest\"],\"ids\":[");
    for (size_t i = 0; i < batch->count; i++) {
        img_point_id_text(&batch->entries[i].id, text);
        img_buf_printf(&body, "%s\"%s\"", i ? "," : "", text);
    }
    img_buf_puts(&body, "]}");
    bool ok = img_buf_ok(&body, err) &&
              img_qdrant_ask_collection(store, "POST", "/points", body.data, body.len, err) &&
              img_qdrant_result(store, &arena, &result, err) &&
              img_qdrant_read_points(&result, &arena, &points, &count, err);
    for (size_t i = 0; ok && i < count; i++)
        mark_unchanged(batch, &points[i], &arena);
    img_buf_clear(&body);
    img_arena_clear(&arena);
    return ok;
}

struct sending {
    struct img_qdrant *store;
    struct img_qdrant_batch *batch;
    const struct img_batch_how *how;
    struct img_batch_counts *counts;
    img_batch_refused refused;
    void *ctx;
    char rest[96];
};

static bool is_about_content(long status)
{
    return status == 400 || status == 413 || status == 422;
}

/* Which entries are there is known by now: none between first and end is unchanged but skipped. */
static bool send(struct sending *s, size_t first, size_t end, struct img_err *err)
{
    struct img_buf body = {0};
    size_t n = 0, last = first;
    img_buf_puts(&body, "{\"points\":[");
    for (size_t i = first; i < end; i++) {
        const struct img_batch_entry *entry = &s->batch->entries[i];
        if (entry->unchanged)
            continue;
        img_buf_puts(&body, n++ ? "," : "");
        img_buf_put(&body, s->batch->points.data + entry->begin, entry->end - entry->begin);
        last = i;
    }
    img_buf_puts(&body, "]}");
    bool ok = n == 0 || s->how->dry_run ||
              (img_buf_ok(&body, err) &&
               img_qdrant_ask_collection(s->store, "PUT", s->rest, body.data, body.len, err));
    img_buf_clear(&body);
    if (ok) {
        s->counts->stored += n;
        return true;
    }
    if (!is_about_content(s->store->status))
        return false;
    if (n == 1) {
        struct img_err why = *err;
        why.code = IMG_ERR_REMOTE;
        s->counts->refused++;
        return s->refused(s->ctx, s->batch, &s->batch->entries[last], &why, err);
    }
    size_t middle = first + (end - first) / 2;
    return send(s, first, middle, err) && send(s, middle, end, err);
}

bool img_batch_send(struct img_qdrant *store, struct img_qdrant_batch *batch,
                    const struct img_batch_how *how, struct img_batch_counts *counts,
                    img_batch_refused refused, void *ctx, struct img_err *err)
{
    struct sending s = {.store = store, .batch = batch, .how = how, .counts = counts,
                        .refused = refused, .ctx = ctx};
    struct img_buf rest = {.limit = sizeof s.rest};
    if (!img_buf_ok(&batch->points, err) || (how->check && !check(store, batch, err)))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        counts->unchanged += batch->entries[i].unchanged;
    img_buf_printf(&rest, "/points?wait=%s", how->wait ? "true" : "false");
    if (how->ordering)
        img_buf_printf(&rest, "&ordering=%s", how->ordering);
    if (!img_buf_ok(&rest, err))
        return false;
    memcpy(s.rest, rest.data, rest.len + 1);
    img_buf_clear(&rest);
    return send(&s, 0, batch->count, err);
}
