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

/* A term that is to be embedded, and which items are its. */
struct piece {
    struct img_sim_term *term;
    size_t first, count;
};

struct plan {
    struct piece *pieces;
    size_t piece_count, item_count, pictures;
    struct img_item *items;
    double *sum; /* [dimension], for means */
};

static bool make_plan(struct img_sim_queries *q, struct img_sim_query *queries, size_t n,
                      struct plan *plan, struct img_err *err)
{
    size_t terms = 0;
    for (size_t i = 0; i < n; i++)
        terms += queries[i].count;
    plan->pieces = img_arena_array(&q->arena, terms + 1, sizeof *plan->pieces, err);
    if (!plan->pieces)
        return false;
    for (size_t i = 0; i < n; i++)
        for (size_t t = 0; queries[i].err.code == IMG_OK && t < queries[i].count; t++) {
            struct img_sim_term *term = &queries[i].terms[t];
            size_t count = items_of(q, term);
            if (count == 0)
                continue;
            plan->pieces[plan->piece_count++] = (struct piece){term, plan->item_count, count};
            plan->item_count += count;
            plan->pictures += term->item.kind != IMG_ITEM_TEXT;
        }
    plan->items = img_arena_array(&q->arena, plan->item_count + 1, sizeof *plan->items, err);
    return plan->items != NULL;
}

/* Pictures that were prepared in another way are still compared, but a little worse. */
static void note_preprocessing(const struct img_sim_queries *q, const char *theirs)
{
    const char *ours = q->context->model->setup.settings.preprocessing;
    if (theirs[0] && strcmp(theirs, ours) != 0)
        img_report(&q->context->cli->report, IMG_NOTE,
                   "%s: preprocessing %s; the query's picture: preprocessing %s", q->of, theirs,
                   ours);
}

static bool embed_terms(struct img_sim_queries *q, struct img_sim_query *queries, size_t n,
                        struct img_err *err)
{
    struct img_sim_model *model = q->context->model;
    struct plan plan = {0};
    if (!make_plan(q, queries, n, &plan, err))
        return false;
    if (plan.item_count == 0)
        return true;
    if (!model->opened)
        model->pictures = plan.pictures;
    if (!img_sim_model_open(model, &q->facts, q->of, err) ||
        !img_vector_facts_meet(&q->facts, q->of, &model->facts, "the query", err))
        return false;
    if (plan.pictures > 0)
        note_preprocessing(q, q->facts.preprocessing);
    plan.sum = img_arena_array(&q->arena, model->facts.dimension, sizeof *plan.sum, err);
    if (!plan.sum)
        return false;
    for (size_t i = 0; i < plan.piece_count; i++)
        if (!put_items(q, plan.pieces[i].term, plan.items + plan.pieces[i].first, err))
            return false;
    if (!img_sim_model_embed(model, plan.items, plan.item_count, &q->arena, err))
        return false;
    for (size_t i = 0; i < plan.piece_count; i++) {
        const struct piece *piece = &plan.pieces[i];
        if (!take_vectors(q, piece->term, plan.items + piece->first, piece->count, plan.sum, err))
            return false;
    }
    return true;
}

/* Which of several terms it was is told. */
static void take_failure(struct img_sim_query *query, const struct img_item *item)
{
    enum { MOST = 200 };
    bool is_text = item->kind == IMG_ITEM_TEXT;
    const char *name = is_text ? item->text : item->path;
    size_t len = is_text ? item->text_len : item->path_len;
    query->err = item->err;
    if (query->count > 1 && name)
        img_err_in(&query->err, "%.*s", len < MOST ? (int)len : MOST, name);
}

/* Terms to the query's vector. */
static bool combine(struct img_sim_queries *q, struct img_sim_query *query, enum img_metric metric,
                    struct img_err *err)
{
    size_t dimension = q->facts.dimension;
    struct img_sim_term *first = query->terms;
    double added = 0;
    for (size_t t = 0; t < query->count; t++)
        if (query->terms[t].item.err.code != IMG_OK) {
            take_failure(query, &query->terms[t].item);
            return true;
        }
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
