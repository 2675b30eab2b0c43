/* img-store: embedding records into a Qdrant collection, out of it again, and what else there is to
 * do with one. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/signals.h"
#include "config/config.h"
#include "sim/queries.h"
#include "sim/search.h"
#include "store/alias.h"
#include "store/connect.h"
#include "store/feed.h"
#include "store/payload.h"
#include "store/pull.h"
#include "store/remove.h"
#include "store/search.h"

enum command { PUSH, PULL, SEARCH, DELETE, INFO, ALIAS };
#define ON(command) (1u << (command))

static const struct img_command commands[] = {
    [PUSH] = {"push", NULL, "store the records on standard input, or of collections"},
    [PULL] = {"pull", NULL, "write what is stored as records or a collection"},
    [SEARCH] = {"search", "[QUERY]...",
                "find what is most similar to a text, a picture or a vector"},
    [DELETE] = {"delete", "[FILE]...", "delete points"},
    [INFO] = {"info", NULL, "say what the collection is"},
    [ALIAS] = {"alias", "[NAME]", "list aliases, or have one stand for the collection"},
};

static const char *const quantizations[] = {"none", "int8", "binary", "product", "turbo", NULL};
static const char *const metrics[] = {"cosine", "dot", "euclidean", NULL};
static const char *const orderings[] = {"weak", "medium", "strong", NULL};
enum { NO_ORDERING = -1, JOBS = 4, POINTS = 256, LIST_BYTES = 256 << 10 };

struct options {
    struct img_qdrant_flags server;
    const char *id_root, *where, *queries;
    bool on_disk, wait, resend, mirror, dry_run, all, yes, json, remove, approximate, embeddings;
    int quantization, ordering, metric;
    int64_t shards, replicas, points;
    double min_score;
    struct img_string_list ids, collections;
};

#define FIELD(name) offsetof(struct options, name)

static const struct img_option rows[] = {
    IMG_QDRANT_OPTIONS(FIELD(server), 0),
    {.short_name = 'c', .long_name = "collection", .argument = "FOLDER", .kind = IMG_OPTION_LIST,
     .flags = IMG_OPTION_FOLDER, .field = FIELD(collections), .commands = ON(PUSH),
     .help = "work on this collection (repeatable; default: records on standard input)"},
    {.long_name = "id-root", .argument = "FOLDER", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FOLDER, .field = FIELD(id_root), .commands = ON(PUSH) | ON(DELETE),
     .help = "make ids of paths below this folder, not of absolute ones"},
    {.long_name = "no-normalize", .kind = IMG_OPTION_FLAG, .commands = ON(PUSH),
     .implies = "normalize_embeddings=false",
     .help = "keep vectors as they are, in a collection compared by Dot"},
    {.long_name = "on-disk", .kind = IMG_OPTION_FLAG, .field = FIELD(on_disk),
     .commands = ON(PUSH), .help = "a new collection keeps vectors on disk, not in memory"},
    {.long_name = "quantization", .argument = "KIND", .kind = IMG_OPTION_CHOICE,
     .choices = quantizations, .field = FIELD(quantization), .commands = ON(PUSH),
     .help = "a new collection searches in vectors made smaller so"},
    {.long_name = "shards", .argument = "N", .kind = IMG_OPTION_INT, .min = 1, .max = 65536,
     .field = FIELD(shards), .commands = ON(PUSH), .help = "a new collection has N shards"},
    {.long_name = "replicas", .argument = "N", .kind = IMG_OPTION_INT, .min = 1, .max = 65536,
     .field = FIELD(replicas), .commands = ON(PUSH),
     .help = "a new collection is kept N times"},
    {.long_name = "points", .argument = "N", .kind = IMG_OPTION_INT, .min = 1,
     .max = IMG_BATCH_POINTS, .field = FIELD(points), .commands = ON(PUSH),
     .help = "send N points in a request (default 256)"},
    {.long_name = "wait", .kind = IMG_OPTION_FLAG, .field = FIELD(wait), .commands = ON(PUSH),
     .help = "a request is done when its points can be found, not when they are safe"},
    {.long_name = "ordering", .argument = "ORDER", .kind = IMG_OPTION_CHOICE, .choices = orderings,
     .field = FIELD(ordering), .commands = ON(PUSH),
     .help = "ask for this order of writes between replicas"},
    {.long_name = "resend", .kind = IMG_OPTION_FLAG, .field = FIELD(resend), .commands = ON(PUSH),
     .help = "send also what is there unchanged"},
    {.long_name = "mirror", .kind = IMG_OPTION_FLAG, .field = FIELD(mirror), .commands = ON(PUSH),
     .help = "delete the pictures pushed before that are not among the records"},
    {.long_name = "dry-run", .kind = IMG_OPTION_FLAG, .field = FIELD(dry_run),
     .commands = ON(PUSH) | ON(DELETE), .help = "only say what would be done"},
    {.long_name = "where", .argument = "FILTER", .kind = IMG_OPTION_STRING, .field = FIELD(where),
     .commands = ON(PULL) | ON(SEARCH) | ON(DELETE),
     .help = "take only records that this holds for"},
    {.long_name = "text", .argument = "TEXT", .kind = IMG_OPTION_OPERAND, .commands = ON(SEARCH),
     .help = "take this text, as it is (repeatable)"},
    {.long_name = "vector", .argument = "FILE|JSON", .kind = IMG_OPTION_OPERAND,
     .flags = IMG_OPTION_FILE, .commands = ON(SEARCH),
     .help = "take this vector: an array of numbers, or a record"},
    {.long_name = "queries", .argument = "FILE", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE, .field = FIELD(queries), .commands = ON(SEARCH),
     .help = "search for each line of this file: a query or a record"},
    {.long_name = "metric", .argument = "METRIC", .kind = IMG_OPTION_CHOICE, .choices = metrics,
     .field = FIELD(metric), .commands = ON(SEARCH),
     .help = "score by cosine, dot or euclidean"},
    {.long_name = "min-score", .argument = "SCORE", .kind = IMG_OPTION_FLOAT,
     .field = FIELD(min_score), .commands = ON(SEARCH), .help = "give no results that score less"},
    {.long_name = "approximate", .kind = IMG_OPTION_FLAG, .field = FIELD(approximate),
     .commands = ON(SEARCH), .help = "search through Qdrant's index: faster, perhaps not the best"},
    {.long_name = "embeddings", .kind = IMG_OPTION_FLAG, .field = FIELD(embeddings),
     .commands = ON(SEARCH), .help = "add each result's embedding to its record"},
    {.long_name = "id", .argument = "UUID", .kind = IMG_OPTION_LIST, .field = FIELD(ids),
     .commands = ON(DELETE), .help = "delete the point of this id (repeatable)"},
    {.long_name = "all", .kind = IMG_OPTION_FLAG, .field = FIELD(all), .commands = ON(DELETE),
     .help = "delete the whole collection, with --yes"},
    {.long_name = "yes", .kind = IMG_OPTION_FLAG, .field = FIELD(yes), .commands = ON(DELETE),
     .help = "mean it"},
    {.long_name = "json", .kind = IMG_OPTION_FLAG, .field = FIELD(json), .commands = ON(INFO),
     .help = "write what the server says as JSON"},
    {.long_name = "delete", .kind = IMG_OPTION_FLAG, .field = FIELD(remove), .commands = ON(ALIAS),
     .help = "delete the alias"},
};

static const struct img_program program = {
    .name = "img-store",
    .usage = "[OPTION]... push\n"
             "[OPTION]... pull\n"
             "[OPTION]... search [QUERY]...\n"
             "[OPTION]... delete [FILE]...\n"
             "[OPTION]... info\n"
             "[OPTION]... alias [NAME]",
    .about = "Keep embeddings in a Qdrant collection.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_MODEL | IMG_TAKES_JOBS | IMG_TAKES_OUTPUT | IMG_TAKES_TOP_K |
              IMG_TAKES_NO_CACHE | IMG_TAKES_METADATA | IMG_TAKES_ENCODING | IMG_TAKES_PRECISION |
              IMG_TAKES_ENGINE,
    .commands = commands,
    .command_count = sizeof commands / sizeof *commands,
};

struct state {
    struct img_cli cli;
    struct img_config config;
    struct options opt;
    struct img_buf out, root;
    char folder[PATH_MAX];
    struct img_qdrant_connection connection;
    struct img_qdrant *store; /* the connection's */
    struct img_push *push;
    struct img_pull_folder to;
    struct img_tally tally;
};

