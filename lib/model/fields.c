/* Members of a configuration, checked before anything is computed from them. */
#include "model/fields.h"

#include <math.h>
#include <string.h>

static const struct img_doc *present(const struct img_doc *object, const char *key)
{
    const struct img_doc *value = img_doc_get(object, key);
    return value && img_doc_kind(value) != IMG_DOC_NULL ? value : NULL;
}

static bool size_of(const struct img_doc *value, uint32_t most, uint32_t *out)
{
    int64_t number;
    if (!img_doc_int(value, &number) || number < 1 || number > (int64_t)most)
        return false;
    *out = (uint32_t)number;
    return true;
}

bool img_field_size(const struct img_doc *object, const char *key, uint32_t most, uint32_t absent,
                    uint32_t *out, struct img_err *err)
{
    const struct img_doc *value = present(object, key);
    *out = absent;
    if (!value || size_of(value, most, out))
        return true;
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is no whole number from 1 to %u", key, most);
}

bool img_field_positive(const struct img_doc *object, const char *key, double absent, double *out,
                        struct img_err *err)
{
    const struct img_doc *value = present(object, key);
    *out = absent;
    if (!value || (img_doc_number(value, out) && isfinite(*out) && *out > 0))
        return true;
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is no positive number", key);
}

bool img_field_bool(const struct img_doc *object, const char *key, bool absent, bool *out,
                    struct img_err *err)
{
    const struct img_doc *value = present(object, key);
    *out = absent;
    if (!value || img_doc_bool(value, out))
        return true;
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is neither true nor false", key);
}

bool img_field_triple(const struct img_doc *object, const char *key, bool positive, float out[3],
                      struct img_err *err)
{
    const struct img_doc *value = present(object, key);
    if (!value)
        return true;
    size_t n = 0;
    bool ok = img_doc_count(value) == 3;
    for (const struct img_doc *it = img_doc_first(value); ok && it; it = img_doc_next(it)) {
        double number = NAN;
        ok = img_doc_number(it, &number) && fabs(number) < 1e6 && (!positive || number > 1e-6);
        out[n++] = (float)number;
    }
    return ok || img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is no list of three%s numbers", key,
                             positive ? " positive" : "");
}

bool img_field_text(const struct img_doc *object, const char *key, const char *absent,
                    const char **out, struct img_err *err)
{
    const struct img_doc *value = present(object, key);
    *out = value ? img_doc_text(value) : absent;
    if (!value || *out)
        return true;
    return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is no text", key);
}

bool img_field_choice(const struct img_doc *object, const char *key, const char *only,
                      struct img_err *err)
{
    const char *text;
    if (!img_field_text(object, key, only, &text, err))
        return false;
    return strcmp(text, only) == 0 ||
           img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED, "%s '%.60s' is not supported: wanted %s",
                       key, text, only);
}

bool img_field_square(const struct img_doc *object, const char *key, uint32_t most,
                      uint32_t absent, uint32_t *out, struct img_err *err)
{
    const struct img_doc *value = present(object, key);
    if (!value || img_doc_kind(value) != IMG_DOC_ARRAY)
        return img_field_size(object, key, most, absent, out, err);
    size_t count = img_doc_count(value);
    const struct img_doc *it = img_doc_first(value);
    uint32_t channels = 3, other = 0;
    bool ok = count == 2 || count == 3;
    if (ok && count == 3) {
        ok = size_of(it, most, &channels) && channels == 3;
        it = img_doc_next(it);
    }
    ok = ok && size_of(it, most, out) && size_of(img_doc_next(it), most, &other);
    if (!ok)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "%s is no size from 1 to %u", key, most);
    if (*out != other)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "%s %u by %u: only squares are supported", key, *out, other);
    return true;
}

bool img_field_idle(const struct img_doc *object, const char *key)
{
    const struct img_doc *value = present(object, key);
    bool flag;
    double number;
    if (!value)
        return true;
    if (img_doc_bool(value, &flag))
        return !flag;
    if (img_doc_number(value, &number))
        return number == 0;
    if (img_doc_text(value))
        return img_doc_text(value)[0] == '\0';
    return !img_doc_first(value);
}
