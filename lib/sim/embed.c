/* Embedding queries' terms and adding them up. */
#include <math.h>
#include <string.h>

#include "pipeline/records.h"
#include "sim/queries.h"

/* What one term is embedded as: its item, or a text in every template. */
static size_t items_of(const struct img_sim_queries *q, const struct img_sim_term *term)
{
    if (term->vector || term->item.err.code != IMG_OK || term->item.kind == IMG_ITEM_PASSED)
        return 0;
    return term->item.kind == IMG_ITEM_TEXT && q->templates.count > 0 ? q->templates.count : 1;
}

static size_t count_items(const struct img_sim_queries *q, const struct img_sim_query *queries,
                          size_t n, size_t *pictures)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; queries[i].err.code == IMG_OK && t < queries[i].count; t++) {
            size_t items = items_of(q, &queries[i].terms[t]);
            count += items;
            *pictures += items > 0 && queries[i].terms[t].item.kind != IMG_ITEM_TEXT;
        }
    return count;
}

static bool put_items(struct img_sim_queries *q, const struct img_sim_term *term,
                      struct img_item *items, struct img_err *err)
{
    if (term->item.kind != IMG_ITEM_TEXT || q->templates.count == 0) {
        items[0] = term->item;
        return true;
    }
    for (size_t i = 0; i < q->templates.count; i++) {
        size_t len;
        const char *text = img_template_fill(q->templates.items[i], term->item.text,
                                             term->item.text_len, &q->arena, &len, err);
        if (!text)
            return false;
        items[i] = (struct img_item){0};
        img_item_take_text(&items[i], text, len);
    }
    return true;
}

/* sum += weight * vector / |vector|; false when the vector has no direction. */
static bool add_direction(double *sum, const float *vector, size_t dimension, double weight)
{
    double norm = 0;
    for (size_t i = 0; i < dimension; i++)
        norm += (double)vector[i] * vector[i];
    norm = sqrt(norm);
    if (!(norm > 0))
        return false;
    for (size_t i = 0; i < dimension; i++)
        sum[i] += weight * (vector[i] / norm);
    return true;
}

/* The sum at length 1; false when what was added has cancelled out, but for rounding. */
static bool finish_sum(const double *sum, size_t dimension, double added, float *vector)
{
    double norm = 0;
    for (size_t i = 0; i < dimension; i++)
        norm += sum[i] * sum[i];
    norm = sqrt(norm);
    if (!(norm > 1e-6 * added))
        return false;
    for (size_t i = 0; i < dimension; i++)
        vector[i] = (float)(sum[i] / norm);
    return true;
}

/* A term's vector out of its items': one, or the mean direction of many. */
static bool take_vectors(struct img_sim_queries *q, struct img_sim_term *term,
                         const struct img_item *items, size_t n, double *sum, struct img_err *err)
{
    size_t dimension = q->context->model->facts.dimension;
    for (size_t i = 0; i < n; i++)
        if (!items[i].encoded) {
            term->item.err = items[i].err;
            return true;
        }
    term->item = items[0];
    term->vector = items[0].embedding;
    if (n == 1)
        return true;
    float *mean = img_arena_array(&q->arena, dimension, sizeof *mean, err);
    if (!mean)
        return false;
    memset(sum, 0, dimension * sizeof *sum);
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok = ok && add_direction(sum, items[i].embedding, dimension, 1);
    if (!ok || !finish_sum(sum, dimension, (double)n, mean))
        img_err_set(&term->item.err, IMG_ERR_BAD_EMBEDDING, "the templates cancel each other out");
    term->vector = mean;
    return true;
}

static bool embed_terms(struct img_sim_queries *q, struct img_sim_query *queries, size_t n,
                        struct img_err *err)
{
    struct img_sim_model *model = q->context->model;
    size_t pictures = 0, count = count_items(q, queries, n, &pictures), at = 0;
    if (count == 0)
        return true;
    if (!model->opened)
        model->pictures = pictures;
    struct img_item *items = img_arena_array(&q->arena, count, sizeof *items, err);
    if (!items || !img_sim_model_open(model, &q->facts, q->of, err) ||
        !img_vector_facts_meet(&q->facts, q->of, &model->facts, "the query", err))
        return false;
    double *sum = img_arena_array(&q->arena, model->facts.dimension, sizeof *sum, err);
    for (int pass = 0; pass < 2; pass++) {
        if (!sum || (pass == 1 && !img_sim_model_embed(model, items, count, &q->arena, err)))
            return false;
        at = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t t = 0; queries[i].err.code == IMG_OK && t < queries[i].count; t++) {
                struct img_sim_term *term = &queries[i].terms[t];
                size_t of = items_of(q, term);
                bool ok = of == 0 ||
                          (pass == 0 ? put_items(q, term, items + at, err)
                                     : take_vectors(q, term, items + at, of, sum, err));
                if (!ok)
                    return false;
                at += of;
            }
    }
    return true;
}

static bool name_failure(struct img_sim_query *query, const struct img_sim_term *term)
{
    query->err = term->item.err;
    if (query->count > 1)
        img_err_in(&query->err, "%.*s", (int)(term->item.path ? term->item.path_len : 0),
                   term->item.path ? term->item.path : "");
    return true;
}

/* Terms to the query's vector. */
static bool combine(struct img_sim_queries *q, struct img_sim_query *query, enum img_metric metric,
                    struct img_err *err)
{
    size_t dimension = q->facts.dimension;
    struct img_sim_term *first = query->terms;
    double added = 0;
    for (size_t t = 0; t < query->count; t++)
        if (query->terms[t].item.err.code != IMG_OK)
            return name_failure(query, &query->terms[t]);
    query->has_id = query->count == 1 && first->item.has_content;
    query->id = first->item.content.id;
    if (query->count == 1 && first->weight == 1 && metric != IMG_METRIC_COSINE) {
        query->vector = first->vector;
        return true;
    }
    double *sum = img_arena_array(&q->arena, dimension, sizeof *sum, err);
    float *vector = img_arena_array(&q->arena, dimension, sizeof *vector, err);
    if (!sum || !vector)
        return false;
    for (size_t t = 0; t < query->count; t++) {
        added += fabs(query->terms[t].weight);
        if (!add_direction(sum, query->terms[t].vector, dimension, query->terms[t].weight)) {
            img_err_set(&query->err, IMG_ERR_BAD_EMBEDDING, "a vector of zeros has no direction");
            return true;
        }
    }
    if (!finish_sum(sum, dimension, added, vector))
        img_err_set(&query->err, IMG_ERR_BAD_EMBEDDING, "the query cancels itself out");
    else
        query->vector = query->count == 1 && first->weight == 1 ? first->vector : vector;
    return true;
}

bool img_sim_queries_embed(struct img_sim_queries *q, struct img_sim_query *queries, size_t n,
                           enum img_metric metric, struct img_err *err)
{
    if (!embed_terms(q, queries, n, err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (queries[i].err.code == IMG_OK && !combine(q, &queries[i], metric, err))
            return false;
    return true;
}
