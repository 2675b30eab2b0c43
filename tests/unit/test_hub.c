/* Names of models and the hub's cache, without a connection. */
#include "hub/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "hub/cache.h"
#include "hub/installed.h"
#include "hub/listing.h"
#include "hub/verify.h"
#include "support/scratch.h"

#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define OTHER "89abcdef0123456789abcdef0123456789abcdef"
#define BASE "hub/models--openai--clip-vit-base-patch32/"

struct env {
    const char *folder;
    char demo[256], store[256], installed[256], cache[256], before[PATH_MAX];
    struct img_hub_places places;
    struct img_hub_model model;
    struct img_err err;
};

static int setup(void **state)
{
    struct env *env = calloc(1, sizeof *env);
    if (!env || !(env->folder = scratch_open()) || !getcwd(env->before, sizeof env->before))
        return -1;
    *state = env;
    snprintf(env->demo, sizeof env->demo, "%s/share/demo", env->folder);
    snprintf(env->store, sizeof env->store, "%s/store", env->folder);
    snprintf(env->installed, sizeof env->installed, "%s/share/models", env->folder);
    snprintf(env->cache, sizeof env->cache, "%s/hub", env->folder);
    env->places = (struct img_hub_places){
        .demo = env->demo,
        .stores = {env->store, env->installed},
        .cache = env->cache,
        .endpoint = "http://127.0.0.1:9",
    };
    return 0;
}

static int teardown(void **state)
{
    struct env *env = *state;
    int rc = chdir(env->before);
    scratch_close();
    free(env);
    return rc;
}

static void put(const char *relative, const char *text)
{
    assert_non_null(scratch_write(relative, text, strlen(text)));
}

static void put_model(const char *folder)
{
    char path[512];
    snprintf(path, sizeof path, "%s/config.json", folder);
    put(path, "{}");
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    put(path, "x");
}

static void finds(struct env *env, const char *name, enum img_hub_kind kind, const char *relative,
                  const char *shown)
{
    if (!img_hub_find(&env->places, name, &env->model, &env->err))
        fail_msg("%s: %s", name, env->err.text);
    assert_int_equal(env->model.kind, kind);
    assert_string_equal(env->model.path, scratch_path(relative));
    assert_string_equal(env->model.name, shown);
}

static void misses(struct env *env, const char *name, const char *text)
{
    assert_false(img_hub_find(&env->places, name, &env->model, &env->err));
    assert_int_equal(env->err.code, IMG_ERR_MODEL_MISSING);
    if (!strstr(env->err.text, text))
        fail_msg("'%s' is not in '%s'", text, env->err.text);
}

static void short_names_are_openai_s(void **state)
{
    (void)state;
    static const char *const names[] = {"clip-vit-base-patch32", "clip-vit-base-patch16",
                                        "clip-vit-large-patch14", "clip-vit-large-patch14-336"};
    struct img_hub_repo repo;
    struct img_err err;
    for (size_t i = 0; i < 4; i++) {
        char id[64];
        snprintf(id, sizeof id, "openai/%s", names[i]);
        assert_true(img_hub_repo_parse(names[i], &repo, &err));
        assert_string_equal(repo.id, id);
        assert_string_equal(repo.shown, names[i]);
        assert_string_equal(repo.revision, "main");
        assert_true(img_hub_repo_parse(id, &repo, &err));
        assert_string_equal(repo.id, id);
        assert_string_equal(repo.shown, names[i]);
    }
    assert_true(img_hub_repo_parse("laion/CLIP-ViT-B-32@v1.0", &repo, &err));
    assert_string_equal(repo.id, "laion/CLIP-ViT-B-32");
    assert_string_equal(repo.shown, "laion/CLIP-ViT-B-32");
    assert_string_equal(repo.revision, "v1.0");
    assert_true(img_hub_repo_parse("a/b@refs/pr/1", &repo, &err));
    assert_string_equal(repo.revision, "refs/pr/1");
}

