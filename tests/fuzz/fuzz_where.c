/* Filters: the first line is one, the rest is a record's line. What is let in can be applied to
 * anything; a fault lies within the filter. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "query/where.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char record[] =
    "{\"image_path\":\"a.jpg\",\"tags\":[\"x\",2,null],\"metadata\":{\"width\":1000,"
    "\"creation_date\":\"2021-05-03T10:00:00Z\",\"camera_info\":{\"model\":\"X\"}}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t len = newline ? (size_t)(newline - data) : size;
    size_t rest = newline ? size - len - 1 : 0;
    struct img_arena arena = {.limit = 64 << 20};
    struct img_where where;
    struct img_err err = {0};
    size_t at;
    char *filter = calloc(len + 1, 1), *line = malloc(rest + 1);
    if (!filter || !line)
        abort();
    if (len > 0)
        memcpy(filter, data, len);
    if (rest > 0)
        memcpy(line + 1, newline + 1, rest);
    if (img_where_parse(filter, &arena, &where, &at, &err)) {
        struct img_where_eval eval = {.where = &where};
        bool holds = img_where_holds(&eval, record, sizeof record - 1);
        (void)img_where_holds(&eval, line + 1, rest);
        if (img_where_holds(&eval, record, sizeof record - 1) != holds)
            abort();
        img_where_eval_clear(&eval);
    } else {
        if (err.code == IMG_OK || err.text[0] == '\0' || at > strlen(filter))
            abort();
        img_where_point(NULL, filter, at);
    }
    img_arena_clear(&arena);
    free(filter);
    free(line);
    return 0;
}
