/* The stand-in's operations: from a request to a status and a reply. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "json/floats.h"
#include "json/number.h"
#include "json/scan.h"
#include "json/string.h"
#include "support/qdrant.h"

enum { VALUES_MAX = 1 << 22, DIMENSION_MAX = 65536, PAGE_DEFAULT = 10 };

/* One request on its way. */
struct call {
    struct qdrant *q;
    const char *method, *path, *query, *body;
    size_t len;
    struct qdrant_collection *collection;
    struct img_arena arena;
    struct img_doc *doc; /* the body, where a tree is wanted */
    struct img_buf result;
    bool changed;
    struct img_err err;
};

static int fail(struct call *c, int status, const char *text)
{
    img_buf_reset(&c->result);
    if (text)
        img_err_set(&c->err, IMG_ERR_BAD_RECORD, "%s", text);
    return status;
}

static int format_error(struct call *c)
{
    img_err_in(&c->err, "Format error in JSON body");
    return fail(c, 400, NULL);
}

static int wrong(struct call *c, const char *text)
{
    img_err_set(&c->err, IMG_ERR_BAD_RECORD, "Format error in JSON body: %s", text);
    return fail(c, 400, NULL);
}

static bool is(const char *text, const char *wanted)
{
    return text && strcmp(text, wanted) == 0;
}

static bool waits(const struct call *c)
{
    return strstr(c->query, "wait=true") != NULL;
}

static int updated(struct call *c)
{
    c->changed = true;
    img_buf_printf(&c->result, "{\"operation_id\":%llu,\"status\":\"%s\"}",
                   (unsigned long long)c->q->operations, waits(c) ? "completed" : "acknowledged");
    return 200;
}

static int truth(struct call *c, bool value)
{
    img_json_put_bool(&c->result, value);
    return 200;
}

static bool parse(struct call *c)
{
    c->doc = img_doc_parse(c->body, c->len, VALUES_MAX, IMG_ERR_BAD_RECORD, &c->err);
    if (c->doc && img_doc_kind(c->doc) != IMG_DOC_OBJECT)
        return img_err_set(&c->err, IMG_ERR_BAD_RECORD, "the body is no object");
    return c->doc != NULL;
}

static const char *text_of(const struct call *c, const char *name)
{
    return img_doc_text(img_doc_get(c->doc, name));
}

/* A whole number of the body, or the default where it is missing or null. */
static bool whole(const struct call *c, const char *name, int64_t least, int64_t otherwise,
                  int64_t *value)
{
    const struct img_doc *given = img_doc_get(c->doc, name);
    *value = otherwise;
    return !given || img_doc_kind(given) == IMG_DOC_NULL ||
           (img_doc_int(given, value) && *value >= least);
}

/* ---- collections ---- */

static const char *const distances[] = {"Cosine", "Euclid", "Dot", "Manhattan"};

static bool option_fits(const struct img_doc *options, const char *name, enum img_doc_kind kind)
{
    const struct img_doc *value = img_doc_get(options, name);
    return !value || img_doc_kind(value) == IMG_DOC_NULL || img_doc_kind(value) == kind;
}

static bool quantization_fits(const struct img_doc *q)
{
    if (!q || img_doc_kind(q) == IMG_DOC_NULL)
        return true;
    const struct img_doc *scalar = img_doc_get(q, "scalar"), *product = img_doc_get(q, "product");
    const char *ratio = img_doc_text(img_doc_get(product, "compression"));
    if (scalar)
        return is(img_doc_text(img_doc_get(scalar, "type")), "int8");
    if (product)
        return ratio && ratio[0] == 'x' && strchr("48136", ratio[1]);
    return img_doc_get(q, "binary") || img_doc_get(q, "turbo");
}

static char *copy(const char *bytes, size_t len)
{
    char *to = malloc(len + 1);
    if (to) {
        memcpy(to, bytes, len);
        to[len] = '\0';
    }
    return to;
}

static bool copy_metadata(struct call *c, struct qdrant_collection *made)
{
    struct img_json_object body;
    if (!img_json_scan(c->body, c->len, &c->arena, &body, &c->err))
        return false;
    const struct img_json_value *metadata = img_json_find(&body, "metadata");
    if (metadata && metadata->kind == IMG_JSON_OBJECT) {
        free(made->metadata);
        made->metadata = copy(metadata->text, metadata->len);
    }
    return true;
}

