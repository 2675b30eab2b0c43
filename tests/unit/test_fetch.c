/* Fetching from a hub of our own on this machine: what goes well, and all that goes wrong. */
#include "hub/fetch.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/hub_server.h"
#include "support/scratch.h"

#define REPO "test/tiny"
#define COMMIT "0123456789abcdef0123456789abcdef01234567"
#define ROOT "hub/models--test--tiny/"
#define SNAPSHOT ROOT "snapshots/" COMMIT "/"

enum { WEIGHTS = 100000 };

static const char config[] = "{\"model_type\":\"clip\"}\n";
static const char vocab[] = "{\"a\":0}\n";

struct env {
    const char *folder;
    struct hub_server server;
    char cache[256], endpoint[64], blob[256], incomplete[320];
    unsigned char weights[WEIGHTS];
    struct img_hub_places places;
    struct img_hub_fetch fetch;
    struct img_hub_repo repo;
    struct img_hub_fetched fetched;
    struct img_err err;
    char said[4096];
    uint64_t last_done, last_total;
};

static void listen_to(void *ctx, enum img_level level, const char *text)
{
    struct env *env = ctx;
    size_t len = strlen(env->said);
    (void)level;
    snprintf(env->said + len, sizeof env->said - len, "%s\n", text);
}

static void step(void *ctx, const char *file, uint64_t done, uint64_t total)
{
    struct env *env = ctx;
    if (strcmp(file, "model.safetensors") == 0) {
        env->last_done = done;
        env->last_total = total;
    }
}

static void plan(struct env *env)
{
    env->places = (struct img_hub_places){.cache = env->cache, .endpoint = env->endpoint};
    env->fetch = (struct img_hub_fetch){
        .places = &env->places,
        .retry_attempts = 2,
        .retry_delay_s = 0.01,
        .timeout_s = 2,
        .progress = {step, env},
        .report = NULL,
    };
}

static int setup(void **state)
{
    struct env *env = calloc(1, sizeof *env);
    if (!env || !(env->folder = scratch_open()) || !hub_server_start(&env->server, 0, REPO, COMMIT))
        return -1;
    *state = env;
    uint32_t x = 1;
    for (size_t i = 0; i < WEIGHTS; i++) {
        x = x * 1664525 + 1013904223;
        env->weights[i] = (unsigned char)(x >> 24);
    }
    hub_server_add(&env->server, "config.json", config, strlen(config), false);
    hub_server_add(&env->server, "vocab.json", vocab, strlen(vocab), false);
    hub_server_add(&env->server, "merges.txt", "", 0, false);
    hub_server_add(&env->server, "model.safetensors", env->weights, WEIGHTS, true);
    hub_server_add(&env->server, "tf_model.h5", "no", 2, true);
    hub_server_add(&env->server, "README.md", "read", 4, false);
    snprintf(env->cache, sizeof env->cache, "%s/hub", env->folder);
    snprintf(env->endpoint, sizeof env->endpoint, "http://127.0.0.1:%u",
             httpd_port(env->server.httpd));
    snprintf(env->blob, sizeof env->blob, ROOT "blobs/%s", env->server.files[3].digest);
    snprintf(env->incomplete, sizeof env->incomplete, "%s.incomplete", env->blob);
    plan(env);
    return img_hub_repo_parse(REPO, &env->repo, &env->err) ? 0 : -1;
}

static int teardown(void **state)
{
    struct env *env = *state;
    hub_server_stop(&env->server);
    scratch_close();
    free(env);
    return 0;
}

static bool fetch(struct env *env)
{
    return img_hub_fetch(&env->fetch, &env->repo, NULL, 0, &env->fetched, &env->err);
}

static void fetches(struct env *env)
{
    if (!fetch(env))
        fail_msg("%s", env->err.text);
}

static void fails(struct env *env, enum img_code code, const char *text)
{
    assert_false(fetch(env));
    if (env->err.code != code || !strstr(env->err.text, text))
        fail_msg("%s, '%s' is not %s with '%s'", img_code_name(env->err.code), env->err.text,
                 img_code_name(code), text);
}

