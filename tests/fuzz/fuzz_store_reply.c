/* Answers of a Qdrant server: pages of points, descriptions of collections, and records out of
 * both. */
#include <stdint.h>

#include "store/payload.h"
#include "store/reply.h"
#include "store/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_points(const struct img_json_value *result, struct img_arena *arena)
{
    const struct img_qdrant_point *points = NULL;
    struct img_json_value next;
    struct img_err err = {0};
    size_t count = 0;
    if (!img_qdrant_read_page(result, arena, &points, &count, &next, &err) &&
        !img_qdrant_read_points(result, arena, &points, &count, &err))
        return;
    for (size_t i = 0; i < count; i++) {
        struct img_stored_record record;
        struct img_buf line = {0};
        img_stored_put_record(&line, &points[i].payload, points[i].vector, points[i].dimension,
                              false, true);
        if (!line.failed && points[i].vector)
            (void)!img_stored_read(line.data, line.len - 1, points[i].vector, points[i].dimension,
                                   arena, &record, &err);
        img_buf_clear(&line);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_arena arena = {.limit = 1 << 28};
    struct img_qdrant_server server = {.url = "http://127.0.0.1"};
    struct img_qdrant store = {.server = &server};
    struct img_json_value result;
    struct img_target target;
    struct img_err err = {0};
    img_buf_put(&store.reply, data, size);
    if (img_qdrant_result(&store, &arena, &result, &err)) {
        read_points(&result, &arena);
        (void)!img_target_read(&result, &arena, &target, &err);
    }
    img_buf_clear(&store.reply);
    img_arena_clear(&arena);
    return 0;
}
