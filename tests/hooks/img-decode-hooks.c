/* img-decode with a decoder that misbehaves on demand: the picture's bytes say how. Any other bytes
 * are a healthy picture, whose pixels are hooks_pixel(). Linked for tests only. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "decode/supervise.h"
#include "hooks/hooks.h"
#include "worker/protocol.h"

static bool begin(struct img_err *err)
{
    (void)err;
    return true;
}

static bool begin_fails(struct img_err *err)
{
    return img_err_set(err, IMG_ERR_SYSTEM, "the decoder's library is broken");
}

static void wait_for_ever(void)
{
    for (;;)
        usleep(500000);
}

/* The one socket that a worker is left with. */
static int own_socket(void)
{
    struct stat info;
    for (int fd = 0; fd < 64; fd++)
        if (fstat(fd, &info) == 0 && S_ISSOCK(info.st_mode))
            return fd;
    return -1;
}

static void lie(const char *how)
{
    union img_worker_message m = {.answer = {.id = 1}};
    int fd = own_socket();
    if (strcmp(how, "short") == 0) {
        (void)!send(fd, "xy", 2, 0);
    } else if (strcmp(how, "empty") == 0) {
        (void)!send(fd, "", 0, 0);
    } else if (strcmp(how, "long") == 0) {
        char big[8192] = {1};
        (void)!send(fd, big, sizeof big, 0);
    } else if (strcmp(how, "magic") == 0) {
        (void)!send(fd, &m.answer, sizeof m.answer, 0);
    } else if (strcmp(how, "kind") == 0) {
        (void)!img_worker_send(fd, &m, IMG_WORKER_READY, NULL, 0);
    } else if (strcmp(how, "ids") == 0) {
        for (unsigned i = 0; i < 100; i++) {
            m.answer.id = 1000000 + i;
            (void)!img_worker_send(fd, &m, IMG_WORKER_ANSWER, NULL, 0);
        }
    } else if (strcmp(how, "lives") == 0) {
        for (uint32_t i = 0; i < 100; i++) {
            m.started.generation = 50 + i;
            (void)!img_worker_send(fd, &m, IMG_WORKER_STARTED, NULL, 0);
        }
    } else if (strcmp(how, "shutdown") == 0) {
        shutdown(fd, SHUT_RDWR);
    } else if (strcmp(how, "descriptors") == 0) {
        int fds[3] = {1, 1, 1};
        (void)!img_worker_send(fd, &m, IMG_WORKER_STARTED, fds, 3);
    }
    wait_for_ever();
}

static bool allocate_without_end(struct img_err *err, bool civil)
{
    for (;;) {
        volatile char *block = malloc(1 << 20);
        if (!block && civil)
            return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "no memory for the picture");
        if (!block)
            abort();
        for (size_t i = 0; i < 1 << 20; i += 4096)
            block[i] = 1;
    }
}

/* One allocation that cannot be had, of which a library then makes the worst. */
static bool ask_too_much(struct img_err *err, bool write)
{
    volatile size_t size = (size_t)1 << 40;
    volatile char *block = malloc(size);
    if (write)
        block[0] = 1;
    free((void *)(uintptr_t)block);
    return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "damaged data");
}

static bool tell_descriptors(struct img_err *err)
{
    unsigned count = 0;
    for (int fd = 0; fd < 4096; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "%u descriptors", count);
}

