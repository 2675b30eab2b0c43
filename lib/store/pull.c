/* Scrolling points out, to records or rows. */
#include "store/pull.h"

#include <string.h>

#include "collection/writer.h"
#include "store/filter.h"
#include "store/payload.h"
#include "store/scroll.h"

struct pulling {
    const struct img_pull_points *pull;
    struct img_scroll scroll;
    struct img_buf filter, line;
    struct img_where_eval eval;
};

static bool begin(struct pulling *p, struct img_err *err)
{
    const struct img_where *where = p->pull->where;
    struct img_err unasked;
    bool exact = false;
    p->eval.where = where;
    if (where && img_qdrant_filter(where, &p->filter, &exact, &unasked) && exact)
        p->scroll.options.filter = p->filter.data;
    return img_buf_ok(&p->filter, err);
}

static bool take(struct pulling *p, const struct img_qdrant_point *point, struct img_err *err)
{
    if (p->pull->where) {
        img_buf_reset(&p->line);
        img_stored_put_record(&p->line, &point->payload, NULL, 0, false, false);
        if (!img_buf_ok(&p->line, err))
            return false;
        if (!img_where_holds(&p->eval, p->line.data, p->line.len))
            return true;
    }
    return p->pull->point(p->pull->ctx, point, err);
}

bool img_pull_points(struct img_qdrant *store, const struct img_pull_points *pull,
                     struct img_err *err)
{
    struct pulling p = {.pull = pull,
                        .scroll = {.store = store,
                                   .options = {.payload = true,
                                               .vector = pull->vectors,
                                               .dimension = pull->dimension}}};
    const struct img_qdrant_point *points;
    size_t count = 1;
    bool ok = begin(&p, err);
    while (ok && count > 0 && !(pull->stopped && pull->stopped())) {
        ok = img_scroll_next(&p.scroll, &points, &count, err);
        for (size_t i = 0; ok && i < count; i++)
            ok = take(&p, &points[i], err);
        ok = ok && (!pull->page || pull->page(pull->ctx, err));
    }
    img_scroll_clear(&p.scroll);
    img_buf_clear(&p.filter);
    img_buf_clear(&p.line);
    img_where_eval_clear(&p.eval);
    return ok;
}

static bool open_writer(struct img_pull_folder *to, const struct img_qdrant_point *point,
                        struct img_arena *arena, struct img_err *err)
{
    const struct img_json_value *normalized = img_json_find(&point->payload, "normalized");
    const char *name = img_qdrant_text(&point->payload, "model_name", arena);
    const char *precision = img_qdrant_text(&point->payload, "precision", arena);
    const struct img_collection_spec spec = {
        .dimension = point->dimension,
        .model_name = name ? name : "",
        .fingerprint = to->fingerprint,
        .precision = precision ? precision : "f32",
        .normalized = normalized && normalized->kind == IMG_JSON_TRUE,
        .report = to->report,
    };
    return img_collection_open_writer(&to->writer, to->folder, &spec, err) ||
           img_err_in(err, "%s", to->folder);
}

/* A collection is of one model. */
static bool same_model(struct img_pull_folder *to, const struct img_qdrant_point *point,
                       struct img_arena *arena, struct img_err *err)
{
    const char *fingerprint = img_qdrant_text(&point->payload, "model_fingerprint", arena);
    if (!point->vector || !fingerprint || strlen(fingerprint) >= sizeof to->fingerprint)
        return img_err_set(err, IMG_ERR_CONFIG, "a point without a vector, or of no known model");
    if (!to->writer)
        memcpy(to->fingerprint, fingerprint, strlen(fingerprint) + 1);
    return strcmp(to->fingerprint, fingerprint) == 0 ||
           img_err_set(err, IMG_ERR_CONFIG,
                       "points of several models, %s and %s, for one collection",
                       to->fingerprint, fingerprint);
}

bool img_pull_to_folder(struct img_pull_folder *to, const struct img_qdrant_point *point,
                        struct img_err *err)
{
    struct img_arena arena = {0};
    struct img_stored_record record;
    bool ok = same_model(to, point, &arena, err) &&
              (to->writer || open_writer(to, point, &arena, err));
    if (ok) {
        img_buf_reset(&to->line);
        img_stored_put_record(&to->line, &point->payload, NULL, 0, false, true);
        ok = img_buf_ok(&to->line, err) &&
             img_stored_read(to->line.data, to->line.len - 1, point->vector, point->dimension,
                             &arena, &record, err) &&
             img_collection_append(to->writer, record.path ? record.path : "", record.path_len,
                                   point->vector, to->line.data, to->line.len, err);
    }
    img_arena_clear(&arena);
    return ok;
}

bool img_pull_folder_finish(struct img_pull_folder *to, struct img_err *err)
{
    struct img_collection_writer *writer = to->writer;
    to->writer = NULL;
    img_buf_clear(&to->line);
    return !writer || img_collection_close_writer(writer, err);
}

void img_pull_folder_abort(struct img_pull_folder *to)
{
    struct img_err ignored;
    if (!img_pull_folder_finish(to, &ignored))
        img_report(to->report, IMG_WARNING, "%s", ignored.text);
}
