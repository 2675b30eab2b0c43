/* What a program and its img-decode say to each other: flat messages over SOCK_SEQPACKET sockets,
 * bytes and pixels through sealed memfds.
 *
 * One control socket a process: the client sends ATTACH (with a slot's socket, input and pixels as
 * descriptors) and KILL; img-decode answers READY or FAILED once. One socket a slot: the client
 * sends DECODE, which the slot's worker takes; the worker sends ANSWER, and img-decode itself says
 * STARTED and ENDED around each worker's life.
 *
 * A worker is hostile for the client: see worker/answer.h for what is done to its answers. */
#ifndef IMG_WORKER_PROTOCOL_H
#define IMG_WORKER_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "image/picture.h"

#define IMG_WORKER_MAGIC 0x44474d49u

enum {
    IMG_WORKER_VERSION = 3,
    IMG_WORKER_SLOTS_MAX = 256,
    IMG_WORKER_ATTACHED = 3,      /* descriptors in an ATTACH: socket, input (read only), pixels */
    IMG_WORKER_EXIT_MEMORY = 86,  /* status of a worker whose allocation failed where none may */
    IMG_WORKER_PIXELS_AT = 65536, /* where pixels begin in their memfd: behind the board, at a
                                     multiple of every page size */
    IMG_WORKER_FACTS_MAX = 512 << 10, /* bytes of facts or of a thumbnail's file, which take the
                                         pixels' place */
};

/* What is wanted of a picture. */
enum img_worker_want {
    IMG_WORKER_WANT_PIXELS,
    IMG_WORKER_WANT_FACTS,    /* camera_info, gps_info, notes: a JSON object */
    IMG_WORKER_WANT_EXTENDED, /* and everything else that the file says */
    IMG_WORKER_WANT_FORMATS,  /* no picture: what can be read here */
    IMG_WORKER_WANT_THUMBNAIL, /* the whole, made to fit: pixels */
    IMG_WORKER_WANT_JPEG,      /* the same as a JPEG file */
    IMG_WORKER_WANTS
};

enum img_worker_kind {
    IMG_WORKER_READY,
    IMG_WORKER_FAILED,
    IMG_WORKER_ATTACH,
    IMG_WORKER_KILL,
    IMG_WORKER_STARTED,
    IMG_WORKER_ENDED,
    IMG_WORKER_DECODE,
    IMG_WORKER_ANSWER,
    IMG_WORKER_KINDS
};

struct img_worker_head {
    uint32_t magic;
    uint16_t version;
    uint16_t kind;
};

struct img_worker_ready {
    struct img_worker_head head;
    uint32_t unfenced; /* 0, or the errno for which workers go without a seccomp filter */
    uint32_t unused;
};

struct img_worker_failed {
    struct img_worker_head head;
    char text[512];
};

struct img_worker_attach {
    struct img_worker_head head;
    uint32_t slot;
    uint32_t timeout_ms;
    uint64_t memory_limit;
};

struct img_worker_kill {
    struct img_worker_head head;
    uint32_t slot;
    uint32_t unused;
};

struct img_worker_started {
    struct img_worker_head head;
    uint32_t generation; /* which worker of the slot, from 1 */
    uint32_t unused;
};

struct img_worker_ended {
    struct img_worker_head head;
    uint32_t generation;
    int32_t status; /* as waitpid(2) gives it */
};

struct img_worker_decode {
    struct img_worker_head head;
    uint32_t id; /* the slot's count of requests */
    uint32_t want; /* enum img_worker_want */
    uint64_t input_size;  /* of the memfd: what may be mapped */
    uint64_t pixels_size; /* the same, IMG_WORKER_PIXELS_AT included */
    uint64_t len;         /* of the picture's bytes */
    struct img_prep prep;
};

struct img_worker_answer {
    struct img_worker_head head;
    uint32_t id;
    uint32_t code; /* enum img_code; pixels count for IMG_OK only */
    struct img_info info;
    uint32_t facts_len; /* at the pixels' place, IMG_WORKER_FACTS_MAX at most; or a file's */
    uint32_t formats;   /* bit (1 << enum img_format) for each that can be read */
    uint32_t columns, rows; /* of a thumbnail */
    char text[512];
};

union img_worker_message {
    struct img_worker_head head;
    struct img_worker_ready ready;
    struct img_worker_failed failed;
    struct img_worker_attach attach;
    struct img_worker_kill kill;
    struct img_worker_started started;
    struct img_worker_ended ended;
    struct img_worker_decode decode;
    struct img_worker_answer answer;
};

/* At the start of the pixels' memfd. A worker writes here which request it has taken, so that its
 * death is put down to the picture it had in hand and to no other. */
struct img_worker_board {
    _Atomic uint64_t taken; /* img_worker_taken(generation, id) */
};

static inline uint64_t img_worker_taken(uint32_t generation, uint32_t id)
{
    return (uint64_t)generation << 32 | id;
}

/* Fills the head and sends, never raising SIGPIPE. fds may be NULL. False with errno set. */
IMG_CHECKED bool img_worker_send(int socket, union img_worker_message *message,
                                 enum img_worker_kind kind, const int *fds, size_t nfds);

enum img_worker_got {
    IMG_WORKER_GOT,
    IMG_WORKER_GOT_NOTHING,   /* flags held MSG_DONTWAIT, and there is nothing */
    IMG_WORKER_GOT_END,       /* the other side is gone */
    IMG_WORKER_GOT_MALFORMED, /* not a message of ours */
};

/* Receives one message whose head and length are then known to be right, its content not. With
 * fds, a message must bring nfds descriptors (then the caller's, close-on-exec) or none (fds[0] is
 * then -1); without, descriptors sent are dropped by the kernel. */
enum img_worker_got img_worker_receive(int socket, int flags, union img_worker_message *message,
                                       int *fds, size_t nfds);

#endif
