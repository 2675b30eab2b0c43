/* Searching: queries by blocks, each block's vectors made together, its results shown in order. */
#include "sim/search.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/size.h"
#include "cli/signals.h"
#include "input/lines.h"
#include "record/read.h"
#include "sim/diversify.h"
#include "sim/draw.h"
#include "sim/filter.h"
#include "sim/find.h"
#include "sim/queries.h"
#include "sim/show.h"

/* BLOCK: queries that are searched for together, fewer where they have more than HITS results;
 * SHOWN: bytes of results that are kept back. */
enum { TOP_K = 5, BLOCK = 256, HITS = 1 << 20, SELVES = 16, SHOWN = 1 << 18 };

struct search {
    const struct img_sim_context *context;
    const struct img_sim_search_options *options;
    struct img_sim_source source;
    struct img_sim_finder finder;
    struct img_sim_queries queries;
    struct img_sim_draw draw;
    struct img_arena arena; /* a block's results */
    struct img_arena line;  /* a result's record */
    struct img_arena words; /* templates and the filter */
    struct img_buf out;
    size_t top_k;
    size_t done; /* queries before this block */
    bool several; /* queries in all: a table then names them */
    bool any;    /* something was found */
};

/* How many results there are to choose from, the query's own bytes left out. */
static size_t needed(const struct search *s)
{
    return s->options->diversify ? img_sim_diversify_pool(s->top_k) : s->top_k;
}

/* How many results to ask for, so that enough are left when some are taken away again. */
static size_t wanted(const struct search *s)
{
    size_t k = needed(s) + (s->options->exclude_self ? SELVES : 0);
    return k < s->finder.count ? k : s->finder.count;
}

/* How many queries at once. */
static size_t block_of(const struct search *s)
{
    size_t k = wanted(s);
    return k <= HITS / BLOCK ? BLOCK : k < HITS ? HITS / k : 1;
}

static bool scan(const struct img_sim_result *result, struct img_arena *arena,
                 struct img_json_object *record, struct img_err *err)
{
    return img_json_scan(result->line, result->len, arena, record, err) ||
           img_err_in(err, "a record of the collection");
}

/* Whether the row is of the same bytes as the query. */
static bool is_self(const struct img_json_object *record, const struct img_sim_query *query)
{
    char hex[IMG_ID_HEX];
    const struct img_json_value *id = img_json_find(record, "image_id");
    img_id_hex(&query->id, hex);
    return id && id->kind == IMG_JSON_STRING && id->len == IMG_ID_HEX + 1 &&
           memcmp(id->text + 1, hex, IMG_ID_HEX - 1) == 0;
}

static bool take_selves_out(struct search *s, const struct img_sim_query *query,
                            struct img_sim_result *results, size_t *n, struct img_err *err)
{
    size_t kept = 0;
    for (size_t i = 0; i < *n; i++) {
        struct img_json_object record;
        img_arena_reset(&s->line);
        if (!scan(&results[i], &s->line, &record, err))
            return false;
        if (!is_self(&record, query))
            results[kept++] = results[i];
    }
    *n = kept;
    return true;
}

/* The results without the query's own bytes; where those left too few, more are asked for. */
static bool find_others(struct search *s, const struct img_sim_query *query,
                        struct img_sim_result **results, size_t *n, struct img_err *err)
{
    struct img_search_request request = {.queries = query->vector,
                                         .count = 1,
                                         .metric = s->options->metric,
                                         .top_k = wanted(s),
                                         .min_score = s->options->min_score};
    for (;;) {
        bool all = *n < request.top_k || request.top_k == s->finder.count;
        if (!take_selves_out(s, query, *results, n, err))
            return false;
        if (all || *n >= needed(s))
            return true;
        request.top_k = request.top_k > s->finder.count / 4 ? s->finder.count : 4 * request.top_k;
        *results = img_arena_array(&s->arena, request.top_k, sizeof **results, err);
        if (!*results || !s->finder.top(s->finder.ctx, &request, &s->arena, *results, n, err))
            return false;
    }
}

static void put_heading(struct search *s, const struct img_sim_query *query)
{
    if (s->context->form != IMG_FORM_TABLE || !s->several)
        return;
    if (query->shown)
        img_sim_put_shown(&s->out, query->shown, query->shown_len);
    else
        img_buf_putc(&s->out, '-');
    img_buf_putc(&s->out, '\n');
}

/* The thumbnails of the next results, at most a batch of them, if any are drawn. */
static bool make_thumbs(struct search *s, const struct img_sim_result *results, size_t n,
                        const struct img_thumb **thumbs, struct img_err *err)
{
    const char *paths[IMG_THUMBS_BATCH] = {0};
    size_t count = n < IMG_THUMBS_BATCH ? n : IMG_THUMBS_BATCH;
    for (size_t i = 0; s->draw.on && i < count; i++) {
        struct img_json_object record;
        const char *name;
        size_t len;
        bool is_path;
        if (!scan(&results[i], &s->arena, &record, err) ||
            !img_sim_name(&record, &s->arena, &name, &len, &is_path, err))
            return false;
        paths[i] = name && is_path && strlen(name) == len ? name : NULL;
    }
    *thumbs = img_sim_draw_make(&s->draw, paths, count);
    return true;
}

