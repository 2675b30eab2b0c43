/* Searching: candidates that come with the request, or a collection. */
#include "serve/api.h"

#include <math.h>
#include <stdlib.h>

#include "json/number.h"
#include "json/string.h"
#include "pipeline/record.h"
#include "record/similarity.h"
#include "serve/serve.h"

static void put_hit(const struct img_request *r, const struct img_json_object *hit,
                    const float *vector, double score, size_t rank, struct img_buf *out)
{
    const struct img_ask *ask = r->plan;
    const struct img_input *query = &ask->inputs.items[0];
    struct img_similarity_record record = {
        .query = query->kind == IMG_ITEM_BYTES ? NULL : query->text,
        .query_len = query->len,
        .hit = hit,
        .score = score,
        .rank = rank,
        .embedding = ask->embeddings ? vector : NULL,
        .dimension = r->serve->setup->embedder.engine->info.dimension,
        .base64 = ask->wishes.base64,
        .metadata = ask->wishes.metadata,
    };
    if (rank > 1)
        img_buf_putc(out, ',');
    img_similarity_put(out, &record);
    if (out->len > 0 && !out->failed)
        out->len--;
}

/* The entry's own record, to be read as a hit's. Without its embedding, which the hit has. */
static bool record_of(struct img_request *r, const struct img_item *item,
                      struct img_json_object *hit, struct img_err *err)
{
    struct img_buf line = {0};
    img_item_put(&r->serve->setup->embedder, item, true, &line);
    const char *kept =
        img_buf_ok(&line, err) ? img_arena_copy(&r->arena, line.data, line.len, err) : NULL;
    bool ok = kept && img_json_scan(kept, line.len, &r->arena, hit, err);
    img_buf_clear(&line);
    return ok;
}

