/* Test support: a hub that holds one repository, and misbehaves on request.
 *
 * It answers as the hub does: the API's list of files, resolve URLs, small files at once under the
 * SHA-1 of their git blob, large ones (lfs) by a redirect to a storage under another host name,
 * with X-Linked-Etag (SHA-256) and X-Linked-Size. */
#ifndef IMG_TESTS_HUB_SERVER_H
#define IMG_TESTS_HUB_SERVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "support/httpd.h"

enum { HUB_FILES = 16, HUB_SEEN = 256 };

struct hub_file {
    const char *path;
    const unsigned char *bytes;
    size_t len;
    bool lfs;
    char digest[IMG_DIGEST_HEX];
};

struct hub_seen {
    char line[256]; /* "GET /test/tiny/resolve/…" */
    char host[128], authorization[256], if_range[128];
    bool has_range;
    uint64_t range_first;
};

/* What goes wrong, for targets that contain `on` (NULL: all). */
struct hub_faults {
    const char *on;
    int status, times;   /* answer with status, that many times */
    const char *headers; /* … and with these header lines */
    size_t cut_after;    /* a body ends after so many bytes, … */
    int cuts;            /* … that many times */
    bool ignore_range, no_list_digests, no_list_sizes, no_linked_etag;
    bool refuse_range;    /* 416 */
    int corrupt;          /* a byte of the body is another one, that many times */
    long lie_about_size;  /* added to what HEAD says */
    const char *etag;     /* instead of a small file's own */
    const char *redirect; /* where large files are said to be */
    const char *list;     /* instead of the API's list */
    unsigned stall_s;     /* before a body, once a cut is due */
    unsigned slow_us;     /* between pieces of 4096 bytes */
    const char *token;    /* without it: 401 */
};

struct hub_server {
    struct httpd *httpd;
    const char *repo, *commit;
    struct hub_file files[HUB_FILES];
    size_t file_count;
    pthread_mutex_t lock; /* of what stands below */
    struct hub_faults faults;
    struct hub_seen seen[HUB_SEEN];
    size_t seen_count;
    int log; /* when > 0: "METHOD TARGET HOST range=FIRST" for each request is written here */
};

/* Starts it with no files and no faults; false when it cannot listen. */
bool hub_server_start(struct hub_server *server, unsigned short port, const char *repo,
                      const char *commit);
void hub_server_stop(struct hub_server *server);

/* bytes must outlive the server. */
void hub_server_add(struct hub_server *server, const char *path, const void *bytes, size_t len,
                    bool lfs);

/* Forgets faults and requests seen so far. */
void hub_server_reset(struct hub_server *server);

/* How many requests' lines contained text. */
size_t hub_server_count(struct hub_server *server, const char *text);

#endif
