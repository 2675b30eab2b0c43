/* Reading floats. The quick way computes in double and is exact unless the double falls on or
 * beside the middle between two floats; then strtof decides. */
#include "json/floats.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/base64.h"

enum { QUICK_DIGITS = 15, QUICK_POWER = 22 }; /* below 10^15 and up to 10^22 doubles are exact */

static const double powers[QUICK_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* True when rounding value once more, to float, may differ from rounding the decimal itself. */
static bool doubtful(double value)
{
    uint64_t bits;
    double size = fabs(value);
    if (size < (double)FLT_MIN || size > (double)FLT_MAX)
        return size != 0;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 0x1FFFFFFF) == 0x10000000; /* exactly half of the last place of a float */
}

/* The quick way; false when it does not apply. */
static bool quick_float(const char *at, const char *end, float *result)
{
    bool negative = at < end && *at == '-';
    uint64_t digits = 0;
    int count = 0, exponent = 0;
    bool fraction = false;
    for (at += negative; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        digits = digits * 10 + (uint64_t)(*at - '0');
        count += digits != 0;
        exponent -= fraction;
        if (count > QUICK_DIGITS || exponent < -1000)
            return false;
    }
    if (at < end) {
        bool below = at[1] == '-';
        int written = 0;
        for (at += at[1] == '-' || at[1] == '+' ? 2 : 1; at < end; at++) {
            written = written * 10 + (*at - '0');
            if (written > 1000)
                return false;
        }
        exponent += below ? -written : written;
    }
    if (exponent < -QUICK_POWER || exponent > QUICK_POWER)
        return false;
    double value = exponent < 0 ? (double)digits / powers[-exponent]
                                : (double)digits * powers[exponent];
    if (doubtful(value))
        return false;
    *result = negative ? -(float)value : (float)value;
    return true;
}

float img_json_float(const char *text, size_t len)
{
    float value;
    return quick_float(text, text + len, &value) ? value : strtof(text, NULL);
}

/* Most elements an array of that text can have. */
static size_t count_commas(const char *text, size_t len)
{
    size_t count = 1;
    for (size_t i = 0; i < len; i++)
        count += text[i] == ',';
    return count;
}

static bool read_array(const struct img_json_value *array, struct img_arena *arena,
                       const float **values, size_t *count, struct img_err *err)
{
    size_t most = count_commas(array->text, array->len);
    if (most > IMG_FLOATS_MAX)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "an array of more than %d numbers",
                           IMG_FLOATS_MAX);
    float *to = img_arena_array(arena, most, sizeof *to, err);
    if (!to)
        return false;
    const char *at = array->text + 1, *end = array->text + array->len - 1;
    size_t made = 0;
    for (;;) {
        at += strspn(at, " \t\r\n,");
        if (at >= end)
            break;
        size_t len = strcspn(at, " \t\r\n,]");
        if (*at != '-' && (*at < '0' || *at > '9'))
            return img_err_set(err, IMG_ERR_BAD_RECORD, "element %zu is not a number", made + 1);
        to[made] = img_json_float(at, len);
        if (!isfinite(to[made++]))
            return img_err_set(err, IMG_ERR_BAD_RECORD, "element %zu is too large", made);
        at += len;
    }
    *values = to;
    *count = made;
    return true;
}

static bool read_base64(const struct img_json_value *string, struct img_arena *arena,
                        const float **values, size_t *count, struct img_err *err)
{
    const char *text;
    size_t len, size;
    if (!img_json_get_string(string, arena, &text, &len, err))
        return false;
    unsigned char *bytes = img_arena_alloc(arena, img_base64_room(len), err);
    if (!bytes || !img_base64_decode(text, len, bytes, &size, err))
        return false;
    if (size % sizeof(float) != 0 || size / sizeof(float) > IMG_FLOATS_MAX)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "base64 of %zu bytes is no list of float32",
                           size);
    *count = size / sizeof(float);
    float *to = img_arena_array(arena, *count + 1, sizeof *to, err);
    if (!to)
        return false;
    for (size_t i = 0; i < *count; i++) {
        const unsigned char *b = bytes + 4 * i;
        uint32_t bits = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
                        (uint32_t)b[3] << 24;
        memcpy(&to[i], &bits, sizeof bits);
        if (!isfinite(to[i]))
            return img_err_set(err, IMG_ERR_BAD_RECORD, "element %zu is not finite", i + 1);
    }
    *values = to;
    return true;
}

bool img_json_get_floats(const struct img_json_value *value, struct img_arena *arena,
                         const float **values, size_t *count, struct img_err *err)
{
    if (value->kind == IMG_JSON_ARRAY)
        return read_array(value, arena, values, count, err);
    if (value->kind == IMG_JSON_STRING)
        return read_base64(value, arena, values, count, err);
    return img_err_set(err, IMG_ERR_BAD_RECORD, "neither an array nor a base64 string");
}
