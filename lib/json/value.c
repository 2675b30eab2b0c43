/* Interpreting scanned values: strings, integers, doubles. */
#include <string.h>

#include "json/scan.h"
#include "json/string.h"

bool img_json_get_string(const struct img_json_value *value, struct img_arena *arena,
                         const char **text, size_t *len, struct img_err *err)
{
    if (value->kind != IMG_JSON_STRING)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a string");
    const char *inside = value->text + 1;
    size_t inside_len = value->len - 2, made;
    if (!memchr(inside, '\\', inside_len)) {
        *text = img_arena_copy(arena, inside, inside_len, err);
        if (!*text)
            return false;
        made = inside_len;
    } else {
        struct img_buf buf = {.limit = value->len + 1};
        bool ok = img_json_unquote(value->text, value->len, &buf, err);
        *text = ok ? img_arena_copy(arena, buf.data ? buf.data : "", buf.len, err) : NULL;
        made = buf.len;
        img_buf_clear(&buf);
        if (!*text)
            return false;
    }
    if (!len && strlen(*text) != made)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a string holds U+0000");
    if (len)
        *len = made;
    return true;
}

/* Digits with the decimal point taken out; exponent says where it was. */
struct digits {
    char text[64];
    int count;
    long exponent;
};

static bool split_number(const struct img_json_value *value, struct digits *digits)
{
    const char *at = value->text, *end = at + value->len;
    bool fraction = false;
    *digits = (struct digits){0};
    at += *at == '-';
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        digits->exponent -= fraction;
        if (digits->count == 0 && *at == '0')
            continue;
        if (digits->count == (int)sizeof digits->text)
            return false;
        digits->text[digits->count++] = *at;
    }
    bool negative = at + 1 < end && at[1] == '-';
    long written = 0;
    for (at += at < end; at < end; at++)
        if (*at >= '0' && *at <= '9' && written < 100000)
            written = written * 10 + (*at - '0');
    digits->exponent += negative ? -written : written;
    while (digits->count > 0 && digits->text[digits->count - 1] == '0') {
        digits->count--;
        digits->exponent++;
    }
    return true;
}

bool img_json_get_int(const struct img_json_value *value, int64_t *number, struct img_err *err)
{
    struct digits digits;
    if (value->kind != IMG_JSON_NUMBER)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a number");
    bool fits = split_number(value, &digits);
    int64_t result = 0;
    bool negative = *value->text == '-';
    if (fits && digits.count > 0) {
        fits = digits.exponent >= 0 && digits.exponent < 20;
        long total = fits ? digits.count + digits.exponent : 0;
        for (long i = 0; fits && i < total; i++) {
            int digit = i < digits.count ? digits.text[i] - '0' : 0;
            fits = !__builtin_mul_overflow(result, 10, &result) &&
                   !__builtin_sub_overflow(result, digit, &result);
        }
        if (fits && !negative)
            fits = !__builtin_sub_overflow((int64_t)0, result, &result);
    }
    if (!fits)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not an integer of 64 bits");
    *number = result;
    return true;
}
