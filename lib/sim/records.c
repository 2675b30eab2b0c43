/* Reading records and giving them vectors. */
#include "sim/records.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "pipeline/records.h"
#include "record/read.h"

bool img_sim_records_open(struct img_sim_records *r, struct img_sim_model *model,
                          struct img_vector_facts *facts, const char *of, struct img_err *err)
{
    *r = (struct img_sim_records){.model = model, .facts = facts, .of = of};
    img_lines_init(&r->lines, STDIN_FILENO, '\n', IMG_RECORD_LINE_MAX);
    r->rows = calloc(IMG_SIM_RECORDS_BATCH, sizeof *r->rows);
    return r->rows || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for records");
}

static bool meet(struct img_sim_records *r, const struct img_sim_record *row,
                 const struct img_vector_facts *facts, struct img_err *err)
{
    char line[48];
    snprintf(line, sizeof line, "line %llu", (unsigned long long)row->line);
    return img_vector_facts_meet(r->facts, r->facts->dimension > 0 ? r->of : line, facts, line,
                                 err);
}

/* The record's own vector, if it has one; a record of nothing else is enough then. */
static bool take_vector(struct img_sim_records *r, struct img_sim_record *row, struct img_err *err)
{
    const struct img_json_value *value =
        row->item.input ? img_json_find(row->item.input, "embedding") : NULL;
    struct img_vector_facts facts;
    if (row->item.kind == IMG_ITEM_PASSED || !value || value->kind == IMG_JSON_NULL)
        return true;
    if (!img_record_embedding(row->item.input, &r->arena, &row->vector, &row->dimension,
                              &row->item.err)) {
        row->vector = NULL;
        img_err_in(&row->item.err, "line %llu", (unsigned long long)row->line);
        return true;
    }
    row->item.err.code = IMG_OK;
    return img_vector_facts_read(&facts, row->item.input, row->dimension, &r->arena, err) &&
           meet(r, row, &facts, err);
}

static bool is_to_be_embedded(const struct img_sim_record *row)
{
    return !row->vector && row->item.err.code == IMG_OK && row->item.kind != IMG_ITEM_PASSED &&
           row->item.kind != IMG_ITEM_BROKEN;
}

static bool embed_rest(struct img_sim_records *r, size_t n, struct img_err *err)
{
    struct img_item items[IMG_SIM_RECORDS_BATCH];
    size_t of[IMG_SIM_RECORDS_BATCH], count = 0;
    for (size_t i = 0; i < n; i++)
        if (is_to_be_embedded(&r->rows[i])) {
            items[count] = r->rows[i].item;
            of[count++] = i;
        }
    if (count == 0)
        return true;
    if (!img_sim_model_open(r->model, r->facts, r->of, err) ||
        !meet(r, &r->rows[of[0]], &r->model->facts, err) ||
        !img_sim_model_embed(r->model, items, count, &r->arena, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct img_sim_record *row = &r->rows[of[i]];
        row->item = items[i];
        if (!items[i].encoded)
            continue;
        row->vector = items[i].embedding;
        row->dimension = r->model->facts.dimension;
    }
    return true;
}

bool img_sim_records_next(struct img_sim_records *r, const struct img_sim_record **rows, size_t *n,
                          struct img_err *err)
{
    bool more = true;
    img_arena_reset(&r->arena);
    *rows = r->rows;
    for (*n = 0; *n < IMG_SIM_RECORDS_BATCH; ++*n) {
        struct img_sim_record *row = &r->rows[*n];
        *row = (struct img_sim_record){0};
        if (*n > 0 && !img_lines_ready(&r->lines))
            break;
        if (!img_records_next(&r->lines, &r->arena, &row->item, &more, err))
            return false;
        if (!more)
            break;
        row->line = r->lines.number;
        if (!take_vector(r, row, err))
            return false;
    }
    return embed_rest(r, *n, err);
}

void img_sim_records_close(struct img_sim_records *r)
{
    img_lines_clear(&r->lines);
    img_arena_clear(&r->arena);
    free(r->rows);
    *r = (struct img_sim_records){0};
}
