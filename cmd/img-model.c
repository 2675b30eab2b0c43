/* img-model: models for the other programs: what they are, which are there, getting and checking
 * them, and making synthetic ones. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/progress.h"
#include "config/config.h"
#include "config/places.h"
#include "engine/gpu/load.h"
#include "hub/choose.h"
#include "hub/words.h"
#include "model/describe.h"
#include "model/synth.h"
#include "pipeline/trial.h"

enum command { SHOW, LIST, FETCH, CHECK, SYNTH, DEVICES };
#define ON(command) (1u << (command))

static const struct img_command commands[] = {
    [SHOW] = {"show", "[MODEL]", "say what a model is"},
    [LIST] = {"list", NULL, "list the models that are installed"},
    [FETCH] = {"fetch", "NAME", "get a model from the hub and print its folder"},
    [CHECK] = {"check", "[MODEL]", "see whether a model is complete and sane"},
    [SYNTH] = {"synth", "SHAPE", "make a model with seeded weights, for tests and benchmarks"},
    [DEVICES] = {"devices", NULL, "list what can compute beside the CPU"},
};

struct options {
    bool json, all;
    const char *revision;
    struct img_string_list files;
    int64_t seed;
    const char *golden;
};

static const struct img_option rows[] = {
    {.long_name = "json",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, json),
     .commands = ON(SHOW) | ON(LIST) | ON(FETCH) | ON(CHECK) | ON(DEVICES),
     .help = "write JSON, one object a line"},
    {.short_name = 'a',
     .long_name = "all",
     .kind = IMG_OPTION_FLAG,
     .field = offsetof(struct options, all),
     .commands = ON(LIST),
     .help = "list also what cannot be used, and why"},
    {.long_name = "revision",
     .argument = "REVISION",
     .kind = IMG_OPTION_STRING,
     .field = offsetof(struct options, revision),
     .commands = ON(FETCH),
     .help = "fetch this branch, tag or commit"},
    {.long_name = "file",
     .argument = "NAME",
     .kind = IMG_OPTION_LIST,
     .field = offsetof(struct options, files),
     .commands = ON(FETCH),
     .help = "fetch this file and no others (repeatable)"},
    {.long_name = "golden",
     .argument = "FILE",
     .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE,
     .field = offsetof(struct options, golden),
     .commands = ON(CHECK),
     .help = "compare with the embeddings of these records (default: the model's own)"},
    {.long_name = "seed",
     .argument = "N",
     .kind = IMG_OPTION_INT,
     .min = 0,
     .max = 9007199254740991.0,
     .field = offsetof(struct options, seed),
     .commands = ON(SYNTH),
     .help = "make the weights from this number (default 0)"},
};

static const struct img_program program = {
    .name = "img-model",
    .usage = "[OPTION]... show [MODEL]\n"
             "[OPTION]... list\n"
             "[OPTION]... fetch NAME\n"
             "[OPTION]... check [MODEL]\n"
             "[OPTION]... synth SHAPE --output=FOLDER\n"
             "[OPTION]... devices",
    .about = "Show, list, fetch, check and make models.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_MODEL | IMG_TAKES_OUTPUT | IMG_TAKES_PROGRESS,
    .commands = commands,
    .command_count = sizeof commands / sizeof *commands,
};

struct state {
    struct img_cli cli;
    struct img_config config;
    struct options opt;
    struct img_progress_line line;
    struct img_buf out;
};

/* The one operand, or NULL; more than one, or none where one is needed, is wrong usage. */
static bool take_operand(const struct state *s, bool needed, const char **operand,
                         struct img_err *err)
{
    const struct img_parsed *parsed = &s->cli.parsed;
    const struct img_command *command = &commands[parsed->command];
    *operand = parsed->operand_count > 0 ? parsed->operands[0].value : NULL;
    if (parsed->operand_count > (command->operands ? 1 : 0))
        return img_err_set(err, IMG_ERR_USAGE, "%s: one operand too many: '%s'", command->name,
                           parsed->operands[parsed->operand_count - 1].value);
    if (needed && !*operand)
        return img_err_set(err, IMG_ERR_USAGE, "%s needs a %s", command->name, command->operands);
    return true;
}

static bool flush(struct state *s, struct img_err *err)
{
    bool ok =
        img_buf_ok(&s->out, err) && img_output_lines(&s->cli.output, s->out.data, s->out.len, err);
    img_buf_reset(&s->out);
    return ok;
}

static bool show(struct state *s, struct img_err *err)
{
    const char *name;
    struct img_hub_model found;
    struct img_model model = {0};
    struct img_model_facts facts;
    if (!take_operand(s, false, &name, err) ||
        !img_hub_choose(&s->config, name, &s->cli.report, &found, err))
        return false;
    bool ok = img_model_open(&model, found.path, err) && img_model_load(&model, err) &&
              img_model_facts(&model, &facts, err);
    if (ok)
        (s->opt.json ? img_model_put_json : img_model_put_text)(&model, found.name, &facts,
                                                                &s->out);
    else
        img_err_in(err, "%s", found.name);
    img_model_close(&model);
    return ok && flush(s, err);
}

