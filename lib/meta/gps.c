/* gps_info: where and when (EXIF 2.32, section 4.6.6). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "json/number.h"
#include "json/string.h"
#include "meta/date.h"
#include "meta/facts.h"

enum {
    TAG_LATITUDE_REF = 1,
    TAG_LATITUDE,
    TAG_LONGITUDE_REF,
    TAG_LONGITUDE,
    TAG_ALTITUDE_REF,
    TAG_ALTITUDE,
    TAG_TIME,
    TAG_DOP = 11,
    TAG_SPEED_REF,
    TAG_SPEED,
    TAG_DIRECTION = 17,
    TAG_DATUM,
    TAG_DATE = 29,
    TAG_ACCURACY = 31,
};

struct gps {
    const struct img_exif_block *block;
    struct img_buf *out, *notes;
    size_t from;
};

static bool find(const struct gps *gps, uint16_t tag, struct img_ifd_entry *entry)
{
    return img_ifd_find(&gps->block->file, gps->block->gps, tag, entry);
}

static char letter(const struct gps *gps, uint16_t tag)
{
    char text[4];
    img_ifd_text(&gps->block->file, gps->block->gps, tag, text, sizeof text);
    return text[0];
}

/* Up to three numbers, each a sixtieth of the one before. */
static bool sexagesimal(const struct gps *gps, const struct img_ifd_entry *entry, double parts[3])
{
    for (uint64_t i = 0; i < 3; i++) {
        parts[i] = 0;
        if (i < entry->count && !img_ifd_number(&gps->block->file, entry, i, &parts[i]))
            return false;
        if (parts[i] < 0)
            return false;
    }
    return true;
}

static bool degrees(const struct gps *gps, uint16_t tag, const char *name, const char *letters,
                    double most, double *value)
{
    struct img_ifd_entry entry;
    double parts[3];
    if (!find(gps, tag, &entry))
        return false;
    char side = letter(gps, (uint16_t)(tag - 1));
    if (side != letters[0] && side != letters[1]) {
        img_facts_note(gps->notes, "%s without its hemisphere", name);
        return false;
    }
    if (!sexagesimal(gps, &entry, parts)) {
        img_facts_note(gps->notes, "%s is not a number", name);
        return false;
    }
    *value = parts[0] + parts[1] / 60 + parts[2] / 3600;
    if (parts[1] >= 60 || parts[2] >= 60 || *value > most) {
        img_facts_note(gps->notes, "%s of %g, %g, %g is nonsense", name, parts[0], parts[1],
                       parts[2]);
        return false;
    }
    if (side == letters[1])
        *value = -*value;
    return true;
}

static void put_double(const struct gps *gps, const char *name, double value)
{
    img_facts_next(gps->out, gps->from, name);
    img_json_put_double(gps->out, value);
}

/* Half a position is none. */
static void put_position(const struct gps *gps)
{
    double latitude, longitude;
    bool north = degrees(gps, TAG_LATITUDE, "latitude", "NS", 90, &latitude);
    bool east = degrees(gps, TAG_LONGITUDE, "longitude", "EW", 180, &longitude);
    if (!north || !east)
        return;
    put_double(gps, "latitude", latitude);
    put_double(gps, "longitude", longitude);
}

static bool number_of(const struct gps *gps, uint16_t tag, const char *name, double least,
                      double most, double *value)
{
    struct img_ifd_entry entry;
    if (!find(gps, tag, &entry))
        return false;
    if (img_ifd_number(&gps->block->file, &entry, 0, value) && *value >= least && *value <= most)
        return true;
    img_facts_note(gps->notes, "GPS %s is nonsense", name);
    return false;
}

static void put_altitude(const struct gps *gps)
{
    double value, below = 0;
    struct img_ifd_entry entry;
    if (!number_of(gps, TAG_ALTITUDE, "altitude", -1e7, 1e7, &value))
        return;
    bool known = find(gps, TAG_ALTITUDE_REF, &entry) &&
                 img_ifd_number(&gps->block->file, &entry, 0, &below);
    put_double(gps, "altitude", known && (below == 1 || below == 3) ? -value : value);
}

static void put_timestamp(const struct gps *gps)
{
    char date[16], when[64], out[40] = "";
    struct img_ifd_entry entry;
    double parts[3];
    img_ifd_text(&gps->block->file, gps->block->gps, TAG_DATE, date, sizeof date);
    if (strlen(date) < 10)
        return;
    bool timed = find(gps, TAG_TIME, &entry) && entry.count == 3 && sexagesimal(gps, &entry, parts) &&
                 parts[0] < 24 && parts[1] < 60 && parts[2] < 60;
    date[4] = date[7] = ':';
    date[10] = '\0';
    double second = timed ? floor(parts[2]) : 0;
    long micro = timed ? lround((parts[2] - second) * 1e6) : 0;
    snprintf(when, sizeof when, "%s %02d:%02d:%02d", date, timed ? (int)parts[0] : 0,
             timed ? (int)parts[1] : 0, (int)second);
    char fraction[8] = "";
    if (micro > 0 && micro < 1000000) {
        snprintf(fraction, sizeof fraction, "%06ld", micro);
        for (size_t end = 6; end > 1 && fraction[end - 1] == '0'; end--)
            fraction[end - 1] = '\0';
    }
    img_date_exif(when, fraction, timed ? "+00:00" : "", out);
    if (out[0] == '\0') {
        img_facts_note(gps->notes, "the GPS date is nonsense");
        return;
    }
    if (!timed)
        out[10] = '\0';
    img_facts_next(gps->out, gps->from, "timestamp");
    img_json_put_text(gps->out, out);
}

static void put_speed(const struct gps *gps)
{
    double value;
    if (!number_of(gps, TAG_SPEED, "speed", 0, 1e6, &value))
        return;
    char unit = letter(gps, TAG_SPEED_REF);
    put_double(gps, "speed", value * (unit == 'M' ? 1.609344 : unit == 'N' ? 1.852 : 1));
}

static void put_datum(const struct gps *gps)
{
    struct img_ifd_entry entry;
    if (!find(gps, TAG_DATUM, &entry) || entry.type != 2 || entry.count > 64)
        return;
    size_t len = strnlen((const char *)entry.value, (size_t)entry.count);
    if (len == 0 || entry.value[0] == ' ')
        return;
    img_facts_next(gps->out, gps->from, "map_datum");
    img_facts_put_text(gps->out, (const char *)entry.value, len);
}

void img_gps_put(struct img_buf *out, const struct img_exif_block *block, struct img_buf *notes)
{
    struct gps gps = {block, out, notes, out->len};
    double value;
    put_position(&gps);
    put_altitude(&gps);
    put_timestamp(&gps);
    if (number_of(&gps, TAG_DIRECTION, "direction", 0, 360, &value))
        put_double(&gps, "direction", value);
    put_speed(&gps);
    if (number_of(&gps, TAG_DOP, "precision", 1e-9, 1e6, &value))
        put_double(&gps, "dop", value);
    if (number_of(&gps, TAG_ACCURACY, "accuracy", 0, 1e7, &value))
        put_double(&gps, "accuracy", value);
    put_datum(&gps);
    if (out->len > gps.from)
        img_buf_putc(out, '}');
}