static void is_whole(struct env *env)
{
    struct img_hub_model model;
    assert_true(scratch_equal(SNAPSHOT "config.json", config, strlen(config)));
    assert_true(scratch_equal(SNAPSHOT "merges.txt", "", 0));
    assert_true(scratch_equal(SNAPSHOT "model.safetensors", env->weights, WEIGHTS));
    assert_int_equal(scratch_size(env->incomplete), -1);
    if (!img_hub_find(&env->places, REPO, &model, &env->err))
        fail_msg("%s", env->err.text);
}

static void is_absent(struct env *env)
{
    struct img_hub_model model;
    assert_int_equal(scratch_size(env->blob), -1);
    assert_int_equal(scratch_size(SNAPSHOT "model.safetensors"), -1);
    assert_false(img_hub_find(&env->places, REPO, &model, &env->err));
}

static void a_fresh_fetch_has_the_hub_s_layout(void **state)
{
    struct env *env = *state;
    char link[PATH_MAX], want[PATH_MAX];
    fetches(env);
    is_whole(env);
    assert_true(scratch_equal(ROOT "refs/main", COMMIT, strlen(COMMIT)));
    ssize_t n = readlink(scratch_path(SNAPSHOT "model.safetensors"), link, sizeof link - 1);
    assert_true(n > 0);
    link[n] = '\0';
    snprintf(want, sizeof want, "../../blobs/%s", env->server.files[3].digest);
    assert_string_equal(link, want);
    assert_string_equal(env->fetched.path, scratch_path(ROOT "snapshots/" COMMIT));
    assert_string_equal(env->fetched.commit, COMMIT);
    assert_int_equal(env->fetched.files, 4);
    assert_int_equal(env->fetched.received, WEIGHTS + strlen(config) + strlen(vocab));
    assert_int_equal(env->last_done, WEIGHTS);
    assert_int_equal(env->last_total, WEIGHTS);
    assert_int_equal(hub_server_count(&env->server, "tf_model"), 0);
    assert_int_equal(hub_server_count(&env->server, "README"), 0);
}

static void a_second_fetch_receives_nothing(void **state)
{
    struct env *env = *state;
    fetches(env);
    hub_server_reset(&env->server);
    fetches(env);
    is_whole(env);
    assert_int_equal(env->fetched.received, 0);
    assert_int_equal(hub_server_count(&env->server, "GET"), 1);
}

static void files_by_name_join_what_is_there(void **state)
{
    struct env *env = *state;
    static const char *const names[] = {"README.md"};
    fetches(env);
    assert_true(img_hub_fetch(&env->fetch, &env->repo, names, 1, &env->fetched, &env->err));
    assert_true(scratch_equal(SNAPSHOT "README.md", "read", 4));
    is_whole(env);
}

/* A name that leads to a whole model keeps leading there when single files of a newer one come. */
static void single_files_do_not_hide_a_model(void **state)
{
    struct env *env = *state;
    static const char *const names[] = {"README.md"};
    fetches(env);
    env->server.commit = "89abcdef0123456789abcdef0123456789abcdef";
    assert_true(img_hub_fetch(&env->fetch, &env->repo, names, 1, &env->fetched, &env->err));
    assert_true(scratch_equal(ROOT "refs/main", COMMIT, strlen(COMMIT)));
    fetches(env);
    assert_true(scratch_equal(ROOT "refs/main", env->server.commit, 40));
}

static void a_revision_gets_a_ref_of_its_own(void **state)
{
    struct env *env = *state;
    struct img_hub_model model;
    assert_true(img_hub_repo_parse(REPO "@refs/pr/7", &env->repo, &env->err));
    fetches(env);
    assert_int_equal(hub_server_count(&env->server, "/revision/refs%2Fpr%2F7?blobs=true"), 1);
    assert_true(scratch_equal(ROOT "refs/refs/pr/7", COMMIT, strlen(COMMIT)));
    assert_true(img_hub_find(&env->places, REPO "@refs/pr/7", &model, &env->err));
}

