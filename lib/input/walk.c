/* Walking folders with a stack of sorted listings; no descriptor stays open between calls. */
#include "input/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"

struct entry {
    size_t name; /* offset in names */
    bool folder;
};

/* What is left of one folder. */
struct level {
    struct img_buf names; /* NUL-terminated, one after the other */
    struct img_buf entries; /* struct entry */
    size_t count, next;
    size_t path_len; /* of the folder, in the walk's path */
};

struct img_walk {
    bool deep;
    bool started;
    struct img_buf path;
    struct level *levels;
    size_t depth, room;
};

struct img_walk *img_walk_new(const char *path, bool deep, struct img_err *err)
{
    struct img_walk *walk = calloc(1, sizeof *walk);
    if (walk)
        img_buf_puts(&walk->path, path);
    if (walk && !walk->path.failed) {
        walk->deep = deep;
        return walk;
    }
    img_walk_free(walk);
    img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a walk");
    return NULL;
}

static void clear_level(struct level *level)
{
    img_buf_clear(&level->names);
    img_buf_clear(&level->entries);
}

void img_walk_free(struct img_walk *walk)
{
    if (!walk)
        return;
    while (walk->depth > 0)
        clear_level(&walk->levels[--walk->depth]);
    free(walk->levels);
    img_buf_clear(&walk->path);
    free(walk);
}

/* 1: a file to give, 2: a folder, 0: neither. The file system may not say what an entry is. */
static int kind_of(int folder, const struct dirent *item)
{
    struct stat info;
    if (item->d_type == DT_REG)
        return 1;
    if (item->d_type == DT_DIR)
        return 2;
    if (item->d_type != DT_UNKNOWN ||
        fstatat(folder, item->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return 0;
    return S_ISREG(info.st_mode) ? 1 : S_ISDIR(info.st_mode) ? 2 : 0;
}

static bool is_dot(const char *name)
{
    return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

static bool list_folder(DIR *folder, bool deep, struct level *level, struct img_err *err)
{
    struct dirent *item;
    while (errno = 0, (item = readdir(folder)) != NULL) {
        int kind = is_dot(item->d_name) ? 0 : kind_of(dirfd(folder), item);
        if (kind == 0 || (kind == 2 && !deep))
            continue;
        if (level->count == IMG_WALK_NAMES)
            return img_err_set(err, IMG_ERR_TOO_LARGE, "a folder of more than %d files",
                               IMG_WALK_NAMES);
        struct entry entry = {level->names.len, kind == 2};
        img_buf_put(&level->names, item->d_name, strlen(item->d_name) + 1);
        img_buf_put(&level->entries, &entry, sizeof entry);
        level->count++;
    }
    if (errno != 0)
        return img_err_sys(err, img_code_from_errno(errno), errno, "cannot read the folder");
    return img_buf_ok(&level->names, err) && img_buf_ok(&level->entries, err);
}

static int compare(const void *a, const void *b, void *names)
{
    const struct entry *x = a, *y = b;
    return strcmp((const char *)names + x->name, (const char *)names + y->name);
}

static struct level *push(struct img_walk *walk, struct img_err *err)
{
    if (walk->depth == walk->room) {
        size_t room = walk->room ? 2 * walk->room : 16;
        struct level *more = realloc(walk->levels, room * sizeof *more);
        if (!more) {
            img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a walk");
            return NULL;
        }
        walk->levels = more;
        walk->room = room;
    }
    struct level *level = &walk->levels[walk->depth++];
    *level = (struct level){.path_len = walk->path.len};
    level->names.limit = SIZE_MAX / 4;
    level->entries.limit = SIZE_MAX / 4;
    return level;
}

/* Lists the folder at walk->path onto the stack. */
static bool enter(struct img_walk *walk, struct img_err *err)
{
    if (walk->depth >= IMG_WALK_DEPTH)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "more than %d folders within folders",
                           IMG_WALK_DEPTH);
    DIR *folder = opendir(walk->path.data);
    if (!folder)
        return img_err_sys(err, img_code_from_errno(errno), errno, "cannot open the folder");
    struct level *level = push(walk, err);
    bool ok = level && list_folder(folder, walk->deep, level, err);
    closedir(folder);
    if (ok && level->count > 0)
        qsort_r(level->entries.data, level->count, sizeof(struct entry), compare,
                level->names.data);
    if (!ok && level)
        clear_level(&walk->levels[--walk->depth]);
    return ok;
}

/* Puts the name behind its folder's path; no second slash behind "photos/" or "/". */
static bool join(struct img_walk *walk, const struct level *level, const char *name,
                 struct img_err *err)
{
    walk->path.len = level->path_len;
    if (walk->path.len > 0 && walk->path.data[walk->path.len - 1] != '/')
        img_buf_putc(&walk->path, '/');
    img_buf_puts(&walk->path, name);
    return img_buf_ok(&walk->path, err);
}

static bool enter_or_fail(struct img_walk *walk, const char **path, struct img_err *err)
{
    if (enter(walk, err))
        return true;
    if (err->code != IMG_ERR_OUT_OF_MEMORY)
        *path = walk->path.data;
    return false;
}

bool img_walk_next(struct img_walk *walk, const char **path, struct img_err *err)
{
    *path = NULL;
    if (!walk->started) {
        walk->started = true;
        if (!enter_or_fail(walk, path, err))
            return false;
    }
    while (walk->depth > 0) {
        struct level *level = &walk->levels[walk->depth - 1];
        if (level->next == level->count) {
            clear_level(level);
            walk->depth--;
            continue;
        }
        struct entry entry;
        memcpy(&entry, level->entries.data + sizeof entry * level->next++, sizeof entry);
        if (!join(walk, level, level->names.data + entry.name, err))
            return false;
        if (!entry.folder) {
            *path = walk->path.data;
            return true;
        }
        if (!enter_or_fail(walk, path, err))
            return false;
    }
    return true;
}
