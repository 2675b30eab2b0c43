/* Writing numbers. */
#include "json/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"
#include "json/shortest.h"

enum { PLAIN_MIN = -4, PLAIN_MAX = 16 }; /* places of the decimal point that are written plainly */

static size_t put_zeros(char *text, size_t at, int count)
{
    for (int i = 0; i < count; i++)
        text[at++] = '0';
    return at;
}

static size_t put_exponent(char *text, size_t at, int exponent)
{
    text[at++] = 'e';
    if (exponent < 0) {
        text[at++] = '-';
        exponent = -exponent;
    }
    if (exponent >= 10)
        text[at++] = (char)('0' + exponent / 10);
    text[at++] = (char)('0' + exponent % 10);
    return at;
}

size_t img_float_text(float value, char text[IMG_FLOAT_TEXT])
{
    if (!isfinite(value)) {
        memcpy(text, "null", 4);
        return 4;
    }
    struct img_decimal decimal = img_shortest_float(value);
    char digits[10];
    int count = 0;
    for (uint32_t rest = decimal.digits; rest != 0 || count == 0; rest /= 10)
        digits[9 - count++] = (char)('0' + rest % 10);
    const char *first = digits + 10 - count;
    int point = count + decimal.exponent; /* digits before the decimal point */

    size_t at = 0;
    if (signbit(value))
        text[at++] = '-';
    if (point < PLAIN_MIN || point > PLAIN_MAX) {
        text[at++] = first[0];
        if (count > 1) {
            text[at++] = '.';
            memcpy(text + at, first + 1, (size_t)count - 1);
            at += (size_t)count - 1;
        }
        return put_exponent(text, at, point - 1);
    }
    if (point <= 0) {
        text[at++] = '0';
        text[at++] = '.';
        at = put_zeros(text, at, -point);
        memcpy(text + at, first, (size_t)count);
        return at + (size_t)count;
    }
    int whole = point < count ? point : count;
    memcpy(text + at, first, (size_t)whole);
    at = put_zeros(text, at + (size_t)whole, point - whole);
    if (whole < count) {
        text[at++] = '.';
        memcpy(text + at, first + whole, (size_t)(count - whole));
        at += (size_t)(count - whole);
    }
    return at;
}

void img_json_put_float(struct img_buf *out, float value)
{
    char text[IMG_FLOAT_TEXT];
    img_buf_put(out, text, img_float_text(value, text));
}

void img_json_put_floats(struct img_buf *out, const float *values, size_t count)
{
    size_t most;
    if (!img_size_mul(count, IMG_FLOAT_TEXT, &most) || !img_size_add(most, 2, &most)) {
        out->failed = true;
        return;
    }
    char *text = img_buf_room(out, most);
    if (!text)
        return;
    size_t at = 0;
    text[at++] = '[';
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text[at++] = ',';
        at += img_float_text(values[i], text + at);
    }
    text[at++] = ']';
    text[at] = '\0';
    out->len += at;
}

void img_json_put_double(struct img_buf *out, double value)
{
    if (!isfinite(value)) {
        img_buf_puts(out, "null");
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    img_buf_puts(out, text);
}

void img_json_put_int(struct img_buf *out, int64_t value)
{
    img_buf_printf(out, "%" PRId64, value);
}

void img_json_put_uint(struct img_buf *out, uint64_t value)
{
    img_buf_printf(out, "%" PRIu64, value);
}

void img_json_put_bool(struct img_buf *out, bool value)
{
    img_buf_puts(out, value ? "true" : "false");
}