static bool flush(struct state *s, struct img_err *err)
{
    bool ok =
        img_buf_ok(&s->out, err) && img_output_lines(&s->cli.output, s->out.data, s->out.len, err);
    img_buf_reset(&s->out);
    return ok;
}

/* Where relative paths begin, and the root made absolute. */
static bool find_folders(struct state *s, struct img_err *err)
{
    if (!getcwd(s->folder, sizeof s->folder))
        return img_err_set(err, IMG_ERR_SYSTEM, "the current folder cannot be named");
    if (s->opt.id_root)
        img_point_path(s->folder, s->opt.id_root, strlen(s->opt.id_root), &s->root);
    return img_buf_ok(&s->root, err);
}

static bool on_failed(void *ctx, const char *line, size_t len, struct img_err *err)
{
    struct state *s = ctx;
    return img_output_lines(&s->cli.output, line, len, err);
}

static bool feed(struct state *s, struct img_err *err)
{
    uint64_t number = 0;
    if (s->opt.collections.count == 0)
        return img_feed_lines(s->push, STDIN_FILENO, err);
    for (size_t i = 0; i < s->opt.collections.count; i++)
        if (!img_feed_collection(s->push, s->opt.collections.items[i], &number, err))
            return false;
    return true;
}

static bool push(struct state *s, struct img_err *err)
{
    const struct options *opt = &s->opt;
    struct img_push_counts counts = {0};
    if (!find_folders(s, err))
        return false;
    const struct img_push_options options = {
        .server = &s->connection.server,
        .spec = {.dot = !s->config.v.normalize_embeddings,
                 .on_disk = opt->on_disk,
                 .quantization = (enum img_quantization)opt->quantization,
                 .shards = (uint32_t)opt->shards,
                 .replicas = (uint32_t)opt->replicas},
        .folder = s->folder,
        .root = opt->id_root ? s->root.data : NULL,
        .jobs = s->cli.common.jobs > IMG_PUSH_JOBS_MAX ? IMG_PUSH_JOBS_MAX
                : s->cli.common.jobs > 0               ? (unsigned)s->cli.common.jobs
                                                       : JOBS,
        .points = opt->points > 0 ? (size_t)opt->points : POINTS,
        .how = {.wait = opt->wait,
                .dry_run = opt->dry_run,
                .ordering = opt->ordering < 0 ? NULL : orderings[opt->ordering]},
        .resend = opt->resend,
        .mirror = opt->mirror,
        .report = &s->cli.report,
        .failed = on_failed,
        .ctx = s,
    };
    if (!img_push_open(&s->push, &options, err))
        return false;
    bool fed = feed(s, err);
    struct img_err late = {0};
    bool sent = img_push_finish(s->push, fed && !img_signals_caught(), &counts, &late);
    if (fed && !sent)
        *err = late;
    s->tally = (struct img_tally){counts.stored + counts.unchanged, counts.failed};
    img_report(&s->cli.report, opt->dry_run ? IMG_WARNING : IMG_NOTE,
               "%zu records: %zu%s stored, %zu unchanged, %zu failed, %llu%s deleted",
               counts.records, counts.stored, opt->dry_run ? " would be" : "", counts.unchanged,
               counts.failed, (unsigned long long)counts.deleted, opt->dry_run ? " would be" : "");
    return fed && sent;
}