static int create_collection(struct call *c, const char *name)
{
    int64_t size, shards, replicas, distance = 0;
    if (!parse(c))
        return format_error(c);
    const struct img_doc *vectors = img_doc_get(c->doc, "vectors");
    const char *word = img_doc_text(img_doc_get(vectors, "distance"));
    if (c->collection)
        return fail(c, 409, "Wrong input: Collection already exists!");
    while (distance < 4 && !is(word, distances[distance]))
        distance++;
    if (!img_doc_int(img_doc_get(vectors, "size"), &size) || distance == 4)
        return wrong(c, "data did not match any variant of untagged enum VectorsConfig");
    if (!whole(c, "shard_number", 1, 1, &shards) ||
        !whole(c, "replication_factor", 1, 1, &replicas))
        return wrong(c, "invalid value: expected a nonzero u32");
    if (size < 1 || size > DIMENSION_MAX)
        return fail(c, 422, "Validation error in JSON body: [vectors.size: value invalid, must be "
                            "from 1 to 65536]");
    if (!quantization_fits(img_doc_get(c->doc, "quantization_config")) ||
        !option_fits(vectors, "on_disk", IMG_DOC_BOOL) ||
        !option_fits(c->doc, "on_disk_payload", IMG_DOC_BOOL) ||
        !option_fits(c->doc, "metadata", IMG_DOC_OBJECT) ||
        !option_fits(c->doc, "hnsw_config", IMG_DOC_OBJECT))
        return wrong(c, "data did not match any variant of an untagged enum");
    struct qdrant_collection *made = c->q->collections;
    while (made < c->q->collections + QDRANT_COLLECTIONS && made->used)
        made++;
    if (made == c->q->collections + QDRANT_COLLECTIONS || strlen(name) >= QDRANT_NAME_MAX)
        return fail(c, 400, "Wrong input: too many collections for the stand-in");
    made->created = copy(c->body, c->len);
    made->created_len = c->len;
    made->used = made->created && copy_metadata(c, made);
    made->dimension = (size_t)size;
    made->distance = (enum qdrant_distance)distance;
    snprintf(made->name, sizeof made->name, "%s", name);
    c->changed = true;
    return truth(c, made->used);
}

static int delete_collection(struct call *c)
{
    if (c->collection)
        for (int i = 0; i < QDRANT_COLLECTIONS; i++)
            if (is(c->q->aliases[i].collection, c->collection->name))
                c->q->aliases[i] = (struct qdrant_alias){0};
    bool was_there = c->collection != NULL;
    if (was_there)
        qdrant_drop_collection(c->collection);
    c->changed = was_there;
    return truth(c, was_there);
}

static int update_collection(struct call *c)
{
    if (!parse(c) || !copy_metadata(c, c->collection))
        return format_error(c);
    c->changed = true;
    return truth(c, true);
}

/* A member of the request that made the collection, as it was written, or what is said
 * otherwise. */
static void put_made(struct call *c, const struct img_json_object *from, const char *name,
                     const char *otherwise)
{
    const struct img_json_value *value = from ? img_json_find(from, name) : NULL;
    if (value && value->kind != IMG_JSON_NULL)
        img_buf_put(&c->result, value->text, value->len);
    else
        img_buf_puts(&c->result, otherwise);
}

static int collection_info(struct call *c)
{
    const struct qdrant_collection *of = c->collection;
    struct img_json_object made;
    if (!img_json_scan(of->created, of->created_len, &c->arena, &made, &c->err))
        return fail(c, 500, NULL);
    img_buf_printf(&c->result,
                   "{\"status\":\"green\",\"optimizer_status\":\"ok\","
                   "\"indexed_vectors_count\":0,\"points_count\":%zu,\"segments_count\":2,"
                   "\"config\":{\"params\":{\"vectors\":",
                   of->count);
    put_made(c, &made, "vectors", "{}");
    img_buf_puts(&c->result, ",\"shard_number\":");
    put_made(c, &made, "shard_number", "1");
    img_buf_puts(&c->result, ",\"replication_factor\":");
    put_made(c, &made, "replication_factor", "1");
    img_buf_puts(&c->result, ",\"write_consistency_factor\":1,\"on_disk_payload\":");
    put_made(c, &made, "on_disk_payload", "true");
    img_buf_puts(&c->result,
                 "},\"hnsw_config\":{\"m\":16,\"ef_construct\":100,\"full_scan_threshold\":10000,"
                 "\"max_indexing_threads\":0,\"on_disk\":false},\"optimizer_config\":{"
                 "\"deleted_threshold\":0.2,\"vacuum_min_vector_number\":1000,"
                 "\"default_segment_number\":0,\"flush_interval_sec\":5},\"wal_config\":{"
                 "\"wal_capacity_mb\":32,\"wal_segments_ahead\":0},\"quantization_config\":");
    put_made(c, &made, "quantization_config", "null");
    if (of->metadata)
        img_buf_printf(&c->result, ",\"metadata\":%s", of->metadata);
    img_buf_puts(&c->result, "},\"payload_schema\":{");
    for (size_t i = 0; i < of->field_count; i++) {
        img_buf_puts(&c->result, i ? "," : "");
        img_json_put_text(&c->result, of->fields[i].name);
        img_buf_printf(&c->result, ":{\"data_type\":\"%s\",\"points\":%zu}", of->fields[i].type,
                       of->count);
    }
    img_buf_puts(&c->result, "}}");
    return 200;
}