static bool put_results(struct search *s, const struct img_sim_query *query,
                        struct img_similarity_record *hit, const struct img_sim_result *results,
                        size_t n, struct img_err *err)
{
    const struct img_thumb *thumbs = NULL;
    put_heading(s, query);
    for (size_t i = 0; i < n; i++) {
        struct img_json_object record;
        size_t at = i % IMG_THUMBS_BATCH;
        img_arena_reset(&s->line);
        if (!scan(&results[i], &s->line, &record, err) ||
            (at == 0 && !make_thumbs(s, results + i, n - i, &thumbs, err)))
            return false;
        hit->hit = &record;
        hit->score = results[i].score;
        hit->rank = i + 1;
        hit->embedding = s->options->embeddings ? results[i].vector : NULL;
        if (!img_sim_put_hit(&s->out, s->context->form, hit, err))
            return false;
        img_sim_draw_put(&s->draw, thumbs ? &thumbs[at] : NULL, &s->out);
        if (s->out.len > SHOWN && !img_sim_write(s->context, &s->out, err))
            return false;
    }
    s->any = s->any || n > 0;
    return true;
}

static bool show_query(struct search *s, const struct img_sim_query *query, size_t index,
                       struct img_sim_result *results, size_t n, struct img_err *err)
{
    const struct img_sim_search_options *o = s->options;
    struct img_similarity_record hit = {
        .query = query->shown,
        .query_len = query->shown_len,
        .query_index = s->done + index,
        .dimension = s->source.dimension,
        .base64 = s->context->cli->common.encoding == IMG_ENCODING_BASE64,
        .metadata = s->context->cli->common.metadata,
    };
    if (query->err.code != IMG_OK) {
        s->context->tally->failed++;
        img_report(&s->context->cli->report, IMG_WARNING, "%s: %s",
                   query->shown ? query->shown : "-", query->err.text);
        img_sim_put_failure(&s->out, s->context->form, &hit, &query->err);
        return true;
    }
    s->context->tally->worked++;
    if (o->exclude_self && query->has_id && !find_others(s, query, &results, &n, err))
        return false;
    if (o->diversify && !img_sim_diversify(results, n, s->top_k, hit.dimension, o->metric,
                                           o->diversity, err))
        return false;
    return put_results(s, query, &hit, results, n < s->top_k ? n : s->top_k, err);
}

/* The vectors of the queries that have one, side by side. */
static float *gather(struct search *s, const struct img_sim_query *queries, size_t n, size_t *count,
                     struct img_err *err)
{
    size_t dimension = s->source.dimension, floats;
    float *vectors = NULL;
    *count = 0;
    if (img_size_mul(n, dimension, &floats))
        vectors = img_arena_array(&s->arena, floats, sizeof *vectors, err);
    else
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "too many queries");
    for (size_t i = 0; vectors && i < n; i++)
        if (queries[i].vector)
            memcpy(vectors + (*count)++ * dimension, queries[i].vector,
                   dimension * sizeof *vectors);
    return vectors;
}