static bool put_record(void *ctx, const struct img_qdrant_point *point, struct img_err *err)
{
    struct state *s = ctx;
    if (!point->vector)
        return img_err_set(err, IMG_ERR_NETWORK, "a point without a vector");
    img_stored_put_record(&s->out, &point->payload, point->vector, point->dimension,
                          s->cli.common.encoding == IMG_ENCODING_BASE64, false);
    s->tally.worked++;
    return flush(s, err);
}

static bool put_row(void *ctx, const struct img_qdrant_point *point, struct img_err *err)
{
    struct state *s = ctx;
    s->tally.worked++;
    return img_pull_to_folder(&s->to, point, err);
}

/* The filter of --where, or NULL. */
static bool take_where(struct state *s, struct img_where *where, const struct img_where **taken,
                       struct img_err *err)
{
    size_t at = 0;
    *taken = s->opt.where ? where : NULL;
    if (!s->opt.where || img_where_parse(s->opt.where, &s->cli.arena, where, &at, err))
        return true;
    if (err->code == IMG_ERR_USAGE)
        img_where_point(&s->cli.report, s->opt.where, at);
    return img_err_in(err, "--where");
}

static bool pull(struct state *s, struct img_err *err)
{
    struct img_target target;
    const char *folder = s->cli.common.output;
    struct img_where where;
    struct img_pull_points pull = {.point = folder ? put_row : put_record, .ctx = s,
                                   .vectors = true, .stopped = img_signals_caught};
    if (!take_where(s, &where, &pull.where, err) || !img_target_look(s->store, &target, err) ||
        !img_target_check(s->store, &target, 0, NULL, err))
        return false;
    s->to = (struct img_pull_folder){.folder = folder, .report = &s->cli.report};
    pull.dimension = target.dimension;
    bool ok = img_pull_points(s->store, &pull, err) && img_pull_folder_finish(&s->to, err);
    img_report(&s->cli.report, IMG_NOTE, "%zu records", s->tally.worked);
    return ok;
}

