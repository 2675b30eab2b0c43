/* The engine elsewhere, against a stand-in on this machine: three dialects, and all that goes wrong.
 */
#include "engine/remote/remote.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/remote/compose.h"
#include "engine/remote/reply.h"
#include "support/embed_server.h"
#include "support/scratch.h"

#define FINGERPRINT "00112233445566aa"

enum { DIMENSION = 8 };

static const enum img_remote_choice dialects[] = {IMG_REMOTE_IMG_SERVE, IMG_REMOTE_OLLAMA,
                                                  IMG_REMOTE_OPENAI};
static const unsigned char picture_bytes[] = "not really a picture";
static const struct img_encoded picture = {picture_bytes, sizeof picture_bytes - 1,
                                           IMG_FORMAT_JPEG};

struct talk {
    struct embed_server server;
    char endpoint[64];
    struct img_remote_options options;
    struct img_engine *engine;
    struct img_remote_model model;
    struct img_err err;
    float out[DIMENSION];
    struct img_told told;
};

static void begin(struct talk *t, enum img_remote_choice api)
{
    memset(t, 0, sizeof *t);
    t->server.api = api;
    t->server.dimension = DIMENSION;
    t->server.fingerprint = FINGERPRINT;
    t->server.from = 2;
    t->server.times = 1000;
    t->options = (struct img_remote_options){.api = api,
                                             .model = "clip",
                                             .fingerprint = "",
                                             .workers = 2,
                                             .timeout_s = 1,
                                             .retry_attempts = 2,
                                             .retry_delay_s = 0.01};
}

static void start(struct talk *t)
{
    assert_true(embed_server_start(&t->server, 0));
    snprintf(t->endpoint, sizeof t->endpoint, "http://127.0.0.1:%u", httpd_port(t->server.httpd));
    t->options.endpoint = t->endpoint;
}

static bool meet(struct talk *t)
{
    if (!t->server.httpd)
        start(t);
    return img_engine_open_remote(&t->engine, &t->options, &t->model, &t->err);
}

static void meets(struct talk *t)
{
    if (!meet(t))
        fail_msg("%s", t->err.text);
}

static void end(struct talk *t)
{
    img_engine_close(t->engine);
    embed_server_stop(&t->server);
}

static bool ask(struct talk *t)
{
    return img_engine_encode_file(t->engine, 0, &picture, t->out, &t->told, &t->err);
}

static void asks(struct talk *t)
{
    if (!ask(t))
        fail_msg("%s", t->err.text);
    assert_int_equal((int)t->out[0], picture.len);
    assert_int_equal((int)t->out[2], 1);
}

static void fails(struct talk *t, enum img_code code, const char *text)
{
    if (ask(t))
        fail_msg("'%s' was expected", text);
    if (t->err.code != code || !strstr(t->err.text, text))
        fail_msg("%s, '%s'; expected was %s, '%s'", img_code_name(t->err.code), t->err.text,
                 img_code_name(code), text);
}

static void pictures_in_three_dialects(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct talk t;
        bool ours = dialects[i] == IMG_REMOTE_IMG_SERVE;
        begin(&t, dialects[i]);
        meets(&t);
        assert_int_equal(t.engine->info.dimension, DIMENSION);
        assert_true(t.engine->info.takes_files);
        assert_string_equal(t.engine->info.precision, "remote");
        assert_string_equal(t.engine->info.fingerprint, ours ? FINGERPRINT : "");
        assert_string_equal(t.model.name, ours ? "stand-in" : "clip");
        assert_string_equal(t.model.preprocessing, ours ? "0123abcd" : "");
        asks(&t);
        assert_int_equal(t.told.has_confidence, ours);
        assert_true(fabs(t.told.confidence - (ours ? 0.75 : 0)) < 1e-9);
        end(&t);
    }
}

