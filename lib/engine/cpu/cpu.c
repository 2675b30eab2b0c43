/* The CPU engine: opens packed weights, or packs them, and runs the towers on its threads. */
#include "engine/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "engine/cpu/positions.h"
#include "engine/cpu/prompt.h"
#include "engine/cpu/store.h"
#include "engine/cpu/towers.h"

/* Tokens that one thread takes through the blocks together: enough that weights are read seldom. */
enum { TOKENS_AT_ONCE = 256 };

struct cpu {
    struct img_engine engine;
    const struct img_model *model;
    const struct img_kernels *kernels;
    struct img_store store;
    struct img_pool *pool;
    unsigned threads;
    struct img_workspace *workspaces;         /* [threads] */
    struct img_attention_scratch *attention;  /* [threads] */
    struct img_sample_values values;
    size_t image_tokens; /* 1 + grid * grid at the size in use */
    size_t at_once;      /* images a thread takes through together */
    float *resized_positions;
    const float *positions; /* [image_tokens, width] */
    struct img_prompt prompt;
};

static struct cpu *cpu_of(struct img_engine *engine)
{
    return (struct cpu *)engine;
}

static struct img_pass pass_of(const struct cpu *cpu, enum img_side side, struct img_team team,
                               size_t sequences, size_t tokens)
{
    const struct img_arch *arch = &cpu->model->arch;
    const struct img_packed *packed = &cpu->store.packed;
    bool image = side == IMG_IMAGE_TOWER;
    return (struct img_pass){
        .kernels = cpu->kernels,
        .block = packed->block,
        .tower = image ? &arch->image : &arch->text,
        .plan = image ? &packed->plan.image : &packed->plan.text,
        .team = team,
        .ws = &cpu->workspaces[team.pool ? 0 : team.thread],
        .attention = &cpu->attention[team.thread],
        .sequences = sequences,
        .tokens = tokens,
        .pool = image ? 0 : tokens - 1,
        .causal = !image,
    };
}

/* A run of the image tower over some pictures: each thread its own ones first, then all threads
 * together the few that are left over. */
struct image_run {
    struct cpu *cpu;
    const uint8_t *pixels;
    size_t n, together_from;
    float *out;
};

static void run_images(const struct image_run *run, struct img_team team, size_t from, size_t to)
{
    struct cpu *cpu = run->cpu;
    size_t size = cpu->engine.info.image_size, dimension = cpu->engine.info.dimension;
    for (size_t step; from < to; from += step) {
        step = to - from < cpu->at_once ? to - from : cpu->at_once;
        struct img_pass pass = pass_of(cpu, IMG_IMAGE_TOWER, team, step, cpu->image_tokens);
        if (!team.pool)
            pass.team = (struct img_team){.threads = 1};
        img_image_tower_run(&pass, &cpu->model->arch, &cpu->values, cpu->positions,
                            run->pixels + from * size * size * 3, size,
                            run->out + from * dimension);
    }
}

static void images_on_thread(void *ctx, unsigned thread, unsigned threads)
{
    const struct image_run *run = ctx;
    struct img_team alone = {.thread = thread, .threads = threads}, all = alone;
    size_t from, to;
    img_team_share(&alone, run->together_from, &from, &to);
    run_images(run, alone, from, to);
    all.pool = run->cpu->pool;
    img_team_meet(&all); /* the first workspace becomes everybody's */
    run_images(run, all, run->together_from, run->n);
}

static bool encode_images(struct img_engine *engine, const uint8_t *pixels, size_t n, float *out,
                          struct img_err *err)
{
    struct cpu *cpu = cpu_of(engine);
    struct image_run run = {.cpu = cpu, .pixels = pixels, .n = n,
                            .together_from = n - n % cpu->threads, .out = out};
    (void)err;
    img_pool_run(cpu->pool, images_on_thread, &run);
    return true;
}

struct text_run {
    struct cpu *cpu;
    size_t tokens;
    float *out;
};

static void text_on_thread(void *ctx, unsigned thread, unsigned threads)
{
    const struct text_run *run = ctx;
    struct img_team all = {.pool = run->cpu->pool, .thread = thread, .threads = threads};
    struct img_pass pass = pass_of(run->cpu, IMG_TEXT_TOWER, all, 1, run->tokens);
    img_text_tower_run(&pass, &run->cpu->model->arch, run->cpu->prompt.ids, run->out);
}

static bool encode_text(struct img_engine *engine, const struct img_text *text, float *out,
                        struct img_err *err)
{
    struct cpu *cpu = cpu_of(engine);
    if (!img_prompt_encode(&cpu->prompt, &cpu->store, text, err))
        return false;
    engine->tokens = (uint32_t)cpu->prompt.tokens;
    struct text_run run = {.cpu = cpu, .tokens = cpu->prompt.tokens, .out = out};
    img_pool_run(cpu->pool, text_on_thread, &run);
    return true;
}

