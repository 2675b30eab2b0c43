/* File systems to keep away from, and moving a broken environment out of the way. */
#include "cache/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/vfs.h>

/* Types as linux/magic.h and the file systems' own sources have them. */
static const struct {
    unsigned long type;
    const char *name;
} unsafe[] = {
    {0x6969, "NFS"},         {0x517B, "SMB"},        {0xFE534D42, "SMB"},
    {0xFF534D42, "SMB"},     {0x564C, "NCP"},        {0x65735546, "FUSE"},
    {0x01021997, "9P"},      {0x00C36400, "Ceph"},   {0x5346414F, "AFS"},
    {0x6B414653, "AFS"},     {0x73757245, "Coda"},   {0x786F4256, "VirtualBox"},
    {0xBACBACBC, "VMware"},  {0x0BD00BD0, "Lustre"}, {0x47504653, "GPFS"},
    {0x7461636F, "OCFS2"},   {0x01161970, "GFS2"},   {0x19830326, "BeeGFS"},
    {0xAAD7AAEA, "PanFS"},
};

const char *img_cache_unsafe_place(unsigned long type)
{
    for (size_t i = 0; i < sizeof unsafe / sizeof *unsafe; i++)
        if (unsafe[i].type == (type & 0xFFFFFFFF))
            return unsafe[i].name;
    return NULL;
}

bool img_cache_place_check(const char *folder, struct img_err *err)
{
    struct statfs info;
    if (statfs(folder, &info) != 0)
        return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot look at the file system");
    const char *name = img_cache_unsafe_place((unsigned long)info.f_type);
    if (name)
        return img_err_set(err, IMG_ERR_SYSTEM, "not on %s", name);
    return true;
}

bool img_cache_move_aside(const char *folder, char *aside, size_t size, struct img_err *err)
{
    enum { TRIES = 1000 };
    for (unsigned i = 1; i <= TRIES; i++) {
        if ((size_t)snprintf(aside, size, "%s.aside-%u", folder, i) >= size)
            return img_err_set(err, IMG_ERR_OUTPUT, "the name is too long");
        if (renameat2(AT_FDCWD, folder, AT_FDCWD, aside, RENAME_NOREPLACE) == 0)
            return true;
        if (errno != EEXIST)
            return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot rename it");
    }
    return img_err_set(err, IMG_ERR_OUTPUT, "%d others have been moved aside", TRIES);
}