static void texts_in_three_dialects(void **state)
{
    static const struct img_text texts[] = {
        {"a", 1}, {"three little words", 18}, {"\xc3\xa4\"\n", 4}, {"", 0}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct talk t;
        float vectors[4][DIMENSION];
        float *outs[4] = {vectors[0], vectors[1], vectors[2], vectors[3]};
        struct img_err errs[4];
        begin(&t, dialects[i]);
        meets(&t);
        unsigned before = t.server.requests;
        assert_true(img_engine_encode_texts(t.engine, texts, 4, outs, errs, &t.err));
        assert_int_equal(t.server.requests, before + 1);
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(errs[k].code, IMG_OK);
            assert_int_equal((size_t)vectors[k][0], texts[k].len);
        }
        assert_true(img_engine_encode_text(t.engine, &texts[1], t.out, &t.err));
        assert_int_equal((int)t.out[0], 18);
        assert_false(img_engine_encode_images(t.engine, picture_bytes, 1, t.out, &t.err));
        end(&t);
    }
}

static void the_dialect_is_found_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct talk t;
        begin(&t, dialects[i]);
        t.options.api = IMG_REMOTE_AUTO;
        meets(&t);
        asks(&t);
        assert_int_equal(t.server.requests, 2 + i);
        end(&t);
    }
}

static void a_server_without_base64(void **state)
{
    struct talk t;
    (void)state;
    begin(&t, IMG_REMOTE_OPENAI);
    t.server.numbers_only = true;
    meets(&t);
    asks(&t);
    assert_int_equal(t.server.requests, 3);
    end(&t);
}

static void ollama_itself_has_no_pictures(void **state)
{
    struct talk t;
    (void)state;
    begin(&t, IMG_REMOTE_OLLAMA);
    t.server.texts_only = true;
    meets(&t);
    fails(&t, IMG_ERR_REMOTE, "Ollama itself embeds texts only");
    end(&t);
}

static void one_input_may_fail_alone(void **state)
{
    static const struct img_text texts[] = {{"good", 4}, {"refuse me", 9}, {"better", 6}};
    static const unsigned char bad[] = "refuse me, I am no picture";
    const struct img_encoded refused = {bad, sizeof bad - 1, IMG_FORMAT_PNG};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct talk t;
        float vectors[3][DIMENSION];
        float *outs[3] = {vectors[0], vectors[1], vectors[2]};
        struct img_err errs[3];
        bool ours = dialects[i] == IMG_REMOTE_IMG_SERVE;
        begin(&t, dialects[i]);
        meets(&t);
        assert_true(img_engine_encode_texts(t.engine, texts, 3, outs, errs, &t.err));
        assert_int_equal(errs[0].code, IMG_OK);
        assert_int_equal(errs[1].code, ours ? IMG_ERR_BAD_TEXT : IMG_ERR_REMOTE);
        assert_int_equal(errs[2].code, IMG_OK);
        assert_int_equal((int)vectors[2][0], 6);
        assert_false(
            img_engine_encode_file(t.engine, 1, &refused, t.out, &t.told, &t.err));
        assert_int_equal(t.err.code, ours ? IMG_ERR_TRUNCATED : IMG_ERR_REMOTE);
        assert_string_equal(t.err.text, "it cannot be decoded (HTTP status 422)");
        asks(&t);
        end(&t);
    }
}

