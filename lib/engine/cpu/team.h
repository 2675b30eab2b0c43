/* The threads that share one piece of work: all of the pool, or one thread alone. */
#ifndef IMG_ENGINE_CPU_TEAM_H
#define IMG_ENGINE_CPU_TEAM_H

#include "base/pool.h"

struct img_team {
    struct img_pool *pool; /* NULL: one thread alone */
    unsigned thread, threads;
};

/* This thread's share of n things: [*from, *to). */
static inline void img_team_share(const struct img_team *team, size_t n, size_t *from, size_t *to)
{
    *from = n * team->thread / team->threads;
    *to = n * (team->thread + 1) / team->threads;
}

static inline void img_team_meet(const struct img_team *team)
{
    if (team->pool)
        img_pool_meet(team->pool);
}

#endif