static void hostile_names_are_no_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "",     "/",        "a/",     "/a",         "a//b",    "a/b/c", "../b",   "a/..",
        "a/.b", "a--b/c",   "a/b..c", "a b/c",      "a/b\n",   "a/b?x", "a/b%2e", "a/b\xc3\xa4",
        "a/b@", "a/b@../x", "a/b@/x", "a/b@x/../y", "a/b@x y", "-",     "~/x",    "a\\b/c",
    };
    struct img_hub_repo repo;
    struct img_err err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (img_hub_repo_parse(names[i], &repo, &err))
            fail_msg("'%s' was taken for a name", names[i]);
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    assert_false(img_hub_repo_parse(longest, &repo, &err));
    assert_int_equal(err.code, IMG_ERR_USAGE);
    longest[96] = '/';
    longest[96 + 97] = '\0';
    assert_true(img_hub_repo_parse(longest, &repo, &err));
}

static void a_folder_is_taken_as_it_is(void **state)
{
    struct env *env = *state;
    put_model("my/model");
    char real[PATH_MAX];
    assert_non_null(realpath(scratch_path("my/model"), real));
    finds(env, scratch_path("my/model"), IMG_HUB_FOLDER, "my/model", "model");
    assert_int_equal(chdir(scratch_path("my/model")), 0);
    assert_true(img_hub_find(&env->places, ".", &env->model, &env->err));
    assert_string_equal(env->model.path, ".");
    assert_string_equal(env->model.name, "model");
    assert_int_equal(chdir(env->folder), 0);
    assert_true(img_hub_find(&env->places, "my/model", &env->model, &env->err));
    assert_string_equal(env->model.name, "model");
    misses(env, "./absent", "no model folder at ./absent");
    misses(env, "/absent/model", "no model folder at /absent/model");
    put_model("bare");
    misses(env, "bare", "./bare");
}

static void a_snapshot_given_as_folder_keeps_its_name(void **state)
{
    struct env *env = *state;
    put_model(BASE "snapshots/" COMMIT);
    finds(env, scratch_path(BASE "snapshots/" COMMIT), IMG_HUB_FOLDER, BASE "snapshots/" COMMIT,
          "clip-vit-base-patch32");
}

static void stores_come_before_the_hub_s_cache(void **state)
{
    struct env *env = *state;
    misses(env, "clip-vit-base-patch32", "img-model fetch clip-vit-base-patch32");
    assert_non_null(strstr(env->err.text, env->store));
    assert_non_null(strstr(env->err.text, env->cache));
    put_model(BASE "snapshots/" COMMIT);
    put(BASE "refs/main", COMMIT "\n");
    finds(env, "clip-vit-base-patch32", IMG_HUB_CACHE, BASE "snapshots/" COMMIT,
          "clip-vit-base-patch32");
    finds(env, "openai/clip-vit-base-patch32", IMG_HUB_CACHE, BASE "snapshots/" COMMIT,
          "clip-vit-base-patch32");
    put_model("share/models/clip-vit-base-patch32");
    finds(env, "openai/clip-vit-base-patch32", IMG_HUB_STORE, "share/models/clip-vit-base-patch32",
          "clip-vit-base-patch32");
    put_model("store/openai/clip-vit-base-patch32");
    finds(env, "clip-vit-base-patch32", IMG_HUB_STORE, "store/openai/clip-vit-base-patch32",
          "clip-vit-base-patch32");
    put_model("store/vit-b32-seed1");
    finds(env, "vit-b32-seed1", IMG_HUB_STORE, "store/vit-b32-seed1", "vit-b32-seed1");
}

static void revisions_lead_to_their_snapshots(void **state)
{
    struct env *env = *state;
    put_model("hub/models--org--repo/snapshots/" COMMIT);
    finds(env, "org/repo", IMG_HUB_CACHE, "hub/models--org--repo/snapshots/" COMMIT, "org/repo");
    put_model("hub/models--org--repo/snapshots/" OTHER);
    misses(env, "org/repo", "not installed");
    put("hub/models--org--repo/refs/main", OTHER);
    put("hub/models--org--repo/refs/refs/pr/1", COMMIT);
    finds(env, "org/repo", IMG_HUB_CACHE, "hub/models--org--repo/snapshots/" OTHER, "org/repo");
    finds(env, "org/repo@refs/pr/1", IMG_HUB_CACHE, "hub/models--org--repo/snapshots/" COMMIT,
          "org/repo");
    finds(env, "org/repo@" COMMIT, IMG_HUB_CACHE, "hub/models--org--repo/snapshots/" COMMIT,
          "org/repo");
    misses(env, "org/repo@v2", "not installed");
}

