/* Rows against labels, block by block. */
#include "sim/classify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/signals.h"
#include "json/number.h"
#include "json/string.h"
#include "record/fields.h"
#include "search/search.h"
#include "sim/filter.h"
#include "sim/label_vectors.h"
#include "sim/rows.h"

enum {
    BLOCK = 256,       /* rows at a time, */
    CELLS = 1 << 20,   /* and their scores with all labels */
    TOP_K = 5,
};

struct classify {
    const struct img_sim_context *context;
    const struct img_sim_classify_options *options;
    struct img_sim_source source;
    struct img_label_vectors labels;
    struct img_search *search;
    struct img_arena words, line; /* labels and filter; a row's record */
    struct img_buf out;
    size_t block;        /* rows at a time */
    size_t top_k;
    float *vectors;      /* [block, dimension] of the rows in hand that can be classified */
    struct img_hit *hits; /* [block, labels]: best first */
    size_t *found;       /* [block] */
    size_t *at;          /* [block] which of the vectors is the row's; SIZE_MAX: none */
};

/* Only directions can be compared. */
static bool has_direction(const float *v, size_t dimension)
{
    double sum = 0;
    for (size_t i = 0; i < dimension; i++)
        sum += (double)v[i] * v[i];
    return sum > 0 && isfinite(sum);
}

static const float *row_vector(const struct classify *c, size_t row)
{
    for (size_t i = c->source.part_count; i-- > 0;)
        if (row >= c->source.parts[i].first)
            return c->source.parts[i].vectors +
                   (row - c->source.parts[i].first) * c->source.dimension;
    return NULL;
}

/* hits [n] with their cosines become shares of all: softmax(scale * cosine). shares [n]. */
static void take_shares(const struct img_hit *hits, size_t n, double scale, double *shares)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        shares[i] = scale > 0 ? exp(scale * (hits[i].score - hits[0].score)) : hits[i].score;
        sum += shares[i];
    }
    for (size_t i = 0; scale > 0 && i < n; i++)
        shares[i] /= sum;
}

/* How many of the best labels are given. */
static size_t count_given(const struct classify *c, const double *shares, size_t n)
{
    size_t given = 0;
    while (given < n && given < c->top_k && shares[given] >= c->options->min_score)
        given++;
    return given;
}

static void put_labels(struct classify *c, const struct img_hit *hits, const double *shares,
                       size_t n)
{
    img_buf_puts(&c->out, ",\"labels\":[");
    for (size_t i = 0; i < n; i++) {
        const char *name = c->labels.labels.names[hits[i].row];
        img_buf_puts(&c->out, i > 0 ? ",{\"label\":" : "{\"label\":");
        img_json_put_string(&c->out, name, strlen(name));
        img_buf_puts(&c->out, ",\"score\":");
        img_json_put_double(&c->out, shares[i]);
        img_buf_puts(&c->out, ",\"similarity_score\":");
        img_json_put_double(&c->out, hits[i].score);
        img_buf_putc(&c->out, '}');
    }
    img_buf_putc(&c->out, ']');
}

static void put_tsv(struct classify *c, const struct img_sim_row *row, const struct img_hit *hits,
                    const double *shares, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *name = c->labels.labels.names[hits[i].row];
        img_sim_put_tsv(&c->out, row->name ? row->name : "", row->len);
        img_buf_putc(&c->out, '\t');
        img_sim_put_tsv(&c->out, name, strlen(name));
        img_buf_printf(&c->out, "\t%.9g\t%.9g\n", shares[i], hits[i].score);
    }
}

static void put_table(struct classify *c, const struct img_sim_row *row, const struct img_hit *hits,
                      const double *shares, size_t n)
{
    img_sim_put_shown(&c->out, row->name ? row->name : "-", row->name ? row->len : 1);
    img_buf_putc(&c->out, '\n');
    for (size_t i = 0; i < n; i++) {
        const char *name = c->labels.labels.names[hits[i].row];
        img_buf_printf(&c->out, "  %7.4f  ", shares[i]);
        img_sim_put_shown(&c->out, name, strlen(name));
        img_buf_putc(&c->out, '\n');
    }
}

