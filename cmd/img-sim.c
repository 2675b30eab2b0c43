/* img-sim: what is similar to what: comparing, searching, and what follows from both. */
#include <math.h>
#include <unistd.h>

#include "sim/classify.h"
#include "sim/cluster.h"
#include "sim/compare.h"
#include "sim/dupes.h"
#include "sim/dupes_show.h"
#include "sim/queries.h"
#include "sim/search.h"
#include "sim/sheet.h"
#include "store/connect.h"
#include "store/search.h"

enum command { COMPARE, SEARCH, CLUSTER, CLASSIFY, SHEET, DUPES };
#define ON(command) (1u << (command))

static const struct img_command commands[] = {
    [COMPARE] = {"compare", "A B...", "say how similar inputs are"},
    [SEARCH] = {"search", "QUERY...", "find what is most similar to a text, a picture or a vector"},
    [CLUSTER] = {"cluster", NULL, "put together what is alike"},
    [CLASSIFY] = {"classify", NULL, "say which of some labels fit"},
    [SHEET] = {"sheet", NULL, "show records as a page of thumbnails"},
    [DUPES] = {"dupes", NULL, "find copies of pictures, and pictures that are alike"},
};

static const char *const metrics[] = {"cosine", "dot", "euclidean", NULL};
static const char *const diversities[] = {"0.5", NULL};

struct options {
    struct img_string_list collections, templates, labels;
    const char *output, *query, *queries, *where, *title, *k, *label_file, *examples;
    int64_t side, seed, min_size;
    double threshold; /* NaN: not given */
    double min_score, diversity; /* diversity below 0: not wanted */
    int metric, xmp_name, tier, preview; /* the last two below 0: not given */
    bool paths0, exit_status, embeddings, exclude_self, groups, multi, write_xmp, qdrant;
    struct img_qdrant_flags server;
};

static const char *const xmp_names[] = {
    [IMG_SIDECAR_APPENDED] = "appended", [IMG_SIDECAR_REPLACED] = "replaced", NULL};

#define FIELD(name) offsetof(struct options, name)

