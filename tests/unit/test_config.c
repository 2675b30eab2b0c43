/* The configuration: every source, their precedence, what is refused and how it is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/common.h"
#include "config/config.h"

static char home[] = "/tmp/img-config-XXXXXX";

static const struct img_program program = {.name = "img-test", .usage = "", .about = "",
                                           .common = ~0u};

struct run {
    struct img_cli cli;
    struct img_config config;
    struct img_err err;
    bool ok;
    char said[1024]; /* lines reported, each with a newline */
};

static void hear(void *ctx, enum img_level level, const char *text)
{
    struct run *run = ctx;
    size_t have = strlen(run->said);
    (void)level;
    snprintf(run->said + have, sizeof run->said - have, "%s\n", text);
}

/* Reads the configuration of a command line (NULL at its end). */
static void load(struct run *run, ...)
{
    static char words[16][128];
    char *argv[17] = {words[0]};
    int argc = 1;
    va_list args;
    const char *word;
    va_start(args, run);
    while ((word = va_arg(args, const char *)) != NULL) {
        snprintf(words[argc], sizeof words[0], "%s", word);
        argv[argc] = words[argc];
        argc++;
    }
    va_end(args);
    img_arena_clear(&run->cli.arena);
    memset(run, 0, sizeof *run);
    run->cli.program = &program;
    run->cli.messages.program = "img-test";
    run->cli.report = (struct img_report){hear, run};
    img_output_init(&run->cli.output, -1, "nothing");
    run->ok = img_options_parse(&program, argc, argv, NULL, &run->cli.common, &run->cli.arena,
                                &run->cli.parsed, &run->err) &&
              img_config_begin(&run->config, &run->cli, &run->err);
}

static void done(struct run *run)
{
    img_arena_clear(&run->cli.arena);
    img_output_clear(&run->cli.output);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", home, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_folder(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", home, name);
    mkdir(path, 0700);
}

static int set_up(void **state)
{
    (void)state;
    clearenv();
    setenv("HOME", home, 1);
    write_file(".config/img-tools/config.json", "{}");
    return 0;
}

static void assert_error(const struct run *run, const char *text)
{
    assert_false(run->ok);
    assert_int_equal(run->err.code, IMG_ERR_CONFIG);
    assert_string_equal(run->err.text, text);
}

static void test_defaults(void **state)
{
    (void)state;
    struct run run = {0};
    char path[256];
    load(&run, NULL);
    assert_true(run.ok);
    const struct img_values *v = &run.config.v;
    assert_string_equal(v->model_name, "clip-vit-base-patch32");
    assert_string_equal(v->ollama_endpoint, "http://localhost:11434");
    assert_int_equal(v->dimension, 0);
    assert_int_equal(v->batch_size, 32);
    assert_int_equal(v->max_image_size, 1333);
    assert_int_equal(v->min_image_size, 224);
    assert_int_equal(v->max_file_size, 268435456);
    assert_true(v->quality_threshold == 0.5 && v->timeout == 30 && v->retry_delay == 1);
    assert_true(v->normalize_embeddings && v->use_gpu && v->cache_embeddings && v->auto_orient);
    assert_false(v->apply_augmentation || v->debug || v->background.set);
    assert_int_equal(v->engine, IMG_ENGINE_AUTO);
    assert_int_equal(v->fail_on, IMG_FAIL_ON_TRUNCATED);
    assert_null(v->root);
    snprintf(path, sizeof path, "%s/.cache/img-tools", home);
    assert_string_equal(v->cache_directory, path);
    assert_string_equal(run.said, "");
    assert_false(img_config_asked(&run.config, IMG_KEY_model_name));
    done(&run);
}

/* One key through all sources: each source alone, and each pair. */
static void test_precedence(void **state)
{
    (void)state;
    struct run run = {0};
    for (unsigned on = 0; on < 1u << 5; on++) {
        set_up(NULL);
        if (on & 1)
            write_file(".config/img-tools/config.json", "{\"model_name\":\"file\"}");
        if (on & 2)
            setenv("CLIP_MODEL_NAME", "clip", 1);
        if (on & 4)
            setenv("IMG_TOOLS_MODEL_NAME", "own", 1);
        const char *words[3] = {"x", "x", "x"};
        if (on & 8)
            words[0] = "--set=model_name=set";
        if (on & 16) {
            words[1] = "-m";
            words[2] = "flag";
        }
        load(&run, words[0], words[1], words[2], NULL);
        assert_true(run.ok);
        static const struct {
            unsigned bit;
            const char *value;
            enum img_source source;
            const char *from;
        } order[] = {{16, "flag", IMG_FROM_FLAG, "-m"},
                     {8, "set", IMG_FROM_SET, "--set"},
                     {4, "own", IMG_FROM_ENVIRONMENT, "IMG_TOOLS_MODEL_NAME"},
                     {2, "clip", IMG_FROM_ENVIRONMENT, "CLIP_MODEL_NAME"},
                     {1, "file", IMG_FROM_FILE, NULL},
                     {32, "clip-vit-base-patch32", IMG_FROM_DEFAULT, "default"}};
        size_t i = 0;
        while (!((on | 32) & order[i].bit))
            i++;
        assert_string_equal(run.config.v.model_name, order[i].value);
        assert_int_equal(run.config.source[IMG_KEY_model_name], order[i].source);
        if (order[i].from)
            assert_string_equal(run.config.from[IMG_KEY_model_name], order[i].from);
        assert_int_equal(img_config_asked(&run.config, IMG_KEY_model_name), on != 0);
    }
    done(&run);
}

