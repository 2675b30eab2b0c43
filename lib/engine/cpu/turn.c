/* A lock on one file of the folder; the kernel drops it when its holder dies. */
#include "engine/cpu/turn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { PAUSE_MS = 20, PAUSES_MAX = 60 * 1000 / PAUSE_MS };

int img_turn_take(const char *folder, int (*stopped)(void))
{
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/packing.lock", folder);
    if (n < 0 || (size_t)n >= sizeof path)
        return -1;
    int turn = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (turn < 0)
        return -1;
    for (int i = 0; flock(turn, LOCK_EX | LOCK_NB) != 0; i++) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || i == PAUSES_MAX || (stopped && stopped())) {
            close(turn);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return turn;
}

void img_turn_end(int turn)
{
    if (turn >= 0)
        close(turn);
}
