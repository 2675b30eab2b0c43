/* Deleting points. */
#include "store/remove.h"

#include <string.h>

#include "json/string.h"
#include "store/scroll.h"

enum { LIST_BYTES = 256 << 10 };

bool img_remove_ids(struct img_qdrant *store, const struct img_buf *list, struct img_err *err)
{
    struct img_buf body = {0};
    img_buf_puts(&body, "{\"points\":[");
    img_buf_put(&body, list->data, list->len);
    img_buf_puts(&body, "]}");
    bool ok = img_buf_ok(list, err) && img_buf_ok(&body, err) &&
              img_qdrant_ask_collection(store, "POST", "/points/delete?wait=true", body.data,
                                       body.len, err);
    img_buf_clear(&body);
    return ok;
}

bool img_qdrant_have(struct img_qdrant *store, const struct img_point_id *ids, size_t n,
                     bool *there,
                    struct img_err *err)
{
    struct img_arena arena = {.limit = IMG_STORE_READ_MAX};
    struct img_buf body = {0};
    struct img_json_value result;
    const struct img_qdrant_point *points = NULL;
    char text[IMG_POINT_ID_TEXT];
    size_t count = 0;
    img_buf_puts(&body, "{\"with_vector\":false,\"with_payload\":false,\"ids\":[");
    for (size_t i = 0; i < n; i++) {
        there[i] = false;
        img_point_id_text(&ids[i], text);
        img_buf_printf(&body, "%s\"%s\"", i ? "," : "", text);
    }
    img_buf_puts(&body, "]}");
    bool ok = img_buf_ok(&body, err) &&
              img_qdrant_ask_collection(store, "POST", "/points", body.data, body.len, err) &&
              img_qdrant_result(store, &arena, &result, err) &&
              img_qdrant_read_points(&result, &arena, &points, &count, err);
    for (size_t i = 0; ok && i < count; i++) {
        struct img_point_id id;
        if (points[i].id.len < 2 ||
            !img_point_id_read(points[i].id.text + 1, points[i].id.len - 2, &id))
            continue;
        for (size_t j = 0; j < n; j++)
            there[j] |= memcmp(&ids[j], &id, sizeof id) == 0;
    }
    img_buf_clear(&body);
    img_arena_clear(&arena);
    return ok;
}

bool img_count_points(struct img_qdrant *store, const char *filter, uint64_t *count,
                      struct img_err *err)
{
    struct img_arena arena = {.limit = IMG_STORE_READ_MAX};
    struct img_buf body = {0};
    struct img_json_value result;
    struct img_json_object counted;
    int64_t number = -1;
    img_buf_printf(&body, "{\"exact\":true");
    if (filter) {
        img_buf_puts(&body, ",\"filter\":");
        img_buf_puts(&body, filter);
    }
    img_buf_putc(&body, '}');
    bool ok = img_buf_ok(&body, err) &&
              img_qdrant_ask_collection(store, "POST", "/points/count", body.data, body.len, err) &&
              img_qdrant_result(store, &arena, &result, err);
    if (ok && (result.kind != IMG_JSON_OBJECT || !img_json_enter(&result, &arena, &counted, err) ||
               !img_json_find(&counted, "count") ||
               !img_json_get_int(img_json_find(&counted, "count"), &number, err) || number < 0)) {
        img_err_set(err, IMG_ERR_NETWORK, "no count of points");
        ok = img_qdrant_unreadable(err);
    }
    *count = number > 0 ? (uint64_t)number : 0;
    img_buf_clear(&body);
    img_arena_clear(&arena);
    return ok;
}

static void put_scope(struct img_buf *filter, const char *root)
{
    img_buf_puts(filter, "{\"must\":[");
    if (root) {
        img_buf_puts(filter, "{\"key\":\"img_tools.root\",\"match\":{\"value\":");
        img_json_put_text(filter, root);
        img_buf_puts(filter, "}}");
    } else {
        img_buf_puts(filter, "{\"is_empty\":{\"key\":\"img_tools.root\"}}");
    }
    img_buf_puts(filter, "],\"must_not\":[{\"is_empty\":{\"key\":\"img_tools.digest\"}},"
                         "{\"is_empty\":{\"key\":\"image_path\"}}]}");
}

static bool is_gone(const struct img_qdrant_point *point, const struct img_seen *seen)
{
    struct img_point_id id;
    const struct img_json_value *text = &point->id;
    return text->kind == IMG_JSON_STRING && text->len > 2 &&
           img_point_id_read(text->text + 1, text->len - 2, &id) && !img_seen_has(seen, &id);
}

static bool remove_some(struct img_qdrant *store, struct img_buf *list, bool dry_run,
                        struct img_err *err)
{
    bool ok = dry_run || list->len == 0 || img_remove_ids(store, list, err);
    img_buf_reset(list);
    return ok;
}

/* The page's points live until the next request: ids are taken down first. */
bool img_remove_gone(struct img_qdrant *store, const struct img_seen *seen, const char *root,
                     bool dry_run, uint64_t *deleted, struct img_err *err)
{
    struct img_buf filter = {0}, list = {0};
    const struct img_qdrant_point *points;
    size_t count = 1;
    *deleted = 0;
    put_scope(&filter, root);
    struct img_scroll scroll = {.store = store, .options = {.filter = filter.data}};
    bool ok = img_buf_ok(&filter, err);
    while (ok && count > 0) {
        ok = img_scroll_next(&scroll, &points, &count, err);
        for (size_t i = 0; ok && i < count; i++) {
            if (!is_gone(&points[i], seen))
                continue;
            img_buf_puts(&list, list.len ? "," : "");
            img_buf_put(&list, points[i].id.text, points[i].id.len);
            *deleted += 1;
        }
        if (ok && (list.len > LIST_BYTES || count == 0))
            ok = remove_some(store, &list, dry_run, err);
    }
    img_scroll_clear(&scroll);
    img_buf_clear(&filter);
    img_buf_clear(&list);
    return ok;
}
