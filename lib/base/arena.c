/* Arena: a list of chunks; small blocks share one, large ones have their own. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

#ifndef __has_feature /* clang's way to ask; gcc defines __SANITIZE_ADDRESS__ */
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

enum { ALIGNMENT = 64, CHUNK = 64 * 1024 };

struct img_arena_chunk {
    struct img_arena_chunk *next;
    size_t size; /* bytes after this header's aligned place */
    size_t used;
};

static unsigned char *chunk_data(struct img_arena_chunk *chunk)
{
    return (unsigned char *)chunk + ALIGNMENT;
}

static struct img_arena_chunk *chunk_new(size_t size)
{
    size_t total;
    if (!img_size_add(size, ALIGNMENT, &total))
        return NULL;
    struct img_arena_chunk *chunk = aligned_alloc(ALIGNMENT, total);
    if (!chunk)
        return NULL;
    *chunk = (struct img_arena_chunk){.size = size};
    ASAN_POISON_MEMORY_REGION(chunk_data(chunk), size);
    return chunk;
}

static void chunk_free(struct img_arena_chunk *chunk)
{
    ASAN_UNPOISON_MEMORY_REGION(chunk_data(chunk), chunk->size);
    free(chunk);
}

void *img_arena_alloc(struct img_arena *arena, size_t size, struct img_err *err)
{
    if (size > SIZE_MAX / 2 || (arena->limit && size > arena->limit - arena->used)) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu bytes asked for, over the limit", size);
        return NULL;
    }
    size_t need = img_size_align(size ? size : 1, ALIGNMENT);
    struct img_arena_chunk *chunk = arena->chunks;
    if (!chunk || chunk->size - chunk->used < need) {
        chunk = chunk_new(need > CHUNK ? need : CHUNK);
        if (!chunk) {
            img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu bytes", size);
            return NULL;
        }
        chunk->next = arena->chunks;
        arena->chunks = chunk;
    }
    unsigned char *block = chunk_data(chunk) + chunk->used;
    chunk->used += need;
    arena->used += size;
    ASAN_UNPOISON_MEMORY_REGION(block, size);
    memset(block, 0, size);
    return block;
}

void *img_arena_array(struct img_arena *arena, size_t count, size_t size, struct img_err *err)
{
    size_t total;
    if (!img_size_mul(count, size, &total)) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu times %zu bytes asked for", count, size);
        return NULL;
    }
    return img_arena_alloc(arena, total, err);
}

char *img_arena_copy(struct img_arena *arena, const char *bytes, size_t len, struct img_err *err)
{
    size_t total;
    if (!img_size_add(len, 1, &total)) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu bytes asked for", len);
        return NULL;
    }
    char *copy = img_arena_alloc(arena, total, err);
    if (copy && len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

char *img_arena_printf(struct img_arena *arena, struct img_err *err, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = n < 0 ? NULL : img_arena_alloc(arena, (size_t)n + 1, err);
    if (text)
        vsnprintf(text, (size_t)n + 1, fmt, again);
    else if (n < 0)
        img_err_set(err, IMG_ERR_SYSTEM, "text cannot be formatted");
    va_end(again);
    return text;
}

void img_arena_reset(struct img_arena *arena)
{
    struct img_arena_chunk *keep = arena->chunks;
    if (!keep)
        return;
    for (struct img_arena_chunk *chunk = keep->next, *next; chunk; chunk = next) {
        next = chunk->next;
        chunk_free(chunk);
    }
    keep->next = NULL;
    keep->used = 0;
    ASAN_POISON_MEMORY_REGION(chunk_data(keep), keep->size);
    arena->used = 0;
}

void img_arena_clear(struct img_arena *arena)
{
    for (struct img_arena_chunk *chunk = arena->chunks, *next; chunk; chunk = next) {
        next = chunk->next;
        chunk_free(chunk);
    }
    arena->chunks = NULL;
    arena->used = 0;
}