static int better_first(const void *a, const void *b)
{
    const struct img_hit *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Candidates that could not be embedded are no hits; their records say why. */
static void put_failures(struct img_request *r, struct img_buf *out)
{
    size_t failed = 0;
    for (size_t i = 1; i < r->count; i++) {
        const struct img_item *item = &r->entries[i].item;
        if (item->err.code == IMG_OK)
            continue;
        img_buf_puts(out, failed++ == 0 ? ",\"failures\":[" : ",");
        img_item_put(&r->serve->setup->embedder, item, false, out);
        if (out->len > 0 && !out->failed)
            out->len--;
    }
    if (failed > 0)
        img_buf_putc(out, ']');
}

static bool rank_candidates(struct img_request *r, struct img_buf *out, struct img_err *err)
{
    const struct img_ask *ask = r->plan;
    size_t dimension = r->serve->setup->embedder.engine->info.dimension, found = 0;
    struct img_hit *hits = img_arena_array(&r->arena, r->count, sizeof *hits, err);
    if (!hits)
        return false;
    for (size_t i = 1; i < r->count; i++) {
        const struct img_item *item = &r->entries[i].item;
        double score = item->encoded ? img_score(r->entries[0].item.embedding, item->embedding,
                                                 dimension, IMG_METRIC_COSINE)
                                     : (double)NAN;
        if (!isnan(score) && !(ask->has_min_score && score < ask->min_score))
            hits[found++] = (struct img_hit){.row = i, .score = score};
    }
    qsort(hits, found, sizeof *hits, better_first);
    for (size_t k = 0; k < found && k < ask->top_k; k++) {
        const struct img_item *item = &r->entries[hits[k].row].item;
        struct img_json_object hit;
        if (!record_of(r, item, &hit, err))
            return false;
        put_hit(r, &hit, item->embedding, hits[k].score, k + 1, out);
    }
    return true;
}

static bool put_rows(struct img_request *r, struct img_book *book, const struct img_hit *hits,
                     size_t found, struct img_buf *out, struct img_err *err)
{
    size_t dimension = img_collection_facts(book->collection)->dimension;
    for (size_t k = 0; k < found; k++) {
        struct img_json_object hit;
        const char *line;
        size_t len;
        if (!img_collection_record(book->collection, hits[k].row, &line, &len, err) ||
            !img_json_scan(line, len, &r->arena, &hit, err))
            return false;
        put_hit(r, &hit, img_collection_vectors(book->collection) + hits[k].row * dimension,
                hits[k].score, k + 1, out);
    }
    return true;
}

static bool search_collection(struct img_request *r, struct img_buf *out, struct img_err *err)
{
    const struct img_ask *ask = r->plan;
    struct img_search_request request = {
        .queries = r->entries[0].item.embedding,
        .count = 1,
        .metric = IMG_METRIC_COSINE,
        .top_k = ask->top_k,
        .min_score = ask->has_min_score ? ask->min_score : -(double)INFINITY,
    };
    struct img_hit *hits = img_arena_array(&r->arena, ask->top_k, sizeof *hits, err);
    struct img_book *book = hits ? img_shelf_take(&r->serve->shelf, ask->collection, err) : NULL;
    size_t found = 0;
    bool ok = book && img_book_search(book, &request, hits, &found, err) &&
              put_rows(r, book, hits, found, out, err);
    img_shelf_give(book);
    return ok;
}

static void finish_search(struct img_request *r, struct img_buf *out)
{
    const struct img_ask *ask = r->plan;
    struct img_err err;
    if (!r->entries[0].item.encoded) {
        img_api_record(r, 0, out);
        return;
    }
    img_buf_puts(out, "{\"results\":[");
    if (!(ask->has_candidates ? rank_candidates(r, out, &err) : search_collection(r, out, &err))) {
        img_buf_reset(out);
        img_api_fail(r, &err);
        return;
    }
    img_buf_putc(out, ']');
    put_failures(r, out);
    img_buf_puts(out, "}\n");
    img_request_answer(r, 200, "application/json");
}

/* So that a wrong name is said before anything is embedded. */
static bool check_collection(struct img_request *r, const struct img_ask *ask, struct img_err *err)
{
    if (ask->has_candidates)
        return true;
    struct img_book *book = img_shelf_take(&r->serve->shelf, ask->collection, err);
    img_shelf_give(book);
    return book != NULL;
}

static void search(struct img_request *r, enum img_ask_kind kind)
{
    struct img_err err;
    struct img_ask *ask = img_api_ask(r, kind);
    if (!ask)
        return;
    r->plan = ask;
    if (!check_collection(r, ask, &err) ||
        !img_request_entries(r, 1 + ask->candidates.count, &err)) {
        img_api_fail(r, &err);
        return;
    }
    img_request_fill(&r->entries[0], &ask->inputs.items[0], &ask->wishes);
    for (size_t i = 0; i < ask->candidates.count; i++)
        img_request_fill(&r->entries[1 + i], &ask->candidates.items[i], &ask->wishes);
    r->finish = finish_search;
}

void img_api_search_image(struct img_request *r)
{
    search(r, IMG_ASK_SEARCH_IMAGE);
}

void img_api_search_text(struct img_request *r)
{
    search(r, IMG_ASK_SEARCH_TEXT);
}

void img_api_collections(struct img_request *r)
{
    const struct img_shelf *shelf = &r->serve->shelf;
    struct img_err err;
    img_buf_puts(&r->out, "{\"collections\":[");
    for (size_t i = 0; i < shelf->count; i++) {
        struct img_book *book = img_shelf_take(&r->serve->shelf, shelf->items[i].name, &err);
        if (!book)
            continue;
        const struct img_collection_facts *facts = img_collection_facts(book->collection);
        img_buf_puts(&r->out, i > 0 ? ",{\"name\":" : "{\"name\":");
        img_json_put_text(&r->out, shelf->items[i].name);
        img_buf_printf(&r->out, ",\"count\":%zu}", facts->count - facts->dropped);
        img_shelf_give(book);
    }
    img_buf_puts(&r->out, "]}\n");
    img_request_answer(r, 200, "application/json");
}