static bool tell_place(struct img_err *err)
{
    char folder[64] = "";
    unsigned variables = 0;
    (void)!getcwd(folder, sizeof folder);
    while (environ && environ[variables])
        variables++;
    return img_err_set(err, IMG_ERR_NOT_AN_IMAGE,
                       "in %s, %u variables, dumpable %d, no new privileges %d", folder, variables,
                       prctl(PR_GET_DUMPABLE), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
}

/* Tries what no decoder does; whoever is still there says how it went. */
static bool trespass(const char *what, struct img_err *err)
{
    static const struct {
        const char *name;
        long call;
        long args[6];
    } calls[] = {
        {"execve", SYS_execve, {(long)"/bin/true", 0, 0}},
        {"execveat", SYS_execveat, {AT_FDCWD, (long)"/bin/true", 0, 0, 0}},
        {"socket", SYS_socket, {AF_INET, SOCK_STREAM, 0}},
        {"socketpair", SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, 0}},
        {"connect", SYS_connect, {0, 0, 0}},
        {"bind", SYS_bind, {0, 0, 0}},
        {"process", SYS_clone, {SIGCHLD, 0, 0, 0, 0}},
        {"ptrace", SYS_ptrace, {0, 0, 0, 0}},
        {"peek", SYS_process_vm_readv, {1, 0, 0, 0, 0, 0}},
        {"open", SYS_openat, {AT_FDCWD, (long)"/etc/passwd", O_RDONLY, 0}},
        {"open-write", SYS_openat, {AT_FDCWD, (long)"/dev/null", O_WRONLY, 0}},
        {"unlink", SYS_unlinkat, {AT_FDCWD, (long)"/nonexistent/file", 0}},
        {"memfd", SYS_memfd_create, {(long)"x", 0}},
        {"signal", SYS_kill, {1, 0}},
        {"limit", SYS_prlimit64, {1, 0, 0, 0}},
        {"grow", SYS_ftruncate, {5, 1L << 30}},
        {"namespace", SYS_unshare, {CLONE_NEWUSER}},
        {"clone3", SYS_clone3, {0, 0}},
        {"send", SYS_sendto, {0, (long)"x", 1, 0, 0, 0}},
        {"receive", SYS_recvmsg, {0, 0, 0}},
        {"ring", SYS_io_uring_setup, {1, 0}},
        {"executable", SYS_mmap, {0, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0}},
    };
    if (strcmp(what, "descriptors") == 0)
        return tell_descriptors(err);
    if (strcmp(what, "place") == 0)
        return tell_place(err);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        const long *a = calls[i].args;
        if (strcmp(what, calls[i].name) != 0)
            continue;
        errno = 0;
        (void)!syscall(calls[i].call, a[0], a[1], a[2], a[3], a[4], a[5]);
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "%s: %s", what, strerror(errno));
    }
    return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "no such attempt");
}

static bool misbehave(const char *how, struct img_info *info, struct img_err *err)
{
    static volatile unsigned spin;
    if (strcmp(how, "sleep") == 0)
        wait_for_ever();
    if (strcmp(how, "spin") == 0)
        for (;;)
            spin++;
    if (strcmp(how, "nap") == 0)
        usleep(300000);
    if (strcmp(how, "segv") == 0)
        raise(SIGSEGV);
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "kill") == 0)
        raise(SIGKILL);
    if (strcmp(how, "exit") == 0)
        _exit(0);
    if (strcmp(how, "parricide") == 0) {
        kill(getppid(), SIGKILL);
        wait_for_ever();
    }
    if (strcmp(how, "alloc") == 0 || strcmp(how, "alloc-civil") == 0)
        return allocate_without_end(err, how[5] == '-');
    if (strcmp(how, "ask-write") == 0 || strcmp(how, "ask-lie") == 0)
        return ask_too_much(err, how[4] == 'w');
    if (strcmp(how, "write") == 0) {
        int fd = open("/tmp", O_TMPFILE | O_WRONLY, 0600);
        bool refused = fd < 0 || (write(fd, "x", 1) < 0 && errno == EFBIG);
        return img_err_set(err, refused ? IMG_ERR_UNSUPPORTED_FORMAT : IMG_ERR_TRUNCATED, "write");
    }
    if (strncmp(how, "try-", 4) == 0)
        return trespass(how + 4, err);
    if (strncmp(how, "lie-", 4) == 0)
        lie(how + 4);
    if (strcmp(how, "nan") == 0)
        info->contrast = NAN;
    if (strcmp(how, "format") == 0)
        info->format = IMG_FORMAT_COUNT;
    if (strcmp(how, "code") == 0)
        return img_err_set(err, (enum img_code)999, "code");
    if (strcmp(how, "config") == 0)
        return img_err_set(err, IMG_ERR_CONFIG, "a code no decoder gives");
    if (strcmp(how, "text") == 0) {
        memset(info->mode, 'M', sizeof info->mode);
        memset(info->creation_date, '\xff', sizeof info->creation_date);
        err->code = IMG_ERR_TRUNCATED;
        memset(err->text, 'T', sizeof err->text);
        err->text[0] = '\n';
        return false;
    }
    if (strcmp(how, "broken") == 0)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "not an image");
    return true;
}

