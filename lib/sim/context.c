/* What the commands have in common. */
#include "sim/context.h"

#include <string.h>
#include <unistd.h>

#include "base/pool.h"

bool img_sim_form(const char *output, bool paths0, enum img_sim_form *form, struct img_err *err)
{
    static const char *const names[] = {
        [IMG_FORM_JSONL] = "jsonl", [IMG_FORM_TSV] = "tsv", [IMG_FORM_TABLE] = "table"};
    if (paths0 && output)
        return img_err_set(err, IMG_ERR_USAGE, "--paths0 and --output contradict each other");
    *form = paths0 ? IMG_FORM_PATHS0 : isatty(STDOUT_FILENO) ? IMG_FORM_TABLE : IMG_FORM_JSONL;
    if (!output)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(output, names[i]) == 0) {
            *form = (enum img_sim_form)i;
            return true;
        }
    return img_err_set(err, IMG_ERR_USAGE, "--output: '%.100s' is none of jsonl, tsv, table",
                       output);
}

bool img_sim_open_source(const struct img_sim_context *c, bool pictures_only,
                         struct img_sim_source *source, struct img_err *err)
{
    const struct img_report *report = &c->cli->report;
    const struct img_sim_source_options options = {.folders = c->collections,
                                                   .pictures_only = pictures_only,
                                                   .model = c->model,
                                                   .report = report};
    if (c->collections.count == 0 && !c->cli->common.records && isatty(STDIN_FILENO))
        return img_err_set(err, IMG_ERR_USAGE, "name a collection with --collection, or give "
                           "records on standard input");
    if (!img_sim_source_open(source, &options, err))
        return false;
    c->tally->failed += source->failed;
    if (source->count == source->skipped)
        img_report(report, IMG_WARNING, "%s: there is no vector", img_sim_source_name(source));
    else if (source->skipped > 0)
        img_report(report, IMG_NOTE, "%zu of %zu rows are left out", source->skipped,
                   source->count);
    return true;
}

unsigned img_sim_threads(const struct img_sim_context *c)
{
    if (!c->config->v.parallel_processing)
        return 1;
    return c->cli->common.jobs > 0 ? (unsigned)c->cli->common.jobs : img_processors();
}

bool img_sim_write(const struct img_sim_context *c, struct img_buf *out, struct img_err *err)
{
    bool ok = img_buf_ok(out, err) &&
              (out->len == 0 || img_output_lines(&c->cli->output, out->data, out->len, err));
    img_buf_reset(out);
    return ok;
}
