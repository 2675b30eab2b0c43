/* gps_info from an XMP packet (XMP specification part 2, EXIF namespace): GPSCoordinate is
 * "degrees,minutes,secondsN" or "degrees,minutes.fractionN". */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/number.h"
#include "json/string.h"
#include "meta/date.h"
#include "meta/facts.h"
#include "meta/xmp.h"

enum { VALUE_MAX = 40 };

/* The property's value as a string; "" when there is none, or one too long to be a number. */
static void find(struct img_block xmp, const char *name, char value[VALUE_MAX])
{
    const char *text;
    size_t len;
    value[0] = '\0';
    if (img_xmp_find(xmp.bytes, xmp.len, name, &text, &len) && len < VALUE_MAX) {
        memcpy(value, text, len);
        value[len] = '\0';
    }
}

/* A decimal number without exponent and sign, from at on. */
static bool take_number(const char **at, double *number)
{
    size_t len = strspn(*at, "0123456789.");
    char *end;
    *number = len > 0 ? strtod(*at, &end) : 0;
    if (len == 0 || end != *at + len)
        return false;
    *at = end;
    return true;
}

static bool coordinate(struct img_block xmp, const char *name, const char *called,
                       const char *letters, double most, double *value, struct img_buf *notes)
{
    char text[VALUE_MAX];
    double part[3] = {0};
    unsigned parts = 0;
    find(xmp, name, text);
    if (text[0] == '\0')
        return false;
    const char *at = text;
    bool good = take_number(&at, &part[parts++]);
    while (good && *at == ',' && parts < 3) {
        at++;
        good = take_number(&at, &part[parts++]);
    }
    *value = part[0] + part[1] / 60 + part[2] / 3600;
    good = good && parts > 1 && (*at == letters[0] || *at == letters[1]) && at[1] == '\0' &&
           part[1] < 60 && part[2] < 60 && *value <= most;
    if (!good)
        img_facts_note(notes, "%s of '%s' in XMP is nonsense", called, text);
    else if (*at == letters[1] && *value > 0)
        *value = -*value;
    return good;
}

/* "1234/10", or a plain number. */
static bool rational(struct img_block xmp, const char *name, double *value)
{
    char text[VALUE_MAX];
    double below = 1;
    find(xmp, name, text);
    const char *at = text;
    if (!take_number(&at, value))
        return false;
    if (*at == '/') {
        at++;
        if (!take_number(&at, &below) || below == 0)
            return false;
    }
    *value /= below;
    return *at == '\0' && *value <= 1e7;
}

void img_gps_put_xmp(struct img_buf *out, struct img_block xmp, struct img_buf *notes)
{
    size_t from = out->len;
    double latitude, longitude, altitude;
    char text[VALUE_MAX], when[40] = "";
    bool north = coordinate(xmp, "exif:GPSLatitude", "latitude", "NS", 90, &latitude, notes);
    bool east =
        coordinate(xmp, "exif:GPSLongitude", "longitude", "EW", 180, &longitude, notes);
    if (!north || !east)
        return;
    img_facts_next(out, from, "latitude");
    img_json_put_double(out, latitude);
    img_facts_next(out, from, "longitude");
    img_json_put_double(out, longitude);
    if (rational(xmp, "exif:GPSAltitude", &altitude)) {
        find(xmp, "exif:GPSAltitudeRef", text);
        img_facts_next(out, from, "altitude");
        img_json_put_double(out, strcmp(text, "1") == 0 ? -altitude : altitude);
    }
    find(xmp, "exif:GPSTimeStamp", text);
    img_date_iso(text, strlen(text), when);
    if (when[0] != '\0') {
        img_facts_next(out, from, "timestamp");
        img_json_put_text(out, when);
    }
    img_buf_putc(out, '}');
}
