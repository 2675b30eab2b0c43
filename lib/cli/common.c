/* The common option rows. */
#include "cli/common.h"

enum { ALWAYS = 0 };

struct common_row {
    unsigned takes; /* enum img_common_rows, or ALWAYS */
    struct img_option option;
};

#define FIELD(name) offsetof(struct img_common, name)

static const char *const progress_choices[] = {"auto", "always", "never", NULL};
static const char *const encoding_choices[] = {"array", "base64", NULL};
static const char *const precision_choices[] = {"auto", "f32", "f16", "bf16", NULL};
static const char *const engine_choices[] = {"auto", "cpu", "gpu", "remote", NULL};

static const struct common_row rows[] = {
    {IMG_TAKES_MODEL,
     {.short_name = 'm', .long_name = "model", .argument = "MODEL", .kind = IMG_OPTION_STRING,
      .flags = IMG_OPTION_FOLDER, .key = "model_name",
      .help = "model: a name, org/repo, or a folder"}},
    {IMG_TAKES_RECURSIVE,
     {.short_name = 'r', .long_name = "recursive", .kind = IMG_OPTION_FLAG,
      .field = FIELD(recursive), .help = "take every file below the folders given"}},
    {IMG_TAKES_NULL,
     {.short_name = '0', .long_name = "null", .kind = IMG_OPTION_FLAG, .field = FIELD(null),
      .help = "names in lists end in NUL, not in a newline"}},
    {IMG_TAKES_RECORDS,
     {.long_name = "records", .kind = IMG_OPTION_FLAG, .field = FIELD(records),
      .help = "read JSON records from standard input"}},
    {IMG_TAKES_OUTPUT,
     {.short_name = 'o', .long_name = "output", .argument = "PATH", .kind = IMG_OPTION_STRING,
      .flags = IMG_OPTION_FILE, .field = FIELD(output), .help = "write there"}},
    {IMG_TAKES_TOP_K,
     {.short_name = 'k', .long_name = "top-k", .argument = "N", .kind = IMG_OPTION_INT, .min = 1,
      .max = 1000000, .field = FIELD(top_k), .help = "how many results to give"}},
    {IMG_TAKES_METADATA,
     {.long_name = "metadata", .kind = IMG_OPTION_FLAG, .field = FIELD(metadata),
      .help = "add each picture's metadata to its record"}},
    {IMG_TAKES_ALLOW,
     {.long_name = "allow", .argument = "FORMATS", .kind = IMG_OPTION_STRING, .key = "allow",
      .help = "draw these as well: svg, pdf"}},
    {IMG_TAKES_ENCODING,
     {.long_name = "encoding", .argument = "FORM", .kind = IMG_OPTION_CHOICE,
      .choices = encoding_choices, .field = FIELD(encoding),
      .help = "embeddings as array or base64"}},
    {IMG_TAKES_ENGINE,
     {.long_name = "engine", .argument = "ENGINE", .kind = IMG_OPTION_STRING,
      .choices = engine_choices, .key = "engine",
      .help = "what computes: auto, cpu, gpu or remote"}},
    {IMG_TAKES_PRECISION,
     {.long_name = "precision", .argument = "PRECISION", .kind = IMG_OPTION_STRING,
      .choices = precision_choices, .key = "precision", .help = "auto, f32, f16 or bf16"}},
    {IMG_TAKES_ENGINE,
     {.long_name = "exact", .kind = IMG_OPTION_FLAG, .implies = "engine=cpu,precision=f32",
      .help = "the same as --engine cpu --precision f32"}},
    {IMG_TAKES_ENGINE,
     {.long_name = "fingerprint", .argument = "HEX", .kind = IMG_OPTION_STRING,
      .key = "fingerprint", .help = "use no model but that of this fingerprint"}},
    {IMG_TAKES_JOBS,
     {.short_name = 'j', .long_name = "jobs", .argument = "N", .kind = IMG_OPTION_INT, .min = 1,
      .max = 1024, .field = FIELD(jobs), .help = "threads in all (default: one a processor)"}},
    {IMG_TAKES_NO_CACHE,
     {.long_name = "no-cache", .kind = IMG_OPTION_FLAG, .implies = "cache_embeddings=false",
      .help = "neither look vectors up nor keep them"}},
    {IMG_TAKES_PROGRESS,
     {.long_name = "progress", .argument = "WHEN", .kind = IMG_OPTION_CHOICE,
      .choices = progress_choices, .field = FIELD(progress),
      .help = "show progress on standard error: auto, always or never"}},
    {ALWAYS,
     {.short_name = 'q', .long_name = "quiet", .kind = IMG_OPTION_FLAG, .field = FIELD(quiet),
      .help = "no warnings and notices"}},
    {ALWAYS,
     {.short_name = 'v', .long_name = "verbose", .kind = IMG_OPTION_FLAG, .field = FIELD(verbose),
      .help = "say more on standard error"}},
    {ALWAYS,
     {.long_name = "debug", .kind = IMG_OPTION_FLAG, .implies = "debug=true",
      .help = "say everything, and put a log into the records"}},
    {ALWAYS,
     {.long_name = "set", .argument = "KEY=VALUE", .kind = IMG_OPTION_LIST, .field = FIELD(sets),
      .help = "set a configuration key"}},
    {ALWAYS,
     {.long_name = "config", .argument = "FILE", .kind = IMG_OPTION_STRING,
      .flags = IMG_OPTION_FILE, .field = FIELD(config),
      .help = "read the configuration from this file"}},
    {ALWAYS,
     {.long_name = "print-config", .kind = IMG_OPTION_FLAG, .field = FIELD(print_config),
      .help = "print every configuration value and where it comes from"}},
    {ALWAYS,
     {.long_name = "help", .kind = IMG_OPTION_FLAG, .field = FIELD(help),
      .help = "print this help"}},
    {ALWAYS,
     {.long_name = "version", .kind = IMG_OPTION_FLAG, .field = FIELD(version),
      .help = "print the version"}},
    {ALWAYS,
     {.long_name = "dump-options", .kind = IMG_OPTION_FLAG, .flags = IMG_OPTION_HIDDEN,
      .field = FIELD(dump_options), .help = "print the options for a completion script"}},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

const struct img_option *img_common_row(unsigned takes, size_t i)
{
    for (size_t row = 0; row < ROWS; row++) {
        if (rows[row].takes != ALWAYS && !(rows[row].takes & takes))
            continue;
        if (i-- == 0)
            return &rows[row].option;
    }
    return NULL;
}

bool img_common_has(const struct img_option *row)
{
    for (size_t i = 0; i < ROWS; i++)
        if (row == &rows[i].option)
            return true;
    return false;
}
