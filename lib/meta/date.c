/* Checking dates and writing them the one way records have them. */
#include "meta/date.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Two digits, or -1. */
static int two(const char *at)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
        return -1;
    return (at[0] - '0') * 10 + at[1] - '0';
}

static bool valid_day(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap);
}

void img_date_exif(const char *when, const char *fraction, const char *zone, char out[40])
{
    if (strlen(when) < 19 || when[4] != ':' || when[7] != ':' || when[13] != ':' || when[16] != ':')
        return;
    int century = two(when), year = two(when + 2), month = two(when + 5), day = two(when + 8);
    int hour = two(when + 11), minute = two(when + 14), second = two(when + 17);
    if ((when[10] != ' ' && when[10] != 'T') || century < 0 || year < 0 ||
        century * 100 + year == 0 || !valid_day(century * 100 + year, month, day))
        return;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return;
    int len = snprintf(out, 40, "%02d%02d-%02d-%02dT%02d:%02d:%02d", century, year, month, day, hour,
                       minute, second);
    size_t digits = strspn(fraction, "0123456789");
    if (digits > 0 && len > 0)
        len += snprintf(out + len, 40 - (size_t)len, ".%.*s", (int)(digits < 9 ? digits : 9),
                        fraction);
    bool signed_zone = (zone[0] == '+' || zone[0] == '-') && strlen(zone) >= 6 && zone[3] == ':';
    if (signed_zone && two(zone + 1) >= 0 && two(zone + 1) <= 14 && two(zone + 4) >= 0 &&
        two(zone + 4) <= 59)
        snprintf(out + len, 40 - (size_t)len, "%.6s", zone);
    else if (zone[0] == 'Z' && zone[1] == '\0')
        snprintf(out + len, 40 - (size_t)len, "+00:00");
}

void img_date_iso(const char *text, size_t len, char out[40])
{
    char when[20] = "YYYY:MM:DD HH:MM:00", fraction[12] = "", zone[8] = "";
    if (len < 16 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':')
        return;
    memcpy(when, text, 16);
    when[4] = when[7] = ':';
    size_t at = 16;
    if (len >= 19 && text[16] == ':') {
        memcpy(when + 16, text + 16, 3);
        at = 19;
    }
    if (at < len && text[at] == '.') {
        size_t digits = 0;
        for (at++; at < len && text[at] >= '0' && text[at] <= '9'; at++)
            if (digits < 9)
                fraction[digits++] = text[at];
    }
    size_t left = len - at;
    memcpy(zone, text + at, left < 6 ? left : 6);
    img_date_exif(when, fraction, zone, out);
}
