/* The key table and storing a value. */
#include "config/keys.h"

#include <stdlib.h>
#include <string.h>

#include "cli/value.h"
#include "json/number.h"

static const char *const engine_choices[] = {"auto", "cpu", "gpu", "remote", NULL};
static const char *const precision_choices[] = {"auto", "f32", "f16", "bf16", NULL};
static const char *const remote_api_choices[] = {"auto", "ollama", "openai", "img-serve", NULL};
static const char *const color_profile_choices[] = {"ignore", "srgb", NULL};
static const char *const fail_on_choices[] = {"truncated", "none", NULL};

static const struct img_key_row rows[IMG_KEY_COUNT] = {
#define ROW(name, kind, value, min, max)                                                           \
    [IMG_KEY_##name] = {#name, IMG_KEY_##kind, value, min, max,                                    \
                        offsetof(struct img_values, name)},
    IMG_KEYS(ROW)
#undef ROW
};

const char *const *img_key_choices(enum img_key key)
{
    switch (key) {
    case IMG_KEY_engine:
        return engine_choices;
    case IMG_KEY_precision:
        return precision_choices;
    case IMG_KEY_remote_api:
        return remote_api_choices;
    case IMG_KEY_color_profile:
        return color_profile_choices;
    case IMG_KEY_fail_on:
        return fail_on_choices;
    default:
        return NULL;
    }
}

const struct img_key_row *img_key_row(enum img_key key)
{
    return &rows[key];
}

enum img_key img_key_find(const char *name)
{
    unsigned key = 0;
    while (key < IMG_KEY_COUNT && strcmp(rows[key].name, name) != 0)
        key++;
    return (enum img_key)key;
}

const char *img_key_nearest(const char *name)
{
    const char *names[IMG_KEY_COUNT];
    for (unsigned key = 0; key < IMG_KEY_COUNT; key++)
        names[key] = rows[key].name;
    return img_value_nearest(name, names, IMG_KEY_COUNT);
}

static bool store_color(const char *text, struct img_color *color, struct img_err *err)
{
    *color = (struct img_color){0};
    if (strcmp(text, "none") == 0)
        return true;
    if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, "0123456789abcdefABCDEF") != 6)
        return img_err_set(err, IMG_ERR_CONFIG, "'%s' is neither none nor a colour like #ffffff",
                           text);
    *color = (struct img_color){true, (uint32_t)strtoul(text + 1, NULL, 16)};
    return true;
}

bool img_key_store(enum img_key key, const char *text, struct img_values *values,
                   struct img_err *err)
{
    const struct img_key_row *row = &rows[key];
    void *field = (char *)values + row->field;
    bool ok = true;
    switch (row->kind) {
    case IMG_KEY_STRING:
        if (*text == '\0')
            return img_err_set(err, IMG_ERR_CONFIG, "is empty");
        *(const char **)field = text;
        break;
    case IMG_KEY_PATH:
        *(const char **)field = *text ? text : NULL;
        break;
    case IMG_KEY_LIST:
        *(const char **)field = text;
        break;
    case IMG_KEY_INT:
        ok = img_value_int(text, row->min, row->max, field, err);
        break;
    case IMG_KEY_FLOAT:
        ok = img_value_float(text, row->min, row->max, field, err);
        break;
    case IMG_KEY_SIZE:
        ok = img_value_size(text, row->min, row->max, field, err);
        break;
    case IMG_KEY_BOOL:
        ok = img_value_bool(text, field, err);
        break;
    case IMG_KEY_CHOICE:
        ok = img_value_choice(text, img_key_choices(key), field, err);
        break;
    case IMG_KEY_COLOR:
        ok = store_color(text, field, err);
        break;
    }
    if (!ok)
        err->code = IMG_ERR_CONFIG;
    return ok;
}

void img_key_put(enum img_key key, const struct img_values *values, struct img_buf *out)
{
    const struct img_key_row *row = &rows[key];
    const void *field = (const char *)values + row->field;
    switch (row->kind) {
    case IMG_KEY_STRING:
    case IMG_KEY_PATH:
    case IMG_KEY_LIST: {
        const char *text = *(const char *const *)field;
        img_buf_puts(out, text ? text : "");
        break;
    }
    case IMG_KEY_INT:
        img_json_put_int(out, *(const int64_t *)field);
        break;
    case IMG_KEY_FLOAT:
        img_json_put_double(out, *(const double *)field);
        break;
    case IMG_KEY_SIZE:
        img_json_put_uint(out, *(const uint64_t *)field);
        break;
    case IMG_KEY_BOOL:
        img_json_put_bool(out, *(const bool *)field);
        break;
    case IMG_KEY_CHOICE:
        img_buf_puts(out, img_key_choices(key)[*(const int *)field]);
        break;
    case IMG_KEY_COLOR: {
        const struct img_color *color = field;
        if (color->set)
            img_buf_printf(out, "#%06x", color->rgb);
        else
            img_buf_puts(out, "none");
        break;
    }
    }
}