static int list_collections(struct call *c)
{
    bool first = true;
    img_buf_puts(&c->result, "{\"collections\":[");
    for (int i = 0; i < QDRANT_COLLECTIONS; i++) {
        if (!c->q->collections[i].used)
            continue;
        img_buf_puts(&c->result, first ? "{\"name\":" : ",{\"name\":");
        img_json_put_text(&c->result, c->q->collections[i].name);
        img_buf_putc(&c->result, '}');
        first = false;
    }
    img_buf_puts(&c->result, "]}");
    return 200;
}

static int create_index(struct call *c)
{
    static const char *const types = " keyword integer float geo text bool datetime uuid ";
    struct qdrant_collection *of = c->collection;
    char spaced[32];
    size_t at = 0;
    if (!parse(c))
        return format_error(c);
    const char *name = text_of(c, "field_name"), *type = text_of(c, "field_schema");
    if (!type)
        type = img_doc_text(img_doc_get(img_doc_get(c->doc, "field_schema"), "type"));
    snprintf(spaced, sizeof spaced, " %.20s ", type ? type : "?");
    if (!name || strlen(name) >= QDRANT_NAME_MAX || !strstr(types, spaced))
        return wrong(c, "data did not match any variant of untagged enum PayloadFieldSchema");
    while (at < of->field_count && !is(of->fields[at].name, name))
        at++;
    if (at == QDRANT_FIELDS)
        return fail(c, 400, "Wrong input: too many indexes for the stand-in");
    snprintf(of->fields[at].name, sizeof of->fields[at].name, "%s", name);
    snprintf(of->fields[at].type, sizeof of->fields[at].type, "%s", type);
    of->field_count += at == of->field_count;
    return updated(c);
}

/* ---- aliases ---- */

static int place_alias(struct qdrant_alias aliases[QDRANT_COLLECTIONS], const char *name)
{
    for (int i = 0; i < QDRANT_COLLECTIONS; i++)
        if (aliases[i].used && is(aliases[i].name, name))
            return i;
    return -1;
}

static int set_alias(struct qdrant_alias aliases[QDRANT_COLLECTIONS], const char *name,
                     const char *collection)
{
    int at = place_alias(aliases, name);
    for (int i = 0; at < 0 && i < QDRANT_COLLECTIONS; i++)
        if (!aliases[i].used)
            at = i;
    if (at < 0)
        return 400;
    aliases[at].used = true;
    snprintf(aliases[at].name, QDRANT_NAME_MAX, "%s", name);
    snprintf(aliases[at].collection, QDRANT_NAME_MAX, "%s", collection);
    return 200;
}

static int alias_action(struct call *c, struct qdrant_alias *aliases, const struct img_doc *action)
{
    const struct img_doc *create = img_doc_get(action, "create_alias");
    const struct img_doc *drop = img_doc_get(action, "delete_alias");
    const struct img_doc *rename = img_doc_get(action, "rename_alias");
    const char *name = img_doc_text(img_doc_get(create ? create : drop, "alias_name"));
    const char *collection = img_doc_text(img_doc_get(create, "collection_name"));
    const char *from = img_doc_text(img_doc_get(rename, "old_alias_name"));
    const char *to = img_doc_text(img_doc_get(rename, "new_alias_name"));
    if (create && name && collection) {
        struct qdrant_collection *target = qdrant_find(c->q, collection);
        if (!target || !is(target->name, collection))
            return fail(c, 404, "Not found: Collection of the alias doesn't exist!");
        for (int i = 0; i < QDRANT_COLLECTIONS; i++)
            if (c->q->collections[i].used && is(c->q->collections[i].name, name))
                return fail(c, 409, "Wrong input: Collection with the alias' name already exists!");
        return set_alias(aliases, name, collection);
    }
    int at = drop && name ? place_alias(aliases, name) : from && to ? place_alias(aliases,
                                                                                  from) : -2;
    if (at == -2)
        return wrong(c, "data did not match any variant of untagged enum AliasOperations");
    if (at == -1)
        return fail(c, 404, "Not found: Alias does not exist!");
    if (drop)
        aliases[at] = (struct qdrant_alias){0};
    else
        snprintf(aliases[at].name, QDRANT_NAME_MAX, "%s", to);
    return 200;
}

