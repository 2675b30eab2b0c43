/* Text to values. */
#include "cli/value.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool out_of_range(const char *text, double min, double max, struct img_err *err)
{
    return img_err_set(err, IMG_ERR_USAGE, "%s is not from %.15g to %.15g", text, min, max);
}

static bool outside(double value, double min, double max)
{
    return (min != 0 || max != 0) && (value < min || value > max);
}

/* strtol and strtod skip blanks and take signs we do not want; a value starts with a digit, a point
 * or a minus. */
static bool starts_a_number(const char *text)
{
    const char *at = text + (*text == '-');
    return isdigit((unsigned char)*at) || (*at == '.' && isdigit((unsigned char)at[1]));
}

bool img_value_int(const char *text, double min, double max, int64_t *value, struct img_err *err)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (!starts_a_number(text) || *end != '\0')
        return img_err_set(err, IMG_ERR_USAGE, "'%s' is not a whole number", text);
    if (errno == ERANGE && min == 0 && max == 0)
        return img_err_set(err, IMG_ERR_USAGE, "%s is too large", text);
    if (errno == ERANGE || outside((double)number, min, max))
        return out_of_range(text, min, max, err);
    *value = number;
    return true;
}

bool img_value_float(const char *text, double min, double max, double *value, struct img_err *err)
{
    char *end;
    double number = strtod(text, &end);
    bool hex = strpbrk(text, "xX") != NULL;
    if (!starts_a_number(text) || *end != '\0' || hex || !isfinite(number))
        return img_err_set(err, IMG_ERR_USAGE, "'%s' is not a number", text);
    if (outside(number, min, max))
        return out_of_range(text, min, max, err);
    *value = number;
    return true;
}

/* How far a suffix shifts, or -1. */
static int suffix_shift(const char *suffix)
{
    static const char letters[] = "KMGT";
    if (*suffix == '\0' || strcasecmp(suffix, "B") == 0)
        return 0;
    const char *letter = strchr(letters, toupper((unsigned char)*suffix));
    if (!letter)
        return -1;
    const char *rest = suffix + 1;
    if (*rest != '\0' && strcasecmp(rest, "B") != 0 && strcasecmp(rest, "iB") != 0)
        return -1;
    return 10 * (int)(letter - letters + 1);
}

bool img_value_size(const char *text, double min, double max, uint64_t *value, struct img_err *err)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    int shift = isdigit((unsigned char)*text) ? suffix_shift(end) : -1;
    if (shift < 0)
        return img_err_set(err, IMG_ERR_USAGE,
                           "'%s' is not a size (a number of bytes, or one with K, M, G or T)",
                           text);
    if (errno == ERANGE || number > UINT64_MAX >> shift)
        return img_err_set(err, IMG_ERR_USAGE, "%s is too large", text);
    number <<= shift;
    if (outside((double)number, min, max))
        return out_of_range(text, min, max, err);
    *value = number;
    return true;
}

bool img_value_bool(const char *text, bool *value, struct img_err *err)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = i % 2;
            return true;
        }
    }
    return img_err_set(err, IMG_ERR_USAGE, "'%s' is neither true nor false", text);
}

bool img_value_choice(const char *text, const char *const *choices, int *value,
                      struct img_err *err)
{
    char all[256] = "";
    for (int i = 0; choices[i]; i++) {
        if (strcmp(text, choices[i]) == 0) {
            *value = i;
            return true;
        }
        size_t have = strlen(all);
        if (have + strlen(choices[i]) + 3 < sizeof all) {
            memcpy(all + have, ", ", 3);
            memcpy(all + have + 2, choices[i], strlen(choices[i]) + 1);
        }
    }
    return img_err_set(err, IMG_ERR_USAGE, "'%s' is none of %s", text,
                       strlen(all) > 2 ? all + 2 : "");
}

enum { WORD_MAX = 48 };

/* Levenshtein's distance of two words shorter than WORD_MAX. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1];
    size_t b_len = strlen(b);
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[b_len];
}

const char *img_value_nearest(const char *text, const char *const *names, size_t count)
{
    size_t len = strlen(text);
    if (len < 2 || len > WORD_MAX)
        return NULL;
    size_t least = len < 4 ? 2 : len < 8 ? 3 : 4; /* distances from this on are no typing errors */
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (strlen(names[i]) > WORD_MAX)
            continue;
        size_t d = distance(text, names[i]);
        if (d < least) {
            least = d;
            nearest = names[i];
        }
    }
    return nearest;
}
