/* The engine's functions over a server. */
#include "engine/remote/remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/remote/ask.h"
#include "net/url.h"

static struct img_remote *remote_of(struct img_engine *engine)
{
    return (struct img_remote *)engine;
}

static bool encode_file(struct img_engine *engine, unsigned slot,
                        const struct img_encoded *picture, float *out, struct img_told *told,
                        struct img_err *err)
{
    struct img_remote *r = remote_of(engine);
    const struct img_remote_question question = {.picture = picture, .n = 1};
    struct img_remote_result result;
    if (slot >= r->options.workers)
        return img_err_set(err, IMG_ERR_SYSTEM, "there are only %u lines", r->options.workers);
    if (!img_remote_ask(r, &r->lines[slot], &question, &result, err) ||
        !img_remote_check(r, &result, err))
        return false;
    memcpy(out, result.values, result.count * sizeof *out);
    *told = result.told;
    return true;
}

/* Texts in one request. */
static bool ask_texts(struct img_remote *r, const struct img_text *texts, size_t n,
                      float *const *outs, struct img_err *errs, struct img_err *err)
{
    struct img_remote_line *line = &r->lines[r->options.workers];
    const struct img_remote_question question = {.texts = texts, .n = n};
    struct img_remote_result *results = calloc(n, sizeof *results);
    if (!results)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu texts", n);
    bool ok = img_remote_ask(r, line, &question, results, err);
    for (size_t i = 0; ok && i < n; i++) {
        errs[i] = (struct img_err){0};
        if (img_remote_check(r, &results[i], &errs[i]))
            memcpy(outs[i], results[i].values, results[i].count * sizeof *outs[i]);
    }
    free(results);
    return ok;
}

/* Whether a refusal may be for one text's sake, and the others would pass. */
static bool may_be_one(long status)
{
    return status == 400 || status == 413 || status == 422;
}

static bool encode_texts(struct img_engine *engine, const struct img_text *texts, size_t n,
                         float *const *outs, struct img_err *errs, struct img_err *err)
{
    struct img_remote *r = remote_of(engine);
    struct img_err why = {0};
    if (n == 0 || ask_texts(r, texts, n, outs, errs, &why))
        return true;
    bool alone = n > 1 && may_be_one(r->lines[r->options.workers].answer.status);
    for (size_t i = 0; i < n && why.code != IMG_ERR_NETWORK; i++) {
        if (!alone)
            errs[i] = why;
        else if (!ask_texts(r, &texts[i], 1, &outs[i], &errs[i], &errs[i]) &&
                 errs[i].code == IMG_ERR_NETWORK)
            why = errs[i];
    }
    if (why.code != IMG_ERR_NETWORK)
        return true;
    *err = why;
    return false;
}

static bool encode_text(struct img_engine *engine, const struct img_text *text, float *out,
                        struct img_err *err)
{
    struct img_err own = {0};
    if (!encode_texts(engine, text, 1, &out, &own, err))
        return false;
    if (own.code == IMG_OK)
        return true;
    *err = own;
    return false;
}

static void close_remote(struct img_engine *engine)
{
    struct img_remote *r = remote_of(engine);
    for (unsigned i = 0; r->lines && i <= r->options.workers; i++) {
        struct img_remote_line *line = &r->lines[i];
        img_http_close(line->http);
        img_buf_clear(&line->url);
        img_buf_clear(&line->body);
        img_buf_clear(&line->reply);
        img_arena_clear(&line->arena);
    }
    free(r->lines);
    memset(r->token, 0, sizeof r->token);
    free(r);
}

static const struct img_engine_ops remote_ops = {
    .encode_text = encode_text,
    .encode_file = encode_file,
    .encode_texts = encode_texts,
    .close = close_remote,
};

/* The first line of the token's file. */
static bool read_token(const char *path, char *token, size_t room, struct img_err *err)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return img_err_sys(err, IMG_ERR_CONFIG, errno, "remote_token_file: %s", path);
    char *line = fgets(token, (int)room, file);
    fclose(file);
    size_t len = line ? strcspn(line, "\r\n") : 0;
    bool ends = line && line[len] != '\0';
    if (line)
        line[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (token[i] <= ' ' || token[i] > '~')
            len = 0;
    if (len == 0 || (!ends && len + 1 == room))
        return img_err_set(err, IMG_ERR_CONFIG,
                           "remote_token_file: %s: its first line is no token", path);
    return true;
}

static bool take_options(struct img_remote *r, const struct img_remote_options *o,
                         struct img_err *err)
{
    r->options = *o;
    r->tongue = (struct img_remote_tongue){.endpoint = o->endpoint, .model = o->model};
    if (!img_url_check_endpoint(o->endpoint, err))
        return img_err_in(err, "ollama_endpoint");
    if (o->fingerprint[0] &&
        (strlen(o->fingerprint) != sizeof r->pinned - 1 ||
         strspn(o->fingerprint, "0123456789abcdef") != sizeof r->pinned - 1))
        return img_err_set(err, IMG_ERR_CONFIG, "fingerprint '%.32s' is not of 16 hex digits",
                           o->fingerprint);
    snprintf(r->pinned, sizeof r->pinned, "%s", o->fingerprint);
    if (o->token_file && !read_token(o->token_file, r->token, sizeof r->token, err))
        return false;
    r->http = (struct img_http_options){.endpoint = o->endpoint,
                                        .token = r->token[0] ? r->token : NULL,
                                        .ca_file = o->ca_file};
    r->lines = calloc((size_t)o->workers + 1, sizeof *r->lines);
    return r->lines ||
           img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u lines", o->workers);
}

bool img_engine_open_remote(struct img_engine **engine, const struct img_remote_options *options,
                            struct img_remote_model *model, struct img_err *err)
{
    struct img_remote *r = calloc(1, sizeof *r);
    if (!r)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for an engine");
    r->base.ops = &remote_ops;
    if (!take_options(r, options, err) || !img_remote_meet(r, err)) {
        close_remote(&r->base);
        return false;
    }
    r->base.info = (struct img_engine_info){
        .engine = "remote",
        .precision = "remote",
        .kernels = options->endpoint,
        .fingerprint = r->known.fingerprint,
        .takes_files = true,
        .dimension = r->base.info.dimension,
        .context = UINT32_MAX, /* the server cuts */
        .batch = 1,
    };
    *model = (struct img_remote_model){.name = r->known.model,
                                       .preprocessing = r->known.preprocessing};
    *engine = &r->base;
    return true;
}
