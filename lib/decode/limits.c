/* Resource limits of a worker, and telling a crash for want of memory from other crashes. */
#include "decode/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "worker/protocol.h"

enum {
    DESCRIPTORS = 64,
    SPARE_SECONDS = 5,       /* of processor time over the wall-clock limit */
    SIGNAL_STACK = 64 << 10, /* a handler must run when the ordinary stack is full, too */
};

/* One a process, as malloc(3) is. */
static atomic_bool lacked;

void img_decode_memory_lacks(void)
{
    atomic_store(&lacked, true);
}

bool img_decode_memory_lacked(void)
{
    return atomic_exchange(&lacked, false);
}

/* Lowers soft and hard limit, as far as they are not lower already. */
static bool lower(__rlimit_resource_t resource, rlim_t most, struct img_err *err)
{
    struct rlimit limit;
    if (getrlimit(resource, &limit) == 0) {
        if (limit.rlim_max > most)
            limit.rlim_max = most;
        if (limit.rlim_cur > limit.rlim_max)
            limit.rlim_cur = limit.rlim_max;
        if (setrlimit(resource, &limit) == 0)
            return true;
    }
    return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot limit a decoder");
}

/* Libraries abort, or write through NULL, when an allocation fails. */
static void on_crash(int number)
{
    if (atomic_load(&lacked))
        _exit(IMG_WORKER_EXIT_MEMORY);
    raise(number); /* once more, now with the default action */
}

static bool watch_crashes(struct img_err *err)
{
    static const int crashes[] = {SIGABRT, SIGSEGV, SIGBUS, SIGTRAP};
    stack_t stack = {.ss_sp = malloc(SIGNAL_STACK), .ss_size = SIGNAL_STACK};
    if (!stack.ss_sp || sigaltstack(&stack, NULL) != 0) {
        free(stack.ss_sp);
        return img_err_set(err, IMG_ERR_SYSTEM, "no memory for a signal stack");
    }
    struct sigaction action = {.sa_handler = on_crash,
                               .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER)};
    for (size_t i = 0; i < sizeof crashes / sizeof crashes[0]; i++)
        if (sigaction(crashes[i], &action, NULL) != 0)
            return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot watch a decoder's crashes");
    return true;
}

/* Where it cannot be asked for, the kernel chooses as it likes. */
static void offer_to_be_killed(void)
{
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    ssize_t written = write(fd, "500", 3);
    (void)written;
    close(fd);
}

bool img_decode_limit(uint64_t memory_limit, struct img_err *err)
{
    offer_to_be_killed();
    /* From here on nobody but root debugs the process or reads its memory. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot give up privileges");
    if (!lower(RLIMIT_NOFILE, DESCRIPTORS, err) || !lower(RLIMIT_FSIZE, 0, err) ||
        !lower(RLIMIT_CORE, 0, err))
        return false;
    if (memory_limit == 0)
        return true;
    return watch_crashes(err) && lower(RLIMIT_AS, memory_limit, err);
}

void img_decode_limit_time(uint32_t timeout_ms)
{
    struct rusage usage;
    struct rlimit limit;
    if (timeout_ms == 0 || getrusage(RUSAGE_SELF, &usage) != 0 ||
        getrlimit(RLIMIT_CPU, &limit) != 0)
        return;
    rlim_t used = (rlim_t)usage.ru_utime.tv_sec + (rlim_t)usage.ru_stime.tv_sec;
    limit.rlim_cur = used + timeout_ms / 1000 + SPARE_SECONDS;
    if (limit.rlim_cur > limit.rlim_max)
        limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_CPU, &limit);
}