static void a_hostile_ref_leads_nowhere(void **state)
{
    struct env *env = *state;
    put_model("outside");
    put_model("hub/models--org--repo/snapshots/" COMMIT);
    put_model("hub/models--org--repo/snapshots/" OTHER);
    static const char *const refs[] = {"../../../outside", "..", ".", "", "/etc", "a\nb", "a b"};
    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
        put("hub/models--org--repo/refs/main", refs[i]);
        misses(env, "org/repo", "not installed");
    }
}

static void half_a_model_is_not_installed(void **state)
{
    struct env *env = *state;
    put(BASE "refs/main", COMMIT);
    put(BASE "snapshots/" COMMIT "/config.json", "{}");
    misses(env, "clip-vit-base-patch32", "lacks its configuration or weights");
    assert_int_equal(
        symlink("../../blobs/gone", scratch_path(BASE "snapshots/" COMMIT "/pytorch_model.bin")),
        0);
    misses(env, "clip-vit-base-patch32", "lacks its configuration or weights");
    put(BASE "blobs/gone", "weights");
    finds(env, "clip-vit-base-patch32", IMG_HUB_CACHE, BASE "snapshots/" COMMIT,
          "clip-vit-base-patch32");
}

static void the_demo_steps_in_for_the_default_only(void **state)
{
    struct env *env = *state;
    bool fell_back;
    misses(env, "demo", "not installed with the programs");
    assert_false(img_hub_find_default(&env->places, "clip-vit-base-patch32", &env->model,
                                      &fell_back, &env->err));
    assert_false(fell_back);
    assert_non_null(strstr(env->err.text, "clip-vit-base-patch32"));
    put_model("share/demo");
    finds(env, "demo", IMG_HUB_DEMO, "share/demo", "demo");
    misses(env, "clip-vit-base-patch32", "not installed");
    assert_true(img_hub_find_default(&env->places, "clip-vit-base-patch32", &env->model, &fell_back,
                                     &env->err));
    assert_true(fell_back);
    assert_string_equal(env->model.name, "demo");
    put_model("store/clip-vit-base-patch32");
    assert_true(img_hub_find_default(&env->places, "clip-vit-base-patch32", &env->model, &fell_back,
                                     &env->err));
    assert_false(fell_back);
    assert_string_equal(env->model.name, "clip-vit-base-patch32");
}

static void nowhere_to_look(void **state)
{
    struct env *env = *state;
    env->places = (struct img_hub_places){.endpoint = "http://127.0.0.1:9"};
    misses(env, "org/repo", "HOME is not set");
    misses(env, "demo", "not installed");
    misses(env, "no name at all", "is not a model's name");
}

static void what_is_listed_can_be_found(void **state)
{
    struct env *env = *state;
    struct img_arena arena = {0};
    struct img_hub_installed *models;
    size_t count;
    assert_true(img_hub_list(&env->places, &arena, &models, &count, &env->err));
    assert_int_equal(count, 0);
    put_model("share/demo");
    put_model("store/zebra");
    put_model("store/org/model");
    put_model("store/.hidden");
    put_model("share/models/zebra");
    put("store/empty/readme", "no model");
    put("store/a file", "no folder");
    put_model(BASE "snapshots/" COMMIT);
    put(BASE "refs/main", COMMIT);
    put_model("hub/models--org--model/snapshots/" COMMIT);
    put("hub/models--half--fetched/snapshots/" COMMIT "/config.json", "{}");
    put_model("hub/datasets--org--data/snapshots/" COMMIT);
    assert_true(img_hub_list(&env->places, &arena, &models, &count, &env->err));
    static const char *const names[] = {"clip-vit-base-patch32", "demo", "org/model", "zebra"};
    static const enum img_hub_kind kinds[] = {IMG_HUB_CACHE, IMG_HUB_DEMO, IMG_HUB_STORE,
                                              IMG_HUB_STORE};
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(models[i].name, names[i]);
        assert_int_equal(models[i].kind, kinds[i]);
        assert_true(img_hub_find(&env->places, models[i].name, &env->model, &env->err));
        assert_string_equal(env->model.path, models[i].path);
    }
    img_arena_clear(&arena);
}

