/* The meta pages of an LMDB data file. */
#include "cache/check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PAGE_HEAD = 16, /* offsetof(MDB_page, mp_ptrs) */
    PAGE_META = 0x08,
    DATA_VERSION = 1,
    PAGE_LEAST = 512,
    PAGE_MOST = 65536,
};
#define META_MAGIC 0xBEEFC0DEu
/* Pages at the end may belong to nobody and never have been written. */
#define NEVER_WRITTEN ((size_t)1 << 20)

/* MDB_meta. */
struct meta {
    uint32_t magic, version;
    size_t address, map;
    struct img_cache_tree free, main;
    size_t last;
    size_t txn;
};

static bool read_meta(int fd, off_t at, struct meta *meta, struct img_err *err)
{
    unsigned char bytes[PAGE_HEAD + sizeof *meta];
    ssize_t n = pread(fd, bytes, sizeof bytes, at);
    uint16_t flags;
    if (n < 0)
        return img_err_sys(err, IMG_ERR_READ, errno, "cannot read");
    if ((size_t)n != sizeof bytes)
        return img_err_set(err, IMG_ERR_TRUNCATED, "it ends within its first pages");
    memcpy(&flags, bytes + sizeof(size_t) + 2, sizeof flags);
    memcpy(meta, bytes + PAGE_HEAD, sizeof *meta);
    if (!(flags & PAGE_META) || meta->magic != META_MAGIC)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a cache's file");
    if (meta->version != DATA_VERSION)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a file of another version of LMDB");
    size_t page = meta->free.pad;
    if (page < PAGE_LEAST || page > PAGE_MOST || (page & (page - 1)) != 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "pages of %zu bytes", page);
    return true;
}

bool img_cache_check_head(int fd, size_t txn, struct img_cache_head *head, struct img_err *err)
{
    struct meta metas[2];
    struct stat info;
    if (!read_meta(fd, 0, &metas[0], err) ||
        !read_meta(fd, (off_t)metas[0].free.pad, &metas[1], err))
        return false;
    if (fstat(fd, &info) != 0)
        return img_err_sys(err, IMG_ERR_READ, errno, "cannot stat");
    size_t page = metas[0].free.pad, size = (size_t)info.st_size;
    if (metas[1].free.pad != page)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "its first two pages contradict each other");
    const struct meta *meta = &metas[metas[1].txn > metas[0].txn];
    if (txn != SIZE_MAX) {
        meta = &metas[txn & 1];
        if (meta->txn != txn)
            return img_err_set(err, IMG_ERR_SYSTEM, "it changes too fast");
    }
    for (int i = 0; i < 2; i++)
        if (metas[i].last < 1 || metas[i].last > (size + NEVER_WRITTEN) / page ||
            size < 2 * page)
            return img_err_set(err, IMG_ERR_TRUNCATED, "%zu bytes long, and %zu pages should be there",
                               size, metas[i].last + 1);
    *head = (struct img_cache_head){.page = page,
                                    .pages = meta->last + 1,
                                    .txn = meta->txn,
                                    .free = meta->free,
                                    .main = meta->main};
    return true;
}