/* All actions, or none. */
static int change_aliases(struct call *c)
{
    struct qdrant_alias aliases[QDRANT_COLLECTIONS];
    int status = 200;
    memcpy(aliases, c->q->aliases, sizeof aliases);
    if (!parse(c))
        return format_error(c);
    const struct img_doc *actions = img_doc_get(c->doc, "actions");
    if (!actions || img_doc_kind(actions) != IMG_DOC_ARRAY)
        return wrong(c, "missing field `actions`");
    for (const struct img_doc *a = img_doc_first(actions); a && status == 200; a = img_doc_next(a))
        status = alias_action(c, aliases, a);
    if (status != 200)
        return status;
    memcpy(c->q->aliases, aliases, sizeof aliases);
    c->changed = true;
    return truth(c, true);
}

static int list_aliases(struct call *c)
{
    bool first = true;
    img_buf_puts(&c->result, "{\"aliases\":[");
    for (int i = 0; i < QDRANT_COLLECTIONS; i++) {
        const struct qdrant_alias *alias = &c->q->aliases[i];
        if (!alias->used || (c->collection && !is(alias->collection, c->collection->name)))
            continue;
        img_buf_puts(&c->result, first ? "{\"alias_name\":" : ",{\"alias_name\":");
        img_json_put_text(&c->result, alias->name);
        img_buf_puts(&c->result, ",\"collection_name\":");
        img_json_put_text(&c->result, alias->collection);
        img_buf_putc(&c->result, '}');
        first = false;
    }
    img_buf_puts(&c->result, "]}");
    return 200;
}

/* ---- points: writing ---- */

static bool read_id(struct call *c, const struct img_json_value *value, struct qdrant_id *id)
{
    bool is_text = value && value->kind == IMG_JSON_STRING;
    if (value && (is_text || value->kind == IMG_JSON_NUMBER) &&
        qdrant_id_read(value->text + is_text, value->len - 2 * is_text, is_text, id))
        return true;
    return img_err_set(&c->err, IMG_ERR_BAD_RECORD,
                       "value is not a valid point ID, valid values are either an unsigned integer "
                       "or a UUID");
}

static int by_key(const void *a, const void *b)
{
    const struct img_json_member *const *x = a, *const *y = b;
    return strcmp((*x)->key, (*y)->key);
}

/* Members sorted and the last of equal ones kept, as the server's maps do. */
static bool sort_payload(struct call *c, const struct img_json_value *value, struct img_buf *out)
{
    struct img_json_object payload;
    bool any = false;
    if (!value || value->kind == IMG_JSON_NULL) {
        img_buf_puts(out, "{}");
        return true;
    }
    if (value->kind != IMG_JSON_OBJECT)
        return img_err_set(&c->err, IMG_ERR_BAD_RECORD, "invalid type: expected a map");
    if (!img_json_enter(value, &c->arena, &payload, &c->err))
        return false;
    const struct img_json_member **sorted =
        img_arena_array(&c->arena, payload.count + 1, sizeof *sorted, &c->err);
    if (!sorted)
        return false;
    for (size_t i = 0; i < payload.count; i++)
        sorted[i] = &payload.members[i];
    qsort(sorted, payload.count, sizeof *sorted, by_key);
    img_buf_putc(out, '{');
    for (size_t i = 0; i < payload.count; i++) {
        if (sorted[i]->shadowed)
            continue;
        img_buf_puts(out, any ? "," : "");
        img_json_put_string(out, sorted[i]->key, sorted[i]->key_len);
        img_buf_putc(out, ':');
        img_buf_put(out, sorted[i]->value.text, sorted[i]->value.len);
        any = true;
    }
    img_buf_putc(out, '}');
    return img_buf_ok(out, &c->err);
}

static bool upsert_one(struct call *c, const struct img_json_value *element, bool only_look)
{
    struct img_json_object point;
    struct qdrant_id id;
    struct img_buf payload = {0};
    const float *vector;
    size_t count;
    if (element->kind != IMG_JSON_OBJECT)
        return img_err_set(&c->err, IMG_ERR_BAD_RECORD,
                           "invalid type: expected struct PointStruct");
    if (!img_json_enter(element, &c->arena, &point, &c->err) ||
        !read_id(c, img_json_find(&point, "id"), &id))
        return false;
    const struct img_json_value *value = img_json_find(&point, "vector");
    if (!value || value->kind != IMG_JSON_ARRAY)
        return img_err_set(&c->err, IMG_ERR_BAD_RECORD,
                           "data did not match any variant of untagged enum VectorStruct");
    if (!img_json_get_floats(value, &c->arena, &vector, &count, &c->err))
        return false;
    if (count != c->collection->dimension)
        return img_err_set(&c->err, IMG_ERR_TOO_LARGE,
                           "Wrong input: Vector dimension error: expected dim: %zu, got %zu",
                           c->collection->dimension, count);
    bool ok = sort_payload(c, img_json_find(&point, "payload"), &payload) &&
              (only_look || qdrant_put_point(c->collection, &id, vector, payload.data, payload.len,
                                             c->q->operations));
    img_buf_clear(&payload);
    return ok;
}

