/* Opening collections as one numbering of rows, and looking rows up. */
#include "sim/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "sim/source_records.h"

static const char text_start[] = "{\"text\":";

/* Our own lines begin with what they are of. */
static bool is_text(const struct img_collection *collection, size_t row)
{
    const char *line;
    size_t len;
    struct img_err ignored;
    return img_collection_record(collection, row, &line, &len, &ignored) &&
           len >= sizeof text_start && memcmp(line, text_start, sizeof text_start - 1) == 0;
}

/* What the first row says of its vector: the collection itself does not know how it was
 * preprocessed. */
static bool read_facts(const struct img_sim_part *part, struct img_vector_facts *facts,
                       struct img_err *err)
{
    const struct img_collection_facts *found = img_collection_facts(part->collection);
    struct img_arena arena = {0};
    struct img_json_object record;
    struct img_vector_facts first;
    const char *line;
    size_t len;
    bool ok = img_collection_record(part->collection, 0, &line, &len, err) &&
              img_json_scan(line, len, &arena, &record, err) &&
              img_vector_facts_read(&first, &record, found->dimension, &arena, err);
    img_arena_clear(&arena);
    if (!ok)
        return img_err_in(err, "%s", part->name);
    img_vector_facts_set(facts, found->dimension, found->model_name, found->fingerprint,
                         found->precision);
    memcpy(facts->preprocessing, first.preprocessing, sizeof facts->preprocessing);
    return true;
}

static bool open_part(struct img_sim_source *s, const char *folder, bool pictures_only,
                      struct img_err *err)
{
    struct img_sim_part *part = &s->parts[s->part_count++];
    struct img_vector_facts facts;
    part->name = part->folder = folder;
    part->first = s->count;
    if (!img_collection_open(&part->collection, folder, err)) {
        err->code = IMG_ERR_SYSTEM; /* not one input of many, but all there was to work on */
        return false;
    }
    const struct img_collection_facts *found = img_collection_facts(part->collection);
    part->count = found->count;
    part->vectors = img_collection_vectors(part->collection);
    part->skip = calloc(part->count / 8 + 1, 1);
    if (!part->skip || !img_size_add(s->count, part->count, &s->count))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%s: out of memory for %zu rows", folder,
                           part->count);
    for (size_t row = 0; row < part->count; row++)
        if (img_collection_is_dropped(part->collection, row) ||
            (pictures_only && is_text(part->collection, row)))
            img_sim_source_skip(s, part->first + row);
    if (part->count == 0)
        return true;
    return read_facts(part, &facts, err) &&
           img_vector_facts_meet(&s->facts, img_sim_source_name(s), &facts, folder, err);
}

static bool open_collections(struct img_sim_source *s, const struct img_sim_source_options *options,
                             struct img_err *err)
{
    const struct img_string_list *folders = &options->folders;
    if (folders->count > IMG_SOURCES_MAX)
        return img_err_set(err, IMG_ERR_USAGE, "more than %d collections", IMG_SOURCES_MAX);
    s->parts = calloc(folders->count, sizeof *s->parts);
    if (!s->parts)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for collections");
    for (size_t i = 0; i < folders->count; i++)
        if (!open_part(s, folders->items[i], options->pictures_only, err))
            return false;
    return true;
}

bool img_sim_source_open(struct img_sim_source *s, const struct img_sim_source_options *options,
                         struct img_err *err)
{
    *s = (struct img_sim_source){0};
    if (!(options->folders.count > 0 ? open_collections(s, options, err)
                                     : img_sim_source_read_records(s, options, err)))
        return false;
    s->dimension = s->facts.dimension;
    if (s->part_count == 1) {
        s->vectors = s->parts[0].vectors;
        s->skip = s->parts[0].skip;
    }
    return true;
}

bool img_sim_source_join(struct img_sim_source *s, struct img_err *err)
{
    size_t bytes;
    if (s->part_count <= 1 || s->joined)
        return true;
    if (!img_size_mul(s->count, s->dimension * sizeof(float), &bytes) ||
        bytes > IMG_SOURCE_BYTES_MAX || !(s->joined = malloc(bytes + 1)) ||
        !(s->joined_skip = calloc(s->count / 8 + 1, 1)))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY,
                           "out of memory for the vectors of %zu collections", s->part_count);
    char *to = s->joined;
    for (size_t i = 0; i < s->part_count; i++) {
        size_t part = s->parts[i].count * s->dimension * sizeof(float);
        if (part > 0)
            memcpy(to, s->parts[i].vectors, part);
        to += part;
    }
    uint8_t *skip = s->joined_skip;
    for (size_t row = 0; row < s->count; row++)
        if (img_sim_source_skips(s, row))
            skip[row / 8] = (uint8_t)(skip[row / 8] | 1u << row % 8);
    s->vectors = s->joined;
    s->skip = skip;
    return true;
}

static struct img_sim_part *part_of(const struct img_sim_source *s, size_t row)
{
    size_t low = 0, high = s->part_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->parts[middle].first <= row)
            low = middle;
        else
            high = middle;
    }
    return &s->parts[low];
}

bool img_sim_source_record(const struct img_sim_source *s, size_t row, const char **line,
                           size_t *len, struct img_err *err)
{
    const struct img_sim_part *part = part_of(s, row);
    if (part->collection)
        return img_collection_record(part->collection, row - part->first, line, len, err) ||
               img_err_in(err, "%s", part->name);
    const size_t *begins = (const void *)s->begins.data;
    *line = s->lines.data + begins[row];
    *len = begins[row + 1] - begins[row];
    return true;
}

bool img_sim_source_skips(const struct img_sim_source *s, size_t row)
{
    const struct img_sim_part *part = part_of(s, row);
    size_t at = row - part->first;
    return (part->skip[at / 8] >> at % 8 & 1) != 0;
}

void img_sim_source_skip(struct img_sim_source *s, size_t row)
{
    struct img_sim_part *part = part_of(s, row);
    size_t at = row - part->first;
    if (img_sim_source_skips(s, row))
        return;
    part->skip[at / 8] = (uint8_t)(part->skip[at / 8] | 1u << at % 8);
    if (s->joined_skip)
        s->skip[row / 8] = (uint8_t)(s->skip[row / 8] | 1u << row % 8);
    s->skipped++;
}

const char *img_sim_source_name(const struct img_sim_source *s)
{
    return s->part_count > 0 ? s->parts[0].name : "standard input";
}

void img_sim_source_close(struct img_sim_source *s)
{
    for (size_t i = 0; i < s->part_count; i++) {
        img_collection_close(s->parts[i].collection);
        free(s->parts[i].skip);
    }
    img_buf_clear(&s->values);
    img_buf_clear(&s->lines);
    img_buf_clear(&s->begins);
    free(s->parts);
    free(s->joined);
    free(s->joined_skip);
    *s = (struct img_sim_source){0};
}
