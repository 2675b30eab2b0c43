/* Options, declared once: from a program's rows come the parser, --help, --version and the dump the
 * completions are made of. Parsing records what was typed and opens nothing.
 *
 * Long options are GNU's (--name=value, --name value, unambiguous abbreviations), short ones may be
 * bundled (-rqj4), options may follow operands, "--" ends them and "-" is an operand. */
#ifndef IMG_CLI_OPTIONS_H
#define IMG_CLI_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum img_option_kind {
    IMG_OPTION_FLAG,    /* field bool, set true (IMG_OPTION_OFF: false) */
    IMG_OPTION_STRING,  /* field const char *, points into argv */
    IMG_OPTION_INT,     /* field int64_t in [min, max] */
    IMG_OPTION_FLOAT,   /* field double in [min, max] */
    IMG_OPTION_SIZE,    /* field uint64_t in [min, max]: bytes, with K M G T (powers of 1024) */
    IMG_OPTION_CHOICE,  /* field int: index into choices */
    IMG_OPTION_LIST,    /* field struct img_string_list; each use appends */
    IMG_OPTION_OPERAND, /* no field: the value joins the operands, in its place (--text) */
};

enum img_option_flags {
    IMG_OPTION_OFF = 1 << 0,    /* a FLAG that sets false */
    IMG_OPTION_HIDDEN = 1 << 1, /* not in --help and completions */
    IMG_OPTION_FILE = 1 << 2,   /* for completion: the value is a file … */
    IMG_OPTION_FOLDER = 1 << 3, /* … or a folder */
    IMG_OPTION_BARE = 1 << 4,   /* may come alone, which means the first of its choices (a FLOAT has
                                   choices for this only); a value then comes behind =, never as a
                                   word of its own */
};

struct img_string_list {
    const char **items;
    size_t count;
};

struct img_option {
    char short_name;         /* 'm', or 0 */
    const char *long_name;   /* "model" */
    const char *argument;    /* "MODEL" in --help; NULL for flags */
    enum img_option_kind kind;
    unsigned flags;
    const char *const *choices; /* NULL-terminated, for IMG_OPTION_CHOICE and STRING with a key */
    double min, max;            /* inclusive; for INT, FLOAT and SIZE; 0, 0: no limits */
    const char *key;     /* the value is recorded as a setting of this configuration key and has no
                            field … */
    const char *implies; /* … or the flag stands for settings: "engine=cpu,precision=f32" */
    size_t field;        /* offsetof in the program's options struct */
    unsigned commands;   /* bit i: taken by commands[i] of the program; 0: by all */
    const char *help;    /* one line, no full stop */
};

/* Rows every program may take, always under these names. Their fields are struct img_common. */
enum img_common_rows {
    IMG_TAKES_MODEL = 1 << 0,     /* -m/--model MODEL         -> model_name */
    IMG_TAKES_JOBS = 1 << 1,      /* -j/--jobs N */
    IMG_TAKES_NULL = 1 << 2,      /* -0/--null */
    IMG_TAKES_RECORDS = 1 << 3,   /* --records */
    IMG_TAKES_RECURSIVE = 1 << 4, /* -r/--recursive */
    IMG_TAKES_OUTPUT = 1 << 5,    /* -o/--output PATH */
    IMG_TAKES_TOP_K = 1 << 6,     /* -k/--top-k N */
    IMG_TAKES_PROGRESS = 1 << 7,  /* --progress WHEN  */
    IMG_TAKES_NO_CACHE = 1 << 8,  /* --no-cache               -> cache_embeddings=false */
    IMG_TAKES_METADATA = 1 << 9,  /* --metadata */
    IMG_TAKES_ENCODING = 1 << 10, /* --encoding array|base64 */
    IMG_TAKES_PRECISION = 1 << 11, /* --precision             -> precision */
    IMG_TAKES_ENGINE = 1 << 12,   /* --engine, --exact        -> engine, precision */
    IMG_TAKES_ALLOW = 1 << 13,    /* --allow FORMATS          -> allow */
};
/* Every program takes -q/--quiet -v/--verbose --debug --set --config --print-config --help
 * --version and the hidden --dump-options. */

enum img_progress { IMG_PROGRESS_AUTO, IMG_PROGRESS_ALWAYS, IMG_PROGRESS_NEVER };
enum img_encoding { IMG_ENCODING_ARRAY, IMG_ENCODING_BASE64 };

struct img_common {
    int64_t jobs;  /* threads in all; 0 when not given */
    int64_t top_k; /* 0 when not given */
    bool null;
    bool records;
    bool recursive;
    bool metadata;
    bool quiet, verbose;
    int progress; /* enum img_progress */
    int encoding; /* enum img_encoding */
    const char *output;
    const char *config;          /* --config FILE, or NULL */
    struct img_string_list sets; /* --set key=value, as typed */
    bool print_config;
    bool help, version, dump_options;
};

struct img_command {
    const char *name;     /* "show" */
    const char *operands; /* "MODEL" for --help, or NULL */
    const char *help;
};

/* What a program is: constant, declared in its cmd/img-*.c. */
struct img_program {
    const char *name;  /* "img-embed" */
    const char *usage; /* what follows the name: "[OPTION]... [FILE]...", lines split by '\n' */
    const char *about; /* one or two lines for --help */
    const struct img_option *options; /* own rows, option_count of them */
    size_t option_count;
    unsigned common; /* enum img_common_rows */
    const struct img_command *commands; /* NULL, or the first operand must be one of these */
    size_t command_count;
};

/* A configuration key set on the command line: settings by flag, in the order typed. */
struct img_setting {
    const char *key;
    const char *value;
    const char *option; /* "--model", for messages */
};

struct img_operand {
    const char *value;
    const struct img_option *option; /* the IMG_OPTION_OPERAND row it came by, or NULL */
};

struct img_parsed {
    const struct img_operand *operands; /* NULL-valued one behind the last */
    size_t operand_count;
    const struct img_setting *settings;
    size_t setting_count;
    unsigned command; /* index into commands; that operand is taken out */
};

/* Parses argv[1..argc-1] into common and the program's options struct (which holds the defaults).
 * Arrays live in arena. Fails with USAGE: "unknown option '--foo'", "--jobs: 0 is not from 1 to
 * 1024", "--engine: 'fast' is none of auto, cpu, gpu, remote" …
 * The command is looked for only when neither --help, --version, --dump-options nor --print-config
 * was given. */
IMG_CHECKED bool img_options_parse(const struct img_program *program, int argc, char **argv,
                                   void *options, struct img_common *common,
                                   struct img_arena *arena, struct img_parsed *parsed,
                                   struct img_err *err);

/* The rows the program has, common ones first, i from 0; NULL behind the last. */
const struct img_option *img_options_row(const struct img_program *program, size_t i);

/* Texts for stdout. The dump has a line an option: short, long, argument, choices (by commas), key,
 * "file"/"folder"/"", help; and a line a command: "", name, "", "", "", "command", help. */
void img_options_help(const struct img_program *program, struct img_buf *out);
void img_options_version(const struct img_program *program, struct img_buf *out);
void img_options_dump(const struct img_program *program, struct img_buf *out);

/* For tests: false (USAGE) with a sentence when the rows contradict each other: names used twice, a
 * choice without choices, a flag with an argument, help with a full stop … */
IMG_CHECKED bool img_options_check(const struct img_program *program, struct img_err *err);

#endif
