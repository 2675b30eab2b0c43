/* Fetching a model: list, choose, make sure of the space, download, and only then name it. */
#include "hub/fetch.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/file.h"
#include "hub/link.h"
#include "hub/listing.h"
#include "net/url.h"

/* What the file system keeps for its own bookkeeping beside our bytes. */
static const uint64_t reserve_bytes = 1 << 20;

static bool keep_listing(void *ctx, const struct img_hub_said *said, const void *bytes,
                         size_t len, struct img_err *err)
{
    struct img_buf *text = ctx;
    (void)said;
    img_buf_put(text, bytes, len);
    return !text->failed ||
           img_err_set(err, IMG_ERR_NETWORK, "the hub's list of files is larger than %d bytes",
                       IMG_HUB_LISTING_BYTES_MAX);
}

static bool ask_listing(struct img_hub_download *download, const struct img_hub_repo *repo,
                        struct img_arena *arena, struct img_hub_listing *listing,
                        struct img_err *err)
{
    struct img_buf url = {0}, text = {.limit = IMG_HUB_LISTING_BYTES_MAX};
    struct img_retry retry = download->retry;
    struct img_hub_said said;
    img_buf_printf(&url, "%s/api/models/%s/revision/", download->endpoint, repo->id);
    img_url_escape(repo->revision, false, &url);
    img_buf_puts(&url, "?blobs=true");
    bool ok = img_buf_ok(&url, err), done = !ok;
    const struct img_hub_request request = {.url = url.data, .sink = keep_listing, .ctx = &text};
    while (!done) {
        bool transient;
        img_buf_reset(&text);
        ok = img_hub_send(download->http, &request, &said, &transient, err) &&
             img_hub_status(&said, &transient, err);
        done = ok || !transient || !img_retry_wait(&retry, said.answer.retry_after_s, err);
    }
    ok = ok && img_hub_listing_parse(text.data ? text.data : "", text.len, arena, listing, err);
    img_buf_clear(&url);
    img_buf_clear(&text);
    return ok;
}

/* Bytes of path that are there already. */
static uint64_t bytes_at(const struct img_hub_download *download, const char *digest,
                         const char *ending)
{
    char tail[IMG_HUB_ETAG_MAX + 32], path[PATH_MAX];
    struct img_err ignored;
    struct stat info;
    snprintf(tail, sizeof tail, "blobs/%s%s", digest, ending);
    if (!img_hub_cache_path(download->cache, download->repo_id, tail, path, &ignored) ||
        lstat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return 0;
    return (uint64_t)info.st_size;
}

/* Before the first large byte: is there room for all that is missing? */
static bool check_space(const struct img_hub_download *download, const char *folder,
                        const struct img_hub_file *const *chosen, size_t count, struct img_err *err)
{
    uint64_t missing = 0;
    for (size_t i = 0; i < count; i++) {
        const struct img_hub_file *file = chosen[i];
        uint64_t have = 0;
        if (!file->size_known)
            continue;
        if (file->digest && bytes_at(download, file->digest, "") == file->size)
            have = file->size;
        else if (file->digest)
            have = bytes_at(download, file->digest, ".incomplete");
        if (have < file->size)
            missing += file->size - have;
    }
    struct statvfs info;
    if (statvfs(folder, &info) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot stat %s", folder);
    uint64_t room = (uint64_t)info.f_bavail * info.f_frsize;
    if (missing == 0 || room >= missing + reserve_bytes)
        return true;
    return img_err_set(err, IMG_ERR_OUTPUT, "%s: %llu MB are needed, %llu MB are free", folder,
                       (unsigned long long)((missing + 999999) / 1000000),
                       (unsigned long long)(room / 1000000));
}

static bool download_all(struct img_hub_download *download, const struct img_hub_file **chosen,
                         size_t count, struct img_hub_fetched *fetched, struct img_err *err)
{
    char folder[PATH_MAX];
    if (!img_hub_cache_path(download->cache, download->repo_id, "blobs", folder, err) ||
        !img_folder_make(folder, false, err) || !check_space(download, folder, chosen, count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!img_hub_download(download, chosen[i], err))
            return false;
        fetched->bytes += chosen[i]->size;
        fetched->files++;
    }
    return true;
}

/* The revision's name moves to the new snapshot, unless that holds single files only and the name
 * leads to a whole model. */
static bool name_revision(const struct img_hub_download *download, const struct img_hub_repo *repo,
                          const char *snapshot, const char *commit, struct img_err *err)
{
    char named[PATH_MAX];
    if (strcmp(repo->revision, commit) == 0)
        return true;
    if (!img_hub_folder_complete(snapshot) &&
        img_hub_cache_snapshot(download->cache, repo->id, repo->revision, named) &&
        img_hub_folder_complete(named))
        return true;
    return img_hub_set_ref(download->cache, repo->id, repo->revision, commit, err);
}

static bool fetch_listed(struct img_hub_download *download, const struct img_hub_repo *repo,
                         const char *const *files, size_t file_count, struct img_arena *arena,
                         struct img_hub_fetched *fetched, struct img_err *err)
{
    struct img_hub_listing listing;
    size_t count = 0;
    const struct img_hub_file **chosen =
        img_arena_array(arena, IMG_HUB_WANTED_MAX, sizeof(const struct img_hub_file *), err);
    if (!chosen || !ask_listing(download, repo, arena, &listing, err) ||
        !img_hub_listing_choose(&listing, files, file_count, chosen, &count, err))
        return false;
    memcpy(fetched->commit, listing.commit, sizeof fetched->commit);
    download->commit = fetched->commit;
    bool ok = download_all(download, chosen, count, fetched, err);
    fetched->received = download->received;
    char tail[IMG_HUB_COMMIT_MAX + 16];
    snprintf(tail, sizeof tail, "snapshots/%s", listing.commit);
    return ok && img_hub_cache_path(download->cache, repo->id, tail, fetched->path, err) &&
           name_revision(download, repo, fetched->path, listing.commit, err);
}

bool img_hub_fetch(const struct img_hub_fetch *fetch, const struct img_hub_repo *repo,
                   const char *const *files, size_t file_count, struct img_hub_fetched *fetched,
                   struct img_err *err)
{
    const struct img_hub_places *places = fetch->places;
    *fetched = (struct img_hub_fetched){0};
    if (!strchr(repo->id, '/'))
        return img_err_set(err, IMG_ERR_USAGE, "'%s' is no repository of the hub (org/repo)",
                           repo->id);
    if (places->offline)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "%s: not fetched, since HF_HUB_OFFLINE forbids every connection",
                           repo->id);
    if (!places->cache)
        return img_err_set(err, IMG_ERR_OUTPUT,
                           "no folder to put models in: set HOME or HF_HUB_CACHE");
    const struct img_http_options options = {
        .endpoint = places->endpoint,
        .token = places->token,
        .ca_file = places->ca_file,
        .timeout_s = fetch->timeout_s,
    };
    struct img_hub_download download = {
        .cache = places->cache,
        .endpoint = places->endpoint,
        .repo_id = repo->id,
        .retry = {fetch->retry_attempts, fetch->retry_delay_s, fetch->report},
        .progress = fetch->progress,
        .report = fetch->report,
    };
    struct img_arena arena = {0};
    bool ok = img_http_open(&download.http, &options, err) &&
              fetch_listed(&download, repo, files, file_count, &arena, fetched, err);
    if (!ok)
        img_err_in(err, "%s", repo->id);
    img_http_close(download.http);
    img_arena_clear(&arena);
    return ok;
}