static const struct img_option rows[] = {
    {.short_name = 'c', .long_name = "collection", .argument = "FOLDER", .kind = IMG_OPTION_LIST,
     .flags = IMG_OPTION_FOLDER, .field = FIELD(collections),
     .commands = ON(SEARCH) | ON(CLUSTER) | ON(CLASSIFY) | ON(DUPES),
     .help = "work on this collection (repeatable; default: records on standard input)"},
    {.long_name = "qdrant", .kind = IMG_OPTION_FLAG, .field = FIELD(qdrant),
     .commands = ON(SEARCH), .help = "search in a Qdrant collection"},
    IMG_QDRANT_OPTIONS(FIELD(server), ON(SEARCH)),
    {.long_name = "text", .argument = "TEXT", .kind = IMG_OPTION_OPERAND,
     .commands = ON(COMPARE) | ON(SEARCH), .help = "take this text, as it is (repeatable)"},
    {.long_name = "vector", .argument = "FILE|JSON", .kind = IMG_OPTION_OPERAND,
     .flags = IMG_OPTION_FILE, .commands = ON(COMPARE) | ON(SEARCH),
     .help = "take this vector: an array of numbers, or a record"},
    {.long_name = "query", .argument = "QUERY", .kind = IMG_OPTION_STRING, .field = FIELD(query),
     .commands = ON(COMPARE), .help = "compare it with each record on standard input"},
    {.long_name = "queries", .argument = "FILE", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE, .field = FIELD(queries), .commands = ON(SEARCH),
     .help = "search for each line of this file: a query or a record"},
    {.long_name = "template", .argument = "TEMPLATE", .kind = IMG_OPTION_LIST,
     .field = FIELD(templates), .commands = ON(SEARCH) | ON(CLASSIFY),
     .help = "put texts in the place of {} (repeatable), or: ensemble"},
    {.long_name = "metric", .argument = "METRIC", .kind = IMG_OPTION_CHOICE, .choices = metrics,
     .field = FIELD(metric), .commands = ON(COMPARE) | ON(SEARCH),
     .help = "score by cosine, dot or euclidean"},
    {.long_name = "min-score", .argument = "SCORE", .kind = IMG_OPTION_FLOAT,
     .field = FIELD(min_score), .commands = ON(SEARCH) | ON(CLASSIFY),
     .help = "give no results that score less"},
    {.long_name = "where", .argument = "FILTER", .kind = IMG_OPTION_STRING, .field = FIELD(where),
     .commands = ON(SEARCH) | ON(CLUSTER) | ON(CLASSIFY),
     .help = "take only records that this holds for"},
    {.long_name = "diversify", .argument = "DIVERSITY", .kind = IMG_OPTION_FLOAT,
     .flags = IMG_OPTION_BARE, .choices = diversities, .min = 0, .max = 1,
     .field = FIELD(diversity), .commands = ON(SEARCH),
     .help = "give results that differ from each other, from 0 to 1 (alone: 0.5)"},
    {.long_name = "exclude-self", .kind = IMG_OPTION_FLAG, .field = FIELD(exclude_self),
     .commands = ON(SEARCH), .help = "leave out pictures of the query's own bytes"},
    {.long_name = "embeddings", .kind = IMG_OPTION_FLAG, .field = FIELD(embeddings),
     .commands = ON(COMPARE) | ON(SEARCH), .help = "add each result's embedding to its record"},
    {.short_name = 'o', .long_name = "output", .argument = "FORM", .kind = IMG_OPTION_STRING,
     .field = FIELD(output),
     .help = "write jsonl, tsv or a table (default: a table on a terminal, else jsonl); sheet: "
             "the page's file"},
    {.long_name = "preview", .argument = "PROTOCOL", .kind = IMG_OPTION_CHOICE,
     .flags = IMG_OPTION_BARE, .choices = img_preview_names, .field = FIELD(preview),
     .commands = ON(SEARCH) | ON(CLUSTER) | ON(DUPES),
     .help = "draw the results' pictures on the terminal"},
    {.long_name = "paths0", .kind = IMG_OPTION_FLAG, .field = FIELD(paths0),
     .commands = ON(SEARCH) | ON(DUPES),
     .help = "write only paths, each ended by NUL, for xargs -0; dupes: of all but those to keep"},
    {.long_name = "exit-status", .kind = IMG_OPTION_FLAG, .field = FIELD(exit_status),
     .commands = ON(SEARCH) | ON(DUPES), .help = "end with status 1 when nothing was found"},
    {.long_name = "k", .argument = "N|auto", .kind = IMG_OPTION_STRING, .field = FIELD(k),
     .commands = ON(CLUSTER), .help = "make so many clusters (default: auto)"},
    {.long_name = "threshold", .argument = "COSINE", .kind = IMG_OPTION_FLOAT, .min = -1, .max = 1,
     .field = FIELD(threshold), .commands = ON(CLUSTER) | ON(DUPES),
     .help = "put together what is connected by pairs at least that alike; dupes: what is similar "
             "(default there: 0.9)"},
    {.long_name = "seed", .argument = "N", .kind = IMG_OPTION_INT, .min = 0,
     .max = 9007199254740992.0, .field = FIELD(seed), .commands = ON(CLUSTER),
     .help = "draw the first centres by this number"},
    {.long_name = "min-size", .argument = "N", .kind = IMG_OPTION_INT, .min = 1, .max = 1000000000,
     .field = FIELD(min_size), .commands = ON(CLUSTER), .help = "leave smaller clusters out"},
    {.long_name = "groups", .kind = IMG_OPTION_FLAG, .field = FIELD(groups),
     .commands = ON(CLUSTER), .help = "write a record a cluster, not one a picture"},
    {.long_name = "tier", .argument = "TIER", .kind = IMG_OPTION_CHOICE,
     .choices = img_tier_names, .field = FIELD(tier), .commands = ON(DUPES),
     .help = "find this tier and surer ones: identical, same_pixels, same_picture, similar"},
    {.long_name = "label", .argument = "LABEL", .kind = IMG_OPTION_LIST, .field = FIELD(labels),
     .commands = ON(CLASSIFY), .help = "a label that may fit (repeatable)"},
    {.long_name = "labels", .argument = "FILE", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE, .field = FIELD(label_file), .commands = ON(CLASSIFY),
     .help = "labels, one a line: LABEL, or LABEL, a tab and a text for it"},
    {.long_name = "examples", .argument = "FOLDER", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FOLDER, .field = FIELD(examples), .commands = ON(CLASSIFY),
     .help = "labels by example: the folders in it, with pictures"},
    {.long_name = "multi", .kind = IMG_OPTION_FLAG, .field = FIELD(multi),
     .commands = ON(CLASSIFY), .help = "judge each label by itself: scores are cosines"},
    {.long_name = "write-xmp", .kind = IMG_OPTION_FLAG, .field = FIELD(write_xmp),
     .commands = ON(CLASSIFY), .help = "add the labels to the pictures' XMP sidecars"},
    {.long_name = "xmp-name", .argument = "STYLE", .kind = IMG_OPTION_CHOICE, .choices = xmp_names,
     .field = FIELD(xmp_name), .commands = ON(CLASSIFY),
     .help = "call sidecars photo.jpg.xmp (appended) or photo.xmp (replaced)"},
    {.long_name = "title", .argument = "TEXT", .kind = IMG_OPTION_STRING, .field = FIELD(title),
     .commands = ON(SHEET), .help = "the page's title"},
    {.long_name = "thumbnail", .argument = "PIXELS", .kind = IMG_OPTION_INT, .min = 32,
     .max = IMG_THUMBNAIL_MAX, .field = FIELD(side), .commands = ON(SHEET),
     .help = "make thumbnails of this size (default: 256)"},
};

