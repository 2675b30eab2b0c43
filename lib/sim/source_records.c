/* Records read whole: vectors side by side, lines without them. */
#include "sim/source_records.h"

#include <stdlib.h>
#include <string.h>

#include "sim/records.h"

/* Zeros for rows without a vector, as many as are wanting before row `rows`. */
static void pad(struct img_sim_source *s, size_t rows)
{
    static const float zeros[256];
    size_t wanted = rows * s->facts.dimension * sizeof(float);
    while (s->values.len < wanted && !s->values.failed) {
        size_t missing = wanted - s->values.len;
        img_buf_put(&s->values, zeros, missing < sizeof zeros ? missing : sizeof zeros);
    }
}

static void put_line(struct img_buf *out, const struct img_json_object *object)
{
    size_t count = 0;
    img_buf_putc(out, '{');
    for (size_t i = 0; object && i < object->count; i++) {
        const struct img_json_member *member = &object->members[i];
        if (member->shadowed || strcmp(member->key, "embedding") == 0)
            continue;
        if (count++ > 0)
            img_buf_putc(out, ',');
        img_buf_put(out, member->raw_key, member->raw_key_len);
        img_buf_putc(out, ':');
        img_buf_put(out, member->value.text, member->value.len);
    }
    img_buf_putc(out, '}');
}

static void add(struct img_sim_source *s, struct img_buf *skips, const struct img_sim_record *row,
                const struct img_sim_source_options *options)
{
    bool skip = !row->vector || (options->pictures_only && row->item.kind == IMG_ITEM_TEXT);
    put_line(&s->lines, row->item.input);
    img_buf_put(&s->begins, &s->lines.len, sizeof s->lines.len);
    img_buf_putc(skips, skip);
    if (row->vector) {
        pad(s, s->count);
        img_buf_put(&s->values, row->vector, row->dimension * sizeof *row->vector);
    } else {
        s->failed++;
        if (row->item.kind != IMG_ITEM_PASSED)
            img_item_report(&row->item, options->report);
    }
    s->count++;
}

static bool read_all(struct img_sim_source *s, struct img_buf *skips,
                     const struct img_sim_source_options *options, struct img_err *err)
{
    struct img_sim_records records;
    const struct img_sim_record *rows;
    size_t n = 1;
    bool ok = img_sim_records_open(&records, options->model, &s->facts, "standard input", err);
    while (ok && n > 0) {
        ok = img_sim_records_next(&records, &rows, &n, err);
        for (size_t i = 0; ok && i < n; i++)
            add(s, skips, &rows[i], options);
        ok = ok && img_buf_ok(&s->values, err) && img_buf_ok(&s->lines, err) &&
             img_buf_ok(&s->begins, err) && img_buf_ok(skips, err);
    }
    img_sim_records_close(&records);
    return ok;
}

bool img_sim_source_read_records(struct img_sim_source *s,
                                 const struct img_sim_source_options *options, struct img_err *err)
{
    struct img_buf skips = {.limit = IMG_SOURCE_BYTES_MAX};
    s->values.limit = s->lines.limit = s->begins.limit = IMG_SOURCE_BYTES_MAX;
    img_buf_put(&s->begins, &s->lines.len, sizeof s->lines.len);
    bool ok = read_all(s, &skips, options, err);
    if (ok)
        pad(s, s->count);
    s->parts = ok ? calloc(1, sizeof *s->parts) : NULL;
    uint8_t *bits = s->parts ? calloc(s->count / 8 + 1, 1) : NULL;
    if (ok && !(bits && img_buf_ok(&s->values, err)))
        ok = img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu records", s->count);
    if (bits) {
        s->parts[0] = (struct img_sim_part){.name = "standard input",
                                        .count = s->count,
                                        .vectors = (const void *)s->values.data,
                                        .skip = bits};
        s->part_count = 1;
    }
    for (size_t row = 0; ok && row < s->count; row++)
        if (skips.data[row])
            img_sim_source_skip(s, row);
    img_buf_clear(&skips);
    return ok;
}
