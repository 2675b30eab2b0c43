/* What every command of img-sim is given beside its own options. */
#ifndef IMG_SIM_CONTEXT_H
#define IMG_SIM_CONTEXT_H

#include "cli/cli.h"
#include "config/config.h"
#include "sim/model.h"
#include "sim/source.h"

enum img_sim_form {
    IMG_FORM_JSONL,
    IMG_FORM_TSV,
    IMG_FORM_TABLE,  /* for people */
    IMG_FORM_PATHS0, /* paths, each ended by NUL */
};

struct img_sim_context {
    struct img_cli *cli;
    const struct img_config *config;
    struct img_tally *tally;
    struct img_sim_model *model;         /* closed; the caller closes it */
    struct img_string_list collections;  /* none: records on standard input */
    enum img_sim_form form;
    bool exit_status; /* nothing found is told by status 1 */
};

/* The form that --output names (NULL: a table on a terminal, else jsonl); paths0 comes before
 * it. Fails with USAGE. */
IMG_CHECKED bool img_sim_form(const char *output, bool paths0, enum img_sim_form *form,
                              struct img_err *err);

/* Opens what the command works on: the collections, or the records on standard input. Notes what is
 * skipped; says so when there is nothing. */
IMG_CHECKED bool img_sim_open_source(const struct img_sim_context *context, bool pictures_only,
                                     struct img_sim_source *source, struct img_err *err);

/* Threads to use. */
unsigned img_sim_threads(const struct img_sim_context *context);

/* Writes what is in out and empties it. */
IMG_CHECKED bool img_sim_write(const struct img_sim_context *context, struct img_buf *out,
                               struct img_err *err);

#endif
