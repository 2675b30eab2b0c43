/* img-cache: the embedding cache: what is in it, whether it is sound, and dropping what is not
 * wanted. */
#include <errno.h>
#include <unistd.h>

#include "cache/tend.h"
#include "config/config.h"
#include "json/number.h"

enum command { STATS, VERIFY, PRUNE, CLEAR, EXPORT };
#define ON(command) (1u << (command))

static const struct img_command commands[] = {
    [STATS] = {"stats", NULL, "say what is in the cache"},
    [VERIFY] = {"verify", NULL, "check its structure and every entry"},
    [PRUNE] = {"prune", "[FOLDER]...", "drop what is old, too much or no longer there"},
    [CLEAR] = {"clear", NULL, "drop everything"},
    [EXPORT] = {"export", NULL, "write the vectors as embedding records"},
};

struct options {
    bool json, fix, missing;
    uint64_t max_size;
    const char *older_than;
};

/* No size asked for: none is that large. */
#define ANY_SIZE UINT64_MAX

static const struct img_option rows[] = {
    {.long_name = "json",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, json),
     .commands = ON(STATS) | ON(VERIFY) | ON(PRUNE) | ON(CLEAR),
     .help = "write a JSON object"},
    {.long_name = "fix",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, fix),
     .commands = ON(VERIFY),
     .help = "drop what is bad"},
    {.long_name = "max-size",
     .argument = "SIZE",
     .kind = IMG_OPTION_SIZE,
     .max = 1099511627776.0,
     .field = offsetof(struct options, max_size),
     .commands = ON(PRUNE),
     .help = "drop what was not used for the longest, down to this size"},
    {.long_name = "older-than",
     .argument = "AGE",
     .kind = IMG_OPTION_STRING,
     .field = offsetof(struct options, older_than),
     .commands = ON(PRUNE),
     .help = "drop what was not used for so long (36h, 30d, 2w, 1y)"},
    {.long_name = "missing",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, missing),
     .commands = ON(PRUNE),
     .help = "drop what belongs to no file below the FOLDERs"},
};

static const struct img_program program = {
    .name = "img-cache",
    .usage = "[OPTION]... stats\n"
             "[OPTION]... verify\n"
             "[OPTION]... prune [FOLDER]...\n"
             "[OPTION]... clear\n"
             "[OPTION]... export",
    .about = "Look after the embedding cache.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_METADATA | IMG_TAKES_ENCODING,
    .commands = commands,
    .command_count = sizeof commands / sizeof *commands,
};

struct state {
    struct img_cli cli;
    struct img_config config;
    struct options opt;
    struct img_cache *cache;
    struct img_buf out;
    struct img_tally tally;
};

static bool flush(struct state *s, struct img_err *err)
{
    bool ok =
        img_buf_ok(&s->out, err) && img_output_lines(&s->cli.output, s->out.data, s->out.len, err);
    img_buf_reset(&s->out);
    return ok;
}

static void put_count(struct state *s, const char *text, const char *key, uint64_t value)
{
    if (s->opt.json)
        img_buf_printf(&s->out, "%c\"%s\":%llu", s->out.len == 0 ? '{' : ',', key,
                       (unsigned long long)value);
    else
        img_buf_printf(&s->out, "%-12s %llu\n", text, (unsigned long long)value);
}

static void put_fact(struct state *s, const char *key, bool value)
{
    if (!s->opt.json)
        return;
    img_buf_printf(&s->out, ",\"%s\":", key);
    img_json_put_bool(&s->out, value);
}

static bool finish(struct state *s, struct img_err *err)
{
    if (s->opt.json)
        img_buf_puts(&s->out, "}\n");
    return flush(s, err);
}

static bool stats(struct state *s, struct img_err *err)
{
    struct img_cache_stats found;
    if (!img_cache_usable(s->cache, false, err) || !img_cache_stats(s->cache, &found, err))
        return false;
    img_cache_put_stats(s->cache, &found, s->opt.json, &s->out);
    return flush(s, err);
}

static bool verify(struct state *s, struct img_err *err)
{
    struct img_cache_verdict verdict;
    if (!img_cache_usable(s->cache, s->opt.fix, err) ||
        !img_cache_verify(s->cache, s->opt.fix, &verdict, err))
        return false;
    s->tally.failed = verdict.bad + verdict.damaged;
    if (verdict.damaged)
        img_report(&s->cli.report, IMG_WARNING, "cache %s: %s%s", img_cache_folder(s->cache),
                   verdict.why, verdict.replaced ? "" : "; --fix moves it aside");
    put_count(s, "entries", "entries", verdict.entries);
    put_count(s, "bad", "bad", verdict.bad);
    put_count(s, "dropped", "dropped", verdict.dropped);
    put_fact(s, "damaged", verdict.damaged);
    return finish(s, err);
}

