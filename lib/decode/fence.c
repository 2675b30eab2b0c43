/* The seccomp filter of a worker. libseccomp knows which of these calls this processor has. */
#include "decode/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NAMESPACES                                                                                 \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)

/* Whatever the arguments. */
static const int allowed[] = {
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    /* descriptors that are open already */
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64),
    SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll),
    /* threads */
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu), SCMP_SYS(gettid), SCMP_SYS(exit),
    /* signals */
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    /* time, chance and the process itself */
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(getrandom), SCMP_SYS(getpid),
    SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(exit_group),
};

/* With the machine's files. Only openat(2) can write, and it is looked at. */
static const int allowed_with_files[] = {
    SCMP_SYS(newfstatat), SCMP_SYS(statx),    SCMP_SYS(access),   SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getdents64),
    SCMP_SYS(statfs),     SCMP_SYS(fstatfs),  SCMP_SYS(getcwd),   SCMP_SYS(fadvise64),
};

/* No library has a reason: whoever asks is an intruder. */
static const int deadly[] = {
    SCMP_SYS(execve),  SCMP_SYS(execveat), SCMP_SYS(socket), SCMP_SYS(socketpair),
    SCMP_SYS(connect), SCMP_SYS(bind),     SCMP_SYS(listen), SCMP_SYS(accept),
    SCMP_SYS(accept4),
};

/* The same, but for sanitizers, which fork and look at processes to explain what they found. */
static const int deadly_unless_sanitized[] = {
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
};

int img_decode_fence_refused(void)
{
    unsigned action = SECCOMP_RET_KILL_PROCESS;
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
        return errno;
    /* No filter at that address: where filters are taken, that is what is wrong. */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL) != 0 && errno != EFAULT)
        return errno;
    return 0;
}

static int add_each(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++)
        rc = seccomp_rule_add(filter, action, calls[i], 0);
    return rc;
}

/* What depends on the bits of one argument. */
static int add_condition(scmp_filter_ctx filter, uint32_t action, int call, unsigned arg,
                         uint32_t mask, uint32_t value)
{
    const struct scmp_arg_cmp bits = {
        .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
    return seccomp_rule_add_array(filter, action, call, 1, &bits);
}

static int add_conditions(scmp_filter_ctx filter, int socket)
{
    const uint32_t own = (uint32_t)socket, self = (uint32_t)getpid(), whole = UINT32_MAX;
    const struct {
        uint32_t action;
        int call;
        unsigned arg;
        uint32_t mask, value;
    } conditions[] = {
        {SCMP_ACT_ALLOW, SCMP_SYS(recvmsg), 0, whole, own},
        {SCMP_ACT_ALLOW, SCMP_SYS(sendmsg), 0, whole, own},
        {SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, PROT_EXEC, 0},
        {SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
        {SCMP_ACT_ALLOW, SCMP_SYS(clone), 0, CLONE_THREAD | NAMESPACES, CLONE_THREAD},
        {SCMP_ACT_KILL_PROCESS, SCMP_SYS(clone), 0, CLONE_THREAD, 0},
        {SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 0, whole, self},
        {SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 0, whole, 0},
        {SCMP_ACT_ALLOW, SCMP_SYS(prctl), 0, whole, PR_SET_NAME},
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, whole, F_GETFD},
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, whole, F_SETFD},
        {SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, whole, F_GETFL},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof conditions / sizeof conditions[0]; i++)
        rc = add_condition(filter, conditions[i].action, conditions[i].call, conditions[i].arg,
                           conditions[i].mask, conditions[i].value);
    return rc;
}

static int add_files(scmp_filter_ctx filter)
{
    const uint32_t writing = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    int rc = add_each(filter, SCMP_ACT_ALLOW, allowed_with_files,
                      sizeof allowed_with_files / sizeof allowed_with_files[0]);
    if (rc == 0)
        rc = add_condition(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 2, writing, O_RDONLY);
    return rc;
}

static int add_rules(scmp_filter_ctx filter, int socket, bool files)
{
    int rc = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (rc == 0)
        rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    if (rc == 0)
        rc = add_each(filter, SCMP_ACT_KILL_PROCESS, deadly, sizeof deadly / sizeof deadly[0]);
    if (rc != 0 || IMG_SANITIZED)
        return rc;
    rc = add_each(filter, SCMP_ACT_KILL_PROCESS, deadly_unless_sanitized,
                  sizeof deadly_unless_sanitized / sizeof deadly_unless_sanitized[0]);
    if (rc == 0)
        rc = add_each(filter, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]);
    /* Its arguments lie in memory, where no filter sees them; clone(2) then takes its place. */
    if (rc == 0)
        rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (rc == 0 && files)
        rc = add_files(filter);
    return rc == 0 ? add_conditions(filter, socket) : rc;
}

bool img_decode_fence(int socket, bool files, struct img_err *err)
{
    scmp_filter_ctx filter = seccomp_init(IMG_SANITIZED ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    if (!filter)
        return img_err_set(err, IMG_ERR_SYSTEM, "cannot make a decoder's fence");
    int rc = add_rules(filter, socket, files);
    if (rc == 0)
        rc = seccomp_load(filter);
    seccomp_release(filter);
    if (rc != 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, -rc, "cannot fence a decoder in");
    return true;
}
