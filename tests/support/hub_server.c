/* The hub's manners, good and bad. */
#include "support/hub_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PIECE = 4096 };

static void pause_us(unsigned us)
{
    struct timespec time = {.tv_sec = us / 1000000, .tv_nsec = (long)(us % 1000000) * 1000};
    nanosleep(&time, NULL);
}

static void note(struct hub_server *server, const struct httpd_request *request)
{
    if (server->log > 0)
        dprintf(server->log, "%s %s %s range=%llu\n", request->method, request->target,
                request->host, (unsigned long long)request->range_first);
    if (server->seen_count == HUB_SEEN)
        return;
    struct hub_seen *seen = &server->seen[server->seen_count++];
    snprintf(seen->line, sizeof seen->line, "%s %.240s", request->method, request->target);
    memcpy(seen->host, request->host, sizeof seen->host);
    memcpy(seen->authorization, request->authorization, sizeof seen->authorization);
    memcpy(seen->if_range, request->if_range, sizeof seen->if_range);
    seen->has_range = request->has_range;
    seen->range_first = request->range_first;
}

static void send_list(const struct hub_server *server, const struct hub_faults *faults, int fd)
{
    char *text = malloc(65536);
    if (!text)
        return;
    size_t room = 65536, len = 0;
    len += (size_t)snprintf(text, room, "{\"id\":\"%s\",\"sha\":\"%s\",\"siblings\":[",
                            server->repo, server->commit);
    for (size_t i = 0; i < server->file_count; i++) {
        const struct hub_file *file = &server->files[i];
        len += (size_t)snprintf(text + len, room - len, "%s{\"rfilename\":\"%s\"", i ? "," : "",
                                file->path);
        if (!faults->no_list_sizes)
            len += (size_t)snprintf(text + len, room - len, ",\"size\":%zu", file->len);
        if (!faults->no_list_digests && file->lfs)
            len += (size_t)snprintf(text + len, room - len,
                                    ",\"lfs\":{\"sha256\":\"%s\",\"size\":%zu,\"pointerSize\":134}",
                                    file->digest, file->len);
        else if (!faults->no_list_digests)
            len += (size_t)snprintf(text + len, room - len, ",\"blobId\":\"%s\"", file->digest);
        len += (size_t)snprintf(text + len, room - len, "}");
    }
    len += (size_t)snprintf(text + len, room - len, "]}");
    httpd_answer(fd, 200, "Content-Type: application/json\r\n", faults->list ? faults->list : text,
                 faults->list ? strlen(faults->list) : len);
    free(text);
}

static void send_body(const struct hub_faults *faults, const unsigned char *bytes, size_t len,
                      bool corrupt, int fd)
{
    for (size_t at = 0; at < len; at += PIECE) {
        unsigned char piece[PIECE];
        size_t take = len - at < PIECE ? len - at : PIECE;
        memcpy(piece, bytes + at, take);
        if (corrupt && at == 0)
            piece[take / 2] ^= 1;
        httpd_write(fd, piece, take);
        if (faults->slow_us)
            pause_us(faults->slow_us);
    }
}

/* A file's own bytes, or what Range asks of them. */
static void send_file(struct hub_server *server, const struct hub_faults *faults,
                      const struct hub_file *file, const struct httpd_request *request, int fd)
{
    char head[1024], etag[160], range[128] = "";
    const char *name = faults->etag ? faults->etag : file->digest;
    snprintf(etag, sizeof etag, file->lfs ? "\"storage-%.20s\"" : "\"%s\"", name);
    bool part = request->has_range && !faults->ignore_range &&
                (!request->if_range[0] || strcmp(request->if_range, etag) == 0);
    if (part && (faults->refuse_range || request->range_first >= file->len)) {
        httpd_answer(fd, 416, "", NULL, 0);
        return;
    }
    size_t first = part ? (size_t)request->range_first : 0, len = file->len - first;
    if (part)
        snprintf(range, sizeof range, "Content-Range: bytes %zu-%zu/%zu\r\n", first, file->len - 1,
                 file->len);
    bool head_only = strcmp(request->method, "HEAD") == 0;
    size_t said = len;
    if (head_only)
        said = (size_t)((long)len + faults->lie_about_size);
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d Test\r\nConnection: close\r\nX-Repo-Commit: %s\r\n"
                     "Content-Length: %zu\r\nETag: %s\r\n%s"
                     "\r\n",
                     part ? 206 : 200, server->commit, said, etag, range);
    httpd_write(fd, head, (size_t)n);
    if (head_only)
        return;
    pthread_mutex_lock(&server->lock);
    bool cut = faults->cuts > 0 && server->faults.cuts > 0 && len > faults->cut_after;
    bool corrupt = faults->corrupt > 0 && server->faults.corrupt > 0;
    server->faults.cuts -= cut;
    server->faults.corrupt -= corrupt;
    pthread_mutex_unlock(&server->lock);
    send_body(faults, file->bytes + first, cut ? faults->cut_after : len, corrupt, fd);
    if (cut && faults->stall_s)
        pause_us(faults->stall_s * 1000000);
}

