/* malloc(3) and its family for img-decode and every library in it: glibc's own, but a failure is
 * noted. Libraries pass it on as damaged data, an abort or a crash, and nobody could tell.
 *
 * glibc documents that a program may define these; sanitizers define them themselves, and builds
 * with them leave this file out. free(3) stays glibc's, whose memory this is. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>

#include "decode/limits.h"

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static void *noted(void *block)
{
    if (!block)
        img_decode_memory_lacks();
    return block;
}

void *malloc(size_t size)
{
    return noted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return noted(__libc_calloc(count, size));
}

void *realloc(void *old, size_t size)
{
    void *block = __libc_realloc(old, size);
    return size == 0 && old ? block : noted(block); /* 0: a free() that gives NULL */
}

void *memalign(size_t alignment, size_t size)
{
    return noted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return noted(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
        return EINVAL;
    void *made = noted(__libc_memalign(alignment, size));
    if (!made)
        return ENOMEM;
    *block = made;
    return 0;
}
