/* Comparing one with others. */
#include "sim/compare.h"

#include <math.h>
#include <string.h>

#include "json/string.h"
#include "record/fields.h"
#include "sim/queries.h"
#include "sim/records.h"
#include "sim/show.h"

struct compare {
    const struct img_sim_context *context;
    const struct img_sim_compare_options *options;
    struct img_sim_queries queries;
    struct img_sim_query query; /* the one all are compared with */
    bool has_query;
    struct img_arena arena; /* a line's life */
    struct img_buf out;
};

/* Zeros compare with nothing. */
static bool report_zeros(const struct compare *c, const struct img_json_object *of,
                         struct img_err *why, struct img_err *err)
{
    struct img_arena arena = {0};
    const char *name;
    size_t len;
    bool is_path, ok = img_sim_name(of, &arena, &name, &len, &is_path, err);
    img_err_set(why, IMG_ERR_BAD_EMBEDDING, "a vector of zeros has no direction");
    if (ok)
        img_report(&c->context->cli->report, IMG_WARNING, "%s: %s", name ? name : "-", why->text);
    img_arena_clear(&arena);
    return ok;
}

/* One comparison: with a vector, or with something that has none, because of why. */
static bool put(struct compare *c, const struct img_json_object *of, const float *vector,
                const struct img_err *why, struct img_err *err)
{
    const struct img_sim_context *context = c->context;
    struct img_err zero = {0};
    struct img_similarity_record record = {
        .query = c->query.shown,
        .query_len = c->query.shown_len,
        .hit = of,
        .embedding = c->options->embeddings ? vector : NULL,
        .dimension = c->queries.facts.dimension,
        .base64 = context->cli->common.encoding == IMG_ENCODING_BASE64,
        .metadata = context->cli->common.metadata,
    };
    if (vector)
        record.score =
            img_score(c->query.vector, vector, record.dimension, c->options->metric);
    if (vector && isnan(record.score)) {
        if (!report_zeros(c, of, &zero, err))
            return false;
        why = &zero;
        vector = NULL;
    }
    if (vector) {
        context->tally->worked++;
        return img_sim_put_hit(&c->out, context->form, &record, err);
    }
    context->tally->failed++;
    img_sim_put_failure(&c->out, context->form, &record, why);
    return true;
}

/* What an operand would be called in a record. */
static bool describe(struct compare *c, const struct img_sim_query *query,
                     struct img_json_object *object, struct img_err *err)
{
    struct img_buf line = {0};
    const struct img_item *item = &query->terms->item;
    img_buf_putc(&line, '{');
    if (item->kind == IMG_ITEM_TEXT) {
        img_buf_puts(&line, "\"text\":");
        img_json_put_string(&line, item->text, item->text_len);
    } else {
        img_fields_put_path(&line, "image_path", item->path, item->path_len);
    }
    img_buf_putc(&line, '}');
    const char *kept = img_buf_ok(&line, err)
                           ? img_arena_copy(&c->arena, line.data, line.len, err)
                           : NULL;
    bool ok = kept && img_json_scan(kept, line.len, &c->arena, object, err);
    img_buf_clear(&line);
    return ok;
}

/* A query that failed has nothing to be compared with: that is the end. */
static bool check_query(const struct compare *c, struct img_err *err)
{
    if (c->query.err.code == IMG_OK)
        return true;
    *err = c->query.err;
    return c->query.shown ? img_err_in(err, "%s", c->query.shown) : false;
}