static bool search(struct state *s, struct img_err *err)
{
    struct img_sim_model model = {.config = &s->config, .cli = &s->cli};
    const struct img_sim_context context = {.cli = &s->cli, .config = &s->config,
                                            .tally = &s->tally, .model = &model,
                                            .form = IMG_FORM_JSONL};
    struct img_qdrant_search server = {.store = s->store, .approximate = s->opt.approximate};
    const struct img_sim_elsewhere elsewhere = {s->connection.server.collection, &server,
                                                img_qdrant_search_open};
    const struct img_sim_search_options options = {
        .operands = img_sim_operands(&s->cli, err),
        .operand_count = s->cli.parsed.operand_count,
        .queries = s->cli.parsed.operand_count == 0 && !s->opt.queries ? "-" : s->opt.queries,
        .where = s->opt.where,
        .metric = (enum img_metric)s->opt.metric,
        .top_k = (size_t)s->cli.common.top_k,
        .min_score = s->opt.min_score,
        .embeddings = s->opt.embeddings,
        .elsewhere = &elsewhere,
    };
    bool ok = options.operands && img_sim_search(&context, &options, err);
    img_qdrant_search_clear(&server);
    img_sim_model_close(&model);
    return ok;
}

static bool delete_all(struct state *s, struct img_err *err)
{
    struct img_target target;
    if (!s->opt.yes && !s->opt.dry_run)
        return img_err_set(err, IMG_ERR_USAGE, "--all deletes collection '%s' whole: add --yes",
                           s->connection.server.collection);
    if (!img_target_look(s->store, &target, err))
        return false;
    img_report(&s->cli.report, IMG_NOTE, "%llu points", (unsigned long long)target.points);
    return !target.exists || s->opt.dry_run ||
           img_qdrant_ask_collection(s->store, "DELETE", "", NULL, 0, err);
}

/* Ids of the points that --where holds for. */
static bool note_id(void *ctx, const struct img_qdrant_point *point, struct img_err *err)
{
    struct state *s = ctx;
    img_buf_puts(&s->out, s->out.len ? "," : "");
    img_buf_put(&s->out, point->id.text, point->id.len);
    s->tally.worked++;
    return img_buf_ok(&s->out, err);
}

