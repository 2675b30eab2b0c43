/* Sending and receiving single messages, with descriptors where wanted. */
#include "worker/protocol.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union ancillary {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(IMG_WORKER_ATTACHED * sizeof(int))];
};

static size_t size_of(unsigned kind)
{
    static const size_t sizes[IMG_WORKER_KINDS] = {
        [IMG_WORKER_READY] = sizeof(struct img_worker_ready),
        [IMG_WORKER_FAILED] = sizeof(struct img_worker_failed),
        [IMG_WORKER_ATTACH] = sizeof(struct img_worker_attach),
        [IMG_WORKER_KILL] = sizeof(struct img_worker_kill),
        [IMG_WORKER_STARTED] = sizeof(struct img_worker_started),
        [IMG_WORKER_ENDED] = sizeof(struct img_worker_ended),
        [IMG_WORKER_DECODE] = sizeof(struct img_worker_decode),
        [IMG_WORKER_ANSWER] = sizeof(struct img_worker_answer),
    };
    return kind < IMG_WORKER_KINDS ? sizes[kind] : 0;
}

bool img_worker_send(int socket, union img_worker_message *message, enum img_worker_kind kind,
                     const int *fds, size_t nfds)
{
    union ancillary space;
    struct iovec part = {.iov_base = message, .iov_len = size_of(kind)};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    message->head = (struct img_worker_head){
        .magic = IMG_WORKER_MAGIC, .version = IMG_WORKER_VERSION, .kind = (uint16_t)kind};
    if (fds) {
        memset(&space, 0, sizeof space);
        header.msg_control = space.bytes;
        header.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
        struct cmsghdr *rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(nfds * sizeof(int));
        memcpy(CMSG_DATA(rights), fds, nfds * sizeof(int));
    }
    ssize_t n;
    do {
        n = sendmsg(socket, &header, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n >= 0;
}

/* Takes the descriptors out of a received header; false (and all closed) when their number is
 * neither nfds nor none. */
static bool take_descriptors(struct msghdr *header, int *fds, size_t nfds)
{
    size_t found = 0;
    bool ok = !(header->msg_flags & MSG_CTRUNC);
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
            if (found < nfds)
                fds[found++] = fd;
            else
                close(fd);
        }
    }
    if (ok && (found == 0 || found == nfds))
        return true;
    for (size_t i = 0; i < found; i++)
        close(fds[i]);
    return false;
}

enum img_worker_got img_worker_receive(int socket, int flags, union img_worker_message *message,
                                       int *fds, size_t nfds)
{
    union ancillary space;
    struct iovec part = {.iov_base = message, .iov_len = sizeof *message};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    memset(message, 0, sizeof *message);
    if (fds) {
        fds[0] = -1;
        header.msg_control = space.bytes;
        header.msg_controllen = sizeof space.bytes;
    }
    ssize_t n;
    do {
        /* A peer that ended with messages unread resets once; what it had sent comes after that. */
        n = recvmsg(socket, &header, flags | MSG_CMSG_CLOEXEC);
    } while (n < 0 && (errno == EINTR || errno == ECONNRESET));
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? IMG_WORKER_GOT_NOTHING
                                                       : IMG_WORKER_GOT_END;
    if (n == 0)
        return IMG_WORKER_GOT_END;
    const struct img_worker_head *head = &message->head;
    bool right = (size_t)n >= sizeof *head && !(header.msg_flags & MSG_TRUNC) &&
                 head->magic == IMG_WORKER_MAGIC && head->version == IMG_WORKER_VERSION &&
                 (size_t)n == size_of(head->kind);
    if (fds && !take_descriptors(&header, fds, nfds)) {
        fds[0] = -1;
        right = false;
    } else if (fds && !right && fds[0] >= 0) {
        for (size_t i = 0; i < nfds; i++)
            close(fds[i]);
        fds[0] = -1;
    }
    return right ? IMG_WORKER_GOT : IMG_WORKER_GOT_MALFORMED;
}