/* Into the picture's sidecar, and the record says which, or why not. */
static bool write_sidecar(struct classify *c, const struct img_sim_row *row,
                          const struct img_hit *hits, size_t n, struct img_err *err)
{
    struct img_err why;
    struct img_buf path = {0};
    size_t added;
    const char **names = img_arena_array(&c->line, n + 1, sizeof *names, err);
    if (!names)
        return false;
    for (size_t i = 0; i < n; i++)
        names[i] = c->labels.labels.names[hits[i].row];
    bool wrote = img_sidecar_add(row->name, c->options->xmp_name, names, n, &added, &why);
    if (!wrote) {
        c->context->tally->failed++;
        img_report(&c->context->cli->report, IMG_WARNING, "%s: %s", row->name, why.text);
    }
    if (c->context->form == IMG_FORM_JSONL) {
        img_buf_putc(&c->out, ',');
        if (wrote)
            img_sidecar_put_path(&path, row->name, c->options->xmp_name);
        img_fields_put_path(&c->out, "sidecar", path.data, path.len);
        if (!wrote) {
            img_buf_puts(&c->out, ",\"error\":");
            img_json_put_string(&c->out, why.text, strlen(why.text));
            img_buf_printf(&c->out, ",\"error_code\":\"%s\"", img_code_name(why.code));
        }
    }
    c->out.failed |= path.failed;
    img_buf_clear(&path);
    return true;
}

static bool put_classified(struct classify *c, const struct img_sim_row *row,
                           const struct img_hit *hits, size_t n, struct img_err *err)
{
    bool lines = c->context->form == IMG_FORM_JSONL;
    double *shares = img_arena_array(&c->line, n + 1, sizeof *shares, err);
    if (!shares)
        return false;
    take_shares(hits, n, c->labels.scale, shares);
    size_t given = count_given(c, shares, n);
    if (lines) {
        img_buf_putc(&c->out, '{');
        img_sim_row_put_name(row, &c->out);
        put_labels(c, hits, shares, given);
    } else {
        (c->context->form == IMG_FORM_TSV ? put_tsv : put_table)(c, row, hits, shares, given);
    }
    if (c->options->write_xmp && given > 0 && row->is_path &&
        !write_sidecar(c, row, hits, given, err))
        return false;
    if (lines)
        img_buf_puts(&c->out, "}\n");
    c->context->tally->worked++;
    return true;
}

static void put_failed(struct classify *c, const struct img_sim_row *row, bool skipped)
{
    if (!skipped) { /* a row of zeros, which nobody has counted yet */
        c->context->tally->failed++;
        img_report(&c->context->cli->report, IMG_WARNING, "%s: its vector has no direction",
                   row->name ? row->name : "-");
    }
    if (c->context->form != IMG_FORM_JSONL)
        return;
    img_buf_putc(&c->out, '{');
    img_sim_row_put_name(row, &c->out);
    img_buf_puts(&c->out, ",\"labels\":null");
    img_sim_row_put_error(row, true, &c->out);
    img_buf_puts(&c->out, "}\n");
}

static bool score_block(struct classify *c, size_t first, size_t n, struct img_err *err)
{
    size_t dimension = c->source.dimension;
    struct img_search_request request = {.queries = c->vectors,
                                         .metric = IMG_METRIC_COSINE,
                                         .top_k = c->labels.labels.count,
                                         .min_score = -INFINITY};
    for (size_t i = 0; i < n; i++) {
        const float *vector = row_vector(c, first + i);
        c->at[i] = SIZE_MAX;
        if (img_sim_source_skips(&c->source, first + i) || !has_direction(vector, dimension))
            continue;
        memcpy(c->vectors + request.count * dimension, vector, dimension * sizeof *vector);
        c->at[i] = request.count++;
    }
    return request.count == 0 || img_search_top(c->search, &request, c->hits, c->found, err);
}

