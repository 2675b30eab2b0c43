/* img-meta: what pictures say about themselves, as JSON records. */
#include <stdlib.h>

#include "cli/signals.h"
#include "pipeline/meta.h"

struct options {
    bool extended, formats, all_pages, skip_non_images;
};

static const struct img_option rows[] = {
    {.long_name = "extended",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, extended),
     .help = "add everything else that EXIF, XMP and IPTC hold"},
    {.long_name = "all-pages",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, all_pages),
     .help = "one record for every page or frame"},
    {.long_name = "skip-non-images",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, skip_non_images),
     .help = "leave out what does not look like a picture"},
    {.long_name = "formats",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, formats),
     .help = "list the formats that can be read here, and exit"},
};

static const struct img_program program = {
    .name = "img-meta",
    .usage = "[OPTION]... FILE...\n"
             "[OPTION]... -r FOLDER...\n"
             "[OPTION]... - <PICTURE\n"
             "[OPTION]... [-0] <LIST\n"
             "[OPTION]... --records <RECORDS",
    .about = "Tell what pictures say about themselves: one JSON record on a line for each.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_JOBS | IMG_TAKES_NULL | IMG_TAKES_RECORDS | IMG_TAKES_RECURSIVE |
              IMG_TAKES_ALLOW,
};

enum { BATCH = 128 }; /* inputs worked on together */

struct meta {
    struct img_cli cli;
    struct img_config config;
    struct options opt;
    struct img_meta_settings settings;
    struct img_meta extractor;
    struct img_meta_inputs inputs;
    struct img_meta_item *items; /* [BATCH] */
    struct img_arena batch;
    struct img_tally tally;
};

static bool check_usage(const struct meta *m, struct img_err *err)
{
    const struct img_parsed *parsed = &m->cli.parsed;
    if (m->cli.common.records && parsed->operand_count > 0)
        return img_err_set(err, IMG_ERR_USAGE, "--records reads standard input; '%s' is one input "
                           "too many", parsed->operands[0].value);
    if (m->cli.common.records && m->cli.common.null)
        return img_err_set(err, IMG_ERR_USAGE, "records are lines: not with --null");
    if (!m->config.v.enable_metadata_extraction)
        return img_err_set(err, IMG_ERR_CONFIG, "enable_metadata_extraction=false leaves img-meta "
                           "nothing to do");
    return true;
}

static bool meta_open(struct meta *m, struct img_err *err)
{
    if (!img_meta_settings_make(&m->settings, &m->config, &m->cli.common, err))
        return false;
    m->settings.facts.extended = m->opt.extended;
    m->settings.all_pages = m->opt.all_pages;
    m->settings.skip_non_images = m->opt.skip_non_images;
    const struct img_meta_inputs_options inputs = {
        .operands = m->cli.parsed.operands,
        .operand_count = m->cli.parsed.operand_count,
        .records = m->cli.common.records,
        .null = m->cli.common.null,
        .recursive = m->cli.common.recursive,
        .bytes_limit = m->settings.max_file_size,
    };
    img_meta_inputs_init(&m->inputs, &inputs);
    m->items = calloc(BATCH, sizeof *m->items);
    if (!m->items)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for batches of %d", BATCH);
    return img_meta_open(&m->extractor, &m->settings, &m->cli.report, err);
}

static bool show_formats(struct meta *m, struct img_err *err)
{
    struct img_buf out = {0};
    bool ok = img_meta_put_formats(&m->extractor, &out, err) &&
              img_output_lines(&m->cli.output, out.data, out.len, err);
    img_buf_clear(&out);
    return ok;
}

/* As many inputs as make a batch, or as are there without waiting. Bytes weigh; paths do not. */
static bool gather(struct meta *m, size_t *n, struct img_err *err)
{
    bool more = true;
    size_t most = m->cli.common.records ? 16 : BATCH;
    for (*n = 0; *n < most; ++*n) {
        if (*n > 0 && img_meta_inputs_wait(&m->inputs))
            break;
        if (!img_meta_inputs_next(&m->inputs, &m->batch, &m->items[*n].input, &more, err))
            return false;
        if (!more)
            break;
    }
    return true;
}

static bool show(struct meta *m, const struct img_meta_item *item, struct img_err *err)
{
    const char *path = item->input.path;
    if (item->skipped)
        return true;
    if (item->err.code == IMG_OK) {
        m->tally.worked++;
    } else {
        m->tally.failed++;
        if (!item->input.failed_before)
            img_report(&m->cli.report, IMG_WARNING, "%s%s%s", path ? path : "", path ? ": " : "",
                       item->err.text);
    }
    return img_output_lines(&m->cli.output, item->out.data, item->out.len, err);
}

static bool extract(struct meta *m, struct img_err *err)
{
    size_t n;
    while (!img_signals_caught()) {
        if (!gather(m, &n, err))
            return false;
        if (n == 0)
            return true;
        bool ok = img_meta_run(&m->extractor, m->items, n, err);
        for (size_t i = 0; ok && i < n; i++)
            ok = show(m, &m->items[i], err);
        if (!ok || !img_output_flush(&m->cli.output, err))
            return false;
        img_arena_reset(&m->batch);
    }
    return true;
}

static void meta_close(struct meta *m)
{
    img_meta_close(&m->extractor);
    img_meta_inputs_clear(&m->inputs);
    img_arena_clear(&m->batch);
    for (size_t i = 0; m->items && i < BATCH; i++)
        img_buf_clear(&m->items[i].out);
    free(m->items);
}

int main(int argc, char **argv)
{
    struct meta m = {0};
    struct img_err err = {0};
    bool ok = img_cli_begin(&m.cli, &program, argc, argv, &m.opt, &err) &&
              img_config_begin(&m.config, &m.cli, &err) && check_usage(&m, &err) &&
              meta_open(&m, &err) && (m.opt.formats ? show_formats(&m, &err) : extract(&m, &err));
    meta_close(&m);
    return img_cli_end(&m.cli, ok, &m.tally, &err);
}
