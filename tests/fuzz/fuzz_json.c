/* The scanner of JSON objects: whatever comes in, every span lies inside the text, an accepted
 * object is accepted again when put together from its members, and values are read without harm. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "json/floats.h"
#include "json/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void read_value(const struct img_json_value *value, struct img_arena *arena, int depth)
{
    struct img_err err;
    const char *text;
    const float *floats;
    size_t len;
    int64_t whole;
    if (img_json_get_string(value, arena, &text, &len, &err))
        require(text[len] == '\0');
    (void)!img_json_get_int(value, &whole, &err);
    (void)!img_json_get_floats(value, arena, &floats, &len, &err);
    const struct img_json_value *items;
    struct img_json_object object;
    if (depth > 3)
        return;
    if (value->kind == IMG_JSON_ARRAY) {
        require(img_json_elements(value, arena, &items, &len, &err));
        for (size_t i = 0; i < len && i < 100; i++)
            read_value(&items[i], arena, depth + 1);
    } else if (value->kind == IMG_JSON_OBJECT && img_json_enter(value, arena, &object, &err)) {
        for (size_t i = 0; i < object.count && i < 100; i++)
            read_value(&object.members[i].value, arena, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1); /* of exact size, so that ASan sees a read behind it */
    char *exact = text ? realloc(text, size ? size : 1) : NULL;
    struct img_arena arena = {.limit = 256 << 20};
    struct img_json_object object, again;
    struct img_err err;
    require(exact != NULL);
    memcpy(exact, data, size);
    if (img_json_scan(exact, size, &arena, &object, &err)) {
        struct img_buf whole = {0};
        img_buf_putc(&whole, '{');
        for (size_t i = 0; i < object.count; i++) {
            const struct img_json_member *member = &object.members[i];
            require(member->value.text >= exact &&
                    member->value.text + member->value.len <= exact + size);
            require(member->key_len == strlen(member->key));
            if (i < 100)
                read_value(&member->value, &arena, 0);
            img_buf_puts(&whole, i ? "," : "");
            img_buf_put(&whole, member->raw_key, member->raw_key_len);
            img_buf_putc(&whole, ':');
            img_buf_put(&whole, member->value.text, member->value.len);
        }
        img_buf_putc(&whole, '}');
        require(img_json_scan(whole.data, whole.len, &arena, &again, &err));
        require(again.count == object.count);
        img_buf_clear(&whole);
    } else {
        require(err.code == IMG_ERR_BAD_RECORD || err.code == IMG_ERR_OUT_OF_MEMORY);
    }
    img_arena_clear(&arena);
    free(exact);
    return 0;
}
