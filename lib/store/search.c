/* Searching on the server. */
#include "store/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/number.h"
#include "store/filter.h"
#include "store/payload.h"
#include "store/reply.h"

/* The server's scores are float32: a few more are asked for, so that the order among near equals,
 * and which of them are the best k, is decided by the scores computed here. */
enum { SPARE = 8 };

/* Vectors of a Cosine collection have length 1, and then every metric ranks them alike. */
static bool metric_fits(const struct img_qdrant_search *search, enum img_metric metric,
                        struct img_err *err)
{
    const char *distance = search->target.distance;
    if (strcmp(distance, "Cosine") == 0 ||
        (strcmp(distance, "Dot") == 0 && metric == IMG_METRIC_DOT) ||
        (strcmp(distance, "Euclid") == 0 && metric == IMG_METRIC_EUCLIDEAN))
        return true;
    return img_err_set(err, IMG_ERR_CONFIG,
                       "collection '%.100s' compares by %s: a search needs --metric=%s",
                       search->store->server->collection, distance,
                       strcmp(distance, "Dot") == 0      ? "dot"
                       : strcmp(distance, "Euclid") == 0 ? "euclidean, which it knows"
                                                         : "none that is known here");
}

static void put_request(struct img_qdrant_search *search, const float *query, size_t limit)
{
    struct img_buf *body = &search->body;
    img_buf_reset(body);
    img_buf_puts(body, "{\"query\":");
    img_json_put_floats(body, query, search->target.dimension);
    img_buf_printf(body, ",\"limit\":%zu,\"with_payload\":true,\"with_vector\":true,"
                         "\"params\":{\"exact\":%s}",
                   limit, search->approximate ? "false" : "true");
    if (search->filter.len > 0) {
        img_buf_puts(body, ",\"filter\":");
        img_buf_put(body, search->filter.data, search->filter.len);
    }
    img_buf_putc(body, '}');
}

static bool keep_line(const struct img_qdrant_point *point, struct img_arena *arena,
                      struct img_sim_result *result, struct img_err *err)
{
    struct img_buf line = {0};
    img_stored_put_record(&line, &point->payload, NULL, 0, false, false);
    bool ok = img_buf_ok(&line, err);
    result->len = line.len - 1;
    result->line = ok ? img_arena_copy(arena, line.data, result->len, err) : NULL;
    img_buf_clear(&line);
    return result->line != NULL;
}

/* Results lie in arena; the answer, which they pointed into, does not stay. */
static bool keep(const struct img_qdrant_search *search, const struct img_qdrant_point *point,
                 struct img_arena *arena, struct img_sim_result *result, struct img_err *err)
{
    size_t dimension = search->target.dimension;
    if (!point->vector || point->dimension != dimension) {
        img_err_set(err, IMG_ERR_NETWORK, "a point without a vector of dimension %zu", dimension);
        return img_qdrant_unreadable(err);
    }
    float *vector = img_arena_array(arena, dimension, sizeof *vector, err);
    if (!vector)
        return false;
    memcpy(vector, point->vector, dimension * sizeof *vector);
    result->vector = vector;
    return keep_line(point, arena, result, err);
}

static int by_score(const void *a, const void *b)
{
    double x = ((const struct img_sim_result *)a)->score;
    double y = ((const struct img_sim_result *)b)->score;
    return (x < y) - (x > y);
}

/* All results of one query, more than are wanted, best first. */
static bool ask(struct img_qdrant_search *search, const float *query, enum img_metric metric,
                size_t limit, struct img_arena *arena, struct img_sim_result *results,
                size_t *count, struct img_err *err)
{
    struct img_arena page = {.limit = IMG_STORE_READ_MAX};
    struct img_json_value result, next;
    const struct img_qdrant_point *points;
    put_request(search, query, limit);
    bool ok = img_buf_ok(&search->body, err) &&
              img_qdrant_ask_collection(search->store, "POST", "/points/query", search->body.data,
                                        search->body.len, err) &&
              img_qdrant_result(search->store, &page, &result, err) &&
              img_qdrant_read_page(&result, &page, &points, count, &next, err);
    if (ok && *count > limit) {
        img_err_set(err, IMG_ERR_NETWORK, "more points than were asked for");
        ok = img_qdrant_unreadable(err);
    }
    for (size_t i = 0; ok && i < *count; i++) {
        ok = keep(search, &points[i], arena, &results[i], err);
        if (ok)
            results[i].score = img_score(query, results[i].vector, search->target.dimension,
                                         metric);
    }
    if (ok)
        qsort(results, *count, sizeof *results, by_score);
    img_arena_clear(&page);
    return ok;
}

static bool top(void *ctx, const struct img_search_request *request, struct img_arena *arena,
                struct img_sim_result *results, size_t *found, struct img_err *err)
{
    struct img_qdrant_search *search = ctx;
    size_t limit = request->top_k + SPARE;
    struct img_sim_result *all = img_arena_array(arena, limit, sizeof *all, err);
    if (!all)
        return false;
    for (size_t i = 0; i < request->count; i++) {
        size_t count = 0;
        if (!ask(search, request->queries + i * search->target.dimension, request->metric, limit,
                 arena, all, &count, err))
            return false;
        found[i] = 0;
        for (size_t j = 0; j < count && found[i] < request->top_k; j++)
            if (all[j].score >= request->min_score)
                results[i * request->top_k + found[i]++] = all[j];
    }
    return true;
}

static void close_search(void *ctx)
{
    img_qdrant_search_clear(ctx);
}

bool img_qdrant_search_open(void *ctx, const struct img_where *where, enum img_metric metric,
                            struct img_sim_finder *finder, struct img_vector_facts *facts,
                            struct img_err *err)
{
    struct img_qdrant_search *search = ctx;
    bool exact;
    img_buf_reset(&search->filter);
    if (where && !img_qdrant_filter(where, &search->filter, &exact, err))
        return false;
    if (!img_target_look(search->store, &search->target, err) ||
        !img_target_check(search->store, &search->target, 0, NULL, err) ||
        !metric_fits(search, metric, err))
        return false;
    img_vector_facts_set(facts, search->target.dimension, search->target.model_name,
                         search->target.fingerprint, NULL);
    *finder = (struct img_sim_finder){.ctx = search,
                                      .count = (size_t)search->target.points,
                                      .top = top,
                                      .close = close_search};
    return true;
}

void img_qdrant_search_clear(struct img_qdrant_search *search)
{
    img_buf_clear(&search->filter);
    img_buf_clear(&search->body);
}