/* Cut at several places: within the first piece, at its end, one byte before the end. */
static void resumed_where_it_was_cut(void **state)
{
    struct env *env = *state;
    static const size_t cuts[] = {1, 4096, 50001, WEIGHTS - 1};
    env->fetch.retry_attempts = 0;
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        hub_server_reset(&env->server);
        env->server.faults =
            (struct hub_faults){.on = "/storage/", .cuts = 1, .cut_after = cuts[i]};
        fails(env, IMG_ERR_NETWORK, "model.safetensors");
        is_absent(env);
        assert_int_equal(scratch_size(env->incomplete), cuts[i]);
        hub_server_reset(&env->server);
        fetches(env);
        is_whole(env);
        assert_int_equal(env->fetched.received, WEIGHTS - cuts[i]);
        const struct hub_seen *last = &env->server.seen[env->server.seen_count - 1];
        while (!strstr(last->line, "GET /storage/"))
            last--;
        assert_true(last->has_range);
        assert_int_equal(last->range_first, cuts[i]);
        scratch_close();
        env->folder = scratch_open();
        snprintf(env->cache, sizeof env->cache, "%s/hub", env->folder);
    }
}

static void cut_again_and_again_within_one_fetch(void **state)
{
    struct env *env = *state;
    env->server.faults = (struct hub_faults){.on = "/storage/", .cuts = 2, .cut_after = 30000};
    fetches(env);
    is_whole(env);
    assert_int_equal(env->fetched.received, WEIGHTS + strlen(config) + strlen(vocab));
    assert_int_equal(hub_server_count(&env->server, "GET /storage/"), 3);
}

static void a_small_file_is_resumed_with_if_range(void **state)
{
    struct env *env = *state;
    env->fetch.retry_attempts = 0;
    env->server.faults = (struct hub_faults){.on = "config.json", .cuts = 1, .cut_after = 5};
    fails(env, IMG_ERR_NETWORK, "config.json");
    hub_server_reset(&env->server);
    fetches(env);
    is_whole(env);
    bool seen = false;
    for (size_t i = 0; i < env->server.seen_count; i++) {
        const struct hub_seen *one = &env->server.seen[i];
        if (strncmp(one->line, "GET ", 4) != 0 || !strstr(one->line, "config.json"))
            continue;
        char want[80];
        snprintf(want, sizeof want, "\"%s\"", env->server.files[0].digest);
        assert_int_equal(one->range_first, 5);
        assert_string_equal(one->if_range, want);
        seen = true;
    }
    assert_true(seen);
}

/* The file is another one by the time it is resumed: under its new name it begins anew. */
static void changed_on_the_server_between_two_runs(void **state)
{
    struct env *env = *state;
    env->fetch.retry_attempts = 0;
    env->server.faults = (struct hub_faults){.on = "/storage/", .cuts = 1, .cut_after = 5000};
    fails(env, IMG_ERR_NETWORK, "model.safetensors");
    env->weights[77] ^= 1;
    env->server.file_count = 3;
    hub_server_add(&env->server, "model.safetensors", env->weights, WEIGHTS, true);
    hub_server_reset(&env->server);
    fetches(env);
    assert_int_equal(env->fetched.received, WEIGHTS);
    assert_true(scratch_equal(SNAPSHOT "model.safetensors", env->weights, WEIGHTS));
}

/* A server that changes its mind between HEAD and GET. */
static void changed_on_the_server_within_a_run(void **state)
{
    struct env *env = *state;
    assert_non_null(scratch_write(ROOT "blobs/stale-etag.incomplete", "{\"mod", 6));
    env->server.faults =
        (struct hub_faults){.on = "config.json", .etag = "stale-etag", .no_list_digests = true};
    fetches(env);
    is_whole(env);
    assert_true(scratch_equal(ROOT "blobs/stale-etag", config, strlen(config)));
}

static void a_server_without_ranges(void **state)
{
    struct env *env = *state;
    env->server.faults =
        (struct hub_faults){.on = "/storage/", .cuts = 1, .cut_after = 50000, .ignore_range = true};
    fetches(env);
    is_whole(env);
    assert_int_equal(env->fetched.received, WEIGHTS + 50000 + strlen(config) + strlen(vocab));
}

static void a_server_that_refuses_a_range(void **state)
{
    struct env *env = *state;
    assert_non_null(scratch_write(env->incomplete, env->weights, 1000));
    env->server.faults = (struct hub_faults){.on = "/storage/", .refuse_range = true};
    fetches(env);
    is_whole(env);
}

