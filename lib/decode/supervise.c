/* Starting, watching and replacing workers. Single-threaded, so that it may fork. */
#include "decode/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "decode/fence.h"
#include "worker/protocol.h"

struct post {
    struct img_decode_slot slot;
    pid_t pid; /* 0: no worker */
};

struct supervisor {
    const struct img_decoder *decoder;
    int control;
    int children; /* signalfd for SIGCHLD */
    size_t posts;
    struct post post[IMG_WORKER_SLOTS_MAX];
    struct pollfd polled[IMG_WORKER_SLOTS_MAX + 2];
};

/* What a terminal or a service manager sends to everybody is the client's to act upon: it finishes
 * the record in hand and then hangs up. */
static bool settle_signals(struct supervisor *s, struct img_err *err)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ};
    for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
        if (signal(ignored[i], SIG_IGN) == SIG_ERR)
            return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot ignore a signal");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL) == 0)
        s->children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->children < 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot watch decoders");
    return true;
}

static void detach(struct img_decode_slot *slot)
{
    close(slot->socket);
    close(slot->input);
    close(slot->pixels);
    slot->socket = -1;
}

/* In the new process: nothing of other slots and of the supervisor's stays within reach. */
static void become_worker(struct supervisor *s, size_t index, pid_t supervisor)
{
    sigset_t none;
    sigemptyset(&none);
    /* Should the supervisor be gone already, no signal will come. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != supervisor)
        _exit(EXIT_FAILURE);
    close(s->children);
    for (size_t i = 0; i < s->posts; i++)
        if (i != index && s->post[i].slot.socket >= 0)
            detach(&s->post[i].slot);
    if (dup2(STDOUT_FILENO, s->control) < 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0)
        _exit(EXIT_FAILURE);
    _exit(img_decode_child(&s->post[index].slot, s->decoder));
}

static bool start_worker(struct supervisor *s, size_t index, struct img_err *err)
{
    struct post *post = &s->post[index];
    pid_t supervisor = getpid();
    union img_worker_message started = {.started = {.generation = ++post->slot.generation}};
    /* Before the fork, so that it comes before anything the worker says. Nobody there to hear it is
     * seen at the control socket. */
    if (!img_worker_send(post->slot.socket, &started, IMG_WORKER_STARTED, NULL, 0))
        return true;
    pid_t pid = fork();
    if (pid < 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot start a decoder");
    if (pid == 0)
        become_worker(s, index, supervisor);
    post->pid = pid;
    return true;
}

static void reap(struct supervisor *s)
{
    struct signalfd_siginfo ignored;
    while (read(s->children, &ignored, sizeof ignored) > 0)
        continue;
    for (size_t i = 0; i < s->posts; i++) {
        struct post *post = &s->post[i];
        int status;
        if (post->pid == 0 || waitpid(post->pid, &status, WNOHANG) != post->pid)
            continue;
        post->pid = 0;
        union img_worker_message ended = {
            .ended = {.generation = post->slot.generation, .status = status}};
        if (!img_worker_send(post->slot.socket, &ended, IMG_WORKER_ENDED, NULL, 0))
            continue; /* the client is gone; the control socket says so next */
    }
}

static bool attach(struct supervisor *s, const struct img_worker_attach *attach, const int *fds,
                   struct img_err *err)
{
    if (fds[0] < 0 || attach->slot >= IMG_WORKER_SLOTS_MAX ||
        s->post[attach->slot].slot.socket >= 0)
        return img_err_set(err, IMG_ERR_SYSTEM, "slot %u cannot be attached", attach->slot);
    s->post[attach->slot].slot = (struct img_decode_slot){.socket = fds[0],
                                                          .input = fds[1],
                                                          .pixels = fds[2],
                                                          .timeout_ms = attach->timeout_ms,
                                                          .memory_limit = attach->memory_limit};
    if (s->posts <= attach->slot)
        s->posts = attach->slot + 1;
    return start_worker(s, attach->slot, err);
}

static void kill_worker(const struct supervisor *s, size_t index)
{
    if (index < s->posts && s->post[index].pid > 0)
        kill(s->post[index].pid, SIGKILL);
}

/* Does what the client asks. *gone: it has hung up. */
static bool obey(struct supervisor *s, bool *gone, struct img_err *err)
{
    union img_worker_message message;
    int fds[IMG_WORKER_ATTACHED];
    switch (img_worker_receive(s->control, 0, &message, fds, IMG_WORKER_ATTACHED)) {
    case IMG_WORKER_GOT:
        if (message.head.kind == IMG_WORKER_ATTACH)
            return attach(s, &message.attach, fds, err);
        if (message.head.kind == IMG_WORKER_KILL) {
            kill_worker(s, message.kill.slot);
            return true;
        }
        return img_err_set(err, IMG_ERR_SYSTEM, "message %u is none for img-decode",
                           message.head.kind);
    case IMG_WORKER_GOT_END:
        *gone = true;
        return true;
    default:
        return img_err_set(err, IMG_ERR_SYSTEM, "img-decode cannot take a message: of another "
                                                "version, or with too many descriptors");
    }
}

/* Listens to the client, to deaths, and to the sockets of slots that have no worker. */
static bool turn(struct supervisor *s, bool *gone, struct img_err *err)
{
    s->polled[0] = (struct pollfd){.fd = s->control, .events = POLLIN};
    s->polled[1] = (struct pollfd){.fd = s->children, .events = POLLIN};
    for (size_t i = 0; i < s->posts; i++)
        s->polled[2 + i] = (struct pollfd){.fd = s->post[i].pid > 0 ? -1 : s->post[i].slot.socket,
                                           .events = POLLIN};
    size_t posts = s->posts;
    if (poll(s->polled, 2 + posts, -1) < 0 && errno != EINTR)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot wait");
    if (s->polled[1].revents)
        reap(s);
    if (s->polled[0].revents)
        return obey(s, gone, err);
    for (size_t i = 0; i < posts; i++) {
        int seen = s->polled[2 + i].fd >= 0 ? s->polled[2 + i].revents : 0;
        if (seen & (POLLHUP | POLLERR))
            detach(&s->post[i].slot);
        else if (seen & POLLIN && !start_worker(s, i, err))
            return false;
    }
    return true;
}

static void end_workers(struct supervisor *s)
{
    for (size_t i = 0; i < s->posts; i++)
        kill_worker(s, i);
    for (size_t i = 0; i < s->posts; i++)
        while (s->post[i].pid > 0 && waitpid(s->post[i].pid, NULL, 0) < 0 && errno == EINTR)
            continue;
}

static bool run(struct supervisor *s, struct img_err *err)
{
    union img_worker_message ready = {.ready = {.unfenced = (uint32_t)img_decode_fence_refused()}};
    if (chdir("/") != 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot leave the folder");
    if (!settle_signals(s, err) || !s->decoder->begin(err))
        return false;
    bool gone = !img_worker_send(s->control, &ready, IMG_WORKER_READY, NULL, 0);
    bool ok = true;
    while (ok && !gone)
        ok = turn(s, &gone, err);
    end_workers(s);
    return ok;
}

bool img_decode_supervise(int control, const struct img_decoder *decoder, struct img_err *err)
{
    struct supervisor *s = calloc(1, sizeof *s);
    if (!s)
        return img_err_set(err, IMG_ERR_SYSTEM, "out of memory");
    s->decoder = decoder;
    s->control = control;
    s->children = -1;
    for (size_t i = 0; i < IMG_WORKER_SLOTS_MAX; i++)
        s->post[i].slot.socket = -1;
    bool ok = run(s, err);
    if (!ok) {
        union img_worker_message failed = {0};
        snprintf(failed.failed.text, sizeof failed.failed.text, "%s", err->text);
        if (!img_worker_send(control, &failed, IMG_WORKER_FAILED, NULL, 0))
            img_err_in(err, "nobody listens");
    }
    if (s->children >= 0)
        close(s->children);
    free(s);
    return ok;
}