/* "abc" under its SHA-256, under its git blob's SHA-1, and under names that say nothing. */
static void blobs_are_held_against_their_names(void **state)
{
    struct env *env = *state;
    static const char *const good[] = {
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f"};
    bool known;
    for (size_t i = 0; i < 2; i++) {
        char blob[128];
        snprintf(blob, sizeof blob, "blobs/%s", good[i]);
        put(blob, "abc");
        assert_int_equal(symlink(blob, scratch_path("link")), 0);
        assert_true(img_hub_verify(scratch_path("link"), &known, &env->err));
        assert_true(known);
        put(blob, "abd");
        assert_false(img_hub_verify(scratch_path("link"), &known, &env->err));
        assert_int_equal(env->err.code, IMG_ERR_MODEL_INVALID);
        assert_int_equal(unlink(scratch_path(blob)), 0);
        assert_false(img_hub_verify(scratch_path("link"), &known, &env->err));
        assert_int_equal(unlink(scratch_path("link")), 0);
    }
    put("blobs/some-etag", "abc");
    assert_int_equal(symlink("blobs/some-etag", scratch_path("link")), 0);
    assert_true(img_hub_verify(scratch_path("link"), &known, &env->err));
    assert_false(known);
    assert_true(img_hub_verify(scratch_path("blobs/some-etag"), &known, &env->err));
    assert_false(known);
}

/* Chooses from a list of names and returns them joined by spaces. */
static const char *chosen(const char *const *names, const char *const *wanted, size_t wanted_count,
                          struct img_err *err)
{
    static char text[1024];
    const struct img_hub_file *files[IMG_HUB_WANTED_MAX];
    struct img_hub_file all[32] = {0};
    struct img_hub_listing listing = {.files = all};
    size_t count, len = 0;
    for (; *names; names++)
        all[listing.count++].path = *names;
    if (!img_hub_listing_choose(&listing, wanted, wanted_count, files, &count, err))
        return NULL;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        len +=
            (size_t)snprintf(text + len, sizeof text - len, "%s%s", i ? " " : "", files[i]->path);
    return text;
}

static void only_what_a_model_needs(void **state)
{
    (void)state;
    struct img_err err;
    static const char *const both[] = {"README.md",
                                       ".gitattributes",
                                       "config.json",
                                       "flax_model.msgpack",
                                       "merges.txt",
                                       "model.safetensors",
                                       "preprocessor_config.json",
                                       "pytorch_model.bin",
                                       "special_tokens_map.json",
                                       "tf_model.h5",
                                       "tokenizer.json",
                                       "tokenizer_config.json",
                                       "vocab.json",
                                       "onnx/model.onnx",
                                       "open_clip_config.json",
                                       "open_clip_model.safetensors",
                                       NULL};
    assert_string_equal(chosen(both, NULL, 0, &err),
                        "config.json merges.txt model.safetensors preprocessor_config.json "
                        "special_tokens_map.json tokenizer.json tokenizer_config.json vocab.json");
    static const char *const old[] = {"config.json", "pytorch_model.bin", "rust_model.ot", NULL};
    assert_string_equal(chosen(old, NULL, 0, &err), "config.json pytorch_model.bin");
    static const char *const open_clip[] = {"open_clip_config.json", "open_clip_model.safetensors",
                                            "open_clip_pytorch_model.bin", "tokenizer.json", NULL};
    assert_string_equal(chosen(open_clip, NULL, 0, &err),
                        "open_clip_config.json open_clip_model.safetensors tokenizer.json");
    static const char *const shards[] = {"config.json",
                                         "model.safetensors.index.json",
                                         "model-00001-of-00002.safetensors",
                                         "model-00002-of-00002.safetensors",
                                         "other-00001-of-00002.safetensors",
                                         "pytorch_model.bin",
                                         NULL};
    assert_string_equal(chosen(shards, NULL, 0, &err),
                        "config.json model-00001-of-00002.safetensors "
                        "model-00002-of-00002.safetensors model.safetensors.index.json");
    static const char *const none[] = {"config.json", "flax_model.msgpack", NULL};
    assert_null(chosen(none, NULL, 0, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_UNSUPPORTED);
    static const char *const wanted[] = {"README.md", "onnx/model.onnx"};
    assert_string_equal(chosen(both, wanted, 2, &err), "README.md onnx/model.onnx");
    static const char *const absent[] = {"absent.txt"}, *const outside[] = {"../config.json"};
    assert_null(chosen(both, absent, 1, &err));
    assert_int_equal(err.code, IMG_ERR_MODEL_MISSING);
    assert_null(chosen(both, outside, 1, &err));
    assert_int_equal(err.code, IMG_ERR_USAGE);
}

static bool parse(const char *json, struct img_arena *arena, struct img_hub_listing *listing,
                  struct img_err *err)
{
    return img_hub_listing_parse(json, strlen(json), arena, listing, err);
}

static void hostile_lists(void **state)
{
    (void)state;
    static const char *const broken[] = {
        "",
        "null",
        "[]",
        "{}",
        "{\"sha\":\"abc\"}",
        "{\"sha\":\"abc\",\"siblings\":{}}",
        "{\"sha\":\"../x\",\"siblings\":[]}",
        "{\"sha\":\"\",\"siblings\":[]}",
        "{\"sha\":17,\"siblings\":[]}",
        "{\"sha\":\".\",\"siblings\":[]}",
        "{\"sha\":\"a/b\",\"siblings\":[]}",
        "{\"sha\":\"abc\",\"siblings\":[]",
    };
    struct img_arena arena = {0};
    struct img_hub_listing listing;
    struct img_err err;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        if (parse(broken[i], &arena, &listing, &err))
            fail_msg("taken for a list: %s", broken[i]);
        assert_int_equal(err.code, IMG_ERR_NETWORK);
    }
    assert_true(
        parse("{\"sha\":\"abc\",\"siblings\":[1,null,{},{\"rfilename\":7},"
              "{\"rfilename\":\"../config.json\"},{\"rfilename\":\"/etc/passwd\"},"
              "{\"rfilename\":\"a/../b\"},{\"rfilename\":\".hidden\"},{\"rfilename\":\"\"},"
              "{\"rfilename\":\"a\\nb\"},{\"rfilename\":\"a\\\\b\"},"
              "{\"rfilename\":\"a//b\"},{\"rfilename\":\"a/b/c/d/e\"},"
              "{\"rfilename\":\"config.json\",\"size\":-5,\"blobId\":\"../../x\"},"
              "{\"rfilename\":\"model.safetensors\",\"size\":12,\"lfs\":{\"sha256\":\"ABC\"}}]}",
              &arena, &listing, &err));
    assert_int_equal(listing.count, 2);
    assert_string_equal(listing.files[0].path, "config.json");
    assert_false(listing.files[0].size_known);
    assert_null(listing.files[0].digest);
    assert_string_equal(listing.files[1].path, "model.safetensors");
    assert_true(listing.files[1].size_known);
    assert_int_equal(listing.files[1].size, 12);
    assert_null(listing.files[1].digest);
    img_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_names_are_openai_s),
        cmocka_unit_test(hostile_names_are_no_names),
        cmocka_unit_test_setup_teardown(a_folder_is_taken_as_it_is, setup, teardown),
        cmocka_unit_test_setup_teardown(a_snapshot_given_as_folder_keeps_its_name, setup, teardown),
        cmocka_unit_test_setup_teardown(stores_come_before_the_hub_s_cache, setup, teardown),
        cmocka_unit_test_setup_teardown(revisions_lead_to_their_snapshots, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hostile_ref_leads_nowhere, setup, teardown),
        cmocka_unit_test_setup_teardown(half_a_model_is_not_installed, setup, teardown),
        cmocka_unit_test_setup_teardown(the_demo_steps_in_for_the_default_only, setup, teardown),
        cmocka_unit_test_setup_teardown(nowhere_to_look, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_listed_can_be_found, setup, teardown),
        cmocka_unit_test_setup_teardown(blobs_are_held_against_their_names, setup, teardown),
        cmocka_unit_test(only_what_a_model_needs),
        cmocka_unit_test(hostile_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