static void send_redirect(const struct hub_server *server, const struct hub_faults *faults,
                          const struct hub_file *file, int fd)
{
    char headers[1024], target[512], linked[256] = "";
    snprintf(target, sizeof target, "http://localhost:%u/storage/%s", httpd_port(server->httpd),
             file->path);
    if (!faults->no_linked_etag)
        snprintf(linked, sizeof linked, "X-Linked-Etag: \"%s\"\r\nX-Linked-Size: %zu\r\n",
                 file->digest, (size_t)((long)file->len + faults->lie_about_size));
    snprintf(headers, sizeof headers, "Location: %s\r\nX-Repo-Commit: %s\r\n%s",
             faults->redirect ? faults->redirect : target, server->commit, linked);
    httpd_answer(fd, 302, headers, NULL, 0);
}

static const struct hub_file *file_at(const struct hub_server *server, const char *prefix,
                                      const char *target)
{
    size_t len = strlen(prefix);
    if (strncmp(target, prefix, len) != 0)
        return NULL;
    for (size_t i = 0; i < server->file_count; i++)
        if (strcmp(server->files[i].path, target + len) == 0)
            return &server->files[i];
    return NULL;
}

static void answer(struct hub_server *server, const struct hub_faults *faults,
                   const struct httpd_request *request, int fd)
{
    char list[256], resolve[256];
    snprintf(list, sizeof list, "/api/models/%s/revision/", server->repo);
    snprintf(resolve, sizeof resolve, "/%s/resolve/%s/", server->repo, server->commit);
    const struct hub_file *file = file_at(server, resolve, request->target);
    const struct hub_file *stored = file_at(server, "/storage/", request->target);
    if (strncmp(request->target, list, strlen(list)) == 0)
        send_list(server, faults, fd);
    else if (file && file->lfs)
        send_redirect(server, faults, file, fd);
    else if (file || stored)
        send_file(server, faults, file ? file : stored, request, fd);
    else
        httpd_answer(fd, 404, "", NULL, 0);
}

static void handle(void *ctx, const struct httpd_request *request, int fd)
{
    struct hub_server *server = ctx;
    pthread_mutex_lock(&server->lock);
    note(server, request);
    struct hub_faults faults = server->faults;
    bool here = !faults.on || strstr(request->target, faults.on);
    bool refuse = here && server->faults.times > 0;
    server->faults.times -= refuse;
    pthread_mutex_unlock(&server->lock);
    bool stored = strncmp(request->target, "/storage/", 9) == 0;
    if (!here)
        faults = (struct hub_faults){0};
    char wanted[256] = "";
    if (faults.token)
        snprintf(wanted, sizeof wanted, "Bearer %.200s", faults.token);
    if (refuse)
        httpd_answer(fd, faults.status, faults.headers ? faults.headers : "", "sorry", 5);
    else if (faults.token && !stored && strcmp(request->authorization, wanted) != 0)
        httpd_answer(fd, 401, "X-Error-Code: RepoNotFound\r\n", NULL, 0);
    else
        answer(server, &faults, request, fd);
}

bool hub_server_start(struct hub_server *server, unsigned short port, const char *repo,
                      const char *commit)
{
    *server = (struct hub_server){.repo = repo, .commit = commit};
    pthread_mutex_init(&server->lock, NULL);
    server->httpd = httpd_start(port, handle, server);
    return server->httpd != NULL;
}

void hub_server_stop(struct hub_server *server)
{
    httpd_stop(server->httpd);
    pthread_mutex_destroy(&server->lock);
}

void hub_server_add(struct hub_server *server, const char *path, const void *bytes, size_t len,
                    bool lfs)
{
    struct img_digest digest;
    char head[32];
    if (server->file_count == HUB_FILES)
        return;
    struct hub_file *file = &server->files[server->file_count++];
    *file = (struct hub_file){.path = path, .bytes = bytes, .len = len, .lfs = lfs};
    img_digest_init(&digest, lfs ? IMG_SHA256 : IMG_SHA1);
    if (!lfs)
        img_digest_add(&digest, head, (size_t)snprintf(head, sizeof head, "blob %zu", len) + 1);
    img_digest_add(&digest, bytes, len);
    img_digest_hex(&digest, file->digest);
}

void hub_server_reset(struct hub_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->faults = (struct hub_faults){0};
    server->seen_count = 0;
    pthread_mutex_unlock(&server->lock);
}

size_t hub_server_count(struct hub_server *server, const char *text)
{
    size_t count = 0;
    pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < server->seen_count; i++)
        count += strstr(server->seen[i].line, text) != NULL;
    pthread_mutex_unlock(&server->lock);
    return count;
}