static bool classify(struct img_engine *engine, const float *embeddings, size_t n, float *logits,
                     struct img_err *err)
{
    struct cpu *cpu = cpu_of(engine);
    const struct img_packed *packed = &cpu->store.packed;
    struct img_team alone = {.threads = 1};
    struct img_pass pass = pass_of(cpu, IMG_IMAGE_TOWER, alone, 1, cpu->image_tokens);
    (void)err;
    for (size_t i = 0; i < n; i++)
        img_linear_run(&pass, embeddings + i * engine->info.dimension, engine->info.dimension, 1,
                       packed->plan.image.head, packed->block + packed->plan.image.head_b,
                       engine->info.classes, logits + i * engine->info.classes);
    return true;
}

static void cpu_close(struct img_engine *engine)
{
    struct cpu *cpu = cpu_of(engine);
    for (unsigned i = 0; i < cpu->threads; i++) {
        if (cpu->workspaces)
            img_workspace_clear(&cpu->workspaces[i]);
        if (cpu->attention)
            img_attention_scratch_clear(&cpu->attention[i]);
    }
    free(cpu->workspaces);
    free(cpu->attention);
    free(cpu->resized_positions);
    img_prompt_clear(&cpu->prompt);
    img_pool_free(cpu->pool);
    img_store_close(&cpu->store);
    free(cpu);
}

static const struct img_engine_ops cpu_ops = {
    .encode_images = encode_images,
    .encode_text = encode_text,
    .classify = classify,
    .close = cpu_close,
};

static bool set_positions(struct cpu *cpu, uint32_t image_size, struct img_err *err)
{
    const struct img_packed *packed = &cpu->store.packed;
    cpu->engine.info.image_size = image_size;
    return img_positions_at(&cpu->model->arch, packed->block + packed->plan.image.positions,
                            image_size, &cpu->image_tokens, &cpu->positions,
                            &cpu->resized_positions, err);
}

static bool make_workspaces(struct cpu *cpu, struct img_err *err)
{
    const struct img_arch *arch = &cpu->model->arch;
    size_t tokens = cpu->image_tokens > arch->context ? cpu->image_tokens : arch->context;
    cpu->at_once = cpu->image_tokens ? TOKENS_AT_ONCE / cpu->image_tokens : 0;
    if (cpu->at_once == 0)
        cpu->at_once = 1;
    cpu->workspaces = calloc(cpu->threads, sizeof *cpu->workspaces);
    cpu->attention = calloc(cpu->threads, sizeof *cpu->attention);
    if (!cpu->workspaces || !cpu->attention)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u threads",
                           cpu->threads);
    for (unsigned i = 0; i < cpu->threads; i++)
        if (!img_workspace_init(&cpu->workspaces[i], arch, cpu->at_once, tokens, err) ||
            !img_attention_scratch_init(&cpu->attention[i], arch, tokens, err))
            return false;
    return true;
}

static void describe(struct cpu *cpu)
{
    const struct img_arch *arch = &cpu->model->arch;
    const struct img_packed *packed = &cpu->store.packed;
    struct img_engine_info *info = &cpu->engine.info;
    info->engine = "cpu";
    info->precision = cpu->store.packed.plan.pairs ? "bf16" : "f32";
    info->kernels = cpu->kernels->name;
    info->fingerprint = packed->fingerprint;
    info->dimension = arch->dimension;
    info->context = arch->text.layers ? arch->context : 0;
    info->classes = arch->classes;
    info->batch = (uint32_t)cpu->at_once * cpu->threads;
    info->logit_scale =
        arch->text.layers ? (float)exp((double)packed->block[packed->plan.logit_scale]) : 0;
}

static bool cpu_open(struct cpu *cpu, struct img_model *model,
                     const struct img_engine_options *options, struct img_err *err)
{
    const struct img_arch *arch = &model->arch;
    cpu->kernels = img_kernels_choose(options->kernels);
    if (!cpu->kernels)
        return img_err_set(err, IMG_ERR_CONFIG, "no kernels '%s' on this processor",
                           options->kernels);
    cpu->pool = img_pool_new(options->threads ? options->threads : img_processors(), err);
    if (!cpu->pool)
        return false;
    cpu->threads = img_pool_threads(cpu->pool);
    img_sample_values_init(&cpu->values, &model->prep, options->plain_samples);
    if (!img_store_open(&cpu->store, model, options, cpu->pool, err))
        return false;
    if (arch->image.layers > 0 &&
        !set_positions(cpu, options->image_size ? options->image_size : arch->image_size, err))
        return false;
    if (!img_prompt_init(&cpu->prompt, arch, err) || !make_workspaces(cpu, err))
        return false;
    describe(cpu);
    return true;
}

bool img_engine_open_cpu(struct img_engine **engine, struct img_model *model,
                         const struct img_engine_options *options, struct img_err *err)
{
    struct cpu *cpu = calloc(1, sizeof *cpu);
    *engine = NULL;
    if (!cpu)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for an engine");
    cpu->engine.ops = &cpu_ops;
    cpu->model = model;
    if (!cpu_open(cpu, model, options, err)) {
        cpu_close(&cpu->engine);
        return false;
    }
    *engine = &cpu->engine;
    return true;
}