/* Faults that pass are not noticed; others are this input's, and the next works. */
static void faults(void **state)
{
    static const struct {
        enum embed_fault fault;
        int status;
        bool passes;
        const char *text;
    } rows[] = {
        {EMBED_STATUS, 500, true, "not so (HTTP status 500)"},
        {EMBED_STATUS, 503, true, "not so (HTTP status 503)"},
        {EMBED_STATUS, 429, true, "not so (HTTP status 429)"},
        {EMBED_STATUS, 501, false, "not so (HTTP status 501)"},
        {EMBED_STATUS, 400, false, "not so (HTTP status 400)"},
        {EMBED_STATUS, 401, false, "not so (HTTP status 401)"},
        {EMBED_CUT, 0, true, " bytes "}, /* libcurl says it in its own words */
        {EMBED_CLOSE, 0, true, "Empty reply"},
        {EMBED_DIMENSION, 0, false, "the server gives 9 numbers, at first it was 8"},
        {EMBED_NAN, 0, false, "the server's"},
        {EMBED_ZEROS, 0, false, "only zeros"},
        {EMBED_JSON, 0, false, "the server's answer"},
        {EMBED_HUGE, 0, false, "too long"},
    };
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
            struct talk t;
            begin(&t, dialects[i]);
            t.server.fault = rows[k].fault;
            t.server.status = rows[k].status;
            t.server.times = 1;
            /* Retry-After's second is waited for once is enough. */
            if (rows[k].status == 429 && i > 0)
                continue;
            meets(&t);
            if (rows[k].passes)
                asks(&t);
            else
                fails(&t, IMG_ERR_REMOTE, rows[k].text);
            asks(&t);
            end(&t);
            if (rows[k].status == 429)
                continue;
            begin(&t, dialects[i]);
            t.server.fault = rows[k].fault;
            t.server.status = rows[k].status;
            meets(&t);
            fails(&t, IMG_ERR_REMOTE, rows[k].text);
            /* A connection that ends at once, libcurl itself opens again. */
            if (rows[k].fault != EMBED_CLOSE)
                assert_int_equal(t.server.requests, rows[k].passes ? 4 : 2);
            end(&t);
        }
}

static void a_server_that_hangs(void **state)
{
    struct talk t;
    (void)state;
    begin(&t, IMG_REMOTE_IMG_SERVE);
    t.server.fault = EMBED_HANG;
    t.server.times = 1;
    meets(&t);
    asks(&t);
    assert_int_equal(t.server.requests, 3);
    end(&t);
}

static void counts_and_places(void **state)
{
    static const struct img_text texts[] = {{"a", 1}, {"bb", 2}, {"ccc", 3}};
    static const struct {
        enum embed_fault fault;
        bool works;
    } rows[] = {{EMBED_DISORDER, true}, {EMBED_TWICE, false}, {EMBED_COUNT, false}};
    (void)state;
    for (size_t k = 0; k < 3; k++) {
        struct talk t;
        float vectors[3][DIMENSION];
        float *outs[3] = {vectors[0], vectors[1], vectors[2]};
        struct img_err errs[3];
        begin(&t, IMG_REMOTE_OPENAI);
        t.server.fault = rows[k].fault;
        meets(&t);
        assert_true(img_engine_encode_texts(t.engine, texts, 3, outs, errs, &t.err));
        for (size_t i = 0; i < 3; i++) {
            assert_int_equal(errs[i].code, rows[k].works ? IMG_OK : IMG_ERR_REMOTE);
            if (rows[k].works)
                assert_int_equal((size_t)vectors[i][0], i + 1);
        }
        end(&t);
    }
}

static void tokens_stay_at_home(void **state)
{
    struct talk t;
    char path[256];
    FILE *file;
    (void)state;
    snprintf(path, sizeof path, "%s/token", scratch_open());
    assert_non_null(file = fopen(path, "w"));
    fputs("s3cret\n", file);
    fclose(file);
    begin(&t, IMG_REMOTE_OPENAI);
    t.server.token = "s3cret";
    assert_false(meet(&t));
    assert_int_equal(t.err.code, IMG_ERR_NETWORK);
    assert_non_null(strstr(t.err.text, "remote_token_file"));
    t.options.token_file = path;
    meets(&t);
    asks(&t);
    end(&t);
    begin(&t, IMG_REMOTE_OPENAI);
    t.server.token = "s3cret";
    t.server.fault = EMBED_REDIRECT;
    t.options.token_file = path;
    meets(&t);
    asks(&t);
    assert_int_equal(t.server.requests, 3);
    assert_int_equal(t.server.foreign_secrets, 0);
    end(&t);
    scratch_close();
}

