/* config.json: an object of keys. Values are turned into the text a flag would have. */
#include "config/read.h"

#include <string.h>

#include "base/file.h"
#include "json/scan.h"

static bool wrong_kind(struct img_err *err, const char *wanted)
{
    return img_err_set(err, IMG_ERR_CONFIG, "must be %s", wanted);
}

/* ["a", "b"] as "a,b". */
static bool join_list(const struct img_json_value *value, struct img_arena *arena,
                      const char **text, struct img_err *err)
{
    const struct img_json_value *items;
    size_t count, len = 0, item_len;
    if (!img_json_elements(value, arena, &items, &count, err))
        return false;
    /* Unescaped, and with a comma each, the strings take less room than their JSON does. */
    char *joined = img_arena_alloc(arena, value->len + 1, err);
    for (size_t i = 0; joined && i < count; i++) {
        const char *item;
        if (items[i].kind != IMG_JSON_STRING)
            return wrong_kind(err, "a list of strings");
        if (!img_json_get_string(&items[i], arena, &item, &item_len, err))
            return false;
        if (i > 0)
            joined[len++] = ',';
        memcpy(joined + len, item, item_len);
        len += item_len;
    }
    *text = joined;
    return joined != NULL;
}

/* What the value would be on a command line. Strings are taken for every kind, as there. */
static bool value_text(enum img_key_kind kind, const struct img_json_value *value,
                       struct img_arena *arena, const char **text, struct img_err *err)
{
    bool number = kind == IMG_KEY_INT || kind == IMG_KEY_FLOAT || kind == IMG_KEY_SIZE;
    int64_t integer;
    switch (value->kind) {
    case IMG_JSON_STRING:
        return img_json_get_string(value, arena, text, NULL, err);
    case IMG_JSON_TRUE:
    case IMG_JSON_FALSE:
        if (kind != IMG_KEY_BOOL)
            break;
        *text = value->kind == IMG_JSON_TRUE ? "true" : "false";
        return true;
    case IMG_JSON_NUMBER:
        if (!number)
            break;
        if (kind != IMG_KEY_FLOAT && img_json_get_int(value, &integer, err))
            *text = img_arena_printf(arena, err, "%lld", (long long)integer);
        else
            *text = img_arena_copy(arena, value->text, value->len, err);
        return *text != NULL;
    case IMG_JSON_ARRAY:
        if (kind == IMG_KEY_LIST)
            return join_list(value, arena, text, err);
        break;
    default:
        break;
    }
    return wrong_kind(err, kind == IMG_KEY_BOOL   ? "true or false"
                           : number               ? "a number"
                           : kind == IMG_KEY_LIST ? "a list of strings"
                                                  : "a string");
}

static bool store_member(struct img_config *config, const struct img_json_member *member,
                         const char *path, struct img_arena *arena, struct img_err *err)
{
    enum img_key key = img_key_find(member->key);
    const char *text;
    if (key == IMG_KEY_COUNT)
        return img_config_unknown(member->key, err);
    if (member->value.kind == IMG_JSON_NULL)
        return true;
    if (!value_text(img_key_row(key)->kind, &member->value, arena, &text, err) ||
        !img_config_store(config, key, text, IMG_FROM_FILE, path, err))
        return img_err_in(err, "%s", member->key);
    return true;
}

bool img_config_read_file(struct img_config *config, const char *path, bool wanted,
                          struct img_arena *arena, struct img_err *err)
{
    struct img_buf text = {0};
    struct img_json_object object;
    bool ok = img_file_read(path, IMG_CONFIG_FILE_MAX, &text, err);
    if (!ok && err->code == IMG_ERR_NOT_FOUND && !wanted) {
        img_buf_clear(&text);
        return true;
    }
    ok = ok && img_json_scan(text.data, text.len, arena, &object, err);
    for (size_t i = 0; ok && i < object.count; i++)
        ok = object.members[i].shadowed ||
             store_member(config, &object.members[i], path, arena, err);
    img_buf_clear(&text);
    if (ok)
        return true;
    if (err->code != IMG_ERR_OUT_OF_MEMORY)
        err->code = IMG_ERR_CONFIG;
    return img_err_in(err, "%s", path);
}
