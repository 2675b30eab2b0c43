/* img-batch: very many pictures to embedding records or a collection, fast and resumable. */
#include <stdlib.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/signals.h"
#include "config/config.h"
#include "pipeline/joblog.h"
#include "pipeline/listing.h"
#include "pipeline/preview.h"
#include "pipeline/setup.h"
#include "pipeline/shard.h"
#include "pipeline/sink.h"
#include "pipeline/tally.h"

static const char *const formats[] = {"collection", "jsonl", "f32", "npy", NULL};
enum { FORMAT_NONE = -1, FORMAT_COLLECTION, FORMAT_JSONL, FORMAT_F32, FORMAT_NPY };

struct options {
    struct img_string_list include, exclude;
    bool hidden, skip_non_images, mirror, compact, retry_failed;
    const char *shard, *joblog, *stats_json, *write_preprocessed;
    int format;
};

#define FIELD(name) offsetof(struct options, name)

static const struct img_option rows[] = {
    {.long_name = "include", .argument = "GLOB", .kind = IMG_OPTION_LIST, .field = FIELD(include),
     .help = "in folders, take only names that match (repeatable)"},
    {.long_name = "exclude", .argument = "GLOB", .kind = IMG_OPTION_LIST, .field = FIELD(exclude),
     .help = "in folders, leave out names that match (repeatable)"},
    {.long_name = "hidden", .kind = IMG_OPTION_FLAG, .field = FIELD(hidden),
     .help = "in folders, take also what begins with a dot, and @eaDir"},
    {.long_name = "skip-non-images", .kind = IMG_OPTION_FLAG, .field = FIELD(skip_non_images),
     .help = "leave out what does not look like a picture"},
    {.long_name = "shard", .argument = "I/N", .kind = IMG_OPTION_STRING, .field = FIELD(shard),
     .help = "take only the I-th of N parts, split by path"},
    {.long_name = "format", .argument = "FORMAT", .kind = IMG_OPTION_CHOICE, .choices = formats,
     .field = FIELD(format),
     .help = "write this (default: a collection with --output, else jsonl)"},
    {.long_name = "mirror", .kind = IMG_OPTION_FLAG, .field = FIELD(mirror),
     .help = "drop rows of the collection whose input is not there any more"},
    {.long_name = "compact", .kind = IMG_OPTION_FLAG, .field = FIELD(compact),
     .help = "rewrite the collection without dropped rows, at the end"},
    {.long_name = "retry-failed", .kind = IMG_OPTION_FLAG, .field = FIELD(retry_failed),
     .help = "decode again what is remembered as broken"},
    {.long_name = "no-normalize", .kind = IMG_OPTION_FLAG,
     .implies = "normalize_embeddings=false",
     .help = "give embeddings as the model does, not of length 1"},
    {.long_name = "write-preprocessed", .argument = "FOLDER", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FOLDER, .field = FIELD(write_preprocessed),
     .help = "write the pictures the model sees as PNG into this folder"},
    {.long_name = "joblog", .argument = "FILE", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE, .field = FIELD(joblog), .help = "append a line for each input"},
    {.long_name = "stats-json", .argument = "FILE", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE, .field = FIELD(stats_json),
     .help = "write counts and times as JSON at the end"},
};

static const struct img_program program = {
    .name = "img-batch",
    .usage = "[OPTION]... FILE|FOLDER...\n"
             "[OPTION]... <LIST",
    .about = "Embed very many pictures: JSON records, or a collection that can be continued.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_MODEL | IMG_TAKES_JOBS | IMG_TAKES_NULL | IMG_TAKES_RECORDS |
              IMG_TAKES_RECURSIVE | IMG_TAKES_OUTPUT | IMG_TAKES_PROGRESS | IMG_TAKES_NO_CACHE |
              IMG_TAKES_METADATA | IMG_TAKES_ENCODING | IMG_TAKES_PRECISION | IMG_TAKES_ENGINE |
              IMG_TAKES_ALLOW,
};

struct batch {
    struct img_cli cli;
    struct img_config config;
    struct options opt;
    enum img_sink_kind kind;
    uint64_t shard, shards;
    struct img_setup setup;
    struct img_listing listing;
    struct img_sink sink;
    struct img_joblog joblog;
    struct img_progress_line line;
    struct img_batch_tally counts;
    struct img_pipeline_times times;
    double flushed; /* when the cache was written last */
    struct img_tally tally;
};

