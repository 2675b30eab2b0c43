/* A connection to Qdrant: requests to its REST API, patient with a server that is busy, restarting
 * or cut off in the middle of an answer. One thread's; several threads open one each.
 * Specification: Qdrant's OpenAPI file. */
#ifndef IMG_STORE_CLIENT_H
#define IMG_STORE_CLIENT_H

#include "base/arena.h"
#include "json/scan.h"
#include "net/http.h"
#include "net/retry.h"

/* Bytes of an answer, unpacked; of one page of points, too. */
#define IMG_STORE_REPLY_MAX ((size_t)128 << 20)

/* Memory for what is read out of an answer: an answer may consist of very small values. */
#define IMG_STORE_READ_MAX ((size_t)512 << 20)

/* Where, as whom, how patiently. Outlives the connections. */
struct img_qdrant_server {
    const char *url;
    const char *collection; /* name or alias */
    const char *api_key;    /* NULL: none; goes to the url's own origin only */
    const char *ca_file;    /* NULL: the system's */
    unsigned timeout_s;     /* 0: that of lib/net */
    struct img_retry retry;
};

/* Zeroed is closed. */
struct img_qdrant {
    const struct img_qdrant_server *server;
    struct img_http *http;
    char *secret;
    struct img_buf url, path, reply;
    long status; /* of the last answer; 0: none came */
};

/* Opens no connection yet. Fails with CONFIG (the url, the collection's name, the key),
 * OUT_OF_MEMORY or SYSTEM. */
IMG_CHECKED bool img_qdrant_open(struct img_qdrant *store, const struct img_qdrant_server *server,
                                struct img_err *err);
void img_qdrant_close(struct img_qdrant *store);

/* Sends body [len] (NULL: none) and waits for an answer of 2xx; store->reply holds it. path begins
 * with a slash. Fails with NETWORK, the text holding what the server said. */
IMG_CHECKED bool img_qdrant_ask(struct img_qdrant *store, const char *method, const char *path,
                               const char *body, size_t len, struct img_err *err);

/* The same below the collection: rest is "", "/points?wait=true" … */
IMG_CHECKED bool img_qdrant_ask_collection(struct img_qdrant *store, const char *method,
                                          const char *rest, const char *body, size_t len,
                                          struct img_err *err);

/* The "result" of the answer, inside store->reply. Fails with NETWORK (the answer is not of
 * Qdrant's shape) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_qdrant_result(struct img_qdrant *store, struct img_arena *arena,
                                  struct img_json_value *result, struct img_err *err);

/* What could not be read of an answer is no record of ours: BAD_RECORD becomes NETWORK. Returns
 * false. */
bool img_qdrant_unreadable(struct img_err *err);

#endif
