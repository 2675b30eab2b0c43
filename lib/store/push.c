/* From record lines to points in batches, and what must hold before the first is sent. */
#include "store/push.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/remove.h"
#include "store/senders.h"

enum { FAILED_PATHS_MAX = 256 << 20 };

struct img_push {
    struct img_push_options options;
    struct img_qdrant store; /* for all that is no batch */
    struct img_target target;
    bool prepared;
    char fingerprint[24], model_name[IMG_TARGET_NAME_ROOM];
    struct img_senders *senders;
    struct img_qdrant_batch *batch; /* being filled, or NULL */
    struct img_seen seen;
    struct img_arena arena; /* of one record */
    struct img_buf path, failed_line;
    struct img_buf failed_paths; /* NUL behind each; their pictures are there still */
    bool unread;                 /* a failed input of unknown name: none can be taken for gone */
    pthread_mutex_t calls;       /* of failed */
    size_t records, failed, rescaled, refused;
};

bool img_push_open(struct img_push **made, const struct img_push_options *options,
                   struct img_err *err)
{
    struct img_push *push = calloc(1, sizeof *push);
    if (!push)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory");
    push->options = *options;
    push->failed_paths.limit = FAILED_PATHS_MAX;
    pthread_mutex_init(&push->calls, NULL);
    if (!img_qdrant_open(&push->store, options->server, err)) {
        img_push_close(push);
        return false;
    }
    *made = push;
    return true;
}

static bool hand_on(struct img_push *push, const struct img_buf *line, struct img_err *err)
{
    if (!img_buf_ok(line, err))
        return false;
    pthread_mutex_lock(&push->calls);
    bool ok = push->options.failed(push->options.ctx, line->data, line->len, err);
    pthread_mutex_unlock(&push->calls);
    return ok;
}

/* A line that has failed before goes on as it is; another gets its reason. */
static bool fail(struct img_push *push, const char *line, size_t len,
                 const struct img_json_object *object, const struct img_err *why, uint64_t number,
                 struct img_err *err)
{
    push->failed++;
    img_buf_reset(&push->failed_line);
    if (why) {
        img_report(push->options.report, IMG_WARNING, "record %llu: %s",
                   (unsigned long long)number, why->text);
        img_stored_put_failed(&push->failed_line, object, why);
    } else {
        img_buf_put(&push->failed_line, line, len);
        img_buf_putc(&push->failed_line, '\n');
    }
    return hand_on(push, &push->failed_line, err);
}

/* Called by the senders, one at a time. */
static bool refused(void *ctx, const struct img_qdrant_batch *batch,
                    const struct img_batch_entry *entry, const struct img_err *why,
                    struct img_err *err)
{
    struct img_push *push = ctx;
    struct img_arena arena = {0};
    struct img_json_object payload;
    struct img_buf line = {0};
    bool ok = img_json_scan(batch->points.data + entry->payload, entry->end - 1 - entry->payload,
                            &arena, &payload, err);
    img_report(push->options.report, IMG_WARNING, "record %llu: %s",
               (unsigned long long)entry->line, why->text);
    if (ok) {
        img_stored_put_failed(&line, &payload, why);
        ok = hand_on(push, &line, err);
    }
    if (ok && ++push->refused >= IMG_PUSH_REFUSED_MAX)
        ok = img_err_set(err, IMG_ERR_NETWORK, "the server refuses too many points, the last: %s",
                         why->text);
    img_buf_clear(&line);
    img_arena_clear(&arena);
    return ok;
}

