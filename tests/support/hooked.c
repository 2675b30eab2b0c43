/* Asking hooked decoders, judging what comes back. */
#include "support/hooked.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hooks/hooks.h"

char hooked_program[4096];

static const struct img_prep prep = {.size = HOOKED_SIDE, .resize = HOOKED_SIDE};

int hooked_find(void **state)
{
    (void)state;
    ssize_t n = readlink("/proc/self/exe", hooked_program, sizeof hooked_program - 64);
    if (n <= 0)
        return -1;
    hooked_program[n] = '\0';
    char *slash = strrchr(hooked_program, '/');
    if (!slash)
        return -1;
    memcpy(slash, "/img-decode-hooks", sizeof "/img-decode-hooks");
    return access(hooked_program, X_OK);
}

void hooked_link(const char *suffix, char path[4096])
{
    snprintf(path, 4096, "%.4000s%s", hooked_program, suffix);
    unlink(path);
    assert_int_equal(link(hooked_program, path), 0);
}

struct img_workers *hooked_open(const char *program, unsigned slots, unsigned timeout_ms,
                                uint64_t memory_limit, const struct img_report *report)
{
    struct img_err err = {0};
    struct img_workers *workers;
    struct img_worker_options options = {.program = program ? program : hooked_program,
                                         .slots = slots,
                                         .timeout_ms = timeout_ms,
                                         .memory_limit = memory_limit,
                                         .report = report};
    if (!img_workers_open(&workers, &options, &err))
        fail_msg("%s", err.text);
    return workers;
}

bool hooked_decode(struct img_workers *workers, unsigned slot, const void *bytes, size_t len,
                   uint8_t *pixels, struct img_info *info, struct img_err *err)
{
    uint8_t *input = img_worker_input(workers, slot, len, err);
    if (!input)
        return false;
    memcpy(input, bytes, len);
    return img_worker_decode(workers, slot, len, &prep, pixels, info, err);
}

bool hooked_serves(struct img_workers *workers, unsigned slot, const char *bytes)
{
    uint8_t pixels[HOOKED_PIXELS] = {0};
    struct img_info info;
    struct img_err err = {0};
    size_t len = strlen(bytes);
    if (!hooked_decode(workers, slot, bytes, len, pixels, &info, &err)) {
        print_message("%s: %s: %s\n", bytes, img_code_name(err.code), err.text);
        return false;
    }
    for (size_t i = 0; i < HOOKED_PIXELS; i++)
        if (pixels[i] != hooks_pixel((const uint8_t *)bytes, len, i))
            return false;
    return info.width == len && info.format == IMG_FORMAT_PNG;
}

void hooked_expect(struct img_workers *workers, const char *bytes, enum img_code code,
                   const char *says)
{
    uint8_t pixels[HOOKED_PIXELS];
    struct img_info info;
    struct img_err err = {0};
    if (hooked_decode(workers, 0, bytes, strlen(bytes), pixels, &info, &err))
        fail_msg("%s: decoded", bytes);
    if (err.code != code || !strstr(err.text, says))
        fail_msg("%s: %s: %s", bytes, img_code_name(err.code), err.text);
    if (!hooked_serves(workers, 0, "a healthy picture"))
        fail_msg("%s: the next picture is not served", bytes);
}

bool process_alive(pid_t pid, pid_t *parent)
{
    char path[64], text[512] = "", state = 'Z';
    int ppid = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    const char *behind = strrchr(text, ')');
    if (!behind || sscanf(behind + 1, " %c %d", &state, &ppid) != 2)
        return false;
    *parent = ppid;
    return state != 'Z' && state != 'X';
}

size_t process_children(pid_t of, pid_t *found, size_t most)
{
    size_t count = 0;
    DIR *proc = opendir("/proc");
    if (!proc)
        return 0;
    for (struct dirent *entry = readdir(proc); entry; entry = readdir(proc)) {
        pid_t parent, pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && process_alive(pid, &parent) && parent == of && count < most)
            found[count++] = pid;
    }
    closedir(proc);
    return count;
}

size_t process_descriptors(void)
{
    size_t count = 0;
    DIR *fds = opendir("/proc/self/fd");
    if (!fds)
        return 0;
    while (readdir(fds))
        count++;
    closedir(fds);
    return count;
}
