/* The frame of every program: begin reads the command line, end says how it went.
 *
 *     struct embed e = {.cli = {0}, …};
 *     struct img_err err = {0};
 *     bool ok = img_cli_begin(&e.cli, &embed_program, argc, argv, &e.opt, &err)
 *            && img_config_begin(&e.config, &e.cli, &err)
 *            && …
 *     embed_close(&e);
 *     return img_cli_end(&e.cli, ok, &e.tally, &err);
 *
 * A step that leaves nothing more to do (--help, --print-config) returns false and leaves err.code
 * IMG_OK: the program then ends with status 0. */
#ifndef IMG_CLI_CLI_H
#define IMG_CLI_CLI_H

#include "base/arena.h"
#include "base/err.h"
#include "base/report.h"
#include "cli/exit.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/output.h"

struct img_cli {
    const struct img_program *program;
    struct img_arena arena; /* the process's life: what was parsed, configuration texts */
    struct img_common common;
    struct img_parsed parsed;
    struct img_messages messages;
    struct img_report report; /* hand &cli.report to whoever reports */
    struct img_output output; /* standard output */
};

/* Makes sure descriptors 0, 1 and 2 are open (a closed one fails on use, as it should), installs
 * the signal handlers and parses. options is the program's own struct with its defaults in it.
 * Prints --help, --version or --dump-options and returns false with err->code IMG_OK. cli must
 * not move afterwards. Fails with USAGE, OUTPUT or OUT_OF_MEMORY. */
IMG_CHECKED bool img_cli_begin(struct img_cli *cli, const struct img_program *program, int argc,
                               char **argv, void *options, struct img_err *err);

/* Flushes and checks standard output, prints the error if there is one, frees what cli holds and
 * gives the exit status; or ends by the signal that came (SIGINT, SIGTERM, SIGHUP; SIGPIPE for a
 * closed pipe, status 141 where that is ignored). So everything else must be closed before. tally
 * may be NULL. */
IMG_CHECKED int img_cli_end(struct img_cli *cli, bool ok, const struct img_tally *tally,
                            struct img_err *err);

#endif