static void damaged_in_an_earlier_run(void **state)
{
    struct env *env = *state;
    char wrong[5000];
    memset(wrong, 'x', sizeof wrong);
    assert_non_null(scratch_write(env->incomplete, wrong, sizeof wrong));
    fetches(env);
    is_whole(env);
    char *too_long = calloc(1, WEIGHTS + 10);
    assert_non_null(too_long);
    assert_int_equal(unlink(scratch_path(env->blob)), 0);
    assert_non_null(scratch_write(env->incomplete, too_long, WEIGHTS + 10));
    fetches(env);
    is_whole(env);
    assert_int_equal(unlink(scratch_path(env->blob)), 0);
    assert_non_null(scratch_write(env->incomplete, too_long, WEIGHTS));
    fetches(env);
    is_whole(env);
    free(too_long);
}

static void complete_but_not_renamed(void **state)
{
    struct env *env = *state;
    assert_non_null(scratch_write(env->incomplete, env->weights, WEIGHTS));
    fetches(env);
    is_whole(env);
    assert_int_equal(hub_server_count(&env->server, "GET /storage/"), 0);
}

static void the_wrong_digest_is_refused(void **state)
{
    struct env *env = *state;
    env->server.faults = (struct hub_faults){.on = "config.json", .corrupt = 9};
    fails(env, IMG_ERR_NETWORK, "config.json: what came has digest");
    env->server.faults = (struct hub_faults){.on = "/storage/", .corrupt = 9};
    fails(env, IMG_ERR_NETWORK, "model.safetensors: what came has digest");
    is_absent(env);
    assert_int_equal(scratch_size(env->incomplete), 0);
    hub_server_reset(&env->server);
    fetches(env);
    is_whole(env);
}

static void the_wrong_size_is_refused(void **state)
{
    struct env *env = *state;
    static const long lies[] = {-1, 1, 1000000};
    for (size_t i = 0; i < 3; i++) {
        env->server.faults = (struct hub_faults){.on = "safetensors", .lie_about_size = lies[i]};
        fails(env, IMG_ERR_NETWORK, "the hub's list says 100000 bytes");
        is_absent(env);
    }
    /* Without sizes in the list the lie shows when the body comes. */
    env->server.faults = (struct hub_faults){.lie_about_size = 1, .no_list_sizes = true};
    fails(env, IMG_ERR_NETWORK, "promised were");
    is_absent(env);
}

static void a_list_without_sizes_and_digests(void **state)
{
    struct env *env = *state;
    env->server.faults = (struct hub_faults){.no_list_sizes = true, .no_list_digests = true};
    fetches(env);
    is_whole(env);
}

/* A mirror that redirects without the hub's headers: the storage's ETag and length have to do. */
static void a_mirror_without_linked_headers(void **state)
{
    struct env *env = *state;
    env->server.faults = (struct hub_faults){.no_linked_etag = true};
    fetches(env);
    assert_true(scratch_equal(SNAPSHOT "model.safetensors", env->weights, WEIGHTS));
    scratch_close();
    env->folder = scratch_open();
    snprintf(env->cache, sizeof env->cache, "%s/hub", env->folder);
    env->server.faults.corrupt = 9;
    env->server.faults.on = NULL;
    fails(env, IMG_ERR_NETWORK, "digest");
}

static void refusals_say_what_may_be_wrong(void **state)
{
    struct env *env = *state;
    static const struct {
        int status;
        const char *headers;
        enum img_code code;
        const char *text;
    } cases[] = {
        {404, "X-Error-Code: RepoNotFound\r\n", IMG_ERR_MODEL_MISSING, "no such repository"},
        {404, "X-Error-Code: RevisionNotFound\r\n", IMG_ERR_MODEL_MISSING, "no such revision"},
        {404, "", IMG_ERR_MODEL_MISSING, "HTTP status 404"},
        {401, "", IMG_ERR_MODEL_MISSING, "HF_TOKEN"},
        {401, "X-Error-Code: RepoNotFound\r\n", IMG_ERR_MODEL_MISSING, "HF_TOKEN"},
        {403, "X-Error-Code: GatedRepo\r\n", IMG_ERR_MODEL_MISSING, "access to this repository"},
        {403, "", IMG_ERR_MODEL_MISSING, "HTTP status 403"},
        {400, "", IMG_ERR_NETWORK, "HTTP status 400"},
        {501, "", IMG_ERR_NETWORK, "HTTP status 501"},
        {302, "", IMG_ERR_NETWORK, "HTTP status 302"},
        {429, "Retry-After: 3600\r\n", IMG_ERR_NETWORK, "minutes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hub_server_reset(&env->server);
        env->server.faults = (struct hub_faults){
            .status = cases[i].status, .times = 99, .headers = cases[i].headers};
        fails(env, cases[i].code, cases[i].text);
        assert_non_null(strstr(env->err.text, REPO));
        assert_int_equal(env->server.seen_count, 1);
    }
}

static void what_may_pass_is_tried_again(void **state)
{
    struct env *env = *state;
    static const int statuses[] = {408, 429, 500, 502, 503, 504};
    const struct img_report report = {listen_to, env};
    env->fetch.report = &report;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        hub_server_reset(&env->server);
        env->server.faults = (struct hub_faults){.status = statuses[i], .times = 2};
        fetches(env);
        is_whole(env);
    }
    assert_non_null(strstr(env->said, "trying again"));
    hub_server_reset(&env->server);
    env->server.faults = (struct hub_faults){.status = 500, .times = 99};
    fails(env, IMG_ERR_NETWORK, "HTTP status 500");
    assert_int_equal(env->server.seen_count, 3);
}

