/* Taking queries from operands and lines. */
#include "sim/queries.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/bytes.h"
#include "pipeline/records.h"
#include "record/read.h"
#include "sim/vector.h"

/* The one thing there is on standard input, for the term it belongs to. */
static bool take_bytes(struct img_sim_queries *q, struct img_item *item, struct img_err *err)
{
    item->kind = IMG_ITEM_BYTES;
    item->path = "-";
    item->path_len = 1;
    if (q->bytes_read)
        return img_err_set(err, IMG_ERR_USAGE, "'-': standard input is read for something else");
    q->bytes_read = true;
    if (!img_input_drain(STDIN_FILENO, q->context->config->v.max_file_size, &q->bytes, err))
        return img_err_in(err, "standard input");
    item->bytes = (const unsigned char *)q->bytes.data;
    item->bytes_len = q->bytes.len;
    return true;
}

static bool take_term(struct img_sim_queries *q, const struct img_term *from,
                      struct img_sim_term *term, struct img_err *err)
{
    *term = (struct img_sim_term){.weight = from->weight};
    switch (from->kind) {
    case IMG_TERM_TEXT:
        img_item_take_text(&term->item, from->text, from->len);
        return true;
    case IMG_TERM_PICTURE:
        img_item_take_path(&term->item, from->text, from->len);
        return true;
    case IMG_TERM_BYTES:
        return take_bytes(q, &term->item, err);
    case IMG_TERM_VECTOR:
        break;
    }
    term->item.kind = IMG_ITEM_PASSED; /* nothing to be embedded */
    return img_sim_vector_read(from->text, &q->arena, &q->facts, q->of, &term->vector, err);
}

bool img_sim_queries_take(struct img_sim_queries *q, const struct img_query *parsed, size_t n,
                          struct img_sim_query *queries, struct img_err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct img_sim_query *query = &queries[i];
        *query = (struct img_sim_query){.shown = parsed[i].shown, .count = parsed[i].count};
        query->shown_len = query->shown ? strlen(query->shown) : 0;
        query->terms = img_arena_array(&q->arena, query->count, sizeof *query->terms, err);
        if (!query->terms)
            return false;
        for (size_t t = 0; t < query->count; t++)
            if (!take_term(q, &parsed[i].terms[t], &query->terms[t], err))
                return false;
    }
    return true;
}

const struct img_query_operand *img_sim_operands(struct img_cli *cli, struct img_err *err)
{
    const struct img_parsed *parsed = &cli->parsed;
    size_t n = parsed->operand_count;
    struct img_query_operand *operands =
        img_arena_array(&cli->arena, n + 1, sizeof *operands, err);
    for (size_t i = 0; operands && i < n; i++) {
        const struct img_option *row = parsed->operands[i].option;
        operands[i].value = parsed->operands[i].value;
        operands[i].plain = !row;
        operands[i].kind = row && row->long_name[0] == 'v' ? IMG_TERM_VECTOR : IMG_TERM_TEXT;
    }
    return operands;
}

bool img_sim_is_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool take_operand(struct img_sim_queries *q, const char *line, struct img_sim_query *query,
                         struct img_err *err)
{
    const struct img_query_operand operand = {.value = line, .plain = true};
    const struct img_query *parsed;
    size_t count;
    struct img_err why;
    if (strcmp(line, "-") == 0 || strcmp(line, "+") == 0) {
        img_err_set(&query->err, IMG_ERR_BAD_TEXT, "'%s' alone is no query", line);
        return true;
    }
    if (!img_query_parse(&operand, 1, img_sim_is_file, &q->arena, &parsed, &count, &why)) {
        query->err = why;
        query->err.code = IMG_ERR_BAD_TEXT;
        return why.code == IMG_ERR_USAGE || img_err_set(err, why.code, "%s", why.text);
    }
    return img_sim_queries_take(q, parsed, 1, query, err);
}

/* A record's own vector comes before what it is of. */
static bool take_record(struct img_sim_queries *q, const char *line, size_t len,
                        struct img_sim_query *query, struct img_err *err)
{
    struct img_sim_term *term = query->terms;
    struct img_input_record record;
    const float *vector;
    struct img_err *why = &query->err;
    bool is_path;
    bool known = img_record_read(line, len, &q->arena, &record, why);
    if (!known && record.object.count == 0)
        return why->code != IMG_ERR_OUT_OF_MEMORY || img_err_set(err, why->code, "%s", why->text);
    struct img_err ignored;
    if (!img_record_name(&record.object, &q->arena, &query->shown, &query->shown_len, &is_path,
                         &ignored))
        query->shown = NULL;
    if (known && record.kind == IMG_RECORD_FAILED) {
        img_err_set(why, IMG_ERR_BAD_RECORD, "the record had failed before");
        return true;
    }
    const struct img_json_value *embedding = img_json_find(&record.object, "embedding");
    if (!embedding || embedding->kind == IMG_JSON_NULL) {
        if (known)
            img_item_take_record(&term->item, &record, line, len);
        return true;
    }
    why->code = IMG_OK;
    term->item.kind = IMG_ITEM_PASSED;
    if (!img_sim_vector_of(&record.object, &q->arena, &q->facts, q->of, &vector, why)) {
        if (img_code_exit(why->code) == IMG_EXIT_INPUT)
            return true;
        *err = *why;
        return false;
    }
    term->vector = vector;
    return true;
}

bool img_sim_queries_take_line(struct img_sim_queries *q, const char *line, size_t len,
                               struct img_sim_query *query, struct img_err *err)
{
    *query = (struct img_sim_query){.shown = line, .shown_len = len, .count = 1};
    const char *kept = img_arena_copy(&q->arena, line, len, err);
    query->terms = kept ? img_arena_array(&q->arena, 1, sizeof *query->terms, err) : NULL;
    if (!query->terms)
        return false;
    query->shown = kept;
    query->terms->weight = 1;
    if (kept[strspn(kept, " \t")] == '{')
        return take_record(q, kept, len, query, err);
    if (strlen(kept) == len)
        return take_operand(q, kept, query, err);
    img_err_set(&query->err, IMG_ERR_BAD_TEXT, "a query with a NUL in it");
    return true;
}

void img_sim_queries_clear(struct img_sim_queries *q)
{
    img_arena_clear(&q->arena);
    img_buf_clear(&q->bytes);
}
