/* Counting and telling. */
#include "pipeline/tally.h"


void img_batch_tally_add(struct img_batch_tally *t, const struct img_item *item, bool skipped)
{
    if (item->read) {
        t->read++;
        t->bytes += item->content.size;
    }
    t->decoded += item->decoded;
    if (skipped) {
        t->unchanged++;
    } else if (item->encoded) {
        t->worked++;
        t->cached += item->cached;
        t->encoded += !item->cached;
    } else {
        t->failed++;
    }
}

static size_t done(const struct img_batch_tally *t)
{
    return t->worked + t->failed + t->unchanged + t->left_out;
}

void img_batch_tally_put_line(const struct img_batch_tally *t, struct img_buf *out)
{
    double seconds = img_item_clock() - t->begun;
    double rate = seconds > 0 ? (double)done(t) / seconds : 0;
    img_buf_printf(out, "%zu", done(t));
    if (atomic_load(&t->all_known))
        img_buf_printf(out, " of %zu", atomic_load(&t->inputs));
    img_buf_printf(out, ", %.*f/s", rate < 100 ? 1 : 0, rate);
    if (atomic_load(&t->all_known) && rate > 0) {
        unsigned long left = (unsigned long)((double)(atomic_load(&t->inputs) - done(t)) / rate);
        img_buf_printf(out, ", %lu:%02lu:%02lu left", left / 3600, left / 60 % 60, left % 60);
    }
    if (t->unchanged)
        img_buf_printf(out, ", %zu unchanged", t->unchanged);
    if (t->cached)
        img_buf_printf(out, ", %zu from the cache", t->cached);
    if (t->failed)
        img_buf_printf(out, ", %zu failed", t->failed);
}

static void put_count(struct img_buf *out, const char *name, uint64_t count)
{
    img_buf_printf(out, ",\"%s\":%llu", name, (unsigned long long)count);
}

static void put_seconds(struct img_buf *out, const char *name, double seconds)
{
    img_buf_printf(out, ",\"%s\":%.6f", name, seconds);
}

void img_batch_tally_put_json(const struct img_batch_tally *t,
                              const struct img_pipeline_times *times, struct img_buf *out)
{
    img_buf_printf(out, "{\"inputs\":%zu", done(t));
    put_count(out, "worked", t->worked);
    put_count(out, "failed", t->failed);
    put_count(out, "unchanged", t->unchanged);
    put_count(out, "left_out", t->left_out);
    put_count(out, "cached", t->cached);
    put_count(out, "files_read", t->read);
    put_count(out, "bytes_read", t->bytes);
    put_count(out, "decoded", t->decoded);
    put_count(out, "encoded", t->encoded);
    put_seconds(out, "seconds", times->seconds);
    put_seconds(out, "encoding_seconds", times->encoding);
    put_seconds(out, "encoder_waited_seconds", times->encoder_waited);
    img_buf_puts(out, "}\n");
}