static const struct img_program program = {
    .name = "img-sim",
    .usage = "[OPTION]... compare A B...\n"
             "[OPTION]... compare [--query=QUERY] <RECORDS\n"
             "[OPTION]... search QUERY...\n"
             "[OPTION]... cluster\n"
             "[OPTION]... classify\n"
             "[OPTION]... sheet <RECORDS\n"
             "[OPTION]... dupes",
    .about = "Find what is similar: everything exact, everything a pipe.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_MODEL | IMG_TAKES_JOBS | IMG_TAKES_RECORDS | IMG_TAKES_TOP_K |
              IMG_TAKES_NO_CACHE | IMG_TAKES_METADATA | IMG_TAKES_ENCODING | IMG_TAKES_PRECISION |
              IMG_TAKES_ENGINE | IMG_TAKES_ALLOW,
    .commands = commands,
    .command_count = sizeof commands / sizeof *commands,
};

struct state {
    struct img_cli cli;
    struct img_config config;
    struct options opt;
    struct img_sim_model model;
    struct img_sim_context context;
    struct img_tally tally;
};

static bool usage(struct img_err *err, const char *text)
{
    return img_err_set(err, IMG_ERR_USAGE, "%s", text);
}

static bool compare(struct state *s, struct img_err *err)
{
    const struct img_sim_compare_options options = {
        .operands = img_sim_operands(&s->cli, err),
        .operand_count = s->cli.parsed.operand_count,
        .query = s->opt.query,
        .metric = (enum img_metric)s->opt.metric,
        .embeddings = s->opt.embeddings,
    };
    if (!options.operands)
        return false;
    if (options.operand_count == 1)
        return usage(err, "compare needs two inputs, or --query and records on standard input");
    if (options.operand_count > 0 && (options.query || s->cli.common.records))
        return usage(err, "compare works on its operands or on standard input, not on both");
    return img_sim_compare(&s->context, &options, err);
}

/* In the collection that --name names, on a Qdrant server. */
static bool search_qdrant(struct state *s, struct img_sim_search_options *options,
                          struct img_err *err)
{
    struct img_qdrant_connection connection = {0};
    struct img_qdrant_search server = {.store = &connection.store};
    const struct img_sim_elsewhere elsewhere = {s->config.v.qdrant_collection, &server,
                                                img_qdrant_search_open};
    options->elsewhere = &elsewhere;
    bool ok = img_qdrant_connect(&connection, &s->opt.server, &s->config, &s->cli.report, err) &&
              img_sim_search(&s->context, options, err);
    img_qdrant_search_clear(&server);
    img_qdrant_disconnect(&connection);
    return ok;
}

static bool search(struct state *s, struct img_err *err)
{
    struct img_sim_search_options options = {
        .operands = img_sim_operands(&s->cli, err),
        .operand_count = s->cli.parsed.operand_count,
        .queries = s->opt.queries,
        .templates = s->opt.templates,
        .where = s->opt.where,
        .metric = (enum img_metric)s->opt.metric,
        .top_k = (size_t)s->cli.common.top_k,
        .min_score = s->opt.min_score,
        .diversify = s->opt.diversity >= 0,
        .diversity = s->opt.diversity,
        .exclude_self = s->opt.exclude_self,
        .embeddings = s->opt.embeddings,
        .preview = s->opt.preview >= 0,
        .protocol = (enum img_preview_protocol)s->opt.preview,
    };
    if (!options.operands)
        return false;
    if (options.operand_count == 0 && !options.queries)
        return usage(err, "search needs a query");
    if (s->opt.qdrant && (s->cli.common.records || s->opt.collections.count > 0))
        return usage(err, "--qdrant searches there, not in collections or records");
    if (s->opt.qdrant)
        return search_qdrant(s, &options, err);
    return img_sim_search(&s->context, &options, err);
}

