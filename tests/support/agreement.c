/* Comparing with Pillow and ExifTool. */
#include "support/agreement.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"

enum { EXACT, CLOSE, TEXT, MAKER }; /* MAKER: ExifTool prefers the maker's own notes */

/* Fields of camera_info and gps_info under their names in ExifTool. */
static const struct {
    const char *theirs, *ours;
    bool gps;
    int how;
} rows[] = {
    {"Make", "make", false, TEXT},
    {"Model", "model", false, TEXT},
    {"LensModel", "lens", false, TEXT},
    {"LensMake", "lens_make", false, TEXT},
    {"Software", "software", false, TEXT},
    {"Artist", "artist", false, TEXT},
    {"Copyright", "copyright", false, TEXT},
    {"ImageDescription", "description", false, TEXT},
    {"FNumber", "f_number", false, CLOSE},
    {"ExposureTime", "exposure_time", false, CLOSE},
    {"ISO", "iso", false, CLOSE},
    {"FocalLength", "focal_length", false, CLOSE},
    {"FocalLengthIn35mmFormat", "focal_length_35mm", false, CLOSE},
    {"Flash", "flash", false, CLOSE},
    {"ExposureCompensation", "exposure_compensation", false, CLOSE},
    {"MeteringMode", "metering_mode", false, MAKER},
    {"WhiteBalance", "white_balance", false, MAKER},
    {"ExposureProgram", "exposure_program", false, CLOSE},
    {"GPSLatitude", "latitude", true, CLOSE},
    {"GPSLongitude", "longitude", true, CLOSE},
    {"GPSAltitude", "altitude", true, CLOSE},
    {"GPSImgDirection", "direction", true, CLOSE},
    {"GPSSpeed", "speed", true, CLOSE},
};

enum {
    ROWS = sizeof rows / sizeof rows[0],
    WIDTH = ROWS,
    HEIGHT,
    FORMAT,
    MODE,
    PAGES,
    DPI,
    ORIENTATION,
    CREATED,
    MODIFIED,
    FIELDS
};

static const char *const more[] = {"width", "height", "format", "mode", "pages",
                                   "dpi", "orientation", "creation_date", "modification_date"};

static const char *name_of(int field)
{
    return field < ROWS ? rows[field].ours : more[field - ROWS];
}

/* Differences we know of; whom we follow is in the manual. */
static const struct {
    const char *file; /* ends so */
    int field;
    const char *reason;
} reasons[] = {
    {"iphone_13_pro_max.HEIC", WIDTH, "as stored; Pillow gives what is left after the turn"},
    {"iphone_13_pro_max.HEIC", HEIGHT, "as stored; Pillow gives what is left after the turn"},
    {"kodak-dc240.jpg", 8, "EXIF's; ExifTool prefers the maker's notes"},
    {"kodak-dc240.jpg", 9, "EXIF's; ExifTool prefers the maker's notes"},
    {"hopper_jpg.tif", 7, "not UTF-8, read as Latin-1; ExifTool loses the letter"},
    {"hopper_lzw.tif", 7, "not UTF-8, read as Latin-1; ExifTool loses the letter"},
};

static const char *reason_of(const char *file, int field)
{
    size_t len = strlen(file);
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        size_t end = strlen(reasons[i].file);
        if (reasons[i].field == field && len >= end &&
            strcmp(file + len - end, reasons[i].file) == 0)
            return reasons[i].reason;
    }
    if (field < ROWS && rows[field].how == MAKER)
        return "EXIF's; ExifTool prefers the maker's notes";
    return NULL;
}

bool agreement_is_object(const char *text, size_t len)
{
    struct img_arena arena = {0};
    struct img_json_object object;
    struct img_err err;
    bool good = img_json_scan(text, len, &arena, &object, &err);
    img_arena_clear(&arena);
    return good;
}

void agreement_open(struct agreement *a, const char *path)
{
    struct img_err err;
    *a = (struct agreement){0};
    if (!img_file_read(path, 1U << 24, &a->lines, &err))
        fail_msg("%s: %s", path, err.text);
}

static struct img_json_object enter(struct agreement *a, const struct img_json_object *object,
                                    const char *name)
{
    const struct img_json_value *value = img_json_find(object, name);
    struct img_json_object inside = {0};
    struct img_err err;
    if (value && value->kind == IMG_JSON_OBJECT &&
        !img_json_enter(value, &a->arena, &inside, &err))
        fail_msg("%s: %s", name, err.text);
    return inside;
}

/* A string's characters or a number's digits; NULL when it is neither, or empty. */
static const char *text_of(struct agreement *a, const struct img_json_object *object,
                           const char *name)
{
    const struct img_json_value *value = img_json_find(object, name);
    struct img_err err;
    const char *text = NULL;
    if (value && value->kind == IMG_JSON_STRING)
        (void)!img_json_get_string(value, &a->arena, &text, NULL, &err);
    else if (value && value->kind == IMG_JSON_NUMBER)
        text = img_arena_copy(&a->arena, value->text, value->len, &err);
    return text && text[strspn(text, " ")] ? text : NULL;
}

bool agreement_next(struct agreement *a)
{
    struct img_json_object line;
    struct img_err err;
    img_arena_reset(&a->arena);
    if (a->at >= a->lines.len)
        return false;
    const char *from = a->lines.data + a->at;
    size_t len = strcspn(from, "\n");
    a->at += len + 1;
    if (!img_json_scan(from, len, &a->arena, &line, &err))
        fail_msg("metadata.jsonl: %s", err.text);
    a->file = text_of(a, &line, "file");
    a->pillow = enter(a, &line, "pillow");
    a->exiftool = enter(a, &line, "exiftool");
    return a->file != NULL;
}

