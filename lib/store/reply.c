/* Reading points out of answers that may hold anything. */
#include "store/reply.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json/floats.h"
#include "store/client.h"

double img_qdrant_number(const struct img_json_value *value)
{
    char text[64];
    if (!value || value->kind != IMG_JSON_NUMBER || value->len >= sizeof text)
        return (double)NAN;
    memcpy(text, value->text, value->len);
    text[value->len] = '\0';
    return strtod(text, NULL);
}

const char *img_qdrant_text(const struct img_json_object *object, const char *name,
                           struct img_arena *arena)
{
    struct img_err ignored;
    const char *text;
    const struct img_json_value *value = img_json_find(object, name);
    bool is_text = value && value->kind == IMG_JSON_STRING &&
                   img_json_get_string(value, arena, &text, NULL, &ignored);
    return is_text ? text : NULL;
}

bool img_qdrant_enter(const struct img_json_object *object, const char *name,
                     struct img_arena *arena, struct img_json_object *inner)
{
    struct img_err ignored;
    const struct img_json_value *value = img_json_find(object, name);
    *inner = (struct img_json_object){0};
    return value && value->kind == IMG_JSON_OBJECT && img_json_enter(value, arena, inner, &ignored);
}

static bool read_vector(const struct img_json_value *value, struct img_arena *arena,
                        struct img_qdrant_point *point, struct img_err *err)
{
    if (!value || value->kind == IMG_JSON_NULL)
        return true;
    if (value->kind != IMG_JSON_ARRAY)
        return img_err_set(err, IMG_ERR_NETWORK,
                           "a point's vector is no list of numbers (named vectors are not read)");
    return img_json_get_floats(value, arena, &point->vector, &point->dimension, err) ||
           img_err_in(err, "a point's vector");
}

static bool read_point(const struct img_json_value *element, struct img_arena *arena,
                       struct img_qdrant_point *point, struct img_err *err)
{
    struct img_json_object members;
    if (element->kind != IMG_JSON_OBJECT)
        return img_err_set(err, IMG_ERR_NETWORK, "a point is no object");
    if (!img_json_enter(element, arena, &members, err))
        return false;
    const struct img_json_value *id = img_json_find(&members, "id");
    const struct img_json_value *payload = img_json_find(&members, "payload");
    if (!id || (id->kind != IMG_JSON_NUMBER && id->kind != IMG_JSON_STRING))
        return img_err_set(err, IMG_ERR_NETWORK, "a point without an id");
    point->id = *id;
    point->score = img_qdrant_number(img_json_find(&members, "score"));
    if (payload && payload->kind == IMG_JSON_OBJECT &&
        !img_json_enter(payload, arena, &point->payload, err))
        return false;
    return read_vector(img_json_find(&members, "vector"), arena, point, err);
}

bool img_qdrant_read_points(const struct img_json_value *list, struct img_arena *arena,
                           const struct img_qdrant_point **points, size_t *count,
                           struct img_err *err)
{
    const struct img_json_value *elements;
    if (list->kind != IMG_JSON_ARRAY) {
        img_err_set(err, IMG_ERR_NETWORK, "no list of points");
        return img_qdrant_unreadable(err);
    }
    if (!img_json_elements(list, arena, &elements, count, err))
        return img_qdrant_unreadable(err);
    if (*count > IMG_STORE_POINTS_MAX) {
        img_err_set(err, IMG_ERR_NETWORK, "more than %d points", IMG_STORE_POINTS_MAX);
        return img_qdrant_unreadable(err);
    }
    struct img_qdrant_point *read = img_arena_array(arena, *count + 1, sizeof *read, err);
    if (!read)
        return false;
    for (size_t i = 0; i < *count; i++)
        if (!read_point(&elements[i], arena, &read[i], err))
            return img_qdrant_unreadable(err);
    *points = read;
    return true;
}

bool img_qdrant_read_page(const struct img_json_value *result, struct img_arena *arena,
                         const struct img_qdrant_point **points, size_t *count,
                         struct img_json_value *next, struct img_err *err)
{
    struct img_json_object page;
    const struct img_json_value *list;
    if (result->kind != IMG_JSON_OBJECT) {
        img_err_set(err, IMG_ERR_NETWORK, "no page of points");
        return img_qdrant_unreadable(err);
    }
    if (!img_json_enter(result, arena, &page, err))
        return img_qdrant_unreadable(err);
    list = img_json_find(&page, "points");
    if (!list) {
        img_err_set(err, IMG_ERR_NETWORK, "no page of points");
        return img_qdrant_unreadable(err);
    }
    const struct img_json_value *offset = img_json_find(&page, "next_page_offset");
    *next = (struct img_json_value){.kind = IMG_JSON_NULL};
    if (offset && (offset->kind == IMG_JSON_NUMBER || offset->kind == IMG_JSON_STRING))
        *next = *offset;
    return img_qdrant_read_points(list, arena, points, count, err);
}
