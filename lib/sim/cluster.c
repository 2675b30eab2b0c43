/* Clusters found, numbered and written. */
#include "sim/cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/signals.h"
#include "cli/value.h"
#include "json/number.h"
#include "record/fields.h"
#include "sim/by_cluster.h"
#include "sim/components.h"
#include "sim/draw.h"
#include "sim/filter.h"
#include "sim/rows.h"

struct cluster {
    const struct img_sim_context *context;
    const struct img_sim_cluster_options *options;
    struct img_sim_source source;
    struct img_kmeans found;
    struct img_by_cluster groups;
    struct img_sim_draw draw;
    struct img_arena arena;
    struct img_buf out;
};

struct member {
    size_t row;
    double score;
};

static bool scan_row(struct cluster *c, size_t number, struct img_sim_row *row,
                     struct img_err *err)
{
    return img_sim_row_scan(&c->source, number, &c->arena, row, err);
}

static bool put_record(struct cluster *c, size_t number, struct img_err *err)
{
    struct img_sim_row row;
    if (!scan_row(c, number, &row, err))
        return false;
    img_buf_putc(&c->out, '{');
    img_sim_row_put_name(&row, &c->out);
    if (c->found.cluster[number] == SIZE_MAX) {
        img_buf_puts(&c->out, ",\"cluster\":null,\"similarity_score\":null");
        img_sim_row_put_error(&row, isnan(c->found.score[number]), &c->out);
    } else {
        img_buf_printf(&c->out, ",\"cluster\":%zu,\"similarity_score\":",
                       c->found.cluster[number]);
        img_json_put_double(&c->out, c->found.score[number]);
    }
    img_buf_puts(&c->out, "}\n");
    return true;
}

static bool put_tsv(struct cluster *c, size_t number, struct img_err *err)
{
    struct img_sim_row row;
    if (!scan_row(c, number, &row, err))
        return false;
    if (c->found.cluster[number] != SIZE_MAX)
        img_buf_printf(&c->out, "%zu\t%.9g", c->found.cluster[number], c->found.score[number]);
    else
        img_buf_putc(&c->out, '\t');
    img_buf_putc(&c->out, '\t');
    img_sim_put_tsv(&c->out, row.name ? row.name : "", row.len);
    img_buf_putc(&c->out, '\n');
    return true;
}

static bool write_rows(struct cluster *c, struct img_err *err)
{
    bool tsv = c->context->form == IMG_FORM_TSV, filtered = c->options->where != NULL;
    for (size_t row = 0; row < c->source.count && !img_signals_caught(); row++)
        if (img_sim_row_is_shown(&c->source, row, filtered) &&
            (!(tsv ? put_tsv : put_record)(c, row, err) ||
             !img_sim_write(c->context, &c->out, err)))
            return false;
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct member *left = a, *right = b;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return left->row < right->row ? -1 : left->row > right->row;
}

static bool put_group(struct cluster *c, size_t number, const struct member *members, size_t n,
                      struct img_err *err)
{
    struct img_sim_row row;
    if (!scan_row(c, members[0].row, &row, err))
        return false;
    img_buf_printf(&c->out, "{\"cluster\":%zu,\"size\":%zu,", number, n);
    img_fields_put_path(&c->out, "centre", row.name, row.len);
    img_buf_puts(&c->out, ",\"members\":[");
    for (size_t i = 0; i < n; i++) {
        img_buf_puts(&c->out, i > 0 ? ",{" : "{");
        if (!scan_row(c, members[i].row, &row, err))
            return false;
        img_sim_row_put_name(&row, &c->out);
        img_buf_puts(&c->out, ",\"similarity_score\":");
        img_json_put_double(&c->out, members[i].score);
        img_buf_putc(&c->out, '}');
    }
    img_buf_puts(&c->out, "]}\n");
    return true;
}

static bool put_table(struct cluster *c, size_t number, const struct member *members, size_t n,
                      struct img_err *err)
{
    img_buf_printf(&c->out, "cluster %zu: %zu\n", number, n);
    for (size_t i = 0; i < n; i++) {
        struct img_sim_row row;
        if (!scan_row(c, members[i].row, &row, err))
            return false;
        img_buf_printf(&c->out, "  %7.4f  ", members[i].score);
        img_sim_put_shown(&c->out, row.name ? row.name : "-", row.name ? row.len : 1);
        img_buf_putc(&c->out, '\n');
        img_sim_draw_one(&c->draw, row.is_path ? row.name : NULL, &c->out);
        if (!img_sim_write(c->context, &c->out, err))
            return false;
    }
    return true;
}

