/* Two folders change places. */
#include "collection/swap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collection/manifest.h"

static bool siblings(struct img_swap *swap, struct img_err *err)
{
    int a = snprintf(swap->partial, sizeof swap->partial, "%s.partial", swap->folder);
    int b = snprintf(swap->before, sizeof swap->before, "%s.before", swap->folder);
    if (a < 0 || b < 0 || a >= PATH_MAX || b >= PATH_MAX)
        return img_err_set(err, IMG_ERR_OUTPUT, "its path is too long");
    return true;
}

bool img_swap_names(struct img_swap *swap, const char *folder, struct img_err *err)
{
    if (!realpath(folder, swap->folder))
        return img_err_sys(err, errno == ENOENT ? IMG_ERR_NOT_FOUND : IMG_ERR_OUTPUT, errno,
                           "cannot open");
    return siblings(swap, err);
}

static bool move(const char *from, const char *to, struct img_err *err)
{
    return rename(from, to) == 0 ||
           img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot rename %s to %s", from, to);
}

static bool three_renames(const struct img_swap *swap, struct img_err *err)
{
    struct img_err ignored;
    if (!move(swap->folder, swap->before, err))
        return false;
    if (!move(swap->partial, swap->folder, err))
        return move(swap->before, swap->folder, &ignored) && false;
    return move(swap->before, swap->partial, err);
}

/* The new folder's files must not be in place of the old one's that are deleted next before this is
 * on the disk. Some file systems refuse to sync a folder; nothing more can be done there. */
static void sync_parent(const char *path)
{
    char parent[PATH_MAX + 4];
    snprintf(parent, sizeof parent, "%s/..", path);
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

bool img_swap_do(const struct img_swap *swap, bool exchange, struct img_err *err)
{
    if (!exchange) {
        if (!three_renames(swap, err))
            return false;
    } else if (renameat2(AT_FDCWD, swap->partial, AT_FDCWD, swap->folder, RENAME_EXCHANGE) != 0) {
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot exchange %s", swap->partial);
    }
    sync_parent(swap->folder);
    return true;
}

static bool has_manifest(const char *folder)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/" IMG_COLLECTION_MANIFEST, folder);
    return n > 0 && n < PATH_MAX && access(path, F_OK) == 0;
}

bool img_collection_finish_swap(const char *folder, const struct img_report *report,
                                struct img_err *err)
{
    struct img_swap swap;
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    if (access(folder, F_OK) == 0 || errno != ENOENT || len == 0 || len >= sizeof swap.folder)
        return true;
    memcpy(swap.folder, folder, len);
    swap.folder[len] = '\0';
    if (!siblings(&swap, err) || !has_manifest(swap.before) || !has_manifest(swap.partial))
        return true;
    img_report(report, IMG_WARNING, "%s: a compaction was interrupted; the collection is put back",
               swap.folder);
    return move(swap.before, swap.folder, err);
}
