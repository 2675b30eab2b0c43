/* The stand-in's filters: conditions on a point's payload and id. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "support/qdrant.h"

enum { DEPTH_MAX = 16, PAYLOAD_VALUES = 1 << 16 };

typedef bool (*test)(const struct img_doc *value, const struct img_doc *argument);

static bool refuse(struct img_err *err, const char *what, const char *name)
{
    return img_err_set(err, IMG_ERR_BAD_RECORD, "%s '%s'", what, name);
}

static bool equal(const struct img_doc *a, const struct img_doc *b)
{
    bool p, q;
    double x, y;
    if (img_doc_text(a) && img_doc_text(b))
        return strcmp(img_doc_text(a), img_doc_text(b)) == 0;
    if (img_doc_bool(a, &p))
        return img_doc_bool(b, &q) && p == q;
    return img_doc_number(a, &x) && img_doc_number(b, &y) && x == y;
}

static bool among(const struct img_doc *value, const struct img_doc *list)
{
    for (const struct img_doc *e = img_doc_first(list); e; e = img_doc_next(e))
        if (equal(value, e))
            return true;
    return false;
}

static bool not_among(const struct img_doc *value, const struct img_doc *list)
{
    return !among(value, list);
}

static bool contains(const struct img_doc *value, const struct img_doc *argument)
{
    return img_doc_text(value) && img_doc_text(argument) &&
           strstr(img_doc_text(value), img_doc_text(argument));
}

static bool begins(const struct img_doc *value, const struct img_doc *argument)
{
    const char *text = img_doc_text(value), *prefix = img_doc_text(argument);
    return text && prefix && strncmp(text, prefix, strlen(prefix)) == 0;
}

static long days(long year, long month, long day)
{
    year -= month <= 2;
    long era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool qdrant_time(const char *text, double *seconds)
{
    int year, month, day, n = 0, hour = 0, minute = 0, zone_hour = 0, zone_minute = 0;
    double second = 0;
    char sign[2];
    if (!text || sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &n) != 3 || n != 10)
        return false;
    text += n;
    n = 0;
    if (*text) {
        if (sscanf(text, "%*1[Tt ]%2d:%2d%n", &hour, &minute, &n) != 2 || n != 6)
            return false;
        text += n;
        n = 0;
        if (*text == ':' && (sscanf(text, ":%lf%n", &second, &n) != 1 || second < 0))
            return false;
        text += n;
    }
    if (sscanf(text, "%1[+-]%2d:%2d", sign, &zone_hour, &zone_minute) == 3 && strlen(text) == 6) {
        if (sign[0] == '-')
            zone_hour = -zone_hour, zone_minute = -zone_minute;
    } else if (*text && strcmp(text, "Z") != 0) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59)
        return false;
    *seconds = (double)days(year, month, day) * 86400 + hour * 3600.0 + minute * 60.0 + second -
               zone_hour * 3600.0 - zone_minute * 60.0;
    return true;
}

/* Numbers with numbers, times with times: the argument decides. */
static bool in_range(const struct img_doc *value, const struct img_doc *range)
{
    double got, limit;
    for (const struct img_doc *m = img_doc_first(range); m; m = img_doc_next(m)) {
        const char *name = img_doc_name(m);
        if (img_doc_kind(m) == IMG_DOC_NULL)
            continue;
        if (img_doc_text(m) ? !qdrant_time(img_doc_text(m), &limit) ||
                                  !qdrant_time(img_doc_text(value), &got)
                            : !img_doc_number(m, &limit) || !img_doc_number(value, &got))
            return false;
        if ((strcmp(name, "lt") == 0 && !(got < limit)) ||
            (strcmp(name, "lte") == 0 && !(got <= limit)) ||
            (strcmp(name, "gt") == 0 && !(got > limit)) ||
            (strcmp(name, "gte") == 0 && !(got >= limit)))
            return false;
    }
    return true;
}

static bool read_geo(const struct img_doc *value, double *lat, double *lon)
{
    return img_doc_number(img_doc_get(value, "lat"), lat) &&
           img_doc_number(img_doc_get(value, "lon"), lon);
}

