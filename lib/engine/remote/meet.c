/* Meeting a server: how it is spoken to, and what its model is. */
#include <stdio.h>
#include <string.h>

#include "engine/remote/ask.h"
#include "image/png.h"

enum { SIDE = 32 /* of the picture that is asked about first */, DIMENSION_MAX = 65536 };

static void describe(struct img_remote *r, const struct img_remote_result *result)
{
    const struct img_remote_said *said = &r->lines[0].said;
    r->base.info.dimension = (uint32_t)result->count;
    r->known = *said;
    if (r->pinned[0])
        memcpy(r->known.fingerprint, r->pinned, sizeof r->known.fingerprint);
    if (r->tongue.api != IMG_REMOTE_IMG_SERVE || !r->known.model[0])
        snprintf(r->known.model, sizeof r->known.model, "%s", r->options.model);
}

/* The part of a name behind its last slash: openai/clip-vit-base-patch32 is the same model. */
static const char *base_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

static bool check_identity(const struct img_remote *r, const struct img_remote_result *result,
                           struct img_err *err)
{
    const struct img_remote_said *said = &r->lines[0].said;
    if (r->options.model_asked && r->tongue.api == IMG_REMOTE_IMG_SERVE && said->model[0] &&
        strcmp(base_name(said->model), base_name(r->options.model)) != 0)
        return img_err_set(err, IMG_ERR_MODEL_MISSING, "the server's model is %s, not %s",
                           said->model, r->options.model);
    if (r->pinned[0] && said->fingerprint[0] && strcmp(r->pinned, said->fingerprint) != 0)
        return img_err_set(err, IMG_ERR_MODEL_MISSING,
                           "the server's model has fingerprint %s, not the pinned %s",
                           said->fingerprint, r->pinned);
    if (result->count > DIMENSION_MAX ||
        (r->options.dimension > 0 && result->count != r->options.dimension))
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "the server gives vectors of %zu numbers, asked for are %u",
                           result->count, r->options.dimension);
    return true;
}

/* A picture of which every model makes something: a slope of greys. */
static bool make_picture(struct img_buf *png, struct img_err *err)
{
    uint8_t pixels[SIDE * SIDE * 3];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i / 3 * 255 / (SIDE * SIDE - 1));
    img_png_put(png, pixels, SIDE, SIDE);
    return img_buf_ok(png, err);
}

static bool ask_about(struct img_remote *r, bool picture, struct img_remote_result *result,
                      struct img_err *err)
{
    struct img_remote_line *line = &r->lines[0];
    const struct img_text text = {"a picture", strlen("a picture")};
    struct img_buf png = {0};
    if (picture && !make_picture(&png, err)) {
        img_buf_clear(&png);
        return false;
    }
    const struct img_encoded encoded = {(const unsigned char *)png.data, png.len, IMG_FORMAT_PNG};
    const struct img_remote_question question = {.picture = picture ? &encoded : NULL,
                                                 .texts = &text,
                                                 .n = 1};
    bool ok = img_remote_ask(r, line, &question, result, err) && img_remote_check(r, result, err);
    img_buf_clear(&png);
    return ok;
}

/* An answer that another question to the same server may better. */
static bool is_no(const struct img_remote *r, const struct img_err *err)
{
    long status = r->lines[0].answer.status;
    return err->code != IMG_ERR_OUT_OF_MEMORY && err->code != IMG_ERR_NETWORK && status != 0 &&
           status != 401 && status != 403 && status != 429 && status < 500;
}

/* Not every server knows base64, and not every model pictures, or texts. img-serve says of pictures
 * how it preprocesses them, so they come first; Ollama itself has no pictures. */
static bool introduce(struct img_remote *r, enum img_remote_choice api,
                      struct img_remote_result *result, struct img_err *err)
{
    bool first = api == IMG_REMOTE_IMG_SERVE;
    r->tongue.api = api;
    r->tongue.numbers = false;
    if (ask_about(r, first, result, err))
        return true;
    if (api == IMG_REMOTE_OPENAI && is_no(r, err)) {
        r->tongue.numbers = true;
        if (ask_about(r, first, result, err))
            return true;
    }
    struct img_err other;
    if (!is_no(r, err) || r->lines[0].answer.status == 404)
        return false;
    return ask_about(r, !first, result, &other);
}

/* Ollama says so when it lacks a model, and then it is Ollama. */
static bool lacks_model(const struct img_remote *r, enum img_remote_choice api,
                        const struct img_err *err)
{
    return api == IMG_REMOTE_OLLAMA && r->lines[0].answer.status == 404 &&
           strstr(err->text, "model") != NULL;
}

static bool fail(const struct img_remote *r, struct img_err *err)
{
    long status = r->lines[0].answer.status;
    if (err->code == IMG_ERR_REMOTE)
        err->code = IMG_ERR_NETWORK;
    if (status == 401 || status == 403)
        img_err_in(err, "the server wants a token (remote_token_file)");
    return img_err_in(err, "%s", r->options.endpoint);
}

static bool find_tongue(struct img_remote *r, struct img_remote_result *result,
                        struct img_err *err)
{
    static const enum img_remote_choice all[] = {IMG_REMOTE_IMG_SERVE, IMG_REMOTE_OLLAMA,
                                                 IMG_REMOTE_OPENAI};
    if (r->options.api != IMG_REMOTE_AUTO) {
        if (introduce(r, r->options.api, result, err))
            return true;
        if (lacks_model(r, r->options.api, err))
            err->code = IMG_ERR_MODEL_MISSING;
        return err->code == IMG_ERR_MODEL_MISSING ? img_err_in(err, "%s", r->options.endpoint)
                                                  : fail(r, err);
    }
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (introduce(r, all[i], result, err))
            return true;
        if (lacks_model(r, all[i], err)) {
            err->code = IMG_ERR_MODEL_MISSING;
            return img_err_in(err, "%s", r->options.endpoint);
        }
        if (!is_no(r, err))
            return fail(r, err);
    }
    fail(r, err);
    return img_err_in(err, "none of the APIs that remote_api knows answers");
}

bool img_remote_meet(struct img_remote *r, struct img_err *err)
{
    struct img_remote_result result;
    if (!find_tongue(r, &result, err))
        return false;
    if (!check_identity(r, &result, err))
        return img_err_in(err, "%s", r->options.endpoint);
    describe(r, &result);
    return true;
}
