/* Where models lie: every environment variable, set, empty and absent. */
#include "config/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/scratch.h"

static const char *const variables[] = {
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "HF_HOME",
    "HF_ENDPOINT",
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HF_TOKEN_PATH",
    "CURL_CA_BUNDLE",
    "HF_HUB_OFFLINE",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN",
    "TRANSFORMERS_OFFLINE",
    "SSL_CERT_FILE",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "HOME",
};

struct env {
    const char *folder;
    struct img_arena arena;
    struct img_hub_places places;
    struct img_err err;
};

static int setup(void **state)
{
    struct env *env = calloc(1, sizeof *env);
    if (!env || !(env->folder = scratch_open()))
        return -1;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    *state = env;
    return 0;
}

static int teardown(void **state)
{
    struct env *env = *state;
    scratch_close();
    img_arena_clear(&env->arena);
    free(env);
    return 0;
}

static void read_places(struct env *env)
{
    img_arena_clear(&env->arena);
    if (!img_config_hub(&env->places, &env->arena, &env->err))
        fail_msg("%s", env->err.text);
}

static void without_a_home_there_is_no_cache(void **state)
{
    struct env *env = *state;
    read_places(env);
    assert_null(env->places.cache);
    assert_null(env->places.stores[0]);
    assert_null(env->places.token);
    assert_false(env->places.offline);
    assert_string_equal(env->places.endpoint, "https://huggingface.co");
}

static void folders_follow_the_nearest_variable(void **state)
{
    struct env *env = *state;
    setenv("HOME", "/h", 1);
    read_places(env);
    assert_string_equal(env->places.cache, "/h/.cache/huggingface/hub");
    assert_string_equal(env->places.stores[0], "/h/.local/share/img-tools/models");
    setenv("XDG_CACHE_HOME", "/x/cache", 1);
    setenv("XDG_DATA_HOME", "/x/data", 1);
    read_places(env);
    assert_string_equal(env->places.cache, "/x/cache/huggingface/hub");
    assert_string_equal(env->places.stores[0], "/x/data/img-tools/models");
    setenv("XDG_DATA_HOME", "relative", 1);
    setenv("HF_HOME", "~/hf", 1);
    read_places(env);
    assert_string_equal(env->places.cache, "/h/hf/hub");
    assert_string_equal(env->places.stores[0], "/h/.local/share/img-tools/models");
    setenv("HUGGINGFACE_HUB_CACHE", "/old", 1);
    read_places(env);
    assert_string_equal(env->places.cache, "/old");
    setenv("HF_HUB_CACHE", "/new", 1);
    read_places(env);
    assert_string_equal(env->places.cache, "/new");
    setenv("HF_HUB_CACHE", "", 1);
    read_places(env);
    assert_string_equal(env->places.cache, "/old");
}

static void token_from_variable_or_file(void **state)
{
    struct env *env = *state;
    setenv("HF_HOME", env->folder, 1);
    read_places(env);
    assert_null(env->places.token);
    assert_non_null(scratch_write("token", "hf_file\n", 8));
    read_places(env);
    assert_string_equal(env->places.token, "hf_file");
    setenv("HF_TOKEN", " hf_variable ", 1);
    read_places(env);
    assert_string_equal(env->places.token, "hf_variable");
    setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1", 1);
    read_places(env);
    assert_null(env->places.token);
}

static void a_token_cannot_smuggle_a_header(void **state)
{
    struct env *env = *state;
    setenv("HF_TOKEN", "hf_a\r\nX-Evil: 1", 1);
    assert_false(img_config_hub(&env->places, &env->arena, &env->err));
    assert_int_equal(env->err.code, IMG_ERR_CONFIG);
    assert_non_null(strstr(env->err.text, "HF_TOKEN"));
    assert_null(strstr(env->err.text, "hf_a"));
}

static void endpoint_and_offline(void **state)
{
    struct env *env = *state;
    setenv("HF_ENDPOINT", "http://mirror:8080//", 1);
    setenv("HF_HUB_OFFLINE", "Yes", 1);
    read_places(env);
    assert_string_equal(env->places.endpoint, "http://mirror:8080");
    assert_true(env->places.offline);
    setenv("HF_HUB_OFFLINE", "0", 1);
    read_places(env);
    assert_false(env->places.offline);
    setenv("TRANSFORMERS_OFFLINE", "1", 1);
    read_places(env);
    assert_true(env->places.offline);
    setenv("HF_ENDPOINT", "file:///etc", 1);
    assert_false(img_config_hub(&env->places, &env->arena, &env->err));
    assert_int_equal(env->err.code, IMG_ERR_CONFIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_home_there_is_no_cache, setup, teardown),
        cmocka_unit_test_setup_teardown(folders_follow_the_nearest_variable, setup, teardown),
        cmocka_unit_test_setup_teardown(token_from_variable_or_file, setup, teardown),
        cmocka_unit_test_setup_teardown(a_token_cannot_smuggle_a_header, setup, teardown),
        cmocka_unit_test_setup_teardown(endpoint_and_offline, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