static bool decode(const uint8_t *bytes, size_t len, const struct img_prep *prep,
                   struct img_arena *arena, uint8_t *out, struct img_info *info,
                   struct img_err *err)
{
    char how[32] = "";
    info->format = IMG_FORMAT_PNG;
    info->pages = 1;
    info->width = (uint32_t)len;
    if (len > 5 && len < sizeof how && memcmp(bytes, "HOOK ", 5) == 0) {
        memcpy(how, bytes + 5, len - 5);
        if (!misbehave(how, info, err))
            return false;
    }
    if (!img_arena_alloc(arena, len + 1, err))
        return false;
    size_t size = (size_t)prep->size * prep->size * 3;
    for (size_t i = 0; i < size; i++)
        out[i] = hooks_pixel(bytes, len, i);
    return true;
}

/* A kernel, or a container, that takes no filters. */
static bool refuse_filters(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    bool ok = filter &&
              seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0) == 0 &&
              seccomp_load(filter) == 0;
    seccomp_release(filter);
    return ok;
}

/* Facts are the picture's own bytes. */
static bool facts(const uint8_t *bytes, size_t len, const struct img_prep *prep, bool extended,
                  struct img_arena *arena, struct img_buf *out, struct img_info *info,
                  struct img_err *err)
{
    (void)prep, (void)extended, (void)arena;
    info->format = IMG_FORMAT_PNG;
    info->pages = 1;
    img_buf_put(out, bytes, len);
    return img_buf_ok(out, err);
}

/* Half a square, of one colour; a "file" is the picture's own bytes, so that it can be any. */
static bool thumbnail(const uint8_t *bytes, size_t len, const struct img_prep *prep, bool jpeg,
                      struct img_arena *arena, struct img_buf *out, struct img_extent *extent,
                      struct img_info *info, struct img_err *err)
{
    char how[32] = "";
    (void)arena;
    info->format = IMG_FORMAT_PNG;
    *extent = (struct img_extent){.columns = prep->size, .rows = prep->size / 2};
    if (len > 5 && len < sizeof how && memcmp(bytes, "HOOK ", 5) == 0) {
        memcpy(how, bytes + 5, len - 5);
        if (!misbehave(how, info, err))
            return false;
        if (strcmp(how, "wide") == 0)
            extent->columns = prep->size + 1;
        if (strcmp(how, "flat") == 0)
            extent->rows = 0;
    }
    if (jpeg)
        img_buf_put(out, bytes, len);
    for (size_t i = 0; !jpeg && i < (size_t)extent->columns * extent->rows * 3; i++)
        img_buf_putc(out, (char)len);
    return img_buf_ok(out, err);
}

static uint32_t formats(void)
{
    return 1U << IMG_FORMAT_PNG;
}

int main(void)
{
    char self[4096] = "";
    struct img_err err = {0};
    struct img_decoder decoder = {
        .begin = begin, .decode = decode, .facts = facts, .thumbnail = thumbnail, .formats = formats};
    (void)!readlink("/proc/self/exe", self, sizeof self - 1);
    if (strstr(self, "hooks-broken"))
        decoder.begin = begin_fails;
    if (strstr(self, "hooks-unfenced") && !refuse_filters())
        return IMG_EXIT_ENVIRONMENT;
    if (clearenv() != 0)
        return IMG_EXIT_ENVIRONMENT;
    return img_decode_supervise(STDIN_FILENO, &decoder, &err) ? IMG_EXIT_OK : IMG_EXIT_ENVIRONMENT;
}
