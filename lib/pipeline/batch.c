/* Running the steps over a batch. */
#include "pipeline/batch.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/size.h"

bool img_batch_open(struct img_batch *b, struct img_embedder *embedder, struct img_err *err)
{
    size_t n = embedder->settings->batch, pixels, floats;
    *b = (struct img_batch){.embedder = embedder};
    if (img_size_mul(img_embedder_picture_bytes(embedder), n, &pixels) &&
        img_size_mul(embedder->engine->info.dimension * sizeof(float), n, &floats)) {
        b->pixels = malloc(pixels);
        b->embeddings = malloc(floats);
        b->order = calloc(n, sizeof *b->order);
        b->arenas = calloc(n, sizeof *b->arenas);
    }
    if (!b->pixels || !b->embeddings || !b->order || !b->arenas)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for batches of %zu", n);
    return true;
}

struct preparing {
    struct img_embedder *e;
    struct img_item *items;
    struct img_arena *arenas; /* one an item */
    size_t n;
    atomic_size_t next;
    struct img_err *errs; /* one a thread */
};

static void prepare_on_thread(void *ctx, unsigned thread, unsigned threads)
{
    struct preparing *p = ctx;
    (void)threads;
    for (size_t i; !(p->e->stopped && p->e->stopped()) &&
                   (i = atomic_fetch_add(&p->next, 1)) < p->n;)
        if (!img_embedder_prepare(p->e, &p->items[i], thread, &p->arenas[i], &p->errs[thread]))
            return;
}

static size_t pictures_among(const struct img_item *items, size_t n)
{
    size_t pictures = 0;
    for (size_t i = 0; i < n; i++)
        pictures += items[i].kind == IMG_ITEM_PATH || items[i].kind == IMG_ITEM_BYTES;
    return pictures;
}

static bool prepare_items(struct img_batch *b, struct img_item *items, size_t n,
                          struct img_err *err)
{
    struct img_embedder *e = b->embedder;
    struct preparing preparing = {.e = e, .items = items, .arenas = b->arenas, .n = n};
    bool many = pictures_among(items, n) > 1 && e->decoders > 1;
    if (many && !b->readers && !(b->readers = img_pool_new(e->decoders, err)))
        return false;
    preparing.errs = calloc(e->decoders, sizeof *preparing.errs);
    if (!preparing.errs)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u decoders",
                           e->decoders);
    if (many)
        img_pool_run(b->readers, prepare_on_thread, &preparing);
    else
        prepare_on_thread(&preparing, 0, 1);
    bool ok = true;
    for (unsigned i = 0; i < e->decoders; i++)
        if (ok && preparing.errs[i].code != IMG_OK) {
            *err = preparing.errs[i];
            ok = false;
        }
    free(preparing.errs);
    return ok;
}

bool img_batch_run(struct img_batch *b, struct img_item *items, size_t n, struct img_err *err)
{
    size_t bytes = img_embedder_picture_bytes(b->embedder);
    size_t dimension = b->embedder->engine->info.dimension;
    for (size_t i = 0; i < n; i++) {
        items[i].pixels = b->pixels + i * bytes;
        items[i].embedding = b->embeddings + i * dimension;
        b->order[i] = &items[i];
        img_arena_reset(&b->arenas[i]);
    }
    bool ok = prepare_items(b, items, n, err) && img_embedder_encode(b->embedder, b->order, n, err);
    if (b->embedder->cache)
        img_cache_flush(b->embedder->cache);
    return ok;
}

void img_batch_close(struct img_batch *b)
{
    for (size_t i = 0; b->arenas && i < b->embedder->settings->batch; i++)
        img_arena_clear(&b->arenas[i]);
    free(b->arenas);
    img_pool_free(b->readers);
    free(b->pixels);
    free(b->embeddings);
    free(b->order);
    *b = (struct img_batch){0};
}
