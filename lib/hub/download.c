/* Receiving one file: where it stands, what is missing, whether it is what was promised. */
#include "hub/download.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "hub/link.h"
#include "hub/lock.h"
#include "net/url.h"

enum { READ_BYTES = 1 << 16 };

/* Progress of at least this much makes a failure count as the first again. */
static const uint64_t fresh_start_bytes = 1 << 20;
static const uint64_t step_bytes = 256 << 10;

/* A blob on its way. */
struct blob {
    struct img_hub_download *download;
    const struct img_hub_file *file;
    char name[IMG_HUB_ETAG_MAX]; /* its ETag */
    char etag_sent[IMG_HUB_ETAG_MAX];
    bool redirected; /* the bytes come from a storage whose own ETags say nothing */
    uint64_t size;
    char path[PATH_MAX], incomplete[PATH_MAX + 16];
    int fd;
    uint64_t have;      /* bytes in the incomplete file, all of them in the digest */
    uint64_t continued; /* how many of them were there when this run began */
    uint64_t told;      /* progress up to here is known to the caller */
    bool begun;         /* the answer at hand was looked at */
    struct img_digest digest;
};

static bool is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

/* What the file's bytes must hash to, or NULL when nobody said. */
static const char *promised(const struct blob *blob)
{
    if (is_hex(blob->name, 64) || is_hex(blob->name, 40))
        return blob->name;
    return blob->file->digest;
}

/* Small files are known by the SHA-1 of their git blob, which begins with kind and size. */
static void begin_digest(struct blob *blob)
{
    const char *want = promised(blob);
    char head[32];
    if (want && strlen(want) == 40) {
        int n = snprintf(head, sizeof head, "blob %llu", (unsigned long long)blob->size);
        img_digest_init(&blob->digest, IMG_SHA1);
        img_digest_add(&blob->digest, head, (size_t)n + 1);
    } else {
        img_digest_init(&blob->digest, IMG_SHA256);
    }
}

static bool compose_url(const struct blob *blob, struct img_buf *url, struct img_err *err)
{
    const struct img_hub_download *download = blob->download;
    img_buf_printf(url, "%s/", download->endpoint);
    img_url_escape(download->repo_id, true, url);
    img_buf_puts(url, "/resolve/");
    img_url_escape(download->commit, false, url);
    img_buf_putc(url, '/');
    img_url_escape(blob->file->path, true, url);
    return img_buf_ok(url, err);
}

/* Takes name and size from the hub's answer and holds them against its own list. */
static bool take_promise(struct blob *blob, const struct img_hub_said *said, struct img_err *err)
{
    const struct img_hub_file *file = blob->file;
    const char *name = said->linked_etag[0] ? said->linked_etag : said->etag;
    if (!name[0] && file->digest)
        name = file->digest;
    if (!img_hub_part_ok(name, strlen(name)))
        return img_err_set(err, IMG_ERR_NETWORK, "the server names the file by no usable ETag");
    snprintf(blob->name, sizeof blob->name, "%s", name);
    snprintf(blob->etag_sent, sizeof blob->etag_sent, "%s", said->etag_sent);
    blob->redirected = said->linked_etag[0] != '\0' || said->answer.redirected;
    if (said->has_linked_size)
        blob->size = said->linked_size;
    else if (said->answer.has_length && said->answer.status == 200)
        blob->size = said->answer.length;
    else if (file->size_known)
        blob->size = file->size;
    else
        return img_err_set(err, IMG_ERR_NETWORK, "the server does not say how long the file is");
    if (file->size_known && file->size != blob->size)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "the hub's list says %llu bytes, the server says %llu",
                           (unsigned long long)file->size, (unsigned long long)blob->size);
    if (file->digest && is_hex(blob->name, strlen(file->digest)) &&
        strcmp(file->digest, blob->name) != 0)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "the hub's list says digest %s, the server says %s", file->digest,
                           blob->name);
    return true;
}

static bool ask_promise(struct blob *blob, const char *url, struct img_err *err)
{
    struct img_hub_said said;
    const struct img_hub_request request = {.url = url, .head_only = true};
    return img_hub_ask(blob->download->http, &request, blob->download->retry, &said, err) &&
           take_promise(blob, &said, err);
}

