/* Starting img-decode by posix_spawn (never fork: the client has threads) and ending it. */
#include "worker/team.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/answer.h"

enum { CLOSE_MS = 500 }; /* an idle img-decode ends within a millisecond of being told */

static bool make_pair(int pair[2], struct img_err *err)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot make a socket");
    pair[0] = img_share_above_std(pair[0]);
    pair[1] = img_share_above_std(pair[1]);
    if (pair[0] >= 0 && pair[1] >= 0)
        return true;
    img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot make a socket");
    if (pair[0] >= 0)
        close(pair[0]);
    if (pair[1] >= 0)
        close(pair[1]);
    return false;
}

/* The child's descriptors: the control socket as 0, /dev/null as 1 and 2, nothing else. */
static int prepare_files(posix_spawn_file_actions_t *files, int control)
{
    int os = posix_spawn_file_actions_adddup2(files, control, 0);
    if (os == 0)
        os = posix_spawn_file_actions_addopen(files, 1, "/dev/null", O_WRONLY, 0);
    if (os == 0)
        os = posix_spawn_file_actions_adddup2(files, 1, 2);
    if (os == 0)
        os = posix_spawn_file_actions_addclosefrom_np(files, 3);
    return os;
}

/* A process group of its own, so that a terminal's ^C leaves it to its client; no signal blocked
 * or ignored by inheritance. */
static int prepare_signals(posix_spawnattr_t *attributes)
{
    sigset_t set;
    sigemptyset(&set);
    int os = posix_spawnattr_setsigmask(attributes, &set);
    sigfillset(&set);
    if (os == 0)
        os = posix_spawnattr_setsigdefault(attributes, &set);
    if (os == 0)
        os = posix_spawnattr_setpgroup(attributes, 0);
    if (os == 0)
        os = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                      POSIX_SPAWN_SETSIGDEF);
    return os;
}