static void test_every_key(void **state)
{
    (void)state;
    struct run run = {0};
    for (unsigned key = 0; key < IMG_KEY_COUNT; key++) {
        const struct img_key_row *row = img_key_row((enum img_key)key);
        static const char *const samples[] = {
            [IMG_KEY_STRING] = "text", [IMG_KEY_PATH] = "/a/b",  [IMG_KEY_LIST] = ".jpg,.png",
            [IMG_KEY_INT] = "2",       [IMG_KEY_FLOAT] = "0.25", [IMG_KEY_SIZE] = "4096",
            [IMG_KEY_BOOL] = "false",  [IMG_KEY_CHOICE] = NULL,  [IMG_KEY_COLOR] = "#00ff7f"};
        const char *sample = samples[row->kind] ? samples[row->kind]
                                                : img_key_choices((enum img_key)key)[1];
        char word[128], upper[64], name[80];
        struct img_buf shown = {0};
        for (size_t i = 0; i <= strlen(row->name); i++)
            upper[i] = row->name[i] >= 'a' && row->name[i] <= 'z' ? (char)(row->name[i] - 32)
                                                                  : row->name[i];
        snprintf(word, sizeof word, "--set=%s=%s", row->name, sample);
        set_up(NULL);
        load(&run, word, NULL);
        assert_true(run.ok);
        img_key_put((enum img_key)key, &run.config.v, &shown);
        assert_string_equal(shown.data, sample);

        snprintf(name, sizeof name, "IMG_TOOLS_%s", upper);
        setenv(name, sample, 1);
        load(&run, NULL);
        assert_true(run.ok);
        img_buf_reset(&shown);
        img_key_put((enum img_key)key, &run.config.v, &shown);
        assert_string_equal(shown.data, sample);
        assert_string_equal(run.config.from[key], name);
        img_buf_clear(&shown);
    }
    done(&run);
}

/* Joined one by one, half a megabyte of names took four gigabytes. */
static void long_list(void **state)
{
    (void)state;
    enum { NAMES = 100000 };
    struct run run = {0};
    struct img_buf text = {0};
    img_buf_puts(&text, "{\"supported_formats\":[\"png\"");
    for (int i = 1; i < NAMES; i++)
        img_buf_puts(&text, ",\"png\"");
    img_buf_puts(&text, "]}");
    write_file(".config/img-tools/config.json", text.data);
    load(&run, NULL);
    assert_true(run.ok);
    assert_int_equal(strlen(run.config.v.supported_formats), 4 * NAMES - 1);
    assert_true(run.cli.arena.used < 100 << 20);
    img_buf_clear(&text);
    done(&run);
}

static void test_file(void **state)
{
    (void)state;
    struct run run = {0};
    write_file(".config/img-tools/config.json",
               "{\"batch_size\":8,\"timeout\":2.5,\"use_gpu\":false,\"max_file_size\":\"1M\","
               "\"supported_formats\":[\".jpg\",\"PNG\"],\"background\":\"#ffffff\",\"page\":null,"
               "\"max_pixels\":1e6,\"engine\":\"cpu\",\"page\":3,\"page\":4}");
    load(&run, NULL);
    assert_true(run.ok);
    assert_int_equal(run.config.v.batch_size, 8);
    assert_true(run.config.v.timeout == 2.5);
    assert_false(run.config.v.use_gpu);
    assert_int_equal(run.config.v.max_file_size, 1048576);
    assert_string_equal(run.config.v.supported_formats, ".jpg,PNG");
    assert_int_equal(run.config.v.background.rgb, 0xffffff);
    assert_int_equal(run.config.v.max_pixels, 1000000);
    assert_int_equal(run.config.v.engine, IMG_ENGINE_CPU);
    assert_int_equal(run.config.v.page, 4);
    done(&run);
}