static bool search_block(struct search *s, struct img_sim_query *queries, size_t n,
                         struct img_err *err)
{
    size_t k = wanted(s), found[BLOCK] = {0}, at = 0, room;
    struct img_search_request request = {.metric = s->options->metric,
                                         .top_k = k,
                                         .min_score = s->options->min_score};
    if (!img_sim_queries_embed(&s->queries, queries, n, s->options->metric, err))
        return false;
    float *vectors = gather(s, queries, n, &request.count, err);
    request.queries = vectors;
    if (!vectors || !img_size_mul(request.count, k, &room))
        return false;
    struct img_sim_result *results = img_arena_array(&s->arena, room, sizeof *results, err);
    if (!results)
        return false;
    if (room > 0 && !s->finder.top(s->finder.ctx, &request, &s->arena, results, found, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t of = queries[i].vector ? at++ : 0;
        if (!show_query(s, &queries[i], i, results + of * k, queries[i].vector ? found[of] : 0,
                        err))
            return false;
    }
    s->done += n;
    img_arena_reset(&s->arena);
    return img_sim_write(s->context, &s->out, err);
}

static bool search_operands(struct search *s, struct img_err *err)
{
    const struct img_sim_search_options *o = s->options;
    const struct img_query *parsed;
    size_t count;
    if (!img_query_parse(o->operands, o->operand_count, img_sim_is_file, &s->words, &parsed,
                         &count, err))
        return false;
    s->several = count > 1 || o->queries;
    for (size_t at = 0; at < count && !img_signals_caught();) {
        size_t block = block_of(s), n = count - at < block ? count - at : block;
        struct img_sim_query queries[BLOCK];
        if (!img_sim_queries_take(&s->queries, parsed + at, n, queries, err) ||
            !search_block(s, queries, n, err))
            return false;
        img_arena_reset(&s->queries.arena);
        at += n;
    }
    return true;
}

static bool search_lines(struct search *s, int fd, struct img_err *err)
{
    struct img_lines lines;
    struct img_sim_query queries[BLOCK];
    const char *line = "";
    bool ok = true;
    img_lines_init(&lines, fd, '\n', IMG_RECORD_LINE_MAX);
    while (ok && line) {
        size_t n = 0, len, block = block_of(s);
        while (ok && n < block && (n == 0 || img_lines_ready(&lines))) {
            ok = img_lines_next(&lines, &line, &len, err);
            if (!ok || !line)
                break;
            ok = img_sim_queries_take_line(&s->queries, line, len, &queries[n++], err);
        }
        ok = ok && (n == 0 || search_block(s, queries, n, err)) &&
             img_output_flush(&s->context->cli->output, err);
        img_arena_reset(&s->queries.arena);
    }
    img_lines_clear(&lines);
    return ok;
}

static bool search_queries(struct search *s, struct img_err *err)
{
    const char *path = s->options->queries;
    if (!path)
        return true;
    if (strcmp(path, "-") == 0)
        return search_lines(s, STDIN_FILENO, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return img_err_sys(err, img_code_from_errno(errno), errno, "--queries: %s", path);
    bool ok = search_lines(s, fd, err);
    close(fd);
    return ok;
}

/* Records, lines of queries and a picture's bytes do not go into one standard input together. */
static bool check_input(struct search *s, struct img_err *err)
{
    bool lines = s->options->queries && strcmp(s->options->queries, "-") == 0;
    bool records = s->context->collections.count == 0 && !s->options->elsewhere;
    s->queries.bytes_read = lines || records;
    return !(lines && records) ||
           img_err_set(err, IMG_ERR_USAGE,
                       "--queries: standard input holds the records: name a collection or a file");
}

static bool open_elsewhere(struct search *s, const struct img_where *where, struct img_err *err)
{
    const struct img_sim_elsewhere *elsewhere = s->options->elsewhere;
    if (!elsewhere->open(elsewhere->ctx, where, s->options->metric, &s->finder, &s->queries.facts,
                         err))
        return false;
    s->source.dimension = s->queries.facts.dimension;
    s->queries.of = elsewhere->name;
    if (s->finder.count == 0)
        img_report(&s->context->cli->report, IMG_WARNING, "%s: there is nothing in it",
                   elsewhere->name);
    return true;
}

static bool prepare(struct search *s, struct img_err *err)
{
    const struct img_sim_search_options *o = s->options;
    const struct img_report *report = &s->context->cli->report;
    struct img_where where;
    s->queries = (struct img_sim_queries){.context = s->context};
    s->top_k = o->top_k > 0 ? o->top_k : TOP_K;
    if (!check_input(s, err))
        return false;
    if (!img_templates_make(o->templates.items, o->templates.count, &s->words,
                            &s->queries.templates, err))
        return img_err_in(err, "--template");
    if (o->where && !img_sim_parse_where(s->context, o->where, &s->words, &where, err))
        return false;
    if (o->elsewhere)
        return open_elsewhere(s, o->where ? &where : NULL, err);
    if (!img_sim_open_source(s->context, false, &s->source, err) ||
        (o->where && !img_sim_filter(s->context, &s->source, &where, err)))
        return false;
    s->queries.facts = s->source.facts;
    s->queries.of = img_sim_source_name(&s->source);
    if (o->top_k > s->source.count - s->source.skipped && s->source.count > s->source.skipped)
        img_report(report, IMG_WARNING, "--top-k: %zu is more than there are; all %zu are given",
                   o->top_k, s->source.count - s->source.skipped);
    return img_sim_find_in_source(&s->finder, s->context, &s->source, err);
}

bool img_sim_search(const struct img_sim_context *context,
                    const struct img_sim_search_options *options, struct img_err *err)
{
    struct search s = {.context = context, .options = options};
    bool ok = prepare(&s, err) &&
              (!options->preview || img_sim_draw_open(&s.draw, context, options->protocol, err));
    /* Where there is nothing, no model is needed to say so. */
    if (ok && s.finder.count > 0)
        ok = search_operands(&s, err) && search_queries(&s, err);
    if (ok && context->exit_status && !s.any && context->tally->failed == 0)
        context->tally->failed = 1;
    img_sim_draw_close(&s.draw);
    img_sim_finder_close(&s.finder);
    img_sim_queries_clear(&s.queries);
    img_sim_source_close(&s.source);
    img_arena_clear(&s.arena);
    img_arena_clear(&s.line);
    img_arena_clear(&s.words);
    img_buf_clear(&s.out);
    return ok;
}