static bool check_usage(struct batch *b, struct img_err *err)
{
    const struct img_common *common = &b->cli.common;
    const char *output = common->output;
    static const enum img_sink_kind kinds[] = {IMG_SINK_COLLECTION, IMG_SINK_RECORDS, IMG_SINK_F32,
                                               IMG_SINK_NPY};
    if (b->opt.format == FORMAT_NONE)
        b->opt.format = output ? FORMAT_COLLECTION : FORMAT_JSONL;
    b->kind = kinds[b->opt.format];
    if (b->kind == IMG_SINK_COLLECTION && !output)
        return img_err_set(err, IMG_ERR_USAGE, "--format=collection needs --output=FOLDER");
    if ((b->opt.mirror || b->opt.compact) && b->kind != IMG_SINK_COLLECTION)
        return img_err_set(err, IMG_ERR_USAGE, "%s is for a collection (--output=FOLDER)",
                           b->opt.mirror ? "--mirror" : "--compact");
    if (b->opt.mirror && b->opt.shard)
        return img_err_set(err, IMG_ERR_USAGE, "--mirror would drop what other shards hold");
    if (common->null && common->records)
        return img_err_set(err, IMG_ERR_USAGE, "--null and --records contradict each other");
    if ((common->null || common->records) && b->cli.parsed.operand_count > 0)
        return img_err_set(err, IMG_ERR_USAGE, "%s reads standard input; '%s' is one input too many",
                           common->null ? "--null" : "--records",
                           b->cli.parsed.operands[0].value);
    return img_shard_parse(b->opt.shard, &b->shard, &b->shards, err);
}

/* --compact without inputs does that and nothing else. */
static bool only_compacts(const struct batch *b)
{
    return b->opt.compact && b->cli.parsed.operand_count == 0 && !b->cli.common.null &&
           !b->cli.common.records;
}

static void open_listing(struct batch *b)
{
    const struct img_common *common = &b->cli.common;
    const struct img_listing_options listing = {
        .kind = b->cli.parsed.operand_count > 0 ? IMG_LIST_OPERANDS
                : common->records               ? IMG_LIST_RECORDS
                : common->null                  ? IMG_LIST_NAMES
                                                : IMG_LIST_LINES,
        .operands = b->cli.parsed.operands,
        .operand_count = b->cli.parsed.operand_count,
        .recursive = common->recursive,
        .hidden = b->opt.hidden,
        .include = b->opt.include,
        .exclude = b->opt.exclude,
        .shard = b->shard,
        .shards = b->shards,
        .stopped = img_signals_caught,
    };
    img_listing_init(&b->listing, &listing);
}

static bool open_all(struct batch *b, struct img_err *err)
{
    open_listing(b);
    b->setup.settings.retry_failed = b->opt.retry_failed;
    b->setup.settings.want_pixels = b->opt.write_preprocessed != NULL;
    b->line = img_progress_begin(&b->cli);
    b->counts.begun = b->flushed = img_item_clock();
    (void)img_signals_asked();
    return img_setup_embedder(&b->setup, &b->config, &b->cli, 0, err) &&
           img_joblog_open(&b->joblog, b->opt.joblog, err) &&
           img_sink_open(&b->sink, b->kind, b->cli.common.output, &b->cli.output,
                         &b->setup.embedder, err);
}

static bool next(void *ctx, struct img_item *item, struct img_arena *arena, bool *more,
                 struct img_err *err)
{
    struct batch *b = ctx;
    bool ok = img_listing_next(&b->listing, item, arena, more, err);
    if (ok && *more)
        atomic_fetch_add(&b->counts.inputs, 1);
    else
        atomic_store(&b->counts.all_known, true);
    return ok;
}

static bool known(void *ctx, const struct img_item *item, bool *skip, struct img_err *err)
{
    struct batch *b = ctx;
    enum img_collection_state state = IMG_COLLECTION_ABSENT;
    char preprocessing[IMG_PREPROCESSING_HEX];
    img_settings_preprocessing(&b->setup.settings, item, preprocessing);
    if (b->sink.collection && !img_collection_look(b->sink.collection, item->path, item->path_len,
                                                   &item->stamp,
                                                   preprocessing[0] ? preprocessing : NULL, &state,
                                                   err))
        return false;
    *skip = state == IMG_COLLECTION_UNCHANGED;
    return true;
}

