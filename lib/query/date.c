/* Reading dates. */
#include "query/date.h"

#define SECOND 1000000
#define DAY (86400 * (int64_t)SECOND)

struct reader {
    const char *at, *end;
};

static bool read_char(struct reader *r, char c)
{
    if (r->at == r->end || *r->at != c)
        return false;
    r->at++;
    return true;
}

static bool read_digits(struct reader *r, unsigned digits, int64_t most, int64_t *value)
{
    *value = 0;
    for (unsigned i = 0; i < digits; i++, r->at++) {
        if (r->at == r->end || *r->at < '0' || *r->at > '9')
            return false;
        *value = *value * 10 + (*r->at - '0');
    }
    return *value <= most;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_in(int64_t year, int64_t month)
{
    static const int64_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;
    int64_t leaps = year == 0 ? -1 : y / 4 - y / 100 + y / 400;
    return 365 * y + leaps - 719162; /* of 1970 */
}

static int64_t days_before(int64_t year, int64_t month)
{
    int64_t days = days_before_year(year);
    for (int64_t m = 1; m < month; m++)
        days += days_in(year, m);
    return days;
}

static void set_span(struct img_date *date, unsigned parts, int64_t begin, int64_t length)
{
    date->parts = parts;
    date->begin = begin;
    date->end = begin + length;
}

/* Digits behind the point: the first six count. */
static bool read_fraction(struct reader *r, struct img_date *date)
{
    int64_t step = SECOND, value = 0, digit;
    const char *begin = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        if (!read_digits(r, 1, 9, &digit))
            return false;
        if (step > 1) {
            step /= 10;
            value += digit * step;
        }
    }
    set_span(date, date->parts, date->begin + value, step);
    return r->at > begin;
}

static bool read_offset(struct reader *r, struct img_date *date)
{
    int64_t hours, minutes, sign;
    if (r->at == r->end)
        return true;
    date->has_offset = true;
    if (read_char(r, 'Z'))
        return true;
    sign = *r->at == '-' ? -1 : 1;
    if ((!read_char(r, '+') && !read_char(r, '-')) || !read_digits(r, 2, 23, &hours))
        return false;
    (void)read_char(r, ':');
    if (!read_digits(r, 2, 59, &minutes))
        return false;
    date->offset = sign * (hours * 60 + minutes) * 60 * SECOND;
    return true;
}

static bool read_time(struct reader *r, struct img_date *date)
{
    int64_t hour, minute, second;
    if (!read_digits(r, 2, 23, &hour))
        return false;
    set_span(date, 4, date->begin + hour * 3600 * SECOND, 3600 * (int64_t)SECOND);
    if (read_char(r, ':')) {
        if (!read_digits(r, 2, 59, &minute))
            return false;
        set_span(date, 5, date->begin + minute * 60 * SECOND, 60 * (int64_t)SECOND);
        if (read_char(r, ':')) {
            if (!read_digits(r, 2, 60, &second))
                return false;
            set_span(date, 6, date->begin + second * SECOND, SECOND);
            if (read_char(r, '.') && !read_fraction(r, date))
                return false;
        }
    }
    return read_offset(r, date);
}

bool img_date_read(const char *text, size_t len, struct img_date *date)
{
    struct reader r = {text, text + len};
    int64_t year, month, day;
    *date = (struct img_date){0};
    if (!read_digits(&r, 4, 9999, &year))
        return false;
    set_span(date, 1, days_before(year, 1) * DAY, (365 + is_leap(year)) * DAY);
    if (r.at == r.end)
        return true;
    if (!read_char(&r, '-') || !read_digits(&r, 2, 12, &month) || month == 0)
        return false;
    set_span(date, 2, days_before(year, month) * DAY, days_in(year, month) * DAY);
    if (r.at == r.end)
        return true;
    if (!read_char(&r, '-') || !read_digits(&r, 2, days_in(year, month), &day) || day == 0)
        return false;
    set_span(date, 3, date->begin + (day - 1) * DAY, DAY);
    if (r.at == r.end)
        return true;
    return (read_char(&r, 'T') || read_char(&r, ' ')) && read_time(&r, date) && r.at == r.end;
}

int img_date_place(const struct img_date *a, const struct img_date *b)
{
    bool utc = a->has_offset && b->has_offset;
    int64_t moment = a->begin - (utc ? a->offset : 0);
    int64_t shift = utc ? b->offset : 0;
    if (moment < b->begin - shift)
        return -1;
    return moment < b->end - shift ? 0 : 1;
}