static void test_bad_file(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        {"{\"timout\":3}", "unknown key 'timout'; did you mean 'timeout'?"},
        {"{\"xyzzy\":3}", "unknown key 'xyzzy'"},
        {"{\"timeout\":true}", "timeout: must be a number"},
        {"{\"timeout\":-1}", "timeout: -1 is not from 0 to 86400"},
        {"{\"batch_size\":1.5}", "batch_size: '1.5' is not a whole number"},
        {"{\"use_gpu\":1}", "use_gpu: must be true or false"},
        {"{\"model_name\":3}", "model_name: must be a string"},
        {"{\"model_name\":\"\"}", "model_name: is empty"},
        {"{\"supported_formats\":[1]}", "supported_formats: must be a list of strings"},
        {"{\"engine\":\"quick\"}", "engine: 'quick' is none of auto, cpu, gpu, remote"},
        {"{\"background\":\"white\"}",
         "background: 'white' is neither none nor a colour like #ffffff"},
        {"{\"root\":{}}", "root: must be a string"},
        {"", "not JSON: no object at byte 1"},
        {"[]", "not JSON: no object at byte 1"},
        {"{\"page\":1,}", "not JSON: no string at byte 11"},
    };
    struct run run = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char text[512];
        write_file("c.json", bad[i][0]);
        snprintf(text, sizeof text, "--config=%s/c.json", home);
        load(&run, text, NULL);
        snprintf(text, sizeof text, "%s/c.json: %s", home, bad[i][1]);
        assert_error(&run, text);
    }
    load(&run, "--config=/nonexistent/c.json", NULL);
    assert_error(&run, "/nonexistent/c.json: cannot open: No such file or directory");
    load(&run, "--config=/", NULL);
    assert_error(&run, "/: not a regular file (a folder)");
    done(&run);
}

static void test_bad_words(void **state)
{
    (void)state;
    struct run run = {0};
    load(&run, "--set=timout=3", NULL);
    assert_error(&run, "--set: unknown key 'timout'; did you mean 'timeout'?");
    load(&run, "--set=timeout", NULL);
    assert_error(&run, "--set: 'timeout' is not key=value");
    load(&run, "--set==3", NULL);
    assert_error(&run, "--set: unknown key ''");
    load(&run, "--set=page=-1", NULL);
    assert_error(&run, "--set: page: -1 is not from 0 to 1000000");
    load(&run, "--set= page =  7", NULL);
    assert_true(run.ok);
    assert_int_equal(run.config.v.page, 7);
    load(&run, "--set=page=3", "--set=page=4", NULL);
    assert_int_equal(run.config.v.page, 4);
    setenv("CLIP_DIMENSION", "many", 1);
    load(&run, NULL);
    assert_error(&run, "CLIP_DIMENSION: 'many' is not a whole number");
    load(&run, "--set=dimension=512", NULL); /* a wrong value is wrong though another one wins */
    assert_error(&run, "CLIP_DIMENSION: 'many' is not a whole number");
    setenv("CLIP_DIMENSION", "", 1);
    setenv("IMG_TOOLS_FROB", "1", 1);
    setenv("IMG_TOOLS_PAGE", "", 1);
    load(&run, NULL);
    assert_error(&run, "IMG_TOOLS_FROB: unknown key 'frob'");
    unsetenv("IMG_TOOLS_FROB");
    load(&run, NULL);
    assert_true(run.ok);
    load(&run, "--precision=f64", NULL);
    assert_false(run.ok);
    assert_int_equal(run.err.code, IMG_ERR_USAGE);
    done(&run);
}

static void test_exact(void **state)
{
    (void)state;
    struct run run = {0};
    load(&run, "--exact", NULL);
    assert_int_equal(run.config.v.engine, IMG_ENGINE_CPU);
    assert_int_equal(run.config.v.precision, IMG_PRECISION_F32);
    load(&run, "--exact", "--precision=bf16", "--no-cache", "--debug", NULL);
    assert_int_equal(run.config.v.precision, IMG_PRECISION_BF16); /* the last one counts */
    assert_false(run.config.v.cache_embeddings);
    assert_true(run.config.v.debug);
    assert_int_equal(run.cli.messages.most, IMG_DEBUG);
    done(&run);
}

