/* Connecting as the configuration says. */
#include "store/connect.h"

#include <string.h>

#include "base/file.h"
#include "net/url.h"

enum { KEY_BYTES = 4096, NO_TIMEOUT_S = 86400 };

static bool read_key(struct img_qdrant_connection *c, const struct img_qdrant_flags *flags,
                     const struct img_config *config, const char **key, struct img_err *err)
{
    *key = config->environment.qdrant_api_key;
    if (!flags->api_key_file)
        return true;
    if (!img_file_read(flags->api_key_file, KEY_BYTES, &c->key, err)) {
        err->code = IMG_ERR_CONFIG;
        return img_err_in(err, "%s", flags->api_key_file);
    }
    while (c->key.len > 0 && strchr("\r\n\t ", c->key.data[c->key.len - 1]))
        c->key.data[--c->key.len] = '\0';
    if (c->key.len == 0)
        return img_err_set(err, IMG_ERR_CONFIG, "%s: no key in it", flags->api_key_file);
    *key = c->key.data;
    return true;
}

bool img_qdrant_connect(struct img_qdrant_connection *c, const struct img_qdrant_flags *flags,
                        const struct img_config *config, const struct img_report *report,
                        struct img_err *err)
{
    const struct img_values *v = &config->v;
    const char *key;
    if (!read_key(c, flags, config, &key, err))
        return false;
    if (key && img_url_is_open(v->qdrant_url))
        img_report(report, IMG_WARNING, "the API key goes to %s unencrypted", v->qdrant_url);
    c->server = (struct img_qdrant_server){
        .url = v->qdrant_url,
        .collection = v->qdrant_collection,
        .api_key = key,
        .ca_file = flags->ca_file,
        .timeout_s = v->timeout <= 0 ? NO_TIMEOUT_S : v->timeout < 1 ? 1 : (unsigned)v->timeout,
        .retry = {(unsigned)v->retry_attempts, v->retry_delay, report},
    };
    return img_qdrant_open(&c->store, &c->server, err);
}

void img_qdrant_disconnect(struct img_qdrant_connection *c)
{
    if (c->store.server)
        img_qdrant_close(&c->store);
    img_buf_clear(&c->key);
    *c = (struct img_qdrant_connection){0};
}
