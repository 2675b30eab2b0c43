/* Reading, merging and replacing a sidecar. */
#include "sim/sidecar.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "sim/xmp.h"

void img_sidecar_put_path(struct img_buf *out, const char *picture, enum img_sidecar_name name)
{
    const char *slash = strrchr(picture, '/');
    const char *base = slash ? slash + 1 : picture;
    const char *dot = strrchr(base, '.');
    size_t len = strlen(picture);
    if (name == IMG_SIDECAR_REPLACED && dot && dot > base)
        len = (size_t)(dot - picture);
    img_buf_put(out, picture, len);
    img_buf_puts(out, ".xmp");
}

static bool picture_there(const char *picture, struct img_err *err)
{
    struct stat info;
    if (stat(picture, &info) != 0)
        return img_err_sys(err, img_code_from_errno(errno), errno, "cannot label");
    return S_ISREG(info.st_mode) || img_err_set(err, IMG_ERR_NOT_A_FILE, "not a regular file");
}

/* The packet that is there, or an empty one. */
static bool read_old(const char *path, struct img_buf *old, struct stat *info, bool *there,
                     struct img_err *err)
{
    *there = lstat(path, info) == 0;
    if (!*there && errno == ENOENT) {
        img_buf_puts(old, img_xmp_empty());
        return img_buf_ok(old, err);
    }
    if (!*there)
        return img_err_sys(err, img_code_from_errno(errno), errno, "cannot look at it");
    if (!S_ISREG(info->st_mode))
        return img_err_set(err, IMG_ERR_NOT_A_FILE, "left alone: %s",
                           S_ISLNK(info->st_mode) ? "a symbolic link" : "no regular file");
    return img_file_read(path, IMG_XMP_MAX, old, err);
}

static bool replace(const char *path, const struct img_buf *fresh, const struct stat *old,
                    struct img_err *err)
{
    struct img_newfile file = {0};
    bool ok = img_newfile_open(&file, path, err);
    if (ok && old) {
        /* Who may not give the file away keeps it; what others may do with it stays as it was. */
        (void)!fchown(file.fd, old->st_uid, old->st_gid);
        if (fchmod(file.fd, old->st_mode & 07777) != 0)
            ok = img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot keep its permissions");
    }
    ok = ok && img_newfile_write(&file, fresh->data, fresh->len, err) &&
         img_newfile_commit(&file, err);
    img_newfile_abort(&file);
    return ok;
}

static bool add(const char *path, const char *const *labels, size_t count, size_t *added,
                struct img_err *err)
{
    struct img_buf old = {0}, fresh = {0};
    struct stat info;
    bool there;
    bool ok = read_old(path, &old, &info, &there, err) &&
              img_xmp_merge(old.data ? old.data : "", old.len, labels, count, &fresh, added, err) &&
              (*added == 0 || replace(path, &fresh, there ? &info : NULL, err));
    img_buf_clear(&old);
    img_buf_clear(&fresh);
    return ok;
}

bool img_sidecar_add(const char *picture, enum img_sidecar_name name, const char *const *labels,
                     size_t count, size_t *added, struct img_err *err)
{
    struct img_buf path = {0};
    *added = 0;
    if (!picture_there(picture, err))
        return false;
    img_sidecar_put_path(&path, picture, name);
    bool ok = img_buf_ok(&path, err);
    if (ok && !add(path.data, labels, count, added, err))
        ok = img_err_in(err, "%s", path.data);
    img_buf_clear(&path);
    return ok;
}