static void test_places(void **state)
{
    (void)state;
    struct run run = {0};
    char path[256];
    setenv("XDG_CACHE_HOME", "/c", 1);
    snprintf(path, sizeof path, "%s/xdg", home);
    setenv("XDG_CONFIG_HOME", path, 1);
    make_folder("xdg");
    make_folder("xdg/img-tools");
    write_file("xdg/img-tools/config.json", "{\"page\":5}");
    load(&run, NULL);
    assert_string_equal(run.config.v.cache_directory, "/c/img-tools");
    assert_string_equal(run.config.v.temp_directory, "/c/img-tools/tmp");
    assert_int_equal(run.config.v.page, 5);

    setenv("XDG_CACHE_HOME", "relative", 1); /* to be ignored, the specification says */
    load(&run, NULL);
    snprintf(path, sizeof path, "%s/.cache/img-tools", home);
    assert_string_equal(run.config.v.cache_directory, path);

    clearenv();
    load(&run, NULL);
    assert_true(run.ok);
    assert_null(run.config.v.cache_directory);
    assert_null(run.config.v.temp_directory);
    assert_string_equal(run.said,
                        "neither HOME nor XDG_CACHE_HOME is set: working without a cache\n");
    load(&run, "--set=cache_directory=/d", NULL);
    assert_string_equal(run.config.v.cache_directory, "/d");
    assert_string_equal(run.said, "");
    done(&run);
}

/* What --print-config says can be given back to --set, line for line. */
static void test_print(void **state)
{
    (void)state;
    struct run run = {0};
    setenv("CLIP_DIMENSION", "40", 1);
    write_file(".config/img-tools/config.json", "{\"page\":2}");
    load(&run, "--exact", "--set=background=#102030", "--print-config", NULL);
    assert_false(run.ok);
    assert_int_equal(run.err.code, IMG_OK);
    struct img_buf text = {0};
    img_config_print(&run.config, &text);
    assert_non_null(strstr(text.data, "model_name = clip-vit-base-patch32  (default)\n"));
    assert_non_null(strstr(text.data, "dimension = 40  (environment CLIP_DIMENSION)\n"));
    assert_non_null(strstr(text.data, "engine = cpu  (flag --exact)\n"));
    assert_non_null(strstr(text.data, "background = #102030  (--set)\n"));
    assert_non_null(strstr(text.data, "/.config/img-tools/config.json)\n"));
    assert_string_equal(run.cli.output.lines.data, text.data);
    size_t lines = 0;
    for (char *line = text.data; *line; lines++) {
        char word[300], *end = strchr(line, '\n');
        *strstr(line, "  (") = '\0';
        snprintf(word, sizeof word, "--set=%s", line);
        struct run again = {0};
        load(&again, word, NULL);
        if (!again.ok && !strstr(word, " = ")) /* an empty value */
            fail_msg("%s: %s", word, again.err.text);
        assert_true(again.ok);
        done(&again);
        line = end + 1;
    }
    assert_int_equal(lines, IMG_KEY_COUNT);
    img_buf_clear(&text);
    done(&run);
}

/* Rows that stand for keys name keys that are there, and offer what these take. */
static void test_rows_and_keys(void **state)
{
    (void)state;
    const struct img_option *row;
    for (size_t i = 0; (row = img_common_row(~0u, i)) != NULL; i++) {
        if (!row->key)
            continue;
        enum img_key key = img_key_find(row->key);
        assert_true(key < IMG_KEY_COUNT);
        const char *const *choices = img_key_choices(key);
        for (size_t j = 0; row->choices && row->choices[j]; j++)
            assert_string_equal(row->choices[j], choices[j]);
        assert_int_equal(row->choices != NULL, choices != NULL);
    }
    struct img_values values;
    struct img_err err;
    for (unsigned key = 0; key < IMG_KEY_COUNT; key++)
        assert_true(img_key_store((enum img_key)key, img_key_row((enum img_key)key)->value,
                                  &values, &err));
}

static int make_home(void **state)
{
    (void)state;
    if (!mkdtemp(home))
        return -1;
    make_folder(".config");
    make_folder(".config/img-tools");
    return 0;
}

static int remove_home(void **state)
{
    static const char *const names[] = {"xdg/img-tools/config.json", "xdg/img-tools", "xdg",
                                        ".config/img-tools/config.json", ".config/img-tools",
                                        ".config", "c.json", ""};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[256];
        snprintf(path, sizeof path, "%s/%s", home, names[i]);
        remove(path);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_defaults, set_up),
        cmocka_unit_test_setup(test_precedence, set_up),
        cmocka_unit_test_setup(test_every_key, set_up),
        cmocka_unit_test_setup(long_list, set_up),
        cmocka_unit_test_setup(test_file, set_up),
        cmocka_unit_test_setup(test_bad_file, set_up),
        cmocka_unit_test_setup(test_bad_words, set_up),
        cmocka_unit_test_setup(test_exact, set_up),
        cmocka_unit_test_setup(test_places, set_up),
        cmocka_unit_test_setup(test_print, set_up),
        cmocka_unit_test(test_rows_and_keys),
    };
    return cmocka_run_group_tests(tests, make_home, remove_home);
}