/* The first record tells what the collection is to be. */
static bool prepare(struct img_push *push, const struct img_stored_record *record,
                    struct img_err *err)
{
    struct img_push_options *options = &push->options;
    size_t len = strlen(record->fingerprint);
    if (len >= sizeof push->fingerprint)
        return img_err_set(err, IMG_ERR_CONFIG, "'%.40s…' is no fingerprint", record->fingerprint);
    memcpy(push->fingerprint, record->fingerprint, len + 1);
    snprintf(push->model_name, sizeof push->model_name, "%s",
             record->model_name ? record->model_name : "");
    options->spec.dimension = record->dimension;
    options->spec.fingerprint = push->fingerprint;
    options->spec.model_name = push->model_name;
    if (!img_target_look(&push->store, &push->target, err))
        return false;
    options->how.check = !options->resend && push->target.exists && push->target.points > 0;
    bool made = !push->target.exists;
    if (made && options->how.dry_run)
        img_report(options->report, IMG_NOTE, "collection '%s' would be made",
                   options->server->collection);
    else if (!img_target_prepare(&push->store, &push->target, &options->spec, err) ||
             (!options->how.dry_run && !img_target_index(&push->store, &push->target, err)))
        return false;
    else if (made)
        img_report(options->report, IMG_NOTE, "collection '%s' is made: dimension %zu, %s",
                   options->server->collection, push->target.dimension, push->target.distance);
    const struct img_senders_options senders = {.server = options->server, .how = options->how,
                                                .jobs = options->jobs, .refused = refused,
                                                .ctx = push};
    push->prepared = true;
    return img_senders_start(&push->senders, &senders, err);
}

/* The id's name: the path below the root, or the absolute one. */
static bool make_id(struct img_push *push, const struct img_stored_record *record,
                    struct img_point_id *id, struct img_err *err)
{
    const char *root = push->options.root, *fingerprint = record->fingerprint;
    if (record->kind != IMG_STORED_PATH) {
        *id = img_point_id_of_content(fingerprint, record->image_id);
        return true;
    }
    img_buf_reset(&push->path);
    img_point_path(push->options.folder, record->path, record->path_len, &push->path);
    if (!img_buf_ok(&push->path, err))
        return false;
    const char *path = push->path.data;
    size_t len = push->path.len, root_len = root ? strlen(root) : 0;
    if (root && strcmp(root, "/") == 0)
        root_len = 0;
    if (root && (len <= root_len + 1 || memcmp(path, root, root_len) != 0 || path[root_len] != '/'))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "'%.200s' is not below %.150s", path, root);
    *id = root ? img_point_id_of_path(fingerprint, path + root_len + 1, len - root_len - 1)
               : img_point_id_of_path(fingerprint, path, len);
    return true;
}

/* Vectors of a length other than 1 the server would rewrite by itself, in a way of its own. */
static bool to_length_one(struct img_push *push, const struct img_stored_record *record,
                          const float **vector, struct img_err *err)
{
    double squared = 0;
    *vector = record->vector;
    for (size_t i = 0; i < record->dimension; i++)
        squared += (double)record->vector[i] * (double)record->vector[i];
    if (!isfinite(squared))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "embedding: not all are numbers");
    if (push->options.spec.dot || fabs(squared - 1) <= 5e-7)
        return true;
    if (squared < 1e-30)
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           "embedding: all zero, which has no direction to compare");
    float *scaled = img_arena_array(&push->arena, record->dimension, sizeof *scaled, err);
    if (!scaled)
        return false;
    double length = sqrt(squared);
    for (size_t i = 0; i < record->dimension; i++)
        scaled[i] = (float)((double)record->vector[i] / length);
    if (push->rescaled++ == 0)
        img_report(push->options.report, IMG_WARNING,
                   "vectors are not of length 1: they are normalised, as Cosine wants "
                   "(--no-normalize keeps them, under Dot)");
    *vector = scaled;
    return true;
}

static bool fits(const struct img_push *push, const struct img_stored_record *record,
                 struct img_err *err)
{
    const struct img_target_spec *spec = &push->options.spec;
    if (record->dimension != spec->dimension)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "dimension %zu, those before it have %zu",
                           record->dimension, spec->dimension);
    if (strcmp(record->fingerprint, spec->fingerprint) != 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "of model %.24s, those before it are of %s",
                           record->fingerprint, spec->fingerprint);
    return true;
}

static bool room_for(struct img_push *push, const struct img_stored_record *record,
                     struct img_err *err)
{
    if (push->batch && (push->batch->count >= push->options.points ||
                        push->batch->points.len + 16 * record->dimension > IMG_BATCH_BYTES))
        img_push_flush(push);
    return push->batch || img_senders_take(push->senders, &push->batch, err);
}

/* False with BAD_RECORD and the like: this record only. */
static bool make_point(struct img_push *push, const struct img_stored_record *record,
                       const float **vector, struct img_point_id *id, struct img_err *err)
{
    return fits(push, record, err) && make_id(push, record, id, err) &&
           to_length_one(push, record, vector, err);
}