static bool list(struct state *s, struct img_err *err)
{
    const char *none;
    struct img_hub_places places;
    struct img_hub_installed *models;
    size_t count;
    if (!take_operand(s, false, &none, err) || !img_config_places(&places, &s->cli.arena, err) ||
        !img_hub_list(&places, &s->cli.arena, &models, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        img_hub_put_installed(&models[i], s->opt.json, s->opt.all, &s->cli.report, &s->out);
    return flush(s, err);
}

static void on_progress(void *ctx, const char *file, uint64_t done, uint64_t total)
{
    struct state *s = ctx;
    char text[256];
    if (!img_progress_due(&s->line, done == total))
        return;
    snprintf(text, sizeof text, "%.100s  %.1f of %.1f MB  (%.0f %%)", file, (double)done / 1e6,
             (double)total / 1e6, total ? 100.0 * (double)done / (double)total : 100.0);
    img_progress_show(&s->line, text);
}

static bool name_repo(const struct state *s, const char *name, struct img_hub_repo *repo,
                      struct img_err *err)
{
    char whole[IMG_HUB_REPO_MAX + IMG_HUB_REVISION_MAX];
    if (!s->opt.revision)
        return img_hub_repo_parse(name, repo, err);
    if (strchr(name, '@'))
        return img_err_set(err, IMG_ERR_USAGE, "'%.200s' names a revision, and so does --revision",
                           name);
    if ((size_t)snprintf(whole, sizeof whole, "%s@%s", name, s->opt.revision) >= sizeof whole)
        return img_err_set(err, IMG_ERR_USAGE, "the name is too long");
    return img_hub_repo_parse(whole, repo, err);
}

static bool fetch(struct state *s, struct img_err *err)
{
    enum { NEVER_S = 7 * 86400 };
    const char *name;
    struct img_hub_places places;
    struct img_hub_repo repo;
    struct img_hub_fetched fetched;
    const struct img_values *v = &s->config.v;
    if (!take_operand(s, true, &name, err) || !name_repo(s, name, &repo, err) ||
        !img_config_hub(&places, &s->cli.arena, err))
        return false;
    const struct img_hub_fetch how = {
        .places = &places,
        .retry_attempts = (unsigned)v->retry_attempts,
        .retry_delay_s = v->retry_delay,
        .timeout_s = v->timeout > 0 ? (unsigned)(v->timeout + 0.999) : NEVER_S,
        .progress = {on_progress, s},
        .report = &s->cli.report,
    };
    s->line = img_progress_begin(&s->cli);
    bool ok = img_hub_fetch(&how, &repo, s->opt.files.items, s->opt.files.count, &fetched, err);
    img_progress_clear(&s->line);
    if (!ok)
        return false;
    img_hub_put_fetched(&repo, &fetched, s->opt.json, &s->out);
    return flush(s, err);
}

/* What only a trial can tell. */
static bool try_out(struct state *s, const char *folder, struct img_hub_checked *checked,
                    struct img_err *err)
{
    struct img_trial trial;
    bool ok = img_trial_run(&s->config, &s->cli.report, folder, s->opt.golden, &trial, err);
    checked->packed = trial.packed;
    checked->golden = trial.result.pictures + trial.result.texts;
    checked->golden_distance = trial.result.worst;
    return ok;
}

static bool check(struct state *s, struct img_err *err)
{
    const char *name;
    struct img_hub_model found;
    struct img_hub_checked checked;
    struct img_err output_err = {0};
    if (!take_operand(s, false, &name, err) ||
        !img_hub_choose(&s->config, name, &s->cli.report, &found, err))
        return false;
    bool ok = img_hub_check(found.path, &checked, err) && try_out(s, found.path, &checked, err);
    img_hub_put_checked(&found, &checked, ok ? NULL : err, s->opt.json, &s->out);
    if (!ok)
        img_err_in(err, "%s", found.name);
    if (flush(s, &output_err))
        return ok;
    if (ok)
        *err = output_err;
    return false;
}

static bool synth(struct state *s, struct img_err *err)
{
    const char *shape;
    if (!take_operand(s, true, &shape, err))
        return false;
    if (!s->cli.common.output)
        return img_err_set(err, IMG_ERR_USAGE, "synth needs --output=FOLDER");
    bool folder = strchr(shape, '/') || strcmp(shape, ".") == 0 || strcmp(shape, "..") == 0;
    const struct img_synth_spec spec = {
        .name = folder ? NULL : shape,
        .config_folder = folder ? shape : NULL,
        .seed = (uint64_t)s->opt.seed,
    };
    if (!img_synth_write(&spec, s->cli.common.output, err))
        return false;
    img_buf_printf(&s->out, "%s\n", s->cli.common.output);
    return flush(s, err);
}

static bool devices(struct state *s, struct img_err *err)
{
    const char *none;
    struct img_gpu_library library = {0};
    struct img_gpu_device found[IMG_GPU_DEVICES];
    size_t count = 0;
    bool ok = take_operand(s, false, &none, err) && img_gpu_load(&library, NULL, err) &&
              library.plugin->devices(found, IMG_GPU_DEVICES, &count, err);
    for (size_t i = 0; ok && i < count; i++)
        (s->opt.json ? img_gpu_put_json : img_gpu_put_text)(&found[i], &s->out);
    img_gpu_unload(&library);
    return ok && flush(s, err);
}

static bool run(struct state *s, struct img_err *err)
{
    static bool (*const steps[])(struct state *, struct img_err *) = {
        [SHOW] = show, [LIST] = list, [FETCH] = fetch, [CHECK] = check, [SYNTH] = synth,
        [DEVICES] = devices};
    return steps[s->cli.parsed.command](s, err);
}

int main(int argc, char **argv)
{
    struct state s = {0};
    struct img_err err = {0};
    bool ok = img_cli_begin(&s.cli, &program, argc, argv, &s.opt, &err) &&
              img_config_begin(&s.config, &s.cli, &err) && run(&s, &err);
    img_buf_clear(&s.out);
    return img_cli_end(&s.cli, ok, NULL, &err);
}