static void meetings_that_fail(void **state)
{
    static const struct {
        const char *endpoint, *fingerprint, *token_file, *model, *text;
        uint32_t dimension;
        enum img_code code;
    } rows[] = {
        {"http://127.0.0.1:1", "", NULL, NULL, "http://127.0.0.1:1: ", 0, IMG_ERR_NETWORK},
        {"127.0.0.1", "", NULL, NULL, "ollama_endpoint: '127.0.0.1'", 0, IMG_ERR_CONFIG},
        {"http://u:p@h", "", NULL, NULL, "password", 0, IMG_ERR_CONFIG},
        {NULL, "00112233", NULL, NULL, "16 hex digits", 0, IMG_ERR_CONFIG},
        {NULL, "0011223344556677", NULL, NULL, "not the pinned 0011223344556677", 0,
         IMG_ERR_MODEL_MISSING},
        {NULL, "", "/nonexistent", NULL, "remote_token_file: ", 0, IMG_ERR_CONFIG},
        {NULL, "", "/dev/null", NULL, "no token", 0, IMG_ERR_CONFIG},
        {NULL, "", NULL, "other", "the server's model is stand-in, not other", 0,
         IMG_ERR_MODEL_MISSING},
        {NULL, "", NULL, NULL, "vectors of 8 numbers, asked for are 512", 512,
         IMG_ERR_MODEL_UNSUPPORTED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct talk t;
        begin(&t, IMG_REMOTE_IMG_SERVE);
        start(&t);
        if (rows[i].endpoint)
            t.options.endpoint = rows[i].endpoint;
        t.options.fingerprint = rows[i].fingerprint;
        t.options.token_file = rows[i].token_file;
        t.options.dimension = rows[i].dimension;
        t.options.model_asked = rows[i].model != NULL;
        t.options.model = rows[i].model ? rows[i].model : "clip";
        assert_false(meet(&t));
        if (t.err.code != rows[i].code || !strstr(t.err.text, rows[i].text))
            fail_msg("%s, '%s'; expected was '%s'", img_code_name(t.err.code), t.err.text,
                     rows[i].text);
        end(&t);
    }
}

static void another_model_later(void **state)
{
    struct talk t;
    (void)state;
    begin(&t, IMG_REMOTE_IMG_SERVE);
    t.server.fault = EMBED_MODEL;
    t.options.fingerprint = FINGERPRINT;
    t.options.model = "org/stand-in";
    t.options.model_asked = true;
    meets(&t);
    fails(&t, IMG_ERR_REMOTE, "another model now");
    end(&t);
}

static void a_server_that_has_gone_ends_the_run(void **state)
{
    struct talk t;
    unsigned given_up = 0;
    (void)state;
    begin(&t, IMG_REMOTE_OPENAI);
    t.options.retry_attempts = 0;
    meets(&t);
    embed_server_stop(&t.server);
    while (!ask(&t) && t.err.code == IMG_ERR_REMOTE && given_up < 100)
        given_up++;
    assert_int_equal(t.err.code, IMG_ERR_NETWORK);
    assert_in_range(given_up, 3, 50);
    img_engine_close(t.engine);
}

struct asker {
    struct talk *t;
    unsigned slot;
    size_t good;
};

static void *ask_much(void *ctx)
{
    struct asker *self = ctx;
    for (size_t i = 0; i < 20; i++) {
        unsigned char bytes[64];
        const struct img_encoded own = {bytes, 1 + self->slot * 20 + i, IMG_FORMAT_PNG};
        float out[DIMENSION];
        struct img_told told;
        struct img_err err;
        memset(bytes, 'x', sizeof bytes);
        self->good += img_engine_encode_file(self->t->engine, self->slot, &own, out, &told, &err) &&
                      (size_t)out[0] == own.len;
    }
    return NULL;
}

static void slots_ask_at_a_time(void **state)
{
    struct talk t;
    struct asker askers[3];
    pthread_t threads[3];
    (void)state;
    begin(&t, IMG_REMOTE_OPENAI);
    t.options.workers = 3;
    t.server.slow_ms = 5;
    meets(&t);
    for (unsigned i = 0; i < 3; i++) {
        askers[i] = (struct asker){&t, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, ask_much, &askers[i]), 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(askers[i].good, 20);
    }
    assert_in_range(t.server.most, 2, 3);
    end(&t);
}

static void bodies(void **state)
{
    static const struct img_text texts[] = {{"a\"b", 3}, {"c", 1}};
    static const struct img_encoded own = {(const unsigned char *)"abc", 3, IMG_FORMAT_PNG};
    struct img_remote_tongue tongue = {.endpoint = "http://h/v1/", .model = "m"};
    static const struct {
        enum img_remote_choice api;
        const char *picture, *texts;
    } rows[] = {
        {IMG_REMOTE_OLLAMA,
         "http://h/v1/api/embed{\"model\":\"m\",\"input\":[],\"images\":[\"YWJj\"]}",
         "http://h/v1/api/embed{\"model\":\"m\",\"input\":[\"a\\\"b\",\"c\"]}"},
        {IMG_REMOTE_OPENAI,
         "http://h/v1/embeddings{\"model\":\"m\",\"input\":[\"data:image/png;base64,YWJj\"],"
         "\"encoding_format\":\"base64\"}",
         "http://h/v1/embeddings{\"model\":\"m\",\"input\":[\"a\\\"b\",\"c\"],"
         "\"encoding_format\":\"base64\"}"},
        {IMG_REMOTE_IMG_SERVE,
         "http://h/v1/api/v1/embeddings/image{\"image_base64\":\"YWJj\",\"normalize\":false,"
         "\"encoding_format\":\"base64\"}",
         "http://h/v1/api/v1/embeddings/text{\"texts\":[\"a\\\"b\",\"c\"],\"normalize\":false,"
         "\"encoding_format\":\"base64\"}"},
    };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct img_buf out = {0};
        tongue.api = rows[i].api;
        img_remote_put_url(&tongue, false, &out);
        img_remote_put_picture(&tongue, &own, &out);
        assert_string_equal(out.data, rows[i].picture);
        img_buf_reset(&out);
        img_remote_put_url(&tongue, true, &out);
        img_remote_put_texts(&tongue, texts, 2, &out);
        assert_string_equal(out.data, rows[i].texts);
        img_buf_clear(&out);
    }
}

