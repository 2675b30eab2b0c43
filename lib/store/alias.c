/* Aliases. */
#include "store/alias.h"

#include <string.h>

#include "json/string.h"
#include "store/reply.h"

/* Calls each for every alias; ctx is the caller's. */
static bool for_each(struct img_qdrant *store,
                     void (*each)(void *ctx, const char *alias, const char *collection), void *ctx,
                     struct img_err *err)
{
    struct img_arena arena = {.limit = IMG_STORE_READ_MAX};
    struct img_json_value result;
    struct img_json_object members, entry;
    const struct img_json_value *list, *elements;
    size_t count = 0;
    bool ok = img_qdrant_ask(store, "GET", "/aliases", NULL, 0, err) &&
              img_qdrant_result(store, &arena, &result, err);
    if (ok && (result.kind != IMG_JSON_OBJECT || !img_json_enter(&result, &arena, &members, err) ||
               !(list = img_json_find(&members, "aliases")) || list->kind != IMG_JSON_ARRAY ||
               !img_json_elements(list, &arena, &elements, &count, err))) {
        img_err_set(err, IMG_ERR_NETWORK, "no list of aliases");
        ok = img_qdrant_unreadable(err);
    }
    for (size_t i = 0; ok && i < count; i++) {
        if (elements[i].kind != IMG_JSON_OBJECT ||
            !img_json_enter(&elements[i], &arena, &entry, err))
            continue;
        const char *alias = img_qdrant_text(&entry, "alias_name", &arena);
        const char *collection = img_qdrant_text(&entry, "collection_name", &arena);
        if (alias && collection)
            each(ctx, alias, collection);
    }
    img_arena_clear(&arena);
    return ok;
}

static void put_line(void *ctx, const char *alias, const char *collection)
{
    struct img_buf *out = ctx;
    img_buf_puts(out, "{\"alias\":");
    img_json_put_text(out, alias);
    img_buf_puts(out, ",\"collection\":");
    img_json_put_text(out, collection);
    img_buf_puts(out, "}\n");
}

bool img_alias_list(struct img_qdrant *store, struct img_buf *out, struct img_err *err)
{
    return for_each(store, put_line, out, err);
}

struct search {
    const char *alias;
    bool found;
};

static void look_for(void *ctx, const char *alias, const char *collection)
{
    struct search *search = ctx;
    (void)collection;
    search->found |= strcmp(search->alias, alias) == 0;
}

static void put_removal(struct img_buf *body, const char *alias)
{
    img_buf_puts(body, "{\"delete_alias\":{\"alias_name\":");
    img_json_put_text(body, alias);
    img_buf_puts(body, "}}");
}

static bool change(struct img_qdrant *store, struct img_buf *body, struct img_err *err)
{
    img_buf_puts(body, "]}");
    bool ok = img_buf_ok(body, err) &&
              img_qdrant_ask(store, "POST", "/collections/aliases", body->data, body->len, err);
    img_buf_clear(body);
    return ok;
}

bool img_alias_set(struct img_qdrant *store, const char *alias, struct img_err *err)
{
    struct search search = {.alias = alias};
    struct img_buf body = {0};
    if (!for_each(store, look_for, &search, err))
        return false;
    img_buf_puts(&body, "{\"actions\":[");
    if (search.found) {
        put_removal(&body, alias);
        img_buf_putc(&body, ',');
    }
    img_buf_puts(&body, "{\"create_alias\":{\"alias_name\":");
    img_json_put_text(&body, alias);
    img_buf_puts(&body, ",\"collection_name\":");
    img_json_put_text(&body, store->server->collection);
    img_buf_puts(&body, "}}");
    return change(store, &body, err);
}

bool img_alias_remove(struct img_qdrant *store, const char *alias, struct img_err *err)
{
    struct search search = {.alias = alias};
    struct img_buf body = {0};
    if (!for_each(store, look_for, &search, err))
        return false;
    if (!search.found)
        return img_err_set(err, IMG_ERR_NETWORK, "Qdrant at %.150s has no alias '%.100s'",
                           store->server->url, alias);
    img_buf_puts(&body, "{\"actions\":[");
    put_removal(&body, alias);
    return change(store, &body, err);
}