/* The file itself becomes smaller only while nobody else uses it. */
static bool shrink(struct state *s, struct img_cache_pruned *pruned, struct img_err *err)
{
    enum img_cache_compacted done;
    struct img_err why;
    if (!img_cache_compact(s->cache, &done, &why)) {
        if (!img_cache_usable(s->cache, false, err)) {
            *err = why;
            return false;
        }
        img_report(&s->cli.report, IMG_WARNING, "the file keeps its size: %s", why.text);
        done = IMG_CACHE_NOT_WORTH_IT;
    }
    if (done == IMG_CACHE_NOT_ALONE)
        img_report(&s->cli.report, IMG_WARNING,
                   "other programs use the cache: the file keeps its size, and what is free in it is "
                   "used first");
    put_count(s, "contents", "contents", pruned->contents);
    put_count(s, "files", "files", pruned->files);
    put_count(s, "used before", "bytes_before", pruned->bytes_before);
    put_count(s, "used after", "bytes_after", pruned->bytes_after);
    put_fact(s, "compacted", done == IMG_CACHE_COMPACTED);
    return finish(s, err);
}

static bool prune(struct state *s, struct img_err *err)
{
    struct img_cache_pruned pruned;
    struct img_cache_pruning how = {
        .by_size = s->opt.max_size != ANY_SIZE,
        .max_bytes = s->opt.max_size,
        .by_age = s->opt.older_than != NULL,
    };
    const struct img_parsed *parsed = &s->cli.parsed;
    size_t count = parsed->operand_count;
    if (how.by_age && !img_cache_parse_age(s->opt.older_than, &how.older_hours, err))
        return img_err_in(err, "--older-than");
    if (!how.by_size && !how.by_age && !s->opt.missing)
        return img_err_set(err, IMG_ERR_USAGE,
                           "prune needs --max-size, --older-than or --missing");
    if (s->opt.missing != (count > 0))
        return img_err_set(err, IMG_ERR_USAGE,
                           "--missing and the folders whose pictures are to stay go together");
    const char **roots = img_arena_alloc(&s->cli.arena, (count + 1) * sizeof *roots, err);
    if (!roots)
        return false;
    for (size_t i = 0; i < count; i++)
        roots[i] = parsed->operands[i].value;
    how.roots = roots;
    how.root_count = count;
    return img_cache_usable(s->cache, true, err) &&
           img_cache_prune(s->cache, &how, &pruned, err) && shrink(s, &pruned, err);
}

static bool clear(struct state *s, struct img_err *err)
{
    struct img_cache_pruned pruned;
    return img_cache_usable(s->cache, true, err) && img_cache_clear(s->cache, &pruned, err) &&
           shrink(s, &pruned, err);
}

static bool write_lines(void *ctx, const char *bytes, size_t len, struct img_err *err)
{
    struct state *s = ctx;
    return img_output_lines(&s->cli.output, bytes, len, err);
}

static bool export(struct state *s, struct img_err *err)
{
    const struct img_cache_export how = {
        .base64 = s->cli.common.encoding == IMG_ENCODING_BASE64,
        .metadata = s->cli.common.metadata,
        .lines = write_lines,
        .ctx = s,
    };
    return img_cache_usable(s->cache, false, err) && img_cache_export(s->cache, &how, err);
}

/* Looking after a cache makes none: a folder that was mistyped stays as it is. */
static bool is_there(const struct state *s, bool *there, struct img_err *err)
{
    struct img_arena arena = {0};
    const char *folder = img_arena_printf(&arena, err, "%s/embeddings",
                                          s->config.v.cache_directory);
    *there = folder && (access(folder, F_OK) == 0 || errno != ENOENT);
    if (folder && !*there)
        img_report(&s->cli.report, IMG_WARNING, "%s: there is no cache", folder);
    img_arena_clear(&arena);
    return folder != NULL;
}

static bool run(struct state *s, struct img_err *err)
{
    static bool (*const steps[])(struct state *, struct img_err *) = {
        [STATS] = stats, [VERIFY] = verify, [PRUNE] = prune, [CLEAR] = clear, [EXPORT] = export};
    const struct img_parsed *parsed = &s->cli.parsed;
    if (parsed->command != PRUNE && parsed->operand_count > 0)
        return img_err_set(err, IMG_ERR_USAGE, "%s takes no operand, and there is '%s'",
                           commands[parsed->command].name, parsed->operands[0].value);
    const struct img_cache_options options = {s->config.v.cache_directory, &s->cli.report};
    bool there = true;
    if (options.folder && !is_there(s, &there, err))
        return false;
    if (!there)
        return true;
    return img_cache_open(&s->cache, &options, err) && steps[parsed->command](s, err);
}

int main(int argc, char **argv)
{
    struct state s = {.opt.max_size = ANY_SIZE};
    struct img_err err = {0};
    bool ok = img_cli_begin(&s.cli, &program, argc, argv, &s.opt, &err) &&
              img_config_begin(&s.config, &s.cli, &err) && run(&s, &err);
    img_cache_close(s.cache);
    img_buf_clear(&s.out);
    return img_cli_end(&s.cli, ok, &s.tally, &err);
}