/* Clusters one after the other, the members most like their mean first. */
static bool write_groups(struct cluster *c, struct img_err *err)
{
    struct member *members = calloc(c->source.count + 1, sizeof *members);
    bool ok = img_by_cluster_make(&c->groups, &c->found, c->source.count, err);
    if (ok && !members)
        ok = img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu rows", c->source.count);
    for (size_t k = 0; ok && k < c->found.k && !img_signals_caught(); k++) {
        size_t n = c->groups.first[k + 1] - c->groups.first[k];
        for (size_t i = 0; i < n; i++) {
            size_t row = c->groups.rows[c->groups.first[k] + i];
            members[i] = (struct member){row, c->found.score[row]};
        }
        qsort(members, n, sizeof *members, compare);
        ok = (c->context->form == IMG_FORM_TABLE ? put_table : put_group)(c, k, members, n, err) &&
             img_sim_write(c->context, &c->out, err);
    }
    free(members);
    return ok;
}

static bool read_k(const struct cluster *c, size_t rows, size_t *k, struct img_err *err)
{
    int64_t number;
    if (!img_value_int(c->options->k, 1, IMG_KMEANS_K_MAX, &number, err))
        return img_err_in(err, "--k");
    *k = (size_t)number;
    return *k <= rows || rows == 0 ||
           img_err_set(err, IMG_ERR_USAGE, "--k: %zu clusters of %zu vectors", *k, rows);
}

static bool find_by_k(struct cluster *c, const struct img_kmeans_input *input, struct img_err *err)
{
    const struct img_report *report = &c->context->cli->report;
    size_t rows = c->source.count - c->source.skipped, k;
    uint64_t seed = (uint64_t)c->options->seed;
    double silhouette;
    if (c->options->k && strcmp(c->options->k, "auto") != 0) {
        if (!read_k(c, rows, &k, err))
            return false;
    } else {
        if (!img_kmeans_choose(input, seed, &k, &silhouette, err))
            return false;
        img_report(report, IMG_NOTE, "%zu clusters, silhouette %.3f", k, silhouette);
    }
    if (!img_kmeans_run(input, k, seed, &c->found, err))
        return false;
    if (c->found.k < k && rows > 0)
        img_report(report, IMG_WARNING, "only %zu of %zu clusters: no more vectors differ",
                   c->found.k, k);
    img_report(report, IMG_NOTE, "%zu rounds%s", c->found.rounds,
               c->found.settled ? "" : ", and it has not settled");
    return true;
}

/* Who can be in no cluster has no score; rows of zeros nobody has counted yet. */
static bool count_rows(struct cluster *c, struct img_err *err)
{
    struct img_tally *tally = c->context->tally;
    for (size_t number = 0; number < c->source.count; number++) {
        struct img_sim_row row;
        if (c->found.cluster[number] != SIZE_MAX) {
            tally->worked++;
            continue;
        }
        c->found.score[number] = NAN;
        if (img_sim_source_skips(&c->source, number))
            continue;
        if (!scan_row(c, number, &row, err))
            return false;
        tally->failed++;
        img_report(&c->context->cli->report, IMG_WARNING, "%s: its vector has no direction",
                   row.name ? row.name : "-");
    }
    return true;
}

static bool find(struct cluster *c, struct img_err *err)
{
    const struct img_kmeans_input input = {
        .rows = c->source.vectors,
        .count = c->source.count,
        .dimension = c->source.dimension,
        .skip = c->source.skip,
        .threads = img_sim_threads(c->context),
        .stopped = img_signals_caught,
    };
    bool by_threshold = !isnan(c->options->threshold);
    if (by_threshold && c->options->k)
        return img_err_set(err, IMG_ERR_USAGE, "--k and --threshold contradict each other");
    bool ok = by_threshold && input.dimension > 0
                  ? img_components_find(&input, c->options->threshold, &c->found, err)
                  : find_by_k(c, &input, err);
    if (!ok && img_signals_caught())
        err->code = IMG_OK;
    return ok && count_rows(c, err) &&
           img_by_cluster_renumber(&c->found, c->source.count, c->options->min_size, err);
}

static bool open_source(struct cluster *c, struct img_err *err)
{
    struct img_where where;
    const char *text = c->options->where;
    if (text && !img_sim_parse_where(c->context, text, &c->arena, &where, err))
        return false;
    return img_sim_open_source(c->context, false, &c->source, err) &&
           (!text || img_sim_filter(c->context, &c->source, &where, err)) &&
           img_sim_source_join(&c->source, err);
}

bool img_sim_cluster(const struct img_sim_context *context,
                     const struct img_sim_cluster_options *options, struct img_err *err)
{
    struct cluster c = {.context = context, .options = options};
    bool ok = (!options->preview || img_sim_draw_open(&c.draw, context, options->protocol, err)) &&
              open_source(&c, err);
    if (ok && c.source.count > 0) {
        ok = find(&c, err);
        if (ok)
            ok = (options->groups || context->form == IMG_FORM_TABLE ? write_groups
                                                                     : write_rows)(&c, err);
    }
    img_sim_draw_close(&c.draw);
    img_by_cluster_clear(&c.groups);
    img_kmeans_clear(&c.found);
    img_sim_source_close(&c.source);
    img_arena_clear(&c.arena);
    img_buf_clear(&c.out);
    return ok;
}
