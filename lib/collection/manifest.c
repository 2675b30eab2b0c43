/* Reading and replacing collection.json. */
#include "collection/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "collection/beside.h"
#include "json/doc.h"
#include "json/number.h"
#include "json/string.h"

static const char format[] = "img-tools collection";

enum { BYTES_MAX = 64 << 10, VALUES_MAX = 1000 };

static bool take_number(const struct img_doc *root, const char *name, uint64_t least,
                        uint64_t *number, struct img_err *err)
{
    int64_t value;
    if (!img_doc_int(img_doc_get(root, name), &value) || value < 0 || (uint64_t)value < least)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "\"%s\" is not there or no possible number",
                           name);
    *number = (uint64_t)value;
    return true;
}

static bool take_text(const struct img_doc *root, const char *name, char *text, size_t room,
                      struct img_err *err)
{
    const struct img_doc *value = img_doc_get(root, name);
    const char *from = img_doc_text(value);
    if (value && img_doc_kind(value) == IMG_DOC_NULL)
        from = "";
    if (!from || strlen(from) >= room)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "\"%s\" is not there or no possible text",
                           name);
    memcpy(text, from, strlen(from) + 1);
    return true;
}

static bool take_version(const struct img_doc *root, struct img_err *err)
{
    uint64_t version = 0;
    const char *kind = img_doc_text(img_doc_get(root, "format"));
    if (!kind || strcmp(kind, format) != 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "\"format\" is not \"%s\"", format);
    if (!take_number(root, "version", 1, &version, err))
        return false;
    if (version != IMG_COLLECTION_VERSION)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "version %llu; this program knows version %d",
                           (unsigned long long)version, IMG_COLLECTION_VERSION);
    return true;
}

static bool check_lengths(const struct img_manifest *m, struct img_err *err)
{
    /* Neither product overflows: dimension < 2^21 and count < 2^32. */
    if (m->vectors_bytes != m->count * m->dimension * sizeof(float))
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           "\"vectors_bytes\" is not count * dimension * 4");
    if (m->dropped_bytes % sizeof(uint32_t) != 0 ||
        m->dropped_bytes / sizeof(uint32_t) > m->count)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "\"dropped_bytes\" does not fit \"count\"");
    if (m->records_bytes < m->count || (m->count == 0 && m->records_bytes > 0))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "\"records_bytes\" does not fit \"count\"");
    return true;
}

static bool take_all(struct img_manifest *m, const struct img_doc *root, struct img_err *err)
{
    if (!take_version(root, err) || !take_number(root, "dimension", 1, &m->dimension, err) ||
        !take_number(root, "count", 0, &m->count, err) ||
        !take_number(root, "vectors_bytes", 0, &m->vectors_bytes, err) ||
        !take_number(root, "records_bytes", 0, &m->records_bytes, err) ||
        !take_number(root, "failures_bytes", 0, &m->failures_bytes, err) ||
        !take_number(root, "dropped_bytes", 0, &m->dropped_bytes, err) ||
        !take_text(root, "model_name", m->model_name, sizeof m->model_name, err) ||
        !take_text(root, "model_fingerprint", m->fingerprint, sizeof m->fingerprint, err) ||
        !take_text(root, "precision", m->precision, sizeof m->precision, err))
        return false;
    if (!img_doc_bool(img_doc_get(root, "normalized"), &m->normalized))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "\"normalized\" is not there or not a boolean");
    if (m->dimension > IMG_COLLECTION_DIMENSION_MAX || m->count > IMG_COLLECTION_ROWS_MAX)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "\"dimension\" or \"count\" is too large");
    return check_lengths(m, err);
}

bool img_manifest_parse(struct img_manifest *manifest, const char *text, size_t len,
                        struct img_err *err)
{
    *manifest = (struct img_manifest){0};
    struct img_doc *root = img_doc_parse(text, len, VALUES_MAX, IMG_ERR_BAD_RECORD, err);
    bool ok = root && take_all(manifest, root, err);
    img_doc_free(root);
    return ok;
}

bool img_manifest_read(struct img_manifest *manifest, int folder, struct img_err *err)
{
    char text[BYTES_MAX];
    size_t len = 0;
    ssize_t n;
    int fd = openat(folder, IMG_COLLECTION_MANIFEST, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return img_err_sys(err, img_code_from_errno(errno), errno, IMG_COLLECTION_MANIFEST);
    while ((n = read(fd, text + len, sizeof text - len)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            break;
        len += (size_t)n;
    }
    int os = errno;
    close(fd);
    if (n < 0)
        return img_err_sys(err, IMG_ERR_READ, os, IMG_COLLECTION_MANIFEST);
    if (len == sizeof text)
        return img_err_set(err, IMG_ERR_BAD_RECORD, IMG_COLLECTION_MANIFEST ": too large");
    return img_manifest_parse(manifest, text, len, err) ||
           img_err_in(err, IMG_COLLECTION_MANIFEST);
}

static void put_number(struct img_buf *out, const char *name, uint64_t number)
{
    img_buf_printf(out, "  \"%s\": ", name);
    img_json_put_uint(out, number);
    img_buf_puts(out, ",\n");
}

static void put_text(struct img_buf *out, const char *name, const char *text)
{
    img_buf_printf(out, "  \"%s\": ", name);
    img_json_put_text(out, text[0] ? text : NULL);
    img_buf_puts(out, ",\n");
}

static void put(struct img_buf *out, const struct img_manifest *m)
{
    img_buf_puts(out, "{\n");
    put_text(out, "format", format);
    put_number(out, "version", IMG_COLLECTION_VERSION);
    put_number(out, "dimension", m->dimension);
    put_number(out, "count", m->count);
    put_number(out, "vectors_bytes", m->vectors_bytes);
    put_number(out, "records_bytes", m->records_bytes);
    put_number(out, "failures_bytes", m->failures_bytes);
    put_number(out, "dropped_bytes", m->dropped_bytes);
    put_text(out, "model_name", m->model_name);
    put_text(out, "model_fingerprint", m->fingerprint);
    put_text(out, "precision", m->precision);
    img_buf_puts(out, "  \"normalized\": ");
    img_json_put_bool(out, m->normalized);
    img_buf_puts(out, "\n}\n");
}

bool img_manifest_replace(const struct img_manifest *manifest, int folder, struct img_err *err)
{
    struct img_buf text = {.limit = BYTES_MAX};
    struct img_beside file;
    put(&text, manifest);
    bool ok = img_buf_ok(&text, err) &&
              img_beside_open(&file, folder, IMG_COLLECTION_MANIFEST, err);
    if (ok) {
        ok = img_write_at(file.fd, text.data, text.len, 0, err) &&
             img_beside_commit(&file, NULL, err);
        if (!ok)
            img_beside_abort(&file);
    }
    img_buf_clear(&text);
    return ok || img_err_in(err, IMG_COLLECTION_MANIFEST);
}