/* All points are looked at before the first is stored. */
static int upsert(struct call *c)
{
    struct img_json_object body;
    const struct img_json_value *elements;
    size_t count;
    if (!img_json_scan(c->body, c->len, &c->arena, &body, &c->err))
        return format_error(c);
    const struct img_json_value *points = img_json_find(&body, "points");
    if (!points || points->kind != IMG_JSON_ARRAY)
        return wrong(c, "data did not match any variant of untagged enum PointInsertOperations");
    if (!img_json_elements(points, &c->arena, &elements, &count, &c->err))
        return format_error(c);
    for (size_t i = 0; i < 2 * count; i++)
        if (!upsert_one(c, &elements[i % count], i < count))
            return c->err.code == IMG_ERR_TOO_LARGE ? fail(c, 400, NULL) : format_error(c);
    return updated(c);
}

static bool selected_by_id(struct call *c, const struct img_json_object *body)
{
    const struct img_json_value *ids = img_json_find(body, "points"), *elements;
    size_t count, place;
    struct qdrant_id id;
    bool found;
    if (ids->kind != IMG_JSON_ARRAY)
        return img_err_set(&c->err, IMG_ERR_BAD_RECORD, "points is no list");
    if (!img_json_elements(ids, &c->arena, &elements, &count, &c->err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read_id(c, &elements[i], &id))
            return false;
    for (size_t i = 0; i < count; i++) {
        place = read_id(c, &elements[i], &id) ? qdrant_place(c->collection, &id, &found) : 0;
        if (found)
            qdrant_drop_point(c->collection, place);
    }
    return true;
}

static int delete_points(struct call *c)
{
    struct img_json_object body;
    bool passes = false;
    if (!img_json_scan(c->body, c->len, &c->arena, &body, &c->err) || !parse(c))
        return format_error(c);
    const struct img_doc *filter = img_doc_get(c->doc, "filter");
    if (img_json_find(&body, "points")) {
        if (!selected_by_id(c, &body))
            return format_error(c);
    } else if (filter) {
        for (size_t i = c->collection->count; i-- > 0;) {
            if (!qdrant_filter(filter, c->collection->points[i], &passes, &c->err))
                return format_error(c);
            if (passes)
                qdrant_drop_point(c->collection, i);
        }
    } else {
        return wrong(c, "data did not match any variant of untagged enum PointsSelector");
    }
    return updated(c);
}

/* ---- points: reading ---- */

/* What of a point is wanted. */
struct wanted {
    bool payload, vector;
    const struct img_doc *include; /* keys of the payload, or NULL: all */
};

static bool read_wanted(const struct call *c, bool payload, struct wanted *w)
{
    const struct img_doc *p = img_doc_get(c->doc, "with_payload");
    const struct img_doc *v = img_doc_get(c->doc, "with_vector");
    *w = (struct wanted){.payload = payload};
    if (p && img_doc_kind(p) == IMG_DOC_OBJECT)
        p = img_doc_get(p, "include");
    if (p && img_doc_kind(p) == IMG_DOC_ARRAY) {
        w->payload = true;
        w->include = p;
    } else if (p && img_doc_kind(p) != IMG_DOC_NULL && !img_doc_bool(p, &w->payload)) {
        return false;
    }
    return !v || img_doc_kind(v) == IMG_DOC_NULL || img_doc_bool(v, &w->vector);
}

/* Keys of one or two levels, which is what the tests ask for. */
static void put_included(struct call *c, const struct qdrant_point *point,
                         const struct img_doc *include)
{
    struct img_json_object payload, inner;
    bool any = false;
    img_buf_putc(&c->result, '{');
    if (!img_json_scan(point->payload, point->payload_len, &c->arena, &payload, &c->err))
        payload.count = 0;
    for (const struct img_doc *e = img_doc_first(include); e; e = img_doc_next(e)) {
        const char *key = img_doc_text(e) ? img_doc_text(e) : "", *dot = strchr(key, '.');
        char outer[64];
        snprintf(outer, sizeof outer, "%.*s", (int)(dot ? dot - key : (long)strlen(key)), key);
        const struct img_json_value *value =
            payload.count ? img_json_find(&payload, outer) : NULL;
        if (dot && (!value || value->kind != IMG_JSON_OBJECT ||
                    !img_json_enter(value, &c->arena, &inner, &c->err)))
            continue;
        if (dot)
            value = img_json_find(&inner, dot + 1);
        if (!value)
            continue;
        img_buf_printf(&c->result, "%s\"%s\":", any ? "," : "", outer);
        if (dot)
            img_buf_printf(&c->result, "{\"%s\":", dot + 1);
        img_buf_put(&c->result, value->text, value->len);
        if (dot)
            img_buf_putc(&c->result, '}');
        any = true;
    }
    img_buf_putc(&c->result, '}');
}

/* The members of a record, without its braces. */
static void put_point(struct call *c, const struct qdrant_point *point, const struct wanted *w)
{
    img_buf_puts(&c->result, "\"id\":");
    qdrant_id_put(&c->result, &point->id);
    if (w->payload) {
        img_buf_puts(&c->result, ",\"payload\":");
        if (w->include)
            put_included(c, point, w->include);
        else
            img_buf_put(&c->result, point->payload, point->payload_len);
    }
    if (w->vector) {
        img_buf_puts(&c->result, ",\"vector\":");
        img_json_put_floats(&c->result, point->vector, c->collection->dimension);
    }
}

static int retrieve(struct call *c)
{
    struct img_json_object body;
    const struct img_json_value *elements;
    struct wanted w;
    struct qdrant_id id;
    size_t count, any = 0;
    if (!img_json_scan(c->body, c->len, &c->arena, &body, &c->err) || !parse(c))
        return format_error(c);
    const struct img_json_value *ids = img_json_find(&body, "ids");
    if (!ids || ids->kind != IMG_JSON_ARRAY || !read_wanted(c, true, &w))
        return wrong(c, "missing field `ids`");
    if (!img_json_elements(ids, &c->arena, &elements, &count, &c->err))
        return format_error(c);
    img_buf_putc(&c->result, '[');
    for (size_t i = 0; i < count; i++) {
        bool found;
        if (!read_id(c, &elements[i], &id))
            return format_error(c);
        size_t place = qdrant_place(c->collection, &id, &found);
        if (!found)
            continue;
        img_buf_puts(&c->result, any++ ? ",{" : "{");
        put_point(c, c->collection->points[place], &w);
        img_buf_putc(&c->result, '}');
    }
    img_buf_putc(&c->result, ']');
    return 200;
}

static int get_point(struct call *c, const char *text)
{
    struct qdrant_id id;
    bool found;
    const struct wanted all = {.payload = true, .vector = true};
    if (!qdrant_id_read(text, strlen(text), strlen(text) >= 32, &id))
        return fail(c, 400, "Wrong input: Can not recognize the id");
    size_t place = qdrant_place(c->collection, &id, &found);
    if (!found)
        return fail(c, 404, "Not found: Point does not exist!");
    img_buf_putc(&c->result, '{');
    put_point(c, c->collection->points[place], &all);
    img_buf_putc(&c->result, '}');
    return 200;
}

static bool scroll_start(struct call *c, size_t *from)
{
    struct img_json_object body;
    struct qdrant_id id;
    bool found;
    *from = 0;
    if (!img_json_scan(c->body, c->len, &c->arena, &body, &c->err))
        return false;
    const struct img_json_value *offset = img_json_find(&body, "offset");
    if (!offset || offset->kind == IMG_JSON_NULL)
        return true;
    if (!read_id(c, offset, &id))
        return false;
    *from = qdrant_place(c->collection, &id, &found);
    return true;
}

static int scroll(struct call *c)
{
    struct wanted w;
    int64_t limit, given = 0;
    size_t i;
    if (!parse(c) || !scroll_start(c, &i))
        return format_error(c);
    if (!whole(c, "limit", 0, PAGE_DEFAULT, &limit) || !read_wanted(c, true, &w))
        return wrong(c, "invalid value in ScrollRequest");
    if (limit < 1)
        return fail(c, 422, "Validation error in JSON body: [limit: value 0 invalid, must be 1 or "
                            "larger]");
    img_buf_puts(&c->result, "{\"points\":[");
    for (; i < c->collection->count; i++) {
        bool passes;
        if (!qdrant_filter(img_doc_get(c->doc, "filter"), c->collection->points[i], &passes,
                           &c->err))
            return format_error(c);
        if (passes && given == limit)
            break;
        if (!passes)
            continue;
        img_buf_puts(&c->result, given++ ? ",{" : "{");
        put_point(c, c->collection->points[i], &w);
        img_buf_putc(&c->result, '}');
    }
    img_buf_puts(&c->result, "],\"next_page_offset\":");
    if (i < c->collection->count)
        qdrant_id_put(&c->result, &c->collection->points[i]->id);
    else
        img_buf_puts(&c->result, "null");
    img_buf_putc(&c->result, '}');
    return 200;
}

static int count_points(struct call *c)
{
    size_t count = 0;
    if (!parse(c))
        return format_error(c);
    for (size_t i = 0; i < c->collection->count; i++) {
        bool passes;
        if (!qdrant_filter(img_doc_get(c->doc, "filter"), c->collection->points[i], &passes,
                           &c->err))
            return format_error(c);
        count += passes;
    }
    img_buf_printf(&c->result, "{\"count\":%zu}", count);
    return 200;
}

/* ---- points: searching ---- */

struct scored {
    const struct qdrant_point *point;
    float score;
};

static int by_score(const void *a, const void *b)
{
    const struct scored *x = a, *y = b;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return qdrant_id_compare(&x->point->id, &y->point->id);
}

static float score(const struct qdrant_collection *of, const float *query, const float *vector)
{
    double dot = 0, squares = 0, manhattan = 0;
    for (size_t i = 0; i < of->dimension; i++) {
        double d = (double)query[i] - (double)vector[i];
        dot += (double)query[i] * (double)vector[i];
        squares += d * d;
        manhattan += fabs(d);
    }
    if (of->distance == QDRANT_EUCLID)
        return (float)-sqrt(squares);
    return (float)(of->distance == QDRANT_MANHATTAN ? -manhattan : dot);
}

/* The query's vector: given, or that of a point. */
static bool query_vector(struct call *c, const float **query, struct qdrant_point **self)
{
    struct img_json_object body, inner;
    struct qdrant_id id;
    size_t count;
    *self = NULL;
    if (!img_json_scan(c->body, c->len, &c->arena, &body, &c->err))
        return false;
    const struct img_json_value *value = img_json_find(&body, "query");
    if (value && value->kind == IMG_JSON_OBJECT) {
        if (!img_json_enter(value, &c->arena, &inner, &c->err))
            return false;
        value = img_json_find(&inner, "nearest");
    }
    if (!value)
        return img_err_set(&c->err, IMG_ERR_BAD_RECORD, "no query that the stand-in has");
    if (value->kind != IMG_JSON_ARRAY) {
        bool found;
        if (!read_id(c, value, &id))
            return false;
        size_t place = qdrant_place(c->collection, &id, &found);
        *self = found ? c->collection->points[place] : NULL;
        *query = found ? (*self)->vector : NULL;
        return found || img_err_set(&c->err, IMG_ERR_NOT_FOUND, "Not found: No point with that id");
    }
    if (!img_json_get_floats(value, &c->arena, query, &count, &c->err))
        return false;
    if (count != c->collection->dimension)
        return img_err_set(&c->err, IMG_ERR_TOO_LARGE,
                           "Wrong input: Vector dimension error: expected dim: %zu, got %zu",
                           c->collection->dimension, count);
    return true;
}

/* A query of a Cosine collection is normalised as its vectors are, by way of a point. */
static bool score_all(struct call *c, const float *query, const struct qdrant_point *self,
                      struct scored *scored, size_t *count)
{
    struct qdrant_collection like = {.dimension = c->collection->dimension,
                                     .distance = c->collection->distance};
    struct qdrant_id id = {0};
    double threshold = -INFINITY;
    bool limited = img_doc_number(img_doc_get(c->doc, "score_threshold"), &threshold), passes;
    if (!qdrant_put_point(&like, &id, query, "{}", 2, 0))
        return false;
    *count = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < c->collection->count; i++) {
        const struct qdrant_point *point = c->collection->points[i];
        ok = qdrant_filter(img_doc_get(c->doc, "filter"), point, &passes, &c->err);
        float value = score(&like, like.points[0]->vector, point->vector);
        if (ok && passes && point != self && !(limited && (double)value < threshold))
            scored[(*count)++] = (struct scored){point, value};
    }
    qdrant_drop_collection(&like);
    qsort(scored, *count, sizeof *scored, by_score);
    return ok;
}