static bool name_paths(struct blob *blob, struct img_err *err)
{
    const struct img_hub_download *download = blob->download;
    char tail[IMG_HUB_ETAG_MAX + 8];
    snprintf(tail, sizeof tail, "blobs/%s", blob->name);
    if (!img_hub_cache_path(download->cache, download->repo_id, tail, blob->path, err))
        return false;
    snprintf(blob->incomplete, sizeof blob->incomplete, "%s.incomplete", blob->path);
    return true;
}

/* True when the whole blob is there already. */
static bool is_there(const struct blob *blob)
{
    struct stat info;
    return lstat(blob->path, &info) == 0 && S_ISREG(info.st_mode) &&
           (uint64_t)info.st_size == blob->size;
}

static bool start_over(struct blob *blob, struct img_err *err)
{
    if (ftruncate(blob->fd, 0) != 0 || lseek(blob->fd, 0, SEEK_SET) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot truncate", blob->incomplete);
    blob->have = blob->continued = blob->told = 0;
    begin_digest(blob);
    return true;
}

/* Opens the incomplete file and takes what is in it into the digest. */
static bool open_incomplete(struct blob *blob, struct img_err *err)
{
    struct stat info;
    blob->fd = open(blob->incomplete, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0666);
    if (blob->fd < 0 || fstat(blob->fd, &info) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot open %s", blob->incomplete);
    if (!S_ISREG(info.st_mode))
        return img_err_set(err, IMG_ERR_OUTPUT, "%s is not a regular file", blob->incomplete);
    if ((uint64_t)info.st_size > blob->size)
        return start_over(blob, err);
    char *bytes = malloc(READ_BYTES);
    if (!bytes)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for reading");
    begin_digest(blob);
    ssize_t n;
    while ((n = read(blob->fd, bytes, READ_BYTES)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0) {
            img_digest_add(&blob->digest, bytes, (size_t)n);
            blob->have += (uint64_t)n;
        }
    }
    free(bytes);
    if (n < 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot read %s", blob->incomplete);
    blob->continued = blob->told = blob->have;
    if (blob->have > 0)
        img_report(blob->download->report, IMG_NOTE, "%s: continuing at byte %llu",
                   blob->file->path, (unsigned long long)blob->have);
    return true;
}

/* Holds the answer against what was asked for, before its first byte is kept. */
static bool begin_body(struct blob *blob, const struct img_hub_said *said, struct img_err *err)
{
    if (!said->answer.redirected && !blob->redirected && said->etag[0] &&
        strcmp(said->etag, blob->name) != 0)
        return img_err_set(err, IMG_ERR_NETWORK, "the file changed on the server meanwhile");
    if (said->answer.status == 206) {
        if (said->range_total != blob->size || said->range_first != blob->have)
            return img_err_set(
                err, IMG_ERR_NETWORK,
                "the server sends from byte %llu of %llu, asked for was %llu of %llu",
                (unsigned long long)said->range_first, (unsigned long long)said->range_total,
                (unsigned long long)blob->have, (unsigned long long)blob->size);
        return true;
    }
    if (blob->have > 0 && !start_over(blob, err))
        return false;
    if (said->answer.has_length && said->answer.length != blob->size)
        return img_err_set(err, IMG_ERR_NETWORK, "the server sends %llu bytes, promised were %llu",
                           (unsigned long long)said->answer.length,
                           (unsigned long long)blob->size);
    return true;
}

static void tell(struct blob *blob)
{
    const struct img_hub_progress *progress = &blob->download->progress;
    blob->told = blob->have;
    if (progress->step)
        progress->step(progress->ctx, blob->file->path, blob->have, blob->size);
}

static bool keep(void *ctx, const struct img_hub_said *said, const void *bytes, size_t len,
                 struct img_err *err)
{
    struct blob *blob = ctx;
    if (!blob->begun && !begin_body(blob, said, err))
        return false;
    blob->begun = true;
    if (len > blob->size - blob->have)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "the server sends more than the promised %llu bytes",
                           (unsigned long long)blob->size);
    if (!img_write_all(blob->fd, bytes, len, err))
        return img_err_in(err, "%s", blob->incomplete);
    img_digest_add(&blob->digest, bytes, len);
    blob->have += len;
    blob->download->received += len;
    if (blob->have - blob->told >= step_bytes)
        tell(blob);
    return true;
}

/* One request for what is missing. */
static bool receive_once(struct blob *blob, const char *url, unsigned *retry_after_s,
                         bool *transient, struct img_err *err)
{
    struct img_hub_said said;
    const struct img_hub_request request = {
        .url = url,
        .range_first = blob->have,
        .if_range = blob->redirected || !blob->etag_sent[0] ? NULL : blob->etag_sent,
        .sink = keep,
        .ctx = blob,
    };
    blob->begun = false;
    bool ok = img_hub_send(blob->download->http, &request, &said, transient, err);
    *retry_after_s = said.answer.retry_after_s;
    if (!ok)
        return false;
    if (said.answer.status == 416) {
        *transient = true;
        return start_over(blob, err) &&
               img_err_set(err, IMG_ERR_NETWORK, "the server cannot continue the file");
    }
    if (!img_hub_status(&said, transient, err))
        return false;
    *transient = true;
    return blob->have == blob->size ||
           img_err_set(err, IMG_ERR_NETWORK, "the server ended after %llu of %llu bytes",
                       (unsigned long long)blob->have, (unsigned long long)blob->size);
}

static bool receive(struct blob *blob, const char *url, struct img_err *err)
{
    struct img_retry retry = blob->download->retry;
    while (blob->have < blob->size) {
        uint64_t before = blob->have;
        unsigned retry_after_s = 0;
        bool transient = false;
        if (receive_once(blob, url, &retry_after_s, &transient, err))
            break;
        if (blob->have > before && blob->have - before >= fresh_start_bytes)
            retry = blob->download->retry;
        if (!transient || !img_retry_wait(&retry, retry_after_s, err))
            return false;
    }
    return true;
}

/* False, with the reason, when the bytes are not what their name promised. */
static bool check_digest(struct blob *blob, struct img_err *err)
{
    const char *want = promised(blob);
    char got[IMG_DIGEST_HEX];
    if (!want)
        return true;
    img_digest_hex(&blob->digest, got);
    if (strcmp(got, want) == 0)
        return true;
    return img_err_set(err, IMG_ERR_NETWORK, "what came has digest %s, promised was %s", got, want);
}

/* Receives and checks; a file continued from an earlier run is given one fresh start, since the
 * fault may lie in its old part. */
static bool fill(struct blob *blob, const char *url, struct img_err *err)
{
    for (;;) {
        if (!receive(blob, url, err))
            return false;
        if (check_digest(blob, err))
            return true;
        bool again = blob->continued > 0;
        if (!start_over(blob, err))
            return false;
        if (!again)
            return false;
        img_report(blob->download->report, IMG_WARNING,
                   "%s: what was there from an earlier run is damaged; starting over",
                   blob->file->path);
    }
}

static bool finish(struct blob *blob, struct img_err *err)
{
    if (fsync(blob->fd) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "%s: cannot sync", blob->incomplete);
    if (rename(blob->incomplete, blob->path) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot rename %s", blob->incomplete);
    return true;
}

/* Under the lock: another process may have brought it meanwhile. */
static bool bring(struct blob *blob, const char *url, struct img_err *err)
{
    if (is_there(blob))
        return true;
    bool ok = open_incomplete(blob, err) && fill(blob, url, err) && finish(blob, err);
    if (blob->fd >= 0)
        close(blob->fd);
    blob->fd = -1;
    return ok;
}

static bool bring_locked(struct blob *blob, const char *url, struct img_err *err)
{
    const struct img_hub_download *download = blob->download;
    int lock = -1;
    if (is_there(blob))
        return true;
    bool ok = img_hub_lock(download->cache, download->repo_id, blob->name, download->report, &lock,
                           err) &&
              bring(blob, url, err);
    img_hub_unlock(lock);
    return ok;
}

bool img_hub_download(struct img_hub_download *download, const struct img_hub_file *file,
                      struct img_err *err)
{
    struct blob blob = {.download = download, .file = file, .fd = -1};
    struct img_buf url = {0};
    bool ok = compose_url(&blob, &url, err) && ask_promise(&blob, url.data, err) &&
              name_paths(&blob, err) && bring_locked(&blob, url.data, err) &&
              img_hub_link(download->cache, download->repo_id, download->commit, file->path,
                           blob.name, err);
    if (ok) {
        blob.have = blob.size;
        tell(&blob);
    } else {
        img_err_in(err, "%s", file->path);
    }
    img_buf_clear(&url);
    return ok;
}