static bool in_box(const struct img_doc *value, const struct img_doc *box)
{
    double lat, lon, top, left, bottom, right;
    if (!read_geo(value, &lat, &lon) || !read_geo(img_doc_get(box, "top_left"), &top, &left) ||
        !read_geo(img_doc_get(box, "bottom_right"), &bottom, &right))
        return false;
    bool between = left <= right ? lon >= left && lon <= right : lon >= left || lon <= right;
    return between && lat <= top && lat >= bottom;
}

static bool in_radius(const struct img_doc *value, const struct img_doc *circle)
{
    double lat, lon, to_lat, to_lon, radius, turn = acos(-1.0) / 180;
    if (!read_geo(value, &lat, &lon) ||
        !read_geo(img_doc_get(circle, "center"), &to_lat, &to_lon) ||
        !img_doc_number(img_doc_get(circle, "radius"), &radius))
        return false;
    double a = sin((to_lat - lat) * turn / 2), b = sin((to_lon - lon) * turn / 2);
    double half = a * a + cos(lat * turn) * cos(to_lat * turn) * b * b;
    return 2 * 6371000.0 * asin(sqrt(half)) <= radius;
}

/* Calls test for what lies at the key: "a.b", "a[].b"; elements of an array count one by one. */
static bool any_at(const struct img_doc *value, const char *key, test passes,
                   const struct img_doc *argument)
{
    char name[128];
    if (!value)
        return false;
    if (img_doc_kind(value) == IMG_DOC_ARRAY && (!*key || strncmp(key, "[].", 3) == 0)) {
        for (const struct img_doc *e = img_doc_first(value); e; e = img_doc_next(e))
            if (any_at(e, *key ? key + 3 : key, passes, argument))
                return true;
        return false;
    }
    if (!*key)
        return passes(value, argument);
    size_t len = strcspn(key, ".[");
    if (len == 0 || len >= sizeof name)
        return false;
    memcpy(name, key, len);
    name[len] = '\0';
    return any_at(img_doc_get(value, name), key + len + (key[len] == '.'), passes, argument);
}

static bool is_there(const struct img_doc *value, const struct img_doc *nothing)
{
    (void)nothing;
    return img_doc_kind(value) != IMG_DOC_NULL;
}

static bool is_null(const struct img_doc *value, const struct img_doc *nothing)
{
    (void)nothing;
    return img_doc_kind(value) == IMG_DOC_NULL;
}

static bool match(const struct img_doc *payload, const char *key, const struct img_doc *how,
                  bool *passes, struct img_err *err)
{
    static const struct {
        const char *name;
        test test;
    } kinds[] = {{"value", equal},   {"any", among},        {"except", not_among},
                 {"text", contains}, {"phrase", contains}, {"prefix", begins}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct img_doc *argument = img_doc_get(how, kinds[i].name);
        if (!argument)
            continue;
        enum img_doc_kind kind = img_doc_kind(argument);
        if (i == 0 ? kind != IMG_DOC_TEXT && kind != IMG_DOC_NUMBER && kind != IMG_DOC_BOOL
            : i < 3 ? kind != IMG_DOC_ARRAY
                    : kind != IMG_DOC_TEXT)
            return refuse(err, "a value of the wrong type in match", kinds[i].name);
        *passes = any_at(payload, key, kinds[i].test, argument);
        return true;
    }
    return refuse(err, "no match that there is, on", key);
}

static bool field(const struct img_doc *condition, const struct img_doc *payload, bool *passes,
                  struct img_err *err)
{
    static const struct {
        const char *name;
        test test;
    } kinds[] = {{"range", in_range}, {"geo_bounding_box", in_box}, {"geo_radius", in_radius}};
    const char *key = img_doc_text(img_doc_get(condition, "key"));
    const struct img_doc *how = img_doc_get(condition, "match");
    if (!key)
        return refuse(err, "a condition without a", "key");
    if (how && img_doc_kind(how) != IMG_DOC_NULL)
        return match(payload, key, how, passes, err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        how = img_doc_get(condition, kinds[i].name);
        if (!how || img_doc_kind(how) == IMG_DOC_NULL)
            continue;
        if (img_doc_kind(how) != IMG_DOC_OBJECT)
            return refuse(err, "no object:", kinds[i].name);
        *passes = any_at(payload, key, kinds[i].test, how);
        return true;
    }
    return refuse(err, "no condition that the stand-in has, on", key);
}