static bool remove_noted(struct state *s, struct img_err *err)
{
    bool ok = s->out.len == 0 || s->opt.dry_run || img_remove_ids(s->store, &s->out, err);
    img_buf_reset(&s->out);
    return ok;
}

static bool end_page(void *ctx, struct img_err *err)
{
    struct state *s = ctx;
    return s->out.len < LIST_BYTES || remove_noted(s, err);
}

static bool delete_where(struct state *s, struct img_err *err)
{
    struct img_where where;
    struct img_pull_points pull = {.point = note_id, .page = end_page, .ctx = s,
                                   .stopped = img_signals_caught};
    return take_where(s, &where, &pull.where, err) && img_pull_points(s->store, &pull, err) &&
           remove_noted(s, err);
}

/* The ids of the files named and of --id, in that order; names stand beside them. */
static bool collect_ids(struct state *s, struct img_point_id *ids, const char **names,
                        struct img_err *err)
{
    const struct img_parsed *parsed = &s->cli.parsed;
    struct img_target target;
    size_t n = 0, root_len = s->root.len > 1 ? s->root.len : 0;
    struct img_buf path = {0};
    if (!img_target_look(s->store, &target, err) ||
        !img_target_check(s->store, &target, 0, NULL, err))
        return false;
    if (parsed->operand_count > 0 && !target.fingerprint[0])
        return img_err_set(err, IMG_ERR_CONFIG,
                           "collection '%s' does not say of which model it is: give --id",
                           s->connection.server.collection);
    bool ok = true;
    for (size_t i = 0; ok && i < parsed->operand_count; i++) {
        names[n] = parsed->operands[i].value;
        img_buf_reset(&path);
        img_point_path(s->folder, names[n], strlen(names[n]), &path);
        ok = img_buf_ok(&path, err);
        if (ok && s->opt.id_root &&
            (path.len <= root_len + 1 || memcmp(path.data, s->root.data, root_len) != 0 ||
             path.data[root_len] != '/'))
            ok = img_err_set(err, IMG_ERR_USAGE, "'%s' is not below %s", names[n], s->root.data);
        size_t skip = s->opt.id_root ? root_len + 1 : 0;
        if (ok)
            ids[n++] = img_point_id_of_path(target.fingerprint, path.data + skip, path.len - skip);
    }
    for (size_t i = 0; ok && i < s->opt.ids.count; i++) {
        names[n] = s->opt.ids.items[i];
        ok = img_point_id_read(names[n], strlen(names[n]), &ids[n]) ||
             img_err_set(err, IMG_ERR_USAGE, "--id: '%s' is no UUID", names[n]);
        n++;
    }
    img_buf_clear(&path);
    return ok;
}

static bool delete_named(struct state *s, size_t n, struct img_err *err)
{
    struct img_buf list = {0};
    char text[IMG_POINT_ID_TEXT];
    struct img_point_id *ids = img_arena_array(&s->cli.arena, n, sizeof *ids, err);
    const char **names = ids ? img_arena_array(&s->cli.arena, n, sizeof *names, err) : NULL;
    bool *there = names ? img_arena_array(&s->cli.arena, n, sizeof *there, err) : NULL;
    if (!there || !collect_ids(s, ids, names, err) ||
        !img_qdrant_have(s->store, ids, n, there, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!there[i]) {
            img_report(&s->cli.report, IMG_WARNING, "%s: no such point", names[i]);
            s->tally.failed++;
            continue;
        }
        img_point_id_text(&ids[i], text);
        img_buf_printf(&list, "%s\"%s\"", list.len ? "," : "", text);
        s->tally.worked++;
    }
    bool ok = list.len == 0 || s->opt.dry_run || img_remove_ids(s->store, &list, err);
    img_buf_clear(&list);
    return ok;
}