static int query_points(struct call *c)
{
    struct wanted w;
    struct qdrant_point *self;
    int64_t limit, offset;
    const float *query;
    size_t count = 0;
    if (!parse(c) || !query_vector(c, &query, &self))
        return c->err.code == IMG_ERR_BAD_RECORD  ? format_error(c)
               : c->err.code == IMG_ERR_NOT_FOUND ? fail(c, 404, NULL)
                                                  : fail(c, 400, NULL);
    if (!whole(c, "limit", 1, PAGE_DEFAULT, &limit) || !whole(c, "offset", 0, 0, &offset) ||
        !read_wanted(c, false, &w))
        return wrong(c, "invalid value in QueryRequest");
    struct scored *scored =
        img_arena_array(&c->arena, c->collection->count + 1, sizeof *scored, &c->err);
    if (!scored || !score_all(c, query, self, scored, &count))
        return format_error(c);
    img_buf_puts(&c->result, "{\"points\":[");
    for (size_t i = (size_t)offset; i < count && i < (size_t)(offset + limit); i++) {
        img_buf_puts(&c->result, i > (size_t)offset ? ",{" : "{");
        put_point(c, scored[i].point, &w);
        img_buf_printf(&c->result, ",\"version\":%llu,\"score\":",
                       (unsigned long long)scored[i].point->version);
        img_json_put_float(&c->result, scored[i].score);
        img_buf_putc(&c->result, '}');
    }
    img_buf_puts(&c->result, "]}");
    return 200;
}