static bool has_id(const struct img_doc *list, const struct qdrant_point *point, bool *passes,
                   struct img_err *err)
{
    *passes = false;
    for (const struct img_doc *e = img_doc_first(list); e; e = img_doc_next(e)) {
        struct qdrant_id id;
        char text[40];
        int64_t number;
        const char *uuid = img_doc_text(e);
        if (!uuid && img_doc_int(e, &number))
            snprintf(text, sizeof text, "%lld", (long long)number);
        else
            snprintf(text, sizeof text, "%.39s", uuid ? uuid : "");
        if (!qdrant_id_read(text, strlen(text), uuid != NULL, &id))
            return refuse(err, "no id:", text);
        *passes |= qdrant_id_compare(&id, &point->id) == 0;
    }
    return true;
}

static bool group(const struct img_doc *filter, const struct img_doc *payload,
                  const struct qdrant_point *point, unsigned depth, bool *passes,
                  struct img_err *err);

static bool condition(const struct img_doc *c, const struct img_doc *payload,
                      const struct qdrant_point *point, unsigned depth, bool *passes,
                      struct img_err *err)
{
    const struct img_doc *member;
    const char *key;
    if (img_doc_kind(c) != IMG_DOC_OBJECT)
        return refuse(err, "a condition is no", "object");
    if (img_doc_get(c, "key"))
        return field(c, payload, passes, err);
    if ((member = img_doc_get(c, "has_id")))
        return has_id(member, point, passes, err);
    if ((member = img_doc_get(c, "is_empty")) && (key = img_doc_text(img_doc_get(member, "key")))) {
        *passes = !any_at(payload, key, is_there, NULL);
        return true;
    }
    if ((member = img_doc_get(c, "is_null")) && (key = img_doc_text(img_doc_get(member, "key")))) {
        *passes = any_at(payload, key, is_null, NULL);
        return true;
    }
    return group(c, payload, point, depth + 1, passes, err);
}

/* must, must_not and should: of how many conditions how many hold. One condition may stand
 * alone. */
static bool count(const struct img_doc *list, const struct img_doc *payload,
                  const struct qdrant_point *point, unsigned depth, size_t *held, size_t *all,
                  struct img_err *err)
{
    bool alone = img_doc_kind(list) == IMG_DOC_OBJECT, passes;
    *held = *all = 0;
    for (const struct img_doc *c = alone ? list : img_doc_first(list); c;
         c = alone ? NULL : img_doc_next(c)) {
        if (!condition(c, payload, point, depth, &passes, err))
            return false;
        *all += 1;
        *held += passes;
    }
    return true;
}

static bool group(const struct img_doc *filter, const struct img_doc *payload,
                  const struct qdrant_point *point, unsigned depth, bool *passes,
                  struct img_err *err)
{
    *passes = true;
    if (img_doc_kind(filter) != IMG_DOC_OBJECT || depth > DEPTH_MAX)
        return refuse(err, "no", "filter");
    for (const struct img_doc *m = img_doc_first(filter); m; m = img_doc_next(m)) {
        const char *name = img_doc_name(m);
        size_t held, all;
        bool must = strcmp(name, "must") == 0, should = strcmp(name, "should") == 0;
        if (!must && !should && strcmp(name, "must_not") != 0)
            return refuse(err, "unknown member of a filter:", name);
        if (img_doc_kind(m) == IMG_DOC_NULL)
            continue;
        if (!count(m, payload, point, depth, &held, &all, err))
            return false;
        if (must ? held < all : should ? all > 0 && held == 0 : held > 0)
            *passes = false;
    }
    return true;
}

bool qdrant_filter(const struct img_doc *filter, const struct qdrant_point *point, bool *passes,
                   struct img_err *err)
{
    *passes = true;
    if (!filter || img_doc_kind(filter) == IMG_DOC_NULL)
        return true;
    struct img_doc *payload = img_doc_parse(point->payload, point->payload_len, PAYLOAD_VALUES,
                                            IMG_ERR_BAD_RECORD, err);
    bool ok = payload && group(filter, payload, point, 0, passes, err);
    img_doc_free(payload);
    return ok;
}