static bool delete_points(struct state *s, struct img_err *err)
{
    size_t named = s->cli.parsed.operand_count + s->opt.ids.count;
    if ((named > 0) + (s->opt.where != NULL) + s->opt.all != 1)
        return img_err_set(err, IMG_ERR_USAGE, "delete takes files and --id, or --where, or --all");
    if (s->opt.all)
        return delete_all(s, err);
    bool ok = s->opt.where ? delete_where(s, err)
                           : find_folders(s, err) && delete_named(s, named, err);
    img_report(&s->cli.report, s->opt.dry_run ? IMG_WARNING : IMG_NOTE, "%zu points%s deleted",
               s->tally.worked, s->opt.dry_run ? " would be" : "");
    return ok;
}

static void put_fact(struct state *s, const char *name, const char *value)
{
    img_buf_printf(&s->out, "%-12s %s\n", name, value[0] ? value : "-");
}

static bool info(struct state *s, struct img_err *err)
{
    struct img_arena arena = {0};
    struct img_json_value result;
    struct img_target target;
    if (!img_target_look(s->store, &target, err) ||
        (!target.exists && !img_target_check(s->store, &target, 0, NULL, err)))
        return false;
    bool ok = img_qdrant_result(s->store, &arena, &result, err);
    if (ok && s->opt.json) {
        img_buf_put(&s->out, result.text, result.len);
        img_buf_putc(&s->out, '\n');
    } else if (ok) {
        put_fact(s, "collection", s->connection.server.collection);
        img_buf_printf(&s->out, "%-12s %llu\n", "points", (unsigned long long)target.points);
        img_buf_printf(&s->out, "%-12s %zu\n", "dimension", target.dimension);
        put_fact(s, "distance", target.distance);
        put_fact(s, "model", target.model_name);
        put_fact(s, "fingerprint", target.fingerprint);
    }
    img_arena_clear(&arena);
    return ok && flush(s, err);
}

static bool alias(struct state *s, struct img_err *err)
{
    const struct img_parsed *parsed = &s->cli.parsed;
    if (parsed->operand_count > 1)
        return img_err_set(err, IMG_ERR_USAGE, "alias: one operand too many: '%s'",
                           parsed->operands[1].value);
    const char *name = parsed->operand_count > 0 ? parsed->operands[0].value : NULL;
    if (s->opt.remove && !name)
        return img_err_set(err, IMG_ERR_USAGE, "alias --delete needs a NAME");
    if (name)
        return s->opt.remove ? img_alias_remove(s->store, name, err)
                             : img_alias_set(s->store, name, err);
    return img_alias_list(s->store, &s->out, err) && flush(s, err);
}

static bool run(struct state *s, struct img_err *err)
{
    static bool (*const run_command[])(struct state *, struct img_err *) = {
        [PUSH] = push,            [PULL] = pull, [SEARCH] = search,
        [DELETE] = delete_points, [INFO] = info, [ALIAS] = alias};
    const struct img_parsed *parsed = &s->cli.parsed;
    if (!commands[parsed->command].operands && parsed->operand_count > 0)
        return img_err_set(err, IMG_ERR_USAGE, "%s: one operand too many: '%s'",
                           commands[parsed->command].name, parsed->operands[0].value);
    s->store = &s->connection.store;
    return img_qdrant_connect(&s->connection, &s->opt.server, &s->config, &s->cli.report, err) &&
           run_command[parsed->command](s, err);
}

static void store_close(struct state *s)
{
    img_push_close(s->push);
    img_pull_folder_abort(&s->to);
    img_qdrant_disconnect(&s->connection);
    img_buf_clear(&s->out);
    img_buf_clear(&s->root);
}

int main(int argc, char **argv)
{
    struct state s = {.opt = {.ordering = NO_ORDERING, .min_score = -INFINITY}};
    struct img_err err = {0};
    bool ok = img_cli_begin(&s.cli, &program, argc, argv, &s.opt, &err) &&
              img_config_begin(&s.config, &s.cli, &err) && run(&s, &err);
    store_close(&s);
    return img_cli_end(&s.cli, ok, &s.tally, &err);
}