static void retry_after_is_obeyed(void **state)
{
    struct env *env = *state;
    struct timespec before, after;
    env->server.faults =
        (struct hub_faults){.status = 429, .times = 1, .headers = "Retry-After: 1\r\n"};
    clock_gettime(CLOCK_MONOTONIC, &before);
    fetches(env);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true((double)(after.tv_sec - before.tv_sec) +
                    (double)(after.tv_nsec - before.tv_nsec) * 1e-9 >=
                1.0);
}

static void a_silent_server_is_given_up(void **state)
{
    struct env *env = *state;
    env->fetch.timeout_s = 1;
    env->fetch.retry_attempts = 1;
    env->server.faults =
        (struct hub_faults){.on = "/storage/", .cuts = 1, .cut_after = 8192, .stall_s = 4};
    fetches(env);
    is_whole(env);
    assert_int_equal(hub_server_count(&env->server, "GET /storage/"), 2);
}

static void the_token_stays_with_its_host(void **state)
{
    struct env *env = *state;
    env->places.token = "hf_secret";
    env->server.faults = (struct hub_faults){.token = "hf_secret"};
    fetches(env);
    is_whole(env);
    size_t with = 0, without = 0;
    for (size_t i = 0; i < env->server.seen_count; i++) {
        const struct hub_seen *seen = &env->server.seen[i];
        if (strncmp(seen->host, "localhost", 9) == 0) {
            assert_string_equal(seen->authorization, "");
            without++;
        } else {
            assert_string_equal(seen->authorization, "Bearer hf_secret");
            with++;
        }
    }
    assert_true(with > 4 && without == 1);
    env->places.token = NULL;
    fails(env, IMG_ERR_MODEL_MISSING, "HF_TOKEN");
}

static void redirects_lead_only_to_the_web(void **state)
{
    struct env *env = *state;
    static const char *const targets[] = {"file:///etc/passwd", "ftp://127.0.0.1/x",
                                          "gopher://127.0.0.1:1/x", "dict://127.0.0.1/x"};
    env->fetch.retry_attempts = 0;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        env->server.faults = (struct hub_faults){.on = "/resolve/", .redirect = targets[i]};
        fails(env, IMG_ERR_NETWORK, "model.safetensors");
        is_absent(env);
    }
    char loop[256];
    snprintf(loop, sizeof loop, "%s/" REPO "/resolve/" COMMIT "/model.safetensors", env->endpoint);
    env->server.faults = (struct hub_faults){.on = "/resolve/", .redirect = loop};
    fails(env, IMG_ERR_NETWORK, "redirects");
}

static void offline_opens_no_connection(void **state)
{
    struct env *env = *state;
    env->places.offline = true;
    fails(env, IMG_ERR_NETWORK, "HF_HUB_OFFLINE");
    assert_int_equal(env->server.seen_count, 0);
    env->places.offline = false;
    env->places.cache = NULL;
    fails(env, IMG_ERR_OUTPUT, "HF_HUB_CACHE");
    assert_int_equal(env->server.seen_count, 0);
}

static void nobody_listens(void **state)
{
    struct env *env = *state;
    env->places.endpoint = "http://127.0.0.1:1";
    fails(env, IMG_ERR_NETWORK, REPO);
}