static void refusals(void **state)
{
    static const struct {
        const char *body, *text;
        enum img_code code;
    } rows[] = {
        {"{\"error\":\"model 'x' not found\"}", "model 'x' not found", IMG_ERR_REMOTE},
        {"{\"error\":{\"message\":\"no\\nway\"}}", "no way", IMG_ERR_REMOTE},
        {"{\"detail\":\"Not Found\"}", "Not Found", IMG_ERR_REMOTE},
        {"{\"error\":\"t\",\"error_code\":\"too_many_pixels\"}", "t", IMG_ERR_TOO_MANY_PIXELS},
        {"{\"error\":\"t\",\"error_code\":\"system\"}", "t", IMG_ERR_REMOTE},
        {"{\"error\":\"t\",\"error_code\":7}", "t", IMG_ERR_REMOTE},
        {"<html>", "", IMG_ERR_REMOTE},
        {"", "", IMG_ERR_REMOTE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct img_arena arena = {0};
        struct img_remote_said said;
        enum img_code code;
        char text[IMG_REMOTE_TEXT_MAX];
        img_remote_read_refusal(rows[i].body, strlen(rows[i].body), &arena, text, &code, &said);
        assert_string_equal(text, rows[i].text);
        assert_int_equal(code, rows[i].code);
        img_arena_clear(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_in_three_dialects),
        cmocka_unit_test(texts_in_three_dialects),
        cmocka_unit_test(the_dialect_is_found_out),
        cmocka_unit_test(a_server_without_base64),
        cmocka_unit_test(ollama_itself_has_no_pictures),
        cmocka_unit_test(one_input_may_fail_alone),
        cmocka_unit_test(faults),
        cmocka_unit_test(a_server_that_hangs),
        cmocka_unit_test(counts_and_places),
        cmocka_unit_test(tokens_stay_at_home),
        cmocka_unit_test(meetings_that_fail),
        cmocka_unit_test(another_model_later),
        cmocka_unit_test(a_server_that_has_gone_ends_the_run),
        cmocka_unit_test(slots_ask_at_a_time),
        cmocka_unit_test(bodies),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