static bool equal_texts(const char *theirs, const char *ours)
{
    theirs += strspn(theirs, " ");
    size_t len = strlen(theirs);
    while (len > 0 && theirs[len - 1] == ' ')
        len--;
    return strlen(ours) == len && memcmp(theirs, ours, len) == 0;
}

static bool equal_numbers(const char *theirs, const char *ours, double tolerance)
{
    char *end;
    double a = strtod(theirs, &end), b = strtod(ours, NULL);
    double scale = fabs(a) > 1 ? fabs(a) : 1;
    return *end == '\0' && fabs(a - b) <= tolerance * scale;
}

static void count(struct agreement *a, int field, const char *theirs, const char *ours,
                  bool equal)
{
    if (!theirs)
        return;
    if (!ours || !*ours) {
        a->field[field].unread++;
        return;
    }
    a->compared++;
    a->field[field].compared++;
    if (equal) {
        a->agreed++;
        a->field[field].agreed++;
        return;
    }
    const char *reason = reason_of(a->file, field);
    a->unexplained += !reason;
    print_message("%s: %s: they say %s, we %s (%s)\n", a->file, name_of(field), theirs, ours,
                  reason ? reason : "no known reason");
}

static void compare_number(struct agreement *a, int field, const char *theirs, uint32_t value)
{
    char ours[16] = "";
    if (value > 0)
        snprintf(ours, sizeof ours, "%u", value);
    count(a, field, theirs, ours, theirs && strcmp(theirs, ours) == 0);
}

static void compare_dpi(struct agreement *a, const struct img_info *info)
{
    const struct img_json_value *value = img_json_find(&a->pillow, "dpi");
    double x = 0, y = 0;
    char theirs[64], ours[64] = "";
    if (!value || value->kind != IMG_JSON_ARRAY || value->len >= sizeof theirs)
        return;
    memcpy(theirs, value->text, value->len);
    theirs[value->len] = '\0';
    sscanf(theirs, "[%lf,%lf]", &x, &y);
    if (info->dpi_x > 0)
        snprintf(ours, sizeof ours, "[%.9g,%.9g]", (double)info->dpi_x, (double)info->dpi_y);
    count(a, DPI, theirs, ours,
          fabs((double)info->dpi_x - x) < 1e-5 * x && fabs((double)info->dpi_y - y) < 1e-5 * y);
}

/* "2010:07:11 13:53:00+02:00" against ours, which may know fraction and zone besides. */
static void compare_date(struct agreement *a, int field, const char *theirs, const char *ours)
{
    char iso[40];
    if (!theirs || strlen(theirs) < 19 || strlen(theirs) > 30 || memcmp(theirs, "0000", 4) == 0)
        return;
    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2sT%s", theirs, theirs + 5, theirs + 8, theirs + 11);
    const char *zone = iso[19] == 'Z' ? "+00:00" : iso + 19;
    size_t len = strlen(ours), zone_len = strlen(zone);
    count(a, field, theirs, ours,
          len >= 19 + zone_len && memcmp(iso, ours, 19) == 0 &&
              strcmp(ours + len - zone_len, zone) == 0);
}

void agreement_compare(struct agreement *a, bool good, const struct img_info *info,
                       const char *facts, size_t len)
{
    struct img_json_object all;
    struct img_err err;
    if (!good)
        return;
    compare_number(a, WIDTH, text_of(a, &a->pillow, "width"), info->width);
    compare_number(a, HEIGHT, text_of(a, &a->pillow, "height"), info->height);
    compare_number(a, PAGES, text_of(a, &a->pillow, "frames"), info->pages);
    const char *theirs = text_of(a, &a->pillow, "format");
    const char *ours = img_format_name((enum img_format)info->format);
    count(a, FORMAT, theirs, ours,
          theirs && strcmp(strcmp(theirs, "MPO") == 0 ? "JPEG" : theirs, ours) == 0);
    theirs = text_of(a, &a->pillow, "mode");
    count(a, MODE, theirs, info->mode, theirs && strcmp(theirs, info->mode) == 0);
    compare_dpi(a, info);
    compare_number(a, ORIENTATION, text_of(a, &a->exiftool, "Orientation"), info->orientation);
    theirs = text_of(a, &a->exiftool, "DateTimeOriginal");
    compare_date(a, CREATED, theirs ? theirs : text_of(a, &a->exiftool, "CreateDate"),
                 info->creation_date);
    compare_date(a, MODIFIED, text_of(a, &a->exiftool, "ModifyDate"), info->modification_date);
    if (!img_json_scan(facts, len, &a->arena, &all, &err))
        fail_msg("%s: %s", a->file, err.text);
    struct img_json_object camera = enter(a, &all, "camera_info"), gps = enter(a, &all, "gps_info");
    for (int i = 0; i < ROWS; i++) {
        theirs = text_of(a, &a->exiftool, rows[i].theirs);
        ours = text_of(a, rows[i].gps ? &gps : &camera, rows[i].ours);
        bool equal = theirs && ours &&
                     (rows[i].how == TEXT ? equal_texts(theirs, ours)
                                          : equal_numbers(theirs, ours, 1e-6));
        count(a, i, theirs, ours, equal);
    }
}

void agreement_report(const struct agreement *a)
{
    for (int i = 0; i < FIELDS; i++)
        print_message("%-22s %zu of %zu agree, %zu read by them alone\n", name_of(i),
                      a->field[i].agreed, a->field[i].compared, a->field[i].unread);
    print_message("in all %zu of %zu (%.2f %%), %zu without a known reason\n", a->agreed,
                  a->compared, 100.0 * (double)a->agreed / (double)a->compared, a->unexplained);
}

void agreement_close(struct agreement *a)
{
    img_buf_clear(&a->lines);
    img_arena_clear(&a->arena);
}
