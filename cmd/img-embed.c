/* img-embed: pictures, picture bytes and texts to embedding records, now. */
#include <stdlib.h>

#include "cli/signals.h"
#include "config/config.h"
#include "pipeline/batch.h"
#include "pipeline/inputs.h"
#include "pipeline/preview.h"
#include "pipeline/record.h"
#include "pipeline/setup.h"

struct options {
    const char *write_preprocessed;
};

static const struct img_option rows[] = {
    {.long_name = "text",
     .argument = "TEXT",
     .kind = IMG_OPTION_OPERAND,
     .help = "embed a text (repeatable; inputs keep their order)"},
    {.long_name = "no-normalize",
     .kind = IMG_OPTION_FLAG,
     .implies = "normalize_embeddings=false",
     .help = "give embeddings as the model does, not of length 1"},
    {.long_name = "write-preprocessed",
     .argument = "PATH",
     .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE,
     .field = offsetof(struct options, write_preprocessed),
     .help = "write the picture the model sees as PNG to this file, or folder"},
};

static const struct img_program program = {
    .name = "img-embed",
    .usage = "[OPTION]... FILE...\n"
             "[OPTION]... - <PICTURE\n"
             "[OPTION]... --text=TEXT\n"
             "[OPTION]... --records <RECORDS",
    .about = "Embed pictures and texts: one JSON record on a line for each.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_MODEL | IMG_TAKES_JOBS | IMG_TAKES_RECORDS | IMG_TAKES_NO_CACHE | IMG_TAKES_METADATA |
              IMG_TAKES_ENCODING | IMG_TAKES_PRECISION | IMG_TAKES_ENGINE | IMG_TAKES_ALLOW,
};

struct embed {
    struct img_cli cli;
    struct img_config config;
    struct options opt;
    struct img_setup setup;
    struct img_batch batch;
    struct img_inputs inputs;
    struct img_item *items; /* [setup.settings.batch] */
    struct img_arena arena; /* a batch's life */
    struct img_buf out;
    size_t done; /* inputs before this batch */
    struct img_tally tally;
};

static size_t count_pictures(const struct embed *e)
{
    size_t pictures = 0;
    for (size_t i = 0; i < e->cli.parsed.operand_count; i++)
        pictures += !e->cli.parsed.operands[i].option;
    return pictures;
}

static bool check_preview(const struct embed *e, struct img_err *err)
{
    const char *path = e->opt.write_preprocessed;
    bool several = e->cli.common.records || count_pictures(e) > 1;
    if (path && path[0] == '\0')
        return img_err_set(err, IMG_ERR_USAGE, "--write-preprocessed: the name is empty");
    if (path && several && !img_preview_is_folder(path))
        return img_err_set(err, IMG_ERR_USAGE, "--write-preprocessed: '%s' is one file, for several "
                           "pictures: name a folder, or end the name in a slash", path);
    return true;
}

static bool check_usage(const struct embed *e, struct img_err *err)
{
    bool operands = e->cli.parsed.operand_count > 0;
    if (e->cli.common.records && operands)
        return img_err_set(err, IMG_ERR_USAGE, "--records reads standard input; '%s' is one input "
                           "too many", e->cli.parsed.operands[0].value);
    if (!e->cli.common.records && !operands)
        return img_err_set(err, IMG_ERR_USAGE, "nothing to embed");
    return check_preview(e, err);
}

/* Pictures to be expected, so that no more decoders start than can be of use. */
static size_t expected_pictures(const struct embed *e)
{
    return e->cli.common.records ? e->setup.settings.decoders : count_pictures(e);
}

static bool open_batch(struct embed *e, struct img_err *err)
{
    const struct img_inputs_options inputs = {
        .operands = e->cli.parsed.operands,
        .operand_count = e->cli.parsed.operand_count,
        .records = e->cli.common.records,
        .bytes_limit = e->config.v.max_file_size,
    };
    img_inputs_init(&e->inputs, &inputs);
    e->setup.settings.want_pixels = e->opt.write_preprocessed != NULL;
    e->items = calloc(e->setup.settings.batch, sizeof *e->items);
    if (!e->items)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for batches of %zu",
                           e->setup.settings.batch);
    return img_setup_embedder(&e->setup, &e->config, &e->cli, expected_pictures(e), err) &&
           img_batch_open(&e->batch, &e->setup.embedder, err);
}

/* As many inputs as make a batch, or as are there without waiting. */
static bool gather(struct embed *e, size_t *n, struct img_err *err)
{
    bool more = true;
    for (*n = 0; *n < e->setup.settings.batch; ++*n) {
        if (*n > 0 && img_inputs_waits(&e->inputs))
            break;
        if (!img_inputs_next(&e->inputs, &e->arena, &e->items[*n], &more, err))
            return false;
        if (!more)
            break;
    }
    return true;
}

static bool show(struct embed *e, const struct img_item *item, size_t index, struct img_err *err)
{
    if (e->opt.write_preprocessed && item->decoded &&
        !img_preview_write(e->opt.write_preprocessed, item, index, e->setup.settings.prep.size, err))
        return false;
    img_item_put(&e->setup.embedder, item, false, &e->out);
    if (item->encoded)
        e->tally.worked++;
    else
        e->tally.failed++;
    img_item_report(item, &e->cli.report);
    return img_buf_ok(&e->out, err);
}

static bool embed_batch(struct embed *e, size_t n, struct img_err *err)
{
    bool ok = img_batch_run(&e->batch, e->items, n, err);
    for (size_t i = 0; ok && i < n && img_item_done(&e->items[i]); i++)
        ok = show(e, &e->items[i], e->done + i, err);
    ok = ok && img_output_lines(&e->cli.output, e->out.data, e->out.len, err) &&
         img_output_flush(&e->cli.output, err);
    img_buf_reset(&e->out);
    img_arena_reset(&e->arena);
    e->done += n;
    return ok;
}

static bool embed_inputs(struct embed *e, struct img_err *err)
{
    size_t n;
    while (!img_signals_caught()) {
        if (!gather(e, &n, err))
            return false;
        if (n == 0)
            return true;
        if (!embed_batch(e, n, err))
            return false;
    }
    return true;
}

static void embed_close(struct embed *e)
{
    img_batch_close(&e->batch);
    img_setup_close(&e->setup);
    img_inputs_clear(&e->inputs);
    img_arena_clear(&e->arena);
    img_buf_clear(&e->out);
    free(e->items);
}

int main(int argc, char **argv)
{
    struct embed e = {0};
    struct img_err err = {0};
    bool ok = img_cli_begin(&e.cli, &program, argc, argv, &e.opt, &err) &&
              img_config_begin(&e.config, &e.cli, &err) && check_usage(&e, &err) &&
              img_setup_model(&e.setup, &e.config, &e.cli, &err) && open_batch(&e, &err) &&
              embed_inputs(&e, &err);
    embed_close(&e);
    return img_cli_end(&e.cli, ok, &e.tally, &err);
}