static void hostile_lists_and_etags(void **state)
{
    struct env *env = *state;
    env->server.faults = (struct hub_faults){.list = "{\"sha\":\"../../../x\",\"siblings\":[]}"};
    fails(env, IMG_ERR_NETWORK, "no commit");
    env->server.faults = (struct hub_faults){.list = "<html>blocked by the proxy</html>"};
    fails(env, IMG_ERR_NETWORK, "list of files");
    env->server.faults = (struct hub_faults){
        .list = "{\"sha\":\"" COMMIT "\",\"siblings\":[{\"rfilename\":\"../../config.json\"},"
                "{\"rfilename\":\"/model.safetensors\"}]}"};
    fails(env, IMG_ERR_MODEL_UNSUPPORTED, "model.safetensors");
    static const char *const etags[] = {"../../../evil", "..", "a/b", ".hidden"};
    for (size_t i = 0; i < sizeof etags / sizeof *etags; i++) {
        env->server.faults = (struct hub_faults){.on = "config.json", .etag = etags[i]};
        fails(env, IMG_ERR_NETWORK, "no usable ETag");
    }
    is_absent(env);
}

static void links_in_the_way_are_not_followed(void **state)
{
    struct env *env = *state;
    assert_non_null(scratch_write("victim", "precious", 8));
    assert_non_null(scratch_write(ROOT "blobs/x", "", 0));
    assert_int_equal(symlink(scratch_path("victim"), scratch_path(env->incomplete)), 0);
    fails(env, IMG_ERR_OUTPUT, "incomplete");
    assert_true(scratch_equal("victim", "precious", 8));
    assert_int_equal(unlink(scratch_path(env->incomplete)), 0);
    assert_int_equal(symlink(scratch_path("victim"), scratch_path(env->blob)), 0);
    fetches(env);
    is_whole(env);
    assert_true(scratch_equal("victim", "precious", 8));
}

static void a_folder_that_may_not_be_written(void **state)
{
    struct env *env = *state;
    if (geteuid() == 0) {
        /* Root may write everywhere but below a file. */
        assert_non_null(scratch_write("hub", "a file", 6));
    } else {
        assert_int_equal(mkdir(env->cache, 0555), 0);
    }
    fails(env, IMG_ERR_OUTPUT, "cannot create folder");
}

static void no_room_is_said_before_the_first_byte(void **state)
{
    struct env *env = *state;
    env->server.faults = (struct hub_faults){
        .list = "{\"sha\":\"" COMMIT "\",\"siblings\":[{\"rfilename\":\"config.json\"},"
                "{\"rfilename\":\"model.safetensors\",\"size\":9007199254740992}]}"};
    fails(env, IMG_ERR_OUTPUT, "MB are needed");
    assert_int_equal(env->server.seen_count, 1);
}

static void a_full_disk_keeps_what_came(void **state)
{
    struct env *env = *state;
    assert_int_equal(mkdir(env->cache, 0755), 0);
    struct statvfs info;
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", env->cache, "tmpfs", 0, "size=2m") != 0 || statvfs(env->cache, &info) != 0) {
        print_message("skipped: a small file system cannot be mounted here\n");
        skip();
    }
    size_t fill = info.f_bavail * info.f_frsize - (64 << 10);
    char *filler = calloc(1, fill);
    env->server.faults = (struct hub_faults){.no_list_sizes = true};
    bool written = filler && scratch_write("hub/filler", filler, fill);
    free(filler);
    bool fetched = written && fetch(env);
    long kept = scratch_size(env->incomplete);
    struct img_err first = env->err;
    int removed = unlink(scratch_path("hub/filler"));
    hub_server_reset(&env->server);
    bool again = fetch(env);
    struct img_hub_model model;
    bool found = img_hub_find(&env->places, REPO, &model, &env->err);
    assert_int_equal(umount2(env->cache, MNT_DETACH), 0);
    assert_true(written);
    assert_false(fetched);
    assert_int_equal(first.code, IMG_ERR_OUTPUT);
    assert_non_null(strstr(first.text, "No space left"));
    if (kept <= 0 || kept >= WEIGHTS)
        fail_msg("kept %ld bytes: %s", kept, first.text);
    assert_int_equal(removed, 0);
    assert_true(again);
    assert_true(found);
}

