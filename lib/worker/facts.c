/* Checking facts. */
#include "worker/facts.h"

#include "json/scan.h"

static bool member(const struct img_json_object *object, const char *name,
                   enum img_json_kind kind, struct img_arena *arena, const char **text,
                   struct img_err *err)
{
    const struct img_json_value *value = img_json_find(object, name);
    if (!value || value->kind != kind)
        return true;
    *text = img_arena_copy(arena, value->text, value->len, err);
    return *text != NULL;
}

bool img_facts_take(const uint8_t *from, size_t len, struct img_arena *arena,
                    struct img_facts *facts, struct img_err *err)
{
    struct img_json_object object;
    *facts = (struct img_facts){0};
    if (len == 0)
        return true;
    const char *copy = img_arena_copy(arena, (const char *)from, len, err);
    if (!copy)
        return false;
    if (!img_json_scan(copy, len, arena, &object, err))
        return err->code == IMG_ERR_BAD_RECORD;
    return member(&object, "camera_info", IMG_JSON_OBJECT, arena, &facts->camera_info, err) &&
           member(&object, "gps_info", IMG_JSON_OBJECT, arena, &facts->gps_info, err) &&
           member(&object, "notes", IMG_JSON_ARRAY, arena, &facts->notes, err) &&
           member(&object, "extended", IMG_JSON_OBJECT, arena, &facts->extended, err);
}
