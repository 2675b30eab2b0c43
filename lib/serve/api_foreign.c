/* The APIs of others, for their clients: OpenAI's embeddings and Ollama's. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "json/number.h"
#include "json/string.h"
#include "record/embedding.h"
#include "serve/api.h"
#include "serve/serve.h"

static const char *model_name(const struct img_request *r)
{
    return r->serve->setup->embedder.model_name;
}

/* The name as it is, the last part of one with an organisation, or Ollama's with a tag; "" is any. */
static bool is_model(const struct img_request *r, const char *asked)
{
    const char *name = model_name(r), *slash = strrchr(name, '/');
    const char *tag = strrchr(asked, ':');
    size_t len = tag && strcmp(tag, ":latest") == 0 ? (size_t)(tag - asked) : strlen(asked);
    const char *names[] = {name, slash ? slash + 1 : name};
    for (size_t i = 0; i < 2; i++)
        if (strlen(names[i]) == len && strncmp(names[i], asked, len) == 0)
            return true;
    return len == 0;
}

static bool check(const struct img_request *r, const struct img_foreign_ask *ask,
                  struct img_err *err)
{
    uint32_t dimension = r->serve->setup->embedder.engine->info.dimension;
    if (!is_model(r, ask->model))
        return img_err_set(err, IMG_ERR_NOT_FOUND, "the model '%.100s' is not served here; '%s' is",
                           ask->model, model_name(r));
    return ask->dimensions == 0 || ask->dimensions == dimension ||
           img_err_set(err, IMG_ERR_BAD_EMBEDDING, "dimensions: this model gives %u", dimension);
}

typedef bool (*reader)(const struct img_body *body, size_t most, struct img_arena *arena,
                       struct img_foreign_ask *ask, struct img_err *err);

static void embed(struct img_request *r, reader read, bool normalize,
                  void (*finish)(struct img_request *, struct img_buf *))
{
    const struct img_body body = {.type = r->type, .bytes = r->body.data ? r->body.data : "",
                                  .len = r->body.len};
    struct img_err err;
    struct img_foreign_ask *ask = img_arena_alloc(&r->arena, sizeof *ask, &err);
    struct img_wishes *wishes = img_arena_alloc(&r->arena, sizeof *wishes, &err);
    if (!ask || !wishes ||
        !read(&body, (size_t)r->serve->options->images, &r->arena, ask, &err) ||
        !check(r, ask, &err) || !img_request_entries(r, ask->inputs.count, &err)) {
        img_api_fail(r, &err);
        return;
    }
    wishes->normalize = normalize;
    for (size_t i = 0; i < ask->inputs.count; i++)
        img_request_fill(&r->entries[i], &ask->inputs.items[i], wishes);
    r->plan = ask;
    r->finish = finish;
}

/* These APIs have no records for single failures: the first fails all. */
static bool all_worked(struct img_request *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct img_err err = r->entries[i].item.err;
        if (err.code == IMG_OK)
            continue;
        img_err_in(&err, "input %zu", i);
        img_request_fail(r, img_input_status(err.code), &err);
        return false;
    }
    return true;
}

static size_t count_tokens(const struct img_request *r)
{
    size_t tokens = 0;
    for (size_t i = 0; i < r->count; i++)
        tokens += r->entries[i].item.tokens;
    return tokens;
}

static void finish_openai(struct img_request *r, struct img_buf *out)
{
    const struct img_foreign_ask *ask = r->plan;
    size_t tokens = count_tokens(r);
    if (!all_worked(r))
        return;
    img_buf_puts(out, "{\"object\":\"list\",\"data\":[");
    for (size_t i = 0; i < r->count; i++) {
        img_buf_printf(out, "%s{\"object\":\"embedding\",\"index\":%zu,\"embedding\":",
                       i > 0 ? "," : "", i);
        img_embedding_put_vector(out, r->entries[i].item.embedding,
                                 r->serve->setup->embedder.engine->info.dimension, ask->base64);
        img_buf_putc(out, '}');
    }
    img_buf_puts(out, "],\"model\":");
    img_json_put_text(out, model_name(r));
    img_buf_printf(out, ",\"usage\":{\"prompt_tokens\":%zu,\"total_tokens\":%zu}}\n", tokens,
                   tokens);
    img_request_answer(r, 200, "application/json");
}

