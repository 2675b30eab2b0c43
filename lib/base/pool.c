/* Thread team: a task counter that workers watch, and one barrier for everybody. */
#include "base/pool.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* About 20 microseconds on current processors: longer than a layer's stragglers, shorter than a
 * sleep and wake-up. */
enum { SPINS = 4000, MOST_THREADS = 1024 };

struct worker {
    struct img_pool *pool;
    unsigned index;
    pthread_t thread;
};

struct img_pool {
    unsigned threads;
    unsigned started;
    img_pool_task task;
    void *ctx;
    bool stop;
    atomic_uint round;   /* grows by one a task; workers wait for it to change */
    atomic_uint arrived; /* threads at the barrier */
    atomic_uint meeting; /* grows by one each time all have met */
    struct worker workers[];
};

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* Returns once *word differs from old. */
static void wait_for_change(atomic_uint *word, unsigned old)
{
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != old)
            return;
        relax();
    }
    while (atomic_load_explicit(word, memory_order_acquire) == old)
        syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
}

static void announce_change(atomic_uint *word)
{
    atomic_fetch_add_explicit(word, 1, memory_order_release);
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, MOST_THREADS, NULL, NULL, 0);
}

void img_pool_meet(struct img_pool *pool)
{
    if (pool->threads == 1)
        return;
    unsigned meeting = atomic_load_explicit(&pool->meeting, memory_order_acquire);
    if (atomic_fetch_add_explicit(&pool->arrived, 1, memory_order_acq_rel) + 1 == pool->threads) {
        atomic_store_explicit(&pool->arrived, 0, memory_order_relaxed);
        announce_change(&pool->meeting);
    } else {
        wait_for_change(&pool->meeting, meeting);
    }
}

static void *worker_main(void *arg)
{
    struct worker *self = arg;
    struct img_pool *pool = self->pool;
    unsigned seen = 0;
    for (;;) {
        wait_for_change(&pool->round, seen);
        seen++;
        if (pool->stop)
            return NULL;
        pool->task(pool->ctx, self->index, pool->threads);
        img_pool_meet(pool);
    }
}

struct img_pool *img_pool_new(unsigned threads, struct img_err *err)
{
    if (threads < 1)
        threads = 1;
    if (threads > MOST_THREADS)
        threads = MOST_THREADS;
    struct img_pool *pool = calloc(1, sizeof *pool + threads * sizeof pool->workers[0]);
    if (!pool) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u threads", threads);
        return NULL;
    }
    pool->threads = threads;
    for (unsigned i = 1; i < threads; i++) {
        pool->workers[i].pool = pool;
        pool->workers[i].index = i;
        int os = pthread_create(&pool->workers[i].thread, NULL, worker_main, &pool->workers[i]);
        if (os != 0) {
            img_err_sys(err, IMG_ERR_SYSTEM, os, "cannot start thread %u of %u", i, threads);
            img_pool_free(pool);
            return NULL;
        }
        pool->started = i;
    }
    return pool;
}

unsigned img_pool_threads(const struct img_pool *pool)
{
    return pool->threads;
}

void img_pool_run(struct img_pool *pool, img_pool_task task, void *ctx)
{
    pool->task = task;
    pool->ctx = ctx;
    if (pool->threads > 1)
        announce_change(&pool->round);
    task(ctx, 0, pool->threads);
    img_pool_meet(pool);
}

void img_pool_free(struct img_pool *pool)
{
    if (!pool)
        return;
    pool->stop = true;
    announce_change(&pool->round);
    for (unsigned i = 1; i <= pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    free(pool);
}

unsigned img_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? (unsigned)n : 1;
}
