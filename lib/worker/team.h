/* One img-decode process as its client sees it: started, told about slots, found dead, started
 * again. Every function may be called from several threads at once. */
#ifndef IMG_WORKER_TEAM_H
#define IMG_WORKER_TEAM_H

#include <limits.h>
#include <pthread.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/report.h"
#include "worker/share.h"

struct img_team {
    pthread_mutex_t lock;
    const struct img_report *report;
    char program[PATH_MAX];
    uint64_t memory_limit;
    unsigned timeout_ms;
    int control;    /* -1: not running */
    pid_t pid;
    uint32_t epoch; /* which process, from 1 */
    bool ready;     /* it has said that it is */
    struct img_err failure; /* what it has said of its failure; IMG_OK: nothing */
    struct img_err start; /* how the last one that is over failed to start; IMG_OK: it did start */
};

/* Starts the process. Fails with SYSTEM. */
IMG_CHECKED bool img_team_open(struct img_team *team, struct img_err *err);

/* Hands a slot to the process, which is started first when there is none. *socket is the slot's
 * end, the caller's to close; *epoch is the process's. Fails with SYSTEM. */
IMG_CHECKED bool img_team_attach(struct img_team *team, unsigned slot,
                                 const struct img_share *share, int *socket, uint32_t *epoch,
                                 struct img_err *err);

/* Asks for the death of the slot's worker. */
void img_team_kill_worker(struct img_team *team, unsigned slot, uint32_t epoch);

/* Says that the process of that epoch is gone or of no use; it is ended for certain. The next
 * attach starts another. */
void img_team_lost(struct img_team *team, uint32_t epoch);

/* Takes in what the process has said of its start, and reports what its user should know. */
void img_team_hear(struct img_team *team);

/* How the last process failed to start, in err (SYSTEM); true when it did start. */
IMG_CHECKED bool img_team_started(struct img_team *team, struct img_err *err);

/* Ends the process and waits for it. */
void img_team_close(struct img_team *team);

#endif