/* ---- routes ---- */

static int exists(struct call *c)
{
    img_buf_printf(&c->result, "{\"exists\":%s}", c->collection ? "true" : "false");
    return 200;
}

static int of_collection(struct call *c, const char *name, const char *rest)
{
    static const struct {
        const char *method, *rest;
        int (*run)(struct call *c);
    } routes[] = {
        {"GET", "", collection_info},           {"PATCH", "", update_collection},
        {"PUT", "/index", create_index},        {"GET", "/aliases", list_aliases},
        {"PUT", "/points", upsert},             {"POST", "/points", retrieve},
        {"POST", "/points/delete", delete_points}, {"POST", "/points/scroll", scroll},
        {"POST", "/points/count", count_points}, {"POST", "/points/query", query_points},
    };
    c->collection = qdrant_find(c->q, name);
    if (is(c->method, "GET") && is(rest, "/exists"))
        return exists(c);
    if (is(c->method, "PUT") && !*rest)
        return create_collection(c, name);
    if (is(c->method, "DELETE") && !*rest)
        return delete_collection(c);
    if (!c->collection) {
        img_err_set(&c->err, IMG_ERR_NOT_FOUND, "Not found: Collection `%s` doesn't exist!", name);
        return fail(c, 404, NULL);
    }
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (is(c->method, routes[i].method) && is(rest, routes[i].rest))
            return routes[i].run(c);
    if (is(c->method, "GET") && strncmp(rest, "/points/", 8) == 0)
        return get_point(c, rest + 8);
    return fail(c, 404, "Not found: no such operation in the stand-in");
}