static int spawn(const char *program, int control, pid_t *pid)
{
    char name[] = "img-decode";
    char *const argv[] = {name, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int os = posix_spawn_file_actions_init(&files);
    if (os != 0)
        return os;
    os = posix_spawnattr_init(&attributes);
    if (os == 0) {
        os = prepare_files(&files, control);
        if (os == 0)
            os = prepare_signals(&attributes);
        if (os == 0)
            os = posix_spawn(pid, program, &files, &attributes, argv, environ);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return os;
}

static bool start(struct img_team *team, struct img_err *err)
{
    int pair[2];
    if (!make_pair(pair, err))
        return false;
    /* Where vfork is only imitated, posix_spawn(3) does not know that exec(2) failed. */
    int os = access(team->program, X_OK) == 0 ? spawn(team->program, pair[1], &team->pid) : errno;
    close(pair[1]);
    if (os != 0) {
        close(pair[0]);
        return img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot start %s", team->program);
    }
    team->control = pair[0];
    team->epoch++;
    team->ready = false;
    team->failure = (struct img_err){0};
    img_report(team->report, IMG_DEBUG, "img-decode started as process %ld", (long)team->pid);
    return true;
}

/* Reads what the process has said about its start so far. */
static void hear(struct img_team *team)
{
    union img_worker_message message;
    while (img_worker_receive(team->control, MSG_DONTWAIT, &message, NULL, 0) == IMG_WORKER_GOT) {
        if (message.head.kind == IMG_WORKER_READY) {
            team->ready = true;
            if (message.ready.unfenced != 0)
                img_report(team->report, IMG_NOTE, "decoders run without a seccomp filter: %s",
                           strerror((int)message.ready.unfenced));
        } else if (message.head.kind == IMG_WORKER_FAILED) {
            message.failed.text[sizeof message.failed.text - 1] = '\0';
            img_err_set(&team->failure, IMG_ERR_SYSTEM, "%s", message.failed.text);
        }
    }
}

static bool hung_up(int socket, int timeout_ms)
{
    struct pollfd p = {.fd = socket};
    while (poll(&p, 1, timeout_ms) < 0 && errno == EINTR)
        continue;
    return p.revents & (POLLHUP | POLLERR);
}

/* Kills the process unless it has hung up (its number might be another's by then, where the client
 * ignores SIGCHLD), and reaps it. -1 when its status cannot be had. */
static int end(struct img_team *team)
{
    int status = -1;
    if (!hung_up(team->control, 0))
        kill(team->pid, SIGKILL);
    while (waitpid(team->pid, &status, 0) < 0) {
        if (errno != EINTR) {
            status = -1;
            break;
        }
    }
    close(team->control);
    team->control = -1;
    return status;
}

static void lose(struct img_team *team)
{
    char how[64] = "is gone";
    hear(team);
    int status = end(team);
    if (status != -1)
        img_worker_describe_end(status, how, sizeof how);
    team->start = (struct img_err){0};
    if (team->ready && team->failure.code == IMG_OK) {
        img_report(team->report, IMG_WARNING, "img-decode %s; it is started again", how);
        return;
    }
    if (team->failure.code == IMG_OK)
        img_err_set(&team->failure, IMG_ERR_SYSTEM, "%s %s at its start", team->program, how);
    team->start = team->failure;
}

/* Sends the slot to the process. One that died unseen is seen here: once more with a new one. */
static bool send_slot(struct img_team *team, union img_worker_message *message, const int *fds,
                      struct img_err *err)
{
    int os = 0;
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        if (team->control < 0 && !start(team, err))
            return false;
        if (img_worker_send(team->control, message, IMG_WORKER_ATTACH, fds, IMG_WORKER_ATTACHED))
            return true;
        os = errno;
        lose(team);
    }
    if (team->start.code == IMG_OK)
        return img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot reach img-decode");
    *err = team->start;
    return false;
}

static bool attach(struct img_team *team, unsigned slot, const struct img_share *share,
                   int worker_end, struct img_err *err)
{
    int reader = img_share_reader(share, err);
    if (reader < 0)
        return false;
    int fds[IMG_WORKER_ATTACHED] = {worker_end, reader, share->pixels_fd};
    union img_worker_message message = {.attach = {.slot = slot,
                                                   .timeout_ms = team->timeout_ms,
                                                   .memory_limit = team->memory_limit}};
    bool ok = send_slot(team, &message, fds, err);
    close(reader);
    return ok;
}

bool img_team_open(struct img_team *team, struct img_err *err)
{
    team->control = -1;
    int os = pthread_mutex_init(&team->lock, NULL);
    if (os != 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot make a lock");
    if (start(team, err))
        return true;
    pthread_mutex_destroy(&team->lock);
    return false;
}

bool img_team_attach(struct img_team *team, unsigned slot, const struct img_share *share,
                     int *socket, uint32_t *epoch, struct img_err *err)
{
    int pair[2];
    if (!make_pair(pair, err))
        return false;
    pthread_mutex_lock(&team->lock);
    bool ok = attach(team, slot, share, pair[1], err);
    *epoch = team->epoch;
    pthread_mutex_unlock(&team->lock);
    close(pair[1]);
    if (!ok) {
        close(pair[0]);
        return false;
    }
    *socket = pair[0];
    return true;
}

void img_team_kill_worker(struct img_team *team, unsigned slot, uint32_t epoch)
{
    union img_worker_message message = {.kill = {.slot = slot}};
    pthread_mutex_lock(&team->lock);
    /* A failure to send is a process that has died, which the slot's own socket tells. */
    if (team->control >= 0 && team->epoch == epoch &&
        !img_worker_send(team->control, &message, IMG_WORKER_KILL, NULL, 0))
        img_report(team->report, IMG_DEBUG, "img-decode does not listen: %s", strerror(errno));
    pthread_mutex_unlock(&team->lock);
}

void img_team_lost(struct img_team *team, uint32_t epoch)
{
    pthread_mutex_lock(&team->lock);
    if (team->control >= 0 && team->epoch == epoch)
        lose(team);
    pthread_mutex_unlock(&team->lock);
}

void img_team_hear(struct img_team *team)
{
    pthread_mutex_lock(&team->lock);
    if (team->control >= 0 && !team->ready)
        hear(team);
    pthread_mutex_unlock(&team->lock);
}

bool img_team_started(struct img_team *team, struct img_err *err)
{
    pthread_mutex_lock(&team->lock);
    bool ok = team->start.code == IMG_OK;
    if (!ok)
        *err = team->start;
    pthread_mutex_unlock(&team->lock);
    return ok;
}

void img_team_close(struct img_team *team)
{
    if (team->control >= 0) {
        /* One that is ready ends and reaps its workers when it is told; one that is still loading
         * has none, and nobody waits for it. */
        hear(team);
        if (team->ready && shutdown(team->control, SHUT_WR) == 0)
            hung_up(team->control, CLOSE_MS);
        end(team);
    }
    pthread_mutex_destroy(&team->lock);
}