/* What failed is there still: mirroring must not take its point away. */
static void note_failed(struct img_push *push, const struct img_stored_record *record)
{
    if (!push->options.mirror)
        return;
    if (!record->path)
        push->unread = true;
    else
        img_buf_put(&push->failed_paths, record->path, record->path_len + 1);
}

static bool take(struct img_push *push, const struct img_stored_record *record, uint64_t number,
                 struct img_err *err)
{
    struct img_err why = {0};
    struct img_point_id id;
    const float *vector;
    if (!push->prepared && !prepare(push, record, err))
        return false;
    if (!make_point(push, record, &vector, &id, &why)) {
        if (img_code_exit(why.code) != IMG_EXIT_INPUT) {
            *err = why;
            return false;
        }
        note_failed(push, record);
        return fail(push, NULL, 0, &record->object, &why, number, err);
    }
    if (!room_for(push, record, err) ||
        (push->options.mirror && !img_seen_add(&push->seen, &id, err)))
        return false;
    img_batch_add(push->batch, record, vector, &id, push->options.root, number);
    return true;
}

bool img_push_record(struct img_push *push, const char *line, size_t len, const float *vector,
                     size_t dimension, uint64_t number, struct img_err *err)
{
    struct img_stored_record record;
    struct img_err why = {0};
    push->records++;
    img_arena_reset(&push->arena);
    if (!img_stored_read(line, len, vector, dimension, &push->arena, &record, &why)) {
        if (img_code_exit(why.code) != IMG_EXIT_INPUT) {
            *err = why;
            return false;
        }
        note_failed(push, &record);
        return fail(push, NULL, 0, &record.object, &why, number, err);
    }
    if (record.kind != IMG_STORED_FAILED)
        return take(push, &record, number, err);
    note_failed(push, &record);
    return fail(push, line, len, NULL, NULL, number, err);
}

void img_push_flush(struct img_push *push)
{
    if (push->batch)
        img_senders_give(push->senders, push->batch);
    push->batch = NULL;
}

static bool see_failed(struct img_push *push, struct img_err *err)
{
    const struct img_buf *paths = &push->failed_paths;
    for (size_t at = 0; at < paths->len; at += strlen(paths->data + at) + 1) {
        const struct img_stored_record record = {.kind = IMG_STORED_PATH,
                                                 .path = paths->data + at,
                                                 .path_len = strlen(paths->data + at),
                                                 .fingerprint = push->fingerprint};
        struct img_point_id id;
        struct img_err ignored;
        if (make_id(push, &record, &id, &ignored) && !img_seen_add(&push->seen, &id, err))
            return false;
    }
    return true;
}

static bool mirror(struct img_push *push, uint64_t *deleted, struct img_err *err)
{
    const char *why = !push->prepared || !push->target.exists ? "no record was stored"
                      : push->unread || push->failed_paths.failed
                          ? "what failed has no name that is known"
                          : NULL;
    *deleted = 0;
    if (why)
        img_report(push->options.report, IMG_WARNING, "--mirror deletes nothing: %s", why);
    return why ||
           (see_failed(push, err) &&
            img_remove_gone(&push->store, &push->seen, push->options.root,
                            push->options.how.dry_run, deleted, err));
}

bool img_push_finish(struct img_push *push, bool whole, struct img_push_counts *counts,
                     struct img_err *err)
{
    struct img_batch_counts sent = {0};
    img_push_flush(push);
    bool ok = !push->senders || img_senders_finish(push->senders, &sent, err);
    *counts = (struct img_push_counts){
        .records = push->records,
        .stored = sent.stored,
        .unchanged = sent.unchanged,
        .failed = push->failed + sent.refused,
    };
    return ok && (!push->options.mirror || !whole || mirror(push, &counts->deleted, err));
}

void img_push_close(struct img_push *push)
{
    if (!push)
        return;
    img_senders_stop(push->senders);
    if (push->store.server)
        img_qdrant_close(&push->store);
    img_seen_clear(&push->seen);
    img_arena_clear(&push->arena);
    img_buf_clear(&push->path);
    img_buf_clear(&push->failed_line);
    img_buf_clear(&push->failed_paths);
    pthread_mutex_destroy(&push->calls);
    free(push);
}