static bool put(void *ctx, struct img_item *item, bool skipped, size_t index, struct img_err *err)
{
    struct batch *b = ctx;
    if (b->opt.skip_non_images && item->err.code == IMG_ERR_NOT_AN_IMAGE) {
        b->counts.left_out++;
        return true;
    }
    img_batch_tally_add(&b->counts, item, skipped);
    if (skipped)
        return true;
    if (b->opt.write_preprocessed && item->decoded &&
        !img_preview_write(b->opt.write_preprocessed, item, index, b->setup.settings.prep.size,
                           err))
        return false;
    if (item->err.code != IMG_OK)
        img_progress_clear(&b->line);
    img_item_report(item, &b->cli.report);
    return img_joblog_put(&b->joblog, item, index, err) && img_sink_put(&b->sink, item, err);
}

static void tell(struct batch *b)
{
    struct img_buf text = {0};
    img_batch_tally_put_line(&b->counts, &text);
    if (!text.failed && img_signals_asked()) {
        img_progress_clear(&b->line);
        img_messages_error(&b->cli.messages, text.data);
    }
    if (!text.failed && img_progress_due(&b->line, false))
        img_progress_show(&b->line, text.data);
    img_buf_clear(&text);
}

static bool idle(void *ctx, bool waiting, struct img_err *err)
{
    struct batch *b = ctx;
    tell(b);
    if (b->setup.embedder.cache && img_item_clock() - b->flushed > 1) {
        img_cache_flush(b->setup.embedder.cache);
        b->flushed = img_item_clock();
    }
    return img_sink_idle(&b->sink, waiting, err);
}

/* Everything was looked at, so what was not seen has gone; and a signal is no end. */
static bool finish(struct batch *b, struct img_err *err)
{
    size_t dropped = 0;
    if (img_signals_caught())
        return true;
    if (b->opt.mirror && !img_collection_mirror(b->sink.collection, &dropped, err))
        return false;
    if (b->opt.mirror)
        img_report(&b->cli.report, IMG_NOTE, "%zu rows of inputs that have gone are dropped",
                   dropped);
    return img_sink_finish(&b->sink, err) &&
           (!b->opt.compact ||
            img_collection_compact(b->cli.common.output, &b->cli.report, err));
}

static bool write_stats(struct batch *b, struct img_err *err)
{
    struct img_buf text = {0};
    struct img_newfile file = {0};
    img_batch_tally_put_line(&b->counts, &text);
    img_report(&b->cli.report, IMG_NOTE, "%s", text.data ? text.data : "");
    img_buf_reset(&text);
    img_batch_tally_put_json(&b->counts, &b->times, &text);
    bool ok = !b->opt.stats_json ||
              (img_buf_ok(&text, err) && img_newfile_open(&file, b->opt.stats_json, err) &&
               img_newfile_write(&file, text.data, text.len, err) &&
               img_newfile_commit(&file, err)) ||
              img_err_in(err, "%s", b->opt.stats_json);
    img_newfile_abort(&file);
    img_buf_clear(&text);
    return ok;
}

static bool embed_all(struct batch *b, struct img_err *err)
{
    const struct img_pipeline_calls calls = {.ctx = b, .next = next, .known = known, .put = put,
                                             .idle = idle, .stopped = img_signals_caught};
    bool ok = img_pipeline_run(&b->setup.embedder, &calls, !b->config.v.parallel_processing,
                               &b->times, err);
    img_progress_clear(&b->line);
    ok = ok && finish(b, err);
    b->tally = (struct img_tally){.worked = b->counts.worked + b->counts.unchanged,
                                  .failed = b->counts.failed};
    return ok && write_stats(b, err);
}

static bool run(struct batch *b, struct img_err *err)
{
    if (only_compacts(b))
        return img_collection_compact(b->cli.common.output, &b->cli.report, err);
    return img_setup_model(&b->setup, &b->config, &b->cli, err) && open_all(b, err) &&
           embed_all(b, err);
}

static void batch_close(struct batch *b)
{
    img_sink_abort(&b->sink);
    img_joblog_close(&b->joblog);
    img_setup_close(&b->setup);
    img_listing_clear(&b->listing);
}

int main(int argc, char **argv)
{
    struct batch b = {.opt.format = FORMAT_NONE};
    struct img_err err = {0};
    bool ok = img_cli_begin(&b.cli, &program, argc, argv, &b.opt, &err) &&
              img_config_begin(&b.config, &b.cli, &err) && check_usage(&b, &err) && run(&b, &err);
    batch_close(&b);
    return img_cli_end(&b.cli, ok, &b.tally, &err);
}