static bool compare_operands(struct compare *c, struct img_err *err)
{
    const struct img_sim_compare_options *o = c->options;
    size_t n = o->operand_count;
    struct img_query *parsed = img_arena_array(&c->queries.arena, n, sizeof *parsed, err);
    struct img_term *terms = img_arena_array(&c->queries.arena, n, sizeof *terms, err);
    struct img_sim_query *queries = img_arena_array(&c->queries.arena, n, sizeof *queries, err);
    if (!parsed || !terms || !queries)
        return false;
    for (size_t i = 0; i < n; i++) {
        const char *value = o->operands[i].value;
        bool bytes = o->operands[i].plain && strcmp(value, "-") == 0;
        terms[i] = (struct img_term){.text = value, .len = strlen(value), .weight = 1};
        terms[i].kind = bytes ? IMG_TERM_BYTES
                              : o->operands[i].plain ? IMG_TERM_PICTURE : o->operands[i].kind;
        bool named = terms[i].kind == IMG_TERM_PICTURE || terms[i].kind == IMG_TERM_TEXT;
        parsed[i] = (struct img_query){&terms[i], 1, named ? value : NULL};
    }
    if (!img_sim_queries_take(&c->queries, parsed, n, queries, err) ||
        !img_sim_queries_embed(&c->queries, queries, n, o->metric, err))
        return false;
    c->query = queries[0];
    if (!check_query(c, err))
        return false;
    for (size_t i = 1; i < n; i++) {
        struct img_json_object object;
        if (queries[i].err.code != IMG_OK)
            img_report(&c->context->cli->report, IMG_WARNING, "%s: %s",
                       queries[i].shown ? queries[i].shown : "-", queries[i].err.text);
        if (!describe(c, &queries[i], &object, err) ||
            !put(c, &object, queries[i].vector, &queries[i].err, err))
            return false;
    }
    return img_sim_write(c->context, &c->out, err);
}

/* The query that was given, once it is known which model the records are of. */
static bool take_query(struct compare *c, struct img_err *err)
{
    const char *text = c->options->query;
    c->has_query = true;
    return img_sim_queries_take_line(&c->queries, text, strlen(text), &c->query, err) &&
           img_sim_queries_embed(&c->queries, &c->query, 1, c->options->metric, err) &&
           check_query(c, err);
}

/* The first record is what the others are compared with. */
static bool take_first(struct compare *c, const struct img_sim_record *row, struct img_err *err)
{
    bool is_path;
    if (!row->vector) {
        *err = row->item.err;
        if (row->item.kind == IMG_ITEM_PASSED)
            return img_err_set(err, IMG_ERR_BAD_RECORD,
                               "line 1: the record to compare with had failed before");
        return false;
    }
    float *vector =
        img_arena_array(&c->queries.arena, row->dimension, sizeof *vector, err);
    if (!vector || !img_sim_name(row->item.input, &c->queries.arena, &c->query.shown,
                                 &c->query.shown_len, &is_path, err))
        return false;
    memcpy(vector, row->vector, row->dimension * sizeof *vector);
    c->query.vector = vector;
    c->has_query = true;
    return true;
}

static bool put_row(struct compare *c, const struct img_sim_record *row, struct img_err *err)
{
    if (row->item.kind == IMG_ITEM_PASSED && !row->vector) {
        c->context->tally->failed++;
        if (c->context->form == IMG_FORM_JSONL) {
            img_buf_put(&c->out, row->item.line, row->item.line_len);
            img_buf_putc(&c->out, '\n');
        }
        return true;
    }
    if (!row->vector)
        img_item_report(&row->item, &c->context->cli->report);
    return put(c, row->item.input, row->vector, &row->item.err, err);
}

static bool put_rows(struct compare *c, const struct img_sim_record *rows, size_t n,
                     struct img_err *err)
{
    for (size_t i = 0; i < n; i++) {
        bool first = !c->has_query;
        if (first ? !take_first(c, &rows[i], err) : !put_row(c, &rows[i], err))
            return false;
    }
    return img_sim_write(c->context, &c->out, err) &&
           img_output_flush(&c->context->cli->output, err);
}

static bool compare_records(struct compare *c, struct img_err *err)
{
    struct img_sim_records records;
    const struct img_sim_record *rows;
    size_t n = 1;
    bool ok = img_sim_records_open(&records, c->context->model, &c->queries.facts,
                                   "standard input", err);
    while (ok && n > 0) {
        ok = img_sim_records_next(&records, &rows, &n, err) &&
             (c->has_query || !c->options->query || take_query(c, err)) &&
             put_rows(c, rows, n, err);
    }
    img_sim_records_close(&records);
    return ok;
}

bool img_sim_compare(const struct img_sim_context *context,
                     const struct img_sim_compare_options *options, struct img_err *err)
{
    struct compare c = {
        .context = context,
        .options = options,
        .queries = {.context = context,
                    .of = options->operand_count > 0 ? "the query" : "standard input"},
    };
    bool ok = options->operand_count > 0 ? compare_operands(&c, err) : compare_records(&c, err);
    img_sim_queries_clear(&c.queries);
    img_arena_clear(&c.arena);
    img_buf_clear(&c.out);
    return ok;
}
