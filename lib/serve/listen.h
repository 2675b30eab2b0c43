/* Sockets to listen on: named as HOST:PORT, [ADDRESS]:PORT or unix:PATH, or handed over by systemd. */
#ifndef IMG_SERVE_LISTEN_H
#define IMG_SERVE_LISTEN_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/err.h"
#include "config/environment.h"

enum { IMG_LISTEN_MAX = 8, IMG_LISTEN_NAME = 160 };

struct img_listener {
    int fd;
    bool local;     /* loopback or a Unix socket: nobody from other machines */
    bool is_unix;
    char name[IMG_LISTEN_NAME]; /* "127.0.0.1:8080", "unix:/run/x.sock", for people */
    char *path;     /* of a Unix socket that is ours to remove; else NULL */
    uint64_t dev, ino; /* the socket's file */
};

struct img_listeners {
    struct img_listener items[IMG_LISTEN_MAX];
    size_t count;
};

struct img_address {
    struct sockaddr_storage at;
    socklen_t len;
    bool local, is_unix;
};

/* Numbers only, no look-up: an IPv4 or IPv6 address, or "localhost" for 127.0.0.1. Fails with USAGE. */
IMG_CHECKED bool img_address_parse(const char *text, struct img_address *address,
                                   struct img_err *err);

/* Adds a socket that listens on text; port 0 takes any, the name says which. A Unix socket's file that
 * nobody listens on is replaced; it is its owner's alone. Fails with USAGE or SYSTEM. */
IMG_CHECKED bool img_listeners_add(struct img_listeners *listeners, const char *text,
                                   struct img_err *err);

/* Adds what systemd has handed over (LISTEN_FDS), if anything. Fails with SYSTEM. */
IMG_CHECKED bool img_listeners_inherit(struct img_listeners *listeners,
                                       const struct img_environment *environment,
                                       struct img_err *err);

/* Closes those that were not given away (fd -1), and removes our Unix sockets' files. */
void img_listeners_close(struct img_listeners *listeners);

#endif
