/* Embedding labels, or their examples. */
#include "sim/label_vectors.h"

#include <string.h>

#include "pipeline/records.h"
#include "sim/centroid.h"
#include "sim/queries.h"

/* What CLIP was trained to, for models that do not say. */
#define USUAL_SCALE 100.0

bool img_label_vectors_check(const struct img_sim_classify_options *o, struct img_arena *arena,
                             struct img_label_vectors *to, struct img_err *err)
{
    bool named = o->labels.count > 0 || o->label_file;
    if (o->examples && (named || o->templates.count > 0))
        return img_err_set(err, IMG_ERR_USAGE,
                           "--examples comes without --label, --labels and --template");
    return o->examples || img_labels_read(&o->labels, o->label_file, arena, &to->labels, err);
}

/* A query a label, its texts being its terms. */
static struct img_sim_query *make_queries(const struct img_labels *labels, struct img_arena *arena,
                                          struct img_err *err)
{
    struct img_sim_query *queries = img_arena_array(arena, labels->count, sizeof *queries, err);
    struct img_sim_term *terms =
        queries ? img_arena_array(arena, labels->text_count, sizeof *terms, err) : NULL;
    if (!terms)
        return NULL;
    for (size_t i = 0; i < labels->text_count; i++) {
        struct img_sim_query *query = &queries[labels->texts[i].label];
        if (query->count++ == 0)
            query->terms = &terms[i];
        terms[i].weight = 1;
        img_item_take_text(&terms[i].item, labels->texts[i].text, strlen(labels->texts[i].text));
    }
    return queries;
}

static bool embed_texts(struct img_sim_queries *q, struct img_arena *arena,
                        struct img_label_vectors *to, struct img_err *err)
{
    struct img_sim_query *queries = make_queries(&to->labels, arena, err);
    if (!queries || !img_sim_queries_embed(q, queries, to->labels.count, IMG_METRIC_COSINE, err))
        return false;
    size_t dimension = q->facts.dimension;
    float *vectors = img_arena_array(arena, to->labels.count * dimension, sizeof *vectors, err);
    if (!vectors)
        return false;
    for (size_t i = 0; i < to->labels.count; i++) {
        if (!queries[i].vector)
            return img_err_set(err, IMG_ERR_USAGE, "label '%.100s': %s", to->labels.names[i],
                               queries[i].err.text);
        memcpy(vectors + i * dimension, queries[i].vector, dimension * sizeof *vectors);
    }
    to->vectors = vectors;
    return true;
}

bool img_label_vectors_make(const struct img_sim_context *c,
                            const struct img_sim_classify_options *o,
                            const struct img_vector_facts *facts, const char *of,
                            struct img_arena *arena, struct img_label_vectors *to,
                            struct img_err *err)
{
    struct img_sim_queries q = {.context = c, .facts = *facts, .of = of};
    if (o->examples) {
        struct img_vector_facts both = *facts;
        return img_sim_model_open(c->model, facts, of, err) &&
               img_vector_facts_meet(&both, of, &c->model->facts, "the examples", err) &&
               img_centroids_make(c, o->examples, arena, &to->labels, &to->vectors, err);
    }
    if (!img_templates_make(o->templates.items, o->templates.count, arena, &q.templates, err))
        return img_err_in(err, "--template");
    bool ok = embed_texts(&q, arena, to, err);
    img_sim_queries_clear(&q);
    if (!ok || o->multi)
        return ok;
    to->scale = c->model->setup.embedder.engine->info.logit_scale;
    if (!(to->scale > 0)) {
        to->scale = USUAL_SCALE;
        img_report(&c->cli->report, IMG_NOTE, "the model tells no logit scale: %.0f is taken",
                   USUAL_SCALE);
    }
    return true;
}