static int route(struct call *c)
{
    char name[QDRANT_NAME_MAX];
    if (is(c->method, "GET") && is(c->path, "/collections"))
        return list_collections(c);
    if (is(c->method, "GET") && is(c->path, "/aliases"))
        return list_aliases(c);
    if (is(c->method, "POST") && is(c->path, "/collections/aliases"))
        return change_aliases(c);
    if (strncmp(c->path, "/collections/", 13) != 0)
        return fail(c, 404, "Not found: no such operation in the stand-in");
    size_t len = strcspn(c->path + 13, "/");
    if (len == 0 || len >= sizeof name)
        return fail(c, 422, "Validation error in path parameters");
    memcpy(name, c->path + 13, len);
    name[len] = '\0';
    return of_collection(c, name, c->path + 13 + len);
}

static bool journal(const struct call *c)
{
    struct img_buf entry = {0};
    struct img_err err;
    img_buf_printf(&entry, "%s %s %zu\n", c->method, c->path, c->len);
    img_buf_put(&entry, c->body, c->len);
    img_buf_putc(&entry, '\n');
    bool ok = img_buf_ok(&entry, &err) && img_write_all(c->q->journal, entry.data, entry.len, &err);
    img_buf_clear(&entry);
    return ok;
}

int qdrant_handle(struct qdrant *q, const char *method, const char *path, const char *query,
                  const char *body, size_t len, struct img_buf *reply)
{
    struct call c = {.q = q, .method = method, .path = path, .query = query, .body = body,
                     .len = len};
    if (is(method, "GET") && is(path, "/")) {
        img_buf_puts(reply, "{\"title\":\"qdrant - vector search engine\",\"version\":\"1.16.0\"}");
        return 200;
    }
    q->operations++;
    int status = route(&c);
    if (status == 200 && c.changed && q->journal >= 0 && !journal(&c))
        status = fail(&c, 500, "Service internal error: cannot write the journal");
    if (status == 200) {
        img_buf_puts(reply, "{\"result\":");
        img_buf_put(reply, c.result.data, c.result.len);
        img_buf_puts(reply, ",\"status\":\"ok\",\"time\":0.000123}");
    } else {
        img_buf_puts(reply, "{\"status\":{\"error\":");
        img_json_put_text(reply, c.err.text);
        img_buf_puts(reply, "},\"time\":0.000042}");
    }
    img_buf_clear(&c.result);
    img_doc_free(c.doc);
    img_arena_clear(&c.arena);
    return status;
}