static void finish_ollama(struct img_request *r, struct img_buf *out)
{
    if (!all_worked(r))
        return;
    img_buf_puts(out, "{\"model\":");
    img_json_put_text(out, model_name(r));
    img_buf_puts(out, ",\"embeddings\":[");
    for (size_t i = 0; i < r->count; i++) {
        if (i > 0)
            img_buf_putc(out, ',');
        img_json_put_floats(out, r->entries[i].item.embedding,
                            r->serve->setup->embedder.engine->info.dimension);
    }
    img_buf_printf(out, "],\"total_duration\":%.0f,\"load_duration\":0,\"prompt_eval_count\":%zu}\n",
                   (img_item_clock() - r->begun) * 1e9, count_tokens(r));
    img_request_answer(r, 200, "application/json");
}

void img_api_openai(struct img_request *r)
{
    embed(r, img_ask_openai, r->serve->setup->settings.normalize, finish_openai);
}

void img_api_ollama(struct img_request *r)
{
    embed(r, img_ask_ollama, r->serve->setup->settings.normalize, finish_ollama);
}

/* What a client of ours wants to know beside what OpenAI tells. */
static void put_engine(const struct img_request *r, struct img_buf *out)
{
    const struct img_engine_info *info = &r->serve->setup->embedder.engine->info;
    img_buf_printf(out, "\"dimension\":%u,\"fingerprint\":\"%s\",\"precision\":\"%s\","
                   "\"preprocessing\":\"%s\"",
                   info->dimension, info->fingerprint, info->precision,
                   r->serve->setup->settings.preprocessing);
}

void img_api_openai_models(struct img_request *r)
{
    img_buf_puts(&r->out, "{\"object\":\"list\",\"data\":[{\"id\":");
    img_json_put_text(&r->out, model_name(r));
    img_buf_printf(&r->out, ",\"object\":\"model\",\"created\":%lld,\"owned_by\":\"img-tools\",",
                   (long long)r->serve->started);
    put_engine(r, &r->out);
    img_buf_puts(&r->out, "}]}\n");
    img_request_answer(r, 200, "application/json");
}

void img_api_ollama_tags(struct img_request *r)
{
    const struct img_model *model = &r->serve->setup->model;
    char when[40] = "";
    uint64_t bytes = 0;
    int64_t newest = 0;
    for (size_t i = 0; i < model->file_count; i++) {
        const struct img_stamp *stamp = &model->files[i].stamp;
        bytes += stamp->size;
        newest = stamp->mtime_ns > newest ? stamp->mtime_ns : newest;
    }
    img_metadata_file_time(newest > 0 ? newest : 1, when);
    img_buf_puts(&r->out, "{\"models\":[{\"name\":");
    img_json_put_text(&r->out, model_name(r));
    img_buf_puts(&r->out, ",\"model\":");
    img_json_put_text(&r->out, model_name(r));
    img_buf_printf(&r->out, ",\"modified_at\":\"%s\",\"size\":%llu,\"digest\":\"%s\",\"details\":{"
                   "\"parent_model\":\"\",\"format\":\"safetensors\",\"family\":\"clip\","
                   "\"families\":[\"clip\"],\"parameter_size\":\"\",\"quantization_level\":\"F32\",",
                   when, (unsigned long long)bytes,
                   r->serve->setup->embedder.engine->info.fingerprint);
    put_engine(r, &r->out);
    img_buf_puts(&r->out, "}}]}\n");
    img_request_answer(r, 200, "application/json");
}

void img_api_ollama_version(struct img_request *r)
{
    img_buf_puts(&r->out, "{\"version\":\"" IMG_VERSION "\"}\n");
    img_request_answer(r, 200, "application/json");
}