static bool write_block(struct classify *c, size_t first, size_t n, struct img_err *err)
{
    bool filtered = c->options->where != NULL;
    for (size_t i = 0; i < n; i++) {
        struct img_sim_row row;
        bool skipped = img_sim_source_skips(&c->source, first + i);
        if (!img_sim_row_is_shown(&c->source, first + i, filtered))
            continue;
        if (!img_sim_row_scan(&c->source, first + i, &c->line, &row, err))
            return false;
        if (c->at[i] == SIZE_MAX)
            put_failed(c, &row, skipped);
        else if (!put_classified(c, &row, c->hits + c->at[i] * c->labels.labels.count,
                                 c->found[c->at[i]], err))
            return false;
        if (!img_sim_write(c->context, &c->out, err))
            return false;
    }
    return true;
}

static bool allocate(struct classify *c, struct img_err *err)
{
    size_t labels = c->labels.labels.count;
    c->block = CELLS / labels < BLOCK ? CELLS / labels : BLOCK;
    c->vectors = calloc(c->block * c->source.dimension + 1, sizeof *c->vectors);
    c->hits = calloc(c->block * labels, sizeof *c->hits);
    c->found = calloc(c->block, sizeof *c->found);
    c->at = calloc(c->block, sizeof *c->at);
    return (c->vectors && c->hits && c->found && c->at) ||
           img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu labels", labels);
}

static bool classify_rows(struct classify *c, struct img_err *err)
{
    const struct img_search_options options = {
        .vectors = c->labels.vectors,
        .count = c->labels.labels.count,
        .dimension = c->source.dimension,
        .threads = img_sim_threads(c->context),
        .stopped = img_signals_caught,
        .report = &c->context->cli->report,
    };
    if (!allocate(c, err) || !img_search_open(&c->search, &options, err))
        return false;
    for (size_t row = 0; row < c->source.count; row += c->block) {
        size_t n = c->source.count - row < c->block ? c->source.count - row : c->block;
        if (!score_block(c, row, n, err) || !write_block(c, row, n, err))
            return false;
    }
    return true;
}

/* Records that all failed have no dimension, and there is no model to ask. */
static bool write_failures(struct classify *c, struct img_err *err)
{
    size_t none = SIZE_MAX;
    c->at = &none;
    bool ok = true;
    for (size_t row = 0; ok && row < c->source.count; row++)
        ok = write_block(c, row, 1, err);
    c->at = NULL;
    return ok;
}

static bool run(struct classify *c, struct img_err *err)
{
    const struct img_sim_classify_options *o = c->options;
    struct img_where where;
    c->top_k = o->top_k > 0 ? o->top_k : o->write_xmp ? 1 : TOP_K;
    if (!img_label_vectors_check(o, &c->words, &c->labels, err) ||
        (o->where && !img_sim_parse_where(c->context, o->where, &c->words, &where, err)) ||
        !img_sim_open_source(c->context, false, &c->source, err) ||
        (o->where && !img_sim_filter(c->context, &c->source, &where, err)))
        return false;
    if (c->source.count == c->source.skipped)
        return c->source.count == 0 || write_failures(c, err);
    return img_label_vectors_make(c->context, o, &c->source.facts, img_sim_source_name(&c->source),
                                  &c->words, &c->labels, err) &&
           classify_rows(c, err);
}

bool img_sim_classify(const struct img_sim_context *context,
                      const struct img_sim_classify_options *options, struct img_err *err)
{
    struct classify c = {.context = context, .options = options};
    bool ok = run(&c, err);
    if (!ok && img_signals_caught())
        err->code = IMG_OK;
    img_search_close(c.search);
    img_sim_source_close(&c.source);
    img_arena_clear(&c.words);
    img_arena_clear(&c.line);
    img_buf_clear(&c.out);
    free(c.vectors);
    free(c.hits);
    free(c.found);
    free(c.at);
    return ok;
}
