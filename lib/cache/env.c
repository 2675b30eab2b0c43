/* The LMDB environment: looked at before it is trusted, opened, its tables and seed made or read. */
#include "cache/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* A sparse file's address space costs nothing where there is enough of it. */
static const size_t map_most = sizeof(size_t) > 4 ? (size_t)64 << (sizeof(size_t) > 4 ? 30 : 0)
                                                  : (size_t)512 << 20;
static const size_t map_least = (size_t)64 << 20;
enum { READERS = 1024, MARGIN = 16 << 20 };

const char *const img_cache_table_names[IMG_CACHE_TABLES] = {
    [IMG_CACHE_META] = "meta",         [IMG_CACHE_FILES] = "files",
    [IMG_CACHE_VECTORS] = "vectors",   [IMG_CACHE_FACTS] = "facts",
    [IMG_CACHE_FAILURES] = "failures", [IMG_CACHE_USES] = "uses",
};

static bool failed(struct img_err *err, int code)
{
    return img_err_set(err, IMG_ERR_SYSTEM, "%s", mdb_strerror(code));
}

static enum img_cache_opened verdict(const struct img_err *err)
{
    return err->code == IMG_ERR_TRUNCATED || err->code == IMG_ERR_BAD_RECORD ? IMG_CACHE_BROKEN : IMG_CACHE_UNUSABLE;
}

/* The data file before LMDB maps it; one that is empty or not there is made. */
static bool look_first(const char *path, struct img_err *err)
{
    struct stat info;
    struct img_cache_head head;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return errno == ENOENT ? true
                               : img_err_sys(err, img_code_from_errno(errno), errno, "cannot open");
    bool ok = true;
    if (fstat(fd, &info) != 0)
        ok = img_err_sys(err, IMG_ERR_READ, errno, "cannot stat");
    else if (!S_ISREG(info.st_mode))
        ok = img_err_set(err, IMG_ERR_BAD_RECORD, "not a regular file");
    else if (info.st_size > 0)
        ok = img_cache_check_head(fd, SIZE_MAX, &head, err);
    close(fd);
    return ok;
}

bool img_cache_look(struct img_cache *cache, const struct img_cache_budget *budget,
                    struct img_err *err)
{
    enum { TRIES = 5 };
    mdb_filehandle_t fd;
    int code = mdb_env_get_fd(cache->env, &fd);
    if (code != 0)
        return failed(err, code);
    for (int i = 0; i < TRIES; i++) {
        MDB_txn *txn;
        struct img_cache_head head;
        code = mdb_txn_begin(cache->env, NULL, MDB_RDONLY, &txn);
        if (code != 0)
            return failed(err, code);
        size_t id = mdb_txn_id(txn);
        bool ok = img_cache_check_head(fd, id, &head, err) &&
                  img_cache_check_trees(fd, &head, budget, err);
        mdb_txn_abort(txn);
        if (ok)
            return true;
        /* Where we cannot lock, a writer may have used the pages anew. */
        if (err->code != IMG_ERR_SYSTEM && !cache->read_only)
            return false;
    }
    return false;
}

/* To read behind the file's end would end the process; zeros there are only damage. So the file is as
 * long as it says, and longer by what a page that lies about itself may lead to. It costs no space:
 * what is not written is not stored. */
void img_cache_fill_up(struct img_cache *cache, MDB_txn *txn)
{
    MDB_envinfo info;
    MDB_stat stat;
    struct stat file;
    mdb_filehandle_t fd;
    (void)txn; /* its lock is what lets nobody else write meanwhile */
    if (mdb_env_info(cache->env, &info) != 0 || mdb_env_get_fd(cache->env, &fd) != 0 ||
        mdb_env_stat(cache->env, &stat) != 0)
        return;
    off_t end = (off_t)(info.me_last_pgno + 1) * (off_t)stat.ms_psize;
    if (fstat(fd, &file) == 0 && file.st_size < end + MARGIN / 2)
        (void)!ftruncate(fd, end + MARGIN);
}

static bool make_seed(struct img_cache *cache, MDB_txn *txn, const struct img_cache_name *name,
                      struct img_err *err)
{
    struct img_cache_value value;
    if (getrandom(&cache->seed, sizeof cache->seed, 0) != (ssize_t)sizeof cache->seed)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "no random number");
    img_cache_write_seed(&value, img_cache_name_bytes(name), cache->seed);
    MDB_val key = img_cache_val(img_cache_name_bytes(name)), data = {value.len, value.data};
    int code = mdb_put(txn, cache->tables[IMG_CACHE_META], &key, &data, 0);
    return code == 0 ? true : failed(err, code);
}