struct rival {
    struct env *env;
    struct img_hub_fetched fetched;
    struct img_err err;
    bool ok;
};

static void *run_rival(void *ctx)
{
    struct rival *rival = ctx;
    rival->ok =
        img_hub_fetch(&rival->env->fetch, &rival->env->repo, NULL, 0, &rival->fetched, &rival->err);
    return NULL;
}

static void two_fetches_at_once_share_the_work(void **state)
{
    struct env *env = *state;
    struct rival rivals[2] = {{.env = env}, {.env = env}};
    pthread_t threads[2];
    env->fetch.progress.step = NULL;
    env->server.faults = (struct hub_faults){.on = "/storage/", .slow_us = 10000};
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_rival, &rivals[i]), 0);
    for (size_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < 2; i++)
        if (!rivals[i].ok)
            fail_msg("%s", rivals[i].err.text);
    is_whole(env);
    assert_int_equal(hub_server_count(&env->server, "GET /storage/"), 1);
}

static void no_trace_is_left_beside_the_model(void **state)
{
    struct env *env = *state;
    fetches(env);
    assert_int_equal(scratch_size(env->incomplete), -1);
    assert_int_equal(rmdir(scratch_path(ROOT "refs")), -1);
    assert_int_equal(unlink(scratch_path(ROOT "refs/main")), 0);
    assert_int_equal(rmdir(scratch_path(ROOT "refs")), 0);
    static const char *const names[] = {"config.json", "vocab.json", "merges.txt",
                                        "model.safetensors"};
    for (size_t i = 0; i < 4; i++) {
        char path[256];
        snprintf(path, sizeof path, SNAPSHOT "%s", names[i]);
        assert_int_equal(unlink(scratch_path(path)), 0);
    }
    assert_int_equal(rmdir(scratch_path(ROOT "snapshots/" COMMIT)), 0);
}

#define NETWORK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    /* Proxies of the environment are not for a server on this machine. */
    static const char *const proxies[] = {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY",
                                          "HTTPS_PROXY"};
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        unsetenv(proxies[i]);
    const struct CMUnitTest tests[] = {
        NETWORK_TEST(a_fresh_fetch_has_the_hub_s_layout),
        NETWORK_TEST(a_second_fetch_receives_nothing),
        NETWORK_TEST(files_by_name_join_what_is_there),
        NETWORK_TEST(single_files_do_not_hide_a_model),
        NETWORK_TEST(a_revision_gets_a_ref_of_its_own),
        NETWORK_TEST(resumed_where_it_was_cut),
        NETWORK_TEST(cut_again_and_again_within_one_fetch),
        NETWORK_TEST(a_small_file_is_resumed_with_if_range),
        NETWORK_TEST(changed_on_the_server_between_two_runs),
        NETWORK_TEST(changed_on_the_server_within_a_run),
        NETWORK_TEST(a_server_without_ranges),
        NETWORK_TEST(a_server_that_refuses_a_range),
        NETWORK_TEST(damaged_in_an_earlier_run),
        NETWORK_TEST(complete_but_not_renamed),
        NETWORK_TEST(the_wrong_digest_is_refused),
        NETWORK_TEST(the_wrong_size_is_refused),
        NETWORK_TEST(a_list_without_sizes_and_digests),
        NETWORK_TEST(a_mirror_without_linked_headers),
        NETWORK_TEST(refusals_say_what_may_be_wrong),
        NETWORK_TEST(what_may_pass_is_tried_again),
        NETWORK_TEST(retry_after_is_obeyed),
        NETWORK_TEST(a_silent_server_is_given_up),
        NETWORK_TEST(the_token_stays_with_its_host),
        NETWORK_TEST(redirects_lead_only_to_the_web),
        NETWORK_TEST(offline_opens_no_connection),
        NETWORK_TEST(nobody_listens),
        NETWORK_TEST(hostile_lists_and_etags),
        NETWORK_TEST(links_in_the_way_are_not_followed),
        NETWORK_TEST(a_folder_that_may_not_be_written),
        NETWORK_TEST(no_room_is_said_before_the_first_byte),
        NETWORK_TEST(a_full_disk_keeps_what_came),
        NETWORK_TEST(two_fetches_at_once_share_the_work),
        NETWORK_TEST(no_trace_is_left_beside_the_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
