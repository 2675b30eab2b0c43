/* Counting pages. */
#include "cache/measure.h"

#include <errno.h>
#include <sys/stat.h>

/* LMDB's own two tables: the free pages' and the tables'. */
enum { OWN_TABLES = 2, META_PAGES = 2 };

static uint64_t pages_of(const MDB_stat *stat)
{
    return (uint64_t)stat->ms_branch_pages + stat->ms_leaf_pages + stat->ms_overflow_pages;
}

static int count(struct img_cache *cache, MDB_txn *txn, struct img_cache_size *size)
{
    MDB_stat stat;
    uint64_t pages = META_PAGES;
    int code = 0;
    for (MDB_dbi own = 0; code == 0 && own < OWN_TABLES; own++) {
        code = mdb_stat(txn, own, &stat);
        if (code == 0)
            pages += pages_of(&stat);
    }
    for (int i = 0; code == 0 && i < IMG_CACHE_TABLES; i++) {
        code = mdb_stat(txn, cache->tables[i], &stat);
        if (code != 0)
            break;
        pages += pages_of(&stat);
        size->entries[i] = stat.ms_entries;
    }
    if (code == 0)
        size->used_bytes = pages * stat.ms_psize;
    return code;
}

bool img_cache_measure(struct img_cache *cache, struct img_cache_size *size, struct img_err *err)
{
    MDB_txn *txn;
    mdb_filehandle_t fd;
    struct stat info;
    *size = (struct img_cache_size){0};
    if (!img_cache_begin_read(cache, &txn))
        return img_err_set(err, IMG_ERR_SYSTEM, "cannot read the cache");
    int code = count(cache, txn, size);
    img_cache_end_read(cache, txn);
    if (code == 0)
        code = mdb_env_get_fd(cache->env, &fd);
    if (code == 0 && fstat(fd, &info) != 0)
        code = errno;
    if (code != 0)
        return img_err_set(err, IMG_ERR_SYSTEM, "%s", mdb_strerror(code));
    size->disk_bytes = (uint64_t)info.st_blocks * 512;
    return true;
}