/* Opens the tables and reads the seed, or makes both. */
static bool begin_tables(struct img_cache *cache, bool make, MDB_txn *txn, struct img_err *err)
{
    struct img_cache_name name = {.data = "cache", .len = 5};
    struct img_cache_bytes value;
    uint32_t layout;
    for (int i = 0; i < IMG_CACHE_TABLES; i++) {
        int code = mdb_dbi_open(txn, img_cache_table_names[i], make ? MDB_CREATE : 0, &cache->tables[i]);
        if (code == MDB_NOTFOUND)
            return img_err_set(err, IMG_ERR_BAD_RECORD, "it has no table '%s'",
                               img_cache_table_names[i]);
        if (code != 0)
            return failed(err, code);
    }
    if (!img_cache_find(cache, txn, IMG_CACHE_META, &name, &value))
        return make ? make_seed(cache, txn, &name, err)
                    : img_err_set(err, IMG_ERR_BAD_RECORD, "it does not say its version");
    if (!img_cache_read_seed(img_cache_name_bytes(&name), value, &layout, &cache->seed))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "its version cannot be read");
    if (layout != IMG_CACHE_LAYOUT)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "it is of version %u, and this is %d", layout,
                           IMG_CACHE_LAYOUT);
    return true;
}

static size_t entries_in_main(MDB_env *env)
{
    MDB_stat stat;
    return mdb_env_stat(env, &stat) == 0 ? stat.ms_entries : 0;
}

static bool open_tables(struct img_cache *cache, struct img_err *err)
{
    MDB_txn *txn;
    /* An environment with anything in it must have all that is ours. */
    bool make = !cache->read_only && entries_in_main(cache->env) == 0;
    int code = mdb_txn_begin(cache->env, NULL, cache->read_only ? MDB_RDONLY : 0, &txn);
    if (code != 0)
        return failed(err, code);
    if (!cache->read_only)
        img_cache_fill_up(cache, txn);
    if (!begin_tables(cache, make, txn, err)) {
        mdb_txn_abort(txn);
        return false;
    }
    code = mdb_txn_commit(txn);
    return code == 0 ? true : failed(err, code);
}

/* Maps as much as the address space has room for. Too much is ENOMEM, and EINVAL under valgrind. */
static int open_env(struct img_cache *cache)
{
    unsigned flags = MDB_NOTLS | MDB_NOMETASYNC | MDB_NORDAHEAD;
    if (cache->read_only)
        flags |= MDB_RDONLY | (cache->lock < 0 ? MDB_NOLOCK : 0);
    int code = ENOMEM;
    for (size_t size = map_most; (code == ENOMEM || code == EINVAL) && size >= map_least;
         size /= 2) {
        code = mdb_env_create(&cache->env);
        if (code != 0)
            return code;
        (void)mdb_env_set_maxdbs(cache->env, IMG_CACHE_TABLES);
        (void)mdb_env_set_maxreaders(cache->env, READERS);
        code = mdb_env_set_mapsize(cache->env, size);
        if (code == 0)
            code = mdb_env_open(cache->env, cache->folder, flags, 0600);
        if (code != 0) {
            mdb_env_close(cache->env);
            cache->env = NULL;
        }
    }
    return code;
}

enum img_cache_opened img_cache_env_open(struct img_cache *cache, struct img_err *err)
{
    const struct img_cache_budget budget = {.pages = 16384, .ms = 30};
    char path[PATH_MAX];
    int dead = 0;
    if ((size_t)snprintf(path, sizeof path, "%s/data.mdb", cache->folder) >= sizeof path) {
        img_err_set(err, IMG_ERR_SYSTEM, "the name is too long");
        return IMG_CACHE_UNUSABLE;
    }
    if (!look_first(path, err))
        return verdict(err);
    int code = open_env(cache);
    if (code != 0) {
        failed(err, code);
        return code == MDB_INVALID || code == MDB_CORRUPTED ? IMG_CACHE_BROKEN : IMG_CACHE_UNUSABLE;
    }
    if (!cache->read_only)
        (void)mdb_reader_check(cache->env, &dead);
    /* One that changes too fast to be looked at is in good use. */
    if ((img_cache_look(cache, &budget, err) || err->code == IMG_ERR_SYSTEM) &&
        open_tables(cache, err))
        return IMG_CACHE_OPENED;
    enum img_cache_opened result = verdict(err);
    mdb_env_close(cache->env);
    cache->env = NULL;
    return result;
}

void img_cache_env_close(struct img_cache *cache)
{
    for (size_t i = 0; i < cache->idle_count; i++)
        mdb_txn_abort(cache->idle[i]);
    cache->idle_count = 0;
    mdb_env_close(cache->env);
    cache->env = NULL;
}
