/* From command line and configuration to a connection: what every program that talks to Qdrant
 * takes. */
#ifndef IMG_STORE_CONNECT_H
#define IMG_STORE_CONNECT_H

#include "config/config.h"
#include "store/client.h"

struct img_qdrant_flags {
    const char *api_key_file, *ca_file;
};

/* Their rows. at: offset of a struct img_qdrant_flags in the program's options; of: commands. */
#define IMG_QDRANT_OPTIONS(at, of)                                                                 \
    {.long_name = "url", .argument = "URL", .kind = IMG_OPTION_STRING, .key = "qdrant_url",        \
     .commands = (of), .help = "talk to the Qdrant there"},                                        \
    {.long_name = "name", .argument = "NAME", .kind = IMG_OPTION_STRING,                           \
     .key = "qdrant_collection", .commands = (of),                                                 \
     .help = "use the Qdrant collection or alias of this name"},                                   \
    {.long_name = "api-key-file", .argument = "FILE", .kind = IMG_OPTION_STRING,                   \
     .flags = IMG_OPTION_FILE, .commands = (of),                                                   \
     .field = (at) + offsetof(struct img_qdrant_flags, api_key_file),                              \
     .help = "send the API key in this file (default: $QDRANT_API_KEY)"},                          \
    {.long_name = "ca-file", .argument = "FILE", .kind = IMG_OPTION_STRING,                        \
     .flags = IMG_OPTION_FILE, .commands = (of),                                                   \
     .field = (at) + offsetof(struct img_qdrant_flags, ca_file),                                   \
     .help = "trust the certificates in this file instead of the system's"}

/* Zeroed is closed. Must not move once opened; flags and config must outlive it. */
struct img_qdrant_connection {
    struct img_buf key;
    struct img_qdrant_server server;
    struct img_qdrant store;
};

/* The key comes from a file or the environment, never from the command line, which others can see.
 * Warns when it would go over a network unencrypted. Fails with CONFIG, OUT_OF_MEMORY or SYSTEM. */
IMG_CHECKED bool img_qdrant_connect(struct img_qdrant_connection *connection,
                                    const struct img_qdrant_flags *flags,
                                    const struct img_config *config,
                                    const struct img_report *report, struct img_err *err);
void img_qdrant_disconnect(struct img_qdrant_connection *connection);

#endif
