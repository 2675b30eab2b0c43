/* Reading requests as OpenAI's and Ollama's clients send them. Fields that make no difference here are
 * passed over. */
#include <string.h>

#include "serve/ask.h"
#include "serve/dataurl.h"
#include "serve/asked.h"

static bool read_string(const struct img_asked *value, bool images, struct img_arena *arena,
                        struct img_input *input, struct img_err *err)
{
    *input = (struct img_input){.kind = IMG_ITEM_TEXT};
    if (!img_asked_text(value, arena, &input->text, &input->len, err))
        return false;
    if (!images && !img_dataurl_is(input->text, input->len))
        return true;
    input->kind = IMG_ITEM_BYTES;
    if (!img_dataurl_or_base64(input->text, input->len, arena, &input->bytes, &input->bytes_len,
                               &input->err))
        input->bytes_len = 0;
    return true;
}

/* A string or a list of strings, behind those that are there already. */
static bool read_strings(const struct img_json_value *json, bool images, size_t most,
                         struct img_arena *arena, struct img_foreign_ask *ask,
                         struct img_err *err)
{
    const struct img_asked value = {.json = json};
    const struct img_asked *elements = &value;
    size_t count = 1, had = ask->inputs.count;
    bool list = json->kind == IMG_JSON_ARRAY;
    if (list && !img_asked_list(&value, most, arena, &elements, &count, err))
        return false;
    if (count > most - had)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "more than %zu inputs", most);
    struct img_input *all = img_arena_array(arena, had + count + 1, sizeof *all, err);
    if (!all)
        return false;
    if (had > 0)
        memcpy(all, ask->inputs.items, had * sizeof *all);
    for (size_t i = 0; i < count; i++)
        if (!read_string(&elements[i], images, arena, &all[had + i], err))
            return list ? img_err_in(err, "element %zu", i) : false;
    ask->inputs = (struct img_inputs_asked){.items = all, .count = had + count};
    ask->single = !list && had == 0;
    return true;
}

static bool read_object(const struct img_body *body, struct img_arena *arena,
                        struct img_json_object *object, struct img_foreign_ask *ask,
                        struct img_err *err)
{
    *ask = (struct img_foreign_ask){.model = ""};
    if (!img_json_scan(body->bytes, body->len, arena, object, err))
        return false;
    const struct img_json_value *model = img_json_find(object, "model");
    size_t len = 0;
    if (model && !img_json_get_string(model, arena, &ask->model, &len, err))
        return img_err_in(err, "model");
    if (strlen(ask->model) != len)
        ask->model = "?"; /* no model's name holds a NUL */
    return true;
}

static bool read_encoding(const struct img_json_object *object, struct img_arena *arena,
                          struct img_foreign_ask *ask, struct img_err *err)
{
    const struct img_json_value *value = img_json_find(object, "encoding_format");
    const char *text;
    if (!value || value->kind == IMG_JSON_NULL)
        return true;
    if (!img_json_get_string(value, arena, &text, NULL, err))
        return img_err_in(err, "encoding_format");
    ask->base64 = strcmp(text, "base64") == 0;
    return ask->base64 || strcmp(text, "float") == 0 ||
           img_err_set(err, IMG_ERR_BAD_RECORD, "encoding_format: neither float nor base64");
}

static bool read_dimensions(const struct img_json_object *object, struct img_foreign_ask *ask,
                            struct img_err *err)
{
    const struct img_json_value *value = img_json_find(object, "dimensions");
    if (!value || value->kind == IMG_JSON_NULL)
        return true;
    if (value->kind != IMG_JSON_NUMBER || !img_json_get_int(value, &ask->dimensions, err) ||
        ask->dimensions < 1)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "dimensions: not a number above 0");
    return true;
}

bool img_ask_openai(const struct img_body *body, size_t most, struct img_arena *arena,
                    struct img_foreign_ask *ask, struct img_err *err)
{
    struct img_json_object object;
    if (!read_object(body, arena, &object, ask, err))
        return false;
    const struct img_json_value *input = img_json_find(&object, "input");
    if (!input || !img_json_find(&object, "model"))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "%s is missing", input ? "model" : "input");
    if (!read_strings(input, false, most, arena, ask, err))
        return img_err_in(err, "input");
    if (ask->inputs.count == 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "input: an empty list");
    return read_encoding(&object, arena, ask, err) && read_dimensions(&object, ask, err);
}

bool img_ask_ollama(const struct img_body *body, size_t most, struct img_arena *arena,
                    struct img_foreign_ask *ask, struct img_err *err)
{
    struct img_json_object object;
    if (!read_object(body, arena, &object, ask, err))
        return false;
    const struct img_json_value *input = img_json_find(&object, "input");
    const struct img_json_value *images = img_json_find(&object, "images");
    if (!img_json_find(&object, "model"))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "model is missing");
    if (!input && !images)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "input is missing");
    if (input && input->kind != IMG_JSON_NULL &&
        !read_strings(input, false, most, arena, ask, err))
        return img_err_in(err, "input");
    if (images && images->kind != IMG_JSON_NULL &&
        !read_strings(images, true, most, arena, ask, err))
        return img_err_in(err, "images");
    return read_dimensions(&object, ask, err);
}
