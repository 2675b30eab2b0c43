/* Opening the sockets. */
#include "serve/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cli/value.h"

enum { BACKLOG = 512, FIRST_INHERITED = 3 };

static bool parse_unix(const char *path, struct img_address *address, struct img_err *err)
{
    struct sockaddr_un *un = (struct sockaddr_un *)&address->at;
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof un->sun_path)
        return img_err_set(err, IMG_ERR_USAGE, "a Unix socket's path has 1 to %zu characters",
                           sizeof un->sun_path - 1);
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, path, len + 1);
    address->len = sizeof *un;
    address->is_unix = address->local = true;
    return true;
}

static bool is_loopback(const struct sockaddr_storage *at)
{
    if (at->ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)at)->sin_addr.s_addr) >> 24 == 127;
    if (at->ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)at)->sin6_addr);
    return at->ss_family == AF_UNIX;
}

/* host[len] as a number. */
static bool parse_host(const char *host, size_t len, uint16_t port, struct img_address *address)
{
    struct sockaddr_in *in = (struct sockaddr_in *)&address->at;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&address->at;
    char text[INET6_ADDRSTRLEN];
    bool bracketed = len >= 2 && host[0] == '[' && host[len - 1] == ']';
    if (bracketed) {
        host++;
        len -= 2;
    }
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, host, len);
    text[len] = '\0';
    if (bracketed && inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons(port);
        address->len = sizeof *in6;
        return true;
    }
    if (bracketed ||
        inet_pton(AF_INET, strcmp(text, "localhost") == 0 ? "127.0.0.1" : text, &in->sin_addr) != 1)
        return false;
    in->sin_family = AF_INET;
    in->sin_port = htons(port);
    address->len = sizeof *in;
    return true;
}

bool img_address_parse(const char *text, struct img_address *address, struct img_err *err)
{
    int64_t port;
    *address = (struct img_address){0};
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text + 5, address, err) || img_err_in(err, "'%s'", text);
    const char *colon = strrchr(text, ':');
    if (!colon || !img_value_int(colon + 1, 0, 65535, &port, err) ||
        !parse_host(text, (size_t)(colon - text), (uint16_t)port, address))
        return img_err_set(err, IMG_ERR_USAGE,
                           "'%s' is none of ADDRESS:PORT, [ADDRESS]:PORT and unix:PATH", text);
    address->local = is_loopback(&address->at);
    return true;
}

static void name_it(struct img_listener *listener, const struct sockaddr_storage *at)
{
    char text[INET6_ADDRSTRLEN] = "";
    const struct sockaddr_in *in = (const struct sockaddr_in *)at;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)at;
    if (at->ss_family == AF_INET) {
        inet_ntop(AF_INET, &in->sin_addr, text, sizeof text);
        snprintf(listener->name, sizeof listener->name, "%s:%u", text, ntohs(in->sin_port));
    } else if (at->ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &in6->sin6_addr, text, sizeof text);
        snprintf(listener->name, sizeof listener->name, "[%s]:%u", text, ntohs(in6->sin6_port));
    } else {
        snprintf(listener->name, sizeof listener->name, "unix:%s",
                 ((const struct sockaddr_un *)at)->sun_path);
    }
}

/* A file left behind by a server that is gone: nobody answers. */
static void remove_stale(const struct img_address *address)
{
    const struct sockaddr_un *un = (const struct sockaddr_un *)&address->at;
    struct stat info;
    if (lstat(un->sun_path, &info) != 0 || !S_ISSOCK(info.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)un, address->len) != 0 &&
        errno == ECONNREFUSED)
        unlink(un->sun_path);
    if (fd >= 0)
        close(fd);
}

static bool bind_it(struct img_listener *listener, const struct img_address *address)
{
    const int on = 1;
    struct stat info;
    const struct sockaddr *at = (const struct sockaddr *)&address->at;
    if (!address->is_unix) {
        setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (at->sa_family == AF_INET6)
            setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        return bind(listener->fd, at, address->len) == 0;
    }
    const char *path = ((const struct sockaddr_un *)&address->at)->sun_path;
    remove_stale(address);
    /* Before bind() the mode of the socket itself is what the file gets. */
    if (fchmod(listener->fd, 0600) != 0 || bind(listener->fd, at, address->len) != 0)
        return false;
    listener->path = strdup(path);
    if (stat(path, &info) == 0) {
        listener->dev = info.st_dev;
        listener->ino = info.st_ino;
    }
    return listener->path != NULL;
}

static struct img_listener *add(struct img_listeners *listeners, int fd, struct img_err *err)
{
    if (listeners->count == IMG_LISTEN_MAX) {
        img_err_set(err, IMG_ERR_USAGE, "more than %d addresses to listen on", IMG_LISTEN_MAX);
        return NULL;
    }
    struct img_listener *listener = &listeners->items[listeners->count++];
    *listener = (struct img_listener){.fd = fd};
    return listener;
}

bool img_listeners_add(struct img_listeners *listeners, const char *text, struct img_err *err)
{
    struct img_address address;
    if (!img_address_parse(text, &address, err))
        return img_err_in(err, "--listen");
    struct img_listener *listener = add(listeners, -1, err);
    if (!listener)
        return false;
    listener->fd = socket(address.at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    listener->local = address.local;
    listener->is_unix = address.is_unix;
    if (listener->fd < 0 || !bind_it(listener, &address) || listen(listener->fd, BACKLOG) != 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot listen on %s", text);
    address.len = sizeof address.at;
    if (getsockname(listener->fd, (struct sockaddr *)&address.at, &address.len) == 0)
        name_it(listener, &address.at);
    return true;
}

bool img_listeners_inherit(struct img_listeners *listeners,
                           const struct img_environment *environment, struct img_err *err)
{
    int64_t pid, fds;
    if (!environment->listen_pid || !environment->listen_fds)
        return true;
    if (!img_value_int(environment->listen_pid, 1, 2147483647.0, &pid, err) ||
        !img_value_int(environment->listen_fds, 0, IMG_LISTEN_MAX, &fds, err))
        return img_err_set(err, IMG_ERR_SYSTEM, "LISTEN_PID and LISTEN_FDS make no sense");
    if (pid != getpid())
        return true;
    for (int fd = FIRST_INHERITED; fd < FIRST_INHERITED + (int)fds; fd++) {
        struct sockaddr_storage at = {0};
        socklen_t len = sizeof at;
        struct img_listener *listener = add(listeners, fd, err);
        if (!listener)
            return false;
        if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
            return img_err_sys(err, IMG_ERR_SYSTEM, errno, "descriptor %d of LISTEN_FDS", fd);
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
        listener->local = is_loopback(&at);
        listener->is_unix = at.ss_family == AF_UNIX;
        name_it(listener, &at);
    }
    return true;
}

void img_listeners_close(struct img_listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct img_listener *listener = &listeners->items[i];
        struct stat info;
        if (listener->fd >= 0)
            close(listener->fd);
        if (listener->path && stat(listener->path, &info) == 0 && info.st_dev == listener->dev &&
            info.st_ino == listener->ino)
            unlink(listener->path);
        free(listener->path);
    }
    *listeners = (struct img_listeners){0};
}
