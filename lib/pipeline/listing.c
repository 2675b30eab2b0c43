/* Walking operands and reading lists. */
#include "pipeline/listing.h"

#include <errno.h>
#include <fnmatch.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "pipeline/records.h"
#include "record/read.h"

enum { PATH_LINE_MAX = 1 << 20, POLL_MS = 100 };

void img_listing_init(struct img_listing *l, const struct img_listing_options *options)
{
    bool records = options->kind == IMG_LIST_RECORDS;
    *l = (struct img_listing){.options = *options};
    img_lines_init(&l->lines, STDIN_FILENO, options->kind == IMG_LIST_NAMES ? '\0' : '\n',
                   records ? IMG_RECORD_LINE_MAX : PATH_LINE_MAX);
}

/* True when this run is to take the path. */
static bool in_shard(const struct img_listing *l, const char *path, size_t len)
{
    return l->options.shards < 2 ||
           img_hash64(path, len) % l->options.shards == l->options.shard - 1;
}

static bool copy_path(struct img_item *item, const char *path, size_t len,
                      struct img_arena *arena, struct img_err *err)
{
    const char *copy = img_arena_copy(arena, path, len, err);
    if (copy)
        img_item_take_path(item, copy, len);
    return copy != NULL;
}

static bool matches_any(const struct img_string_list *globs, const char *path, const char *name)
{
    for (size_t i = 0; i < globs->count; i++)
        if (fnmatch(globs->items[i], strchr(globs->items[i], '/') ? path : name, 0) == 0)
            return true;
    return false;
}

/* Some part of the path below the folder named is hidden: begins with a dot (also the "._" files
 * that macOS leaves), or is Synology's folder of thumbnails. */
static bool is_hidden(const char *below)
{
    for (const char *part = below; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (*part == '.' || strncmp(part, "@eaDir/", 7) == 0)
            return true;
    }
    return false;
}

static bool has_file(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0;
}

/* The files of a collection are no pictures: a collection may lie among what it is made from. Asked
 * once a folder, since its files come one after the other. */
static bool in_collection(struct img_listing *l, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    if (len == 0 || len >= sizeof l->parent)
        return false;
    if (strncmp(l->parent, path, len) != 0 || l->parent[len] != '\0') {
        memcpy(l->parent, path, len);
        l->parent[len] = '\0';
        l->parent_is_collection =
            has_file(l->parent, "collection.json") && has_file(l->parent, "vectors.f32");
    }
    return l->parent_is_collection;
}

static bool wanted(struct img_listing *l, const char *path)
{
    const struct img_listing_options *o = &l->options;
    const char *below = path + strlen(l->root), *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (!o->hidden && is_hidden(below + strspn(below, "/")))
        return false;
    if (in_collection(l, path))
        return false;
    return (o->include.count == 0 || matches_any(&o->include, path, name)) &&
           !matches_any(&o->exclude, path, name) && in_shard(l, path, strlen(path));
}

/* The next wanted file of the folder being walked; *found is false when there is none left. */
static bool next_walked(struct img_listing *l, struct img_item *item, struct img_arena *arena,
                        bool *found, struct img_err *err)
{
    for (;;) {
        const char *path = NULL;
        struct img_err trouble = {0};
        bool ok = img_walk_next(l->walk, &path, &trouble);
        if (!ok && !path) {
            *err = trouble;
            return false;
        }
        *found = path != NULL;
        if (!path || l->options.stopped()) {
            img_walk_free(l->walk);
            l->walk = NULL;
            return true;
        }
        if (ok && !wanted(l, path))
            continue;
        item->err = trouble;
        return copy_path(item, path, strlen(path), arena, err);
    }
}

static bool next_operand(struct img_listing *l, struct img_item *item, struct img_arena *arena,
                         bool *more, struct img_err *err)
{
    for (;;) {
        struct stat info;
        if (l->walk) {
            if (!next_walked(l, item, arena, more, err))
                return false;
            if (*more || l->options.stopped())
                return true;
        }
        *more = l->at < l->options.operand_count;
        if (!*more)
            return true;
        const char *path = l->options.operands[l->at++].value;
        if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
            l->root = path;
            l->walk = img_walk_new(path, l->options.recursive, err);
            if (!l->walk)
                return false;
        } else if (in_shard(l, path, strlen(path))) {
            return copy_path(item, path, strlen(path), arena, err);
        }
    }
}

/* Waits for standard input without going deaf to signals, which reach another thread. */
static bool wait_for_line(struct img_listing *l)
{
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    while (!l->options.stopped()) {
        if (img_lines_ready(&l->lines))
            return true;
        int n = poll(&fd, 1, POLL_MS);
        if (n > 0 || (n < 0 && errno != EINTR))
            return true;
    }
    return false;
}

static bool next_path_line(struct img_listing *l, struct img_item *item, struct img_arena *arena,
                           bool *more, struct img_err *err)
{
    const char *line;
    size_t len;
    for (;;) {
        *more = wait_for_line(l);
        if (!*more)
            return true;
        if (!img_lines_next(&l->lines, &line, &len, err))
            return false;
        *more = line != NULL;
        if (!line)
            return true;
        if (in_shard(l, line, len))
            return copy_path(item, line, len, arena, err);
    }
}

static bool next_record(struct img_listing *l, struct img_item *item, struct img_arena *arena,
                        bool *more, struct img_err *err)
{
    for (;;) {
        *more = wait_for_line(l);
        if (!*more)
            return true;
        if (!img_records_next(&l->lines, arena, item, more, err))
            return false;
        if (!*more || item->kind != IMG_ITEM_PATH || in_shard(l, item->path, item->path_len))
            return true;
        *item = (struct img_item){0};
        img_arena_reset(arena);
    }
}

bool img_listing_next(struct img_listing *l, struct img_item *item, struct img_arena *arena,
                      bool *more, struct img_err *err)
{
    switch (l->options.kind) {
    case IMG_LIST_OPERANDS:
        return next_operand(l, item, arena, more, err);
    case IMG_LIST_RECORDS:
        return next_record(l, item, arena, more, err);
    case IMG_LIST_LINES:
    case IMG_LIST_NAMES:
        break;
    }
    return next_path_line(l, item, arena, more, err);
}

void img_listing_clear(struct img_listing *l)
{
    img_walk_free(l->walk);
    img_lines_clear(&l->lines);
}