static bool cluster(struct state *s, struct img_err *err)
{
    const struct img_sim_cluster_options options = {
        .k = s->opt.k,
        .threshold = s->opt.threshold,
        .seed = s->opt.seed,
        .min_size = (size_t)s->opt.min_size,
        .groups = s->opt.groups,
        .where = s->opt.where,
        .preview = s->opt.preview >= 0,
        .protocol = (enum img_preview_protocol)s->opt.preview,
    };
    if (s->cli.parsed.operand_count > 0)
        return usage(err, "cluster takes no operand: collections are named with --collection");
    return img_sim_cluster(&s->context, &options, err);
}

static bool classify(struct state *s, struct img_err *err)
{
    const struct img_sim_classify_options options = {
        .labels = s->opt.labels,
        .label_file = s->opt.label_file,
        .templates = s->opt.templates,
        .examples = s->opt.examples,
        .multi = s->opt.multi,
        .top_k = (size_t)s->cli.common.top_k,
        .min_score = s->opt.min_score,
        .write_xmp = s->opt.write_xmp,
        .xmp_name = (enum img_sidecar_name)s->opt.xmp_name,
        .where = s->opt.where,
    };
    if (s->cli.parsed.operand_count > 0)
        return usage(err, "classify takes no operand: collections are named with --collection");
    return img_sim_classify(&s->context, &options, err);
}

static bool sheet(struct state *s, struct img_err *err)
{
    const struct img_sheet_options options = {
        .fd = STDIN_FILENO,
        .output = s->opt.output,
        .out = &s->cli.output,
        .title = s->opt.title,
        .side = s->opt.side ? (uint32_t)s->opt.side : IMG_SHEET_SIDE,
        .jobs = (unsigned)s->cli.common.jobs,
        .config = &s->config,
        .report = &s->cli.report,
    };
    if (s->cli.parsed.operand_count > 0)
        return usage(err, "sheet reads records from standard input and takes no operand");
    if (!options.output && isatty(STDOUT_FILENO))
        return usage(err, "sheet writes a page: give its file, --output=sheet.html");
    return img_sheet_make(&options, &s->tally, err);
}

static bool dupes(struct state *s, struct img_err *err)
{
    /* What is piped into rm should be copies. */
    enum img_tier usual = s->opt.paths0 ? IMG_TIER_SAME_PICTURE : IMG_TIER_SIMILAR;
    const struct img_sim_dupes_options options = {
        .tier = s->opt.tier < 0 ? usual : (enum img_tier)s->opt.tier,
        .threshold = isnan(s->opt.threshold) ? 0.9 : s->opt.threshold,
        .preview = s->opt.preview >= 0,
        .protocol = (enum img_preview_protocol)s->opt.preview,
    };
    if (s->cli.parsed.operand_count > 0)
        return usage(err, "dupes works on collections or on standard input and takes no operand");
    return img_sim_dupes(&s->context, &options, err);
}

static bool run(struct state *s, struct img_err *err)
{
    static bool (*const steps[])(struct state *, struct img_err *) = {[COMPARE] = compare,
                                                                      [SEARCH] = search,
                                                                      [CLUSTER] = cluster,
                                                                      [CLASSIFY] = classify,
                                                                      [SHEET] = sheet,
                                                                      [DUPES] = dupes};
    s->model = (struct img_sim_model){.config = &s->config, .cli = &s->cli};
    s->context = (struct img_sim_context){
        .cli = &s->cli,
        .config = &s->config,
        .tally = &s->tally,
        .model = &s->model,
        .collections = s->opt.collections,
        .exit_status = s->opt.exit_status,
    };
    if (s->cli.common.records && s->opt.collections.count > 0)
        return usage(err, "--records reads standard input, --collection does not");
    bool lines = s->cli.parsed.command != SHEET; /* which writes a page, and --output names it */
    return (!lines || img_sim_form(s->opt.output, s->opt.paths0, &s->context.form, err)) &&
           steps[s->cli.parsed.command](s, err);
}

int main(int argc, char **argv)
{
    struct state s = {.opt = {.min_score = -INFINITY, .diversity = -1, .threshold = NAN, .tier = -1,
                              .preview = -1}};
    struct img_err err = {0};
    bool ok = img_cli_begin(&s.cli, &program, argc, argv, &s.opt, &err) &&
              img_config_begin(&s.config, &s.cli, &err) && run(&s, &err);
    img_sim_model_close(&s.model);
    return img_cli_end(&s.cli, ok, &s.tally, &err);
}
