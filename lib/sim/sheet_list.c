/* From records to sections and items. */
#include "sim/sheet_list.h"

#include <math.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "record/read.h"

/* The member's value unless it is absent or null. */
static const struct img_json_value *value_of(const struct img_json_object *object, const char *key)
{
    const struct img_json_value *value = img_json_find(object, key);
    return value && value->kind != IMG_JSON_NULL ? value : NULL;
}

static bool number_of(const struct img_json_object *object, const char *key, double *number)
{
    char text[64];
    const struct img_json_value *value = value_of(object, key);
    if (!value || value->kind != IMG_JSON_NUMBER || value->len >= sizeof text)
        return false;
    memcpy(text, value->text, value->len);
    text[value->len] = '\0';
    *number = strtod(text, NULL);
    return isfinite(*number);
}

/* A string member in the list's arena; NULL when there is none (err stays) or no memory. */
static const char *text_of(struct img_sheet_list *list, const struct img_json_object *object,
                           const char *key)
{
    struct img_err err;
    const char *text;
    size_t len;
    const struct img_json_value *value = value_of(object, key);
    if (!value || !img_json_get_string(value, &list->line, &text, &len, &err))
        return NULL;
    return img_arena_copy(&list->arena, text, len, &err);
}

static bool grow(void **items, size_t *room, size_t size, struct img_err *err)
{
    size_t more = *room ? *room * 2 : 64;
    void *fresh = realloc(*items, more * size);
    if (!fresh)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a sheet");
    *items = fresh;
    *room = more;
    return true;
}

struct node {
    const char *key;
    size_t section;
};

static int compare_nodes(const void *a, const void *b)
{
    const struct node *left = a, *right = b;
    return strcmp(left->key, right->key);
}

/* The section of that key, which is made when it is new. */
static bool find_section(struct img_sheet_list *list, const struct img_sheet_section *wanted,
                         size_t *index, struct img_err *err)
{
    struct node *node = img_arena_alloc(&list->arena, sizeof *node, err);
    if (!node)
        return false;
    node->key = img_arena_copy(&list->arena, wanted->key, strlen(wanted->key), err);
    node->section = list->section_count;
    if (!node->key)
        return false;
    void **place = tsearch(node, &list->tree, compare_nodes);
    if (!place)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a sheet");
    const struct node *found = *place;
    *index = found->section;
    if (found != node)
        return true;
    if (list->section_count == list->section_room &&
        !grow((void **)&list->sections, &list->section_room, sizeof *list->sections, err))
        return false;
    list->sections[list->section_count] = *wanted;
    list->sections[list->section_count].key = node->key;
    list->sections[list->section_count].index = list->section_count;
    list->section_count++;
    return true;
}

static void put_part(struct img_buf *out, const char *text)
{
    img_buf_printf(out, "%s%s", out->len > 0 ? " \xc2\xb7 " : "", text);
}

/* "4000 × 3000 · Canon EOS R6 · 2024-05-01 12:00:00", as much as is known. */
static const char *note_of(struct img_sheet_list *list, const struct img_json_object *object,
                           struct img_err *err)
{
    struct img_json_object inner, camera;
    struct img_buf note = {0};
    double width, height;
    const struct img_json_value *value = value_of(object, "metadata");
    if (value && value->kind == IMG_JSON_OBJECT && img_json_enter(value, &list->line, &inner, err))
        object = &inner;
    if (number_of(object, "width", &width) && number_of(object, "height", &height))
        img_buf_printf(&note, "%.0f \xc3\x97 %.0f", width, height);
    value = value_of(object, "camera_info");
    if (value && value->kind == IMG_JSON_OBJECT &&
        img_json_enter(value, &list->line, &camera, err)) {
        const char *model = text_of(list, &camera, "model");
        if (model)
            put_part(&note, model);
    }
    const char *date = text_of(list, object, "creation_date");
    if (date) {
        char day[20];
        snprintf(day, sizeof day, "%.19s", date);
        if (strlen(day) > 10 && day[10] == 'T')
            day[10] = ' ';
        put_part(&note, day);
    }
    const char *copy = note.len > 0 && !note.failed
                           ? img_arena_copy(&list->arena, note.data, note.len, err)
                           : NULL;
    img_buf_clear(&note);
    return copy;
}

/* "labels":[{"label":…,"score":…},…], best first. */
static bool take_labels(struct img_sheet_list *list, const struct img_json_object *object,
                        struct img_sheet_item *item, struct img_err *err)
{
    const struct img_json_value *value = value_of(object, "labels"), *elements;
    size_t count;
    if (!value || value->kind != IMG_JSON_ARRAY)
        return true;
    if (!img_json_elements(value, &list->line, &elements, &count, err))
        return false;
    for (size_t i = 0; i < count && item->label_count < IMG_SHEET_LABELS_MAX; i++) {
        struct img_json_object label;
        struct img_sheet_label *to = &item->labels[item->label_count];
        if (elements[i].kind != IMG_JSON_OBJECT)
            continue;
        if (!img_json_enter(&elements[i], &list->line, &label, err))
            return false;
        to->text = text_of(list, &label, "label");
        if (to->text && number_of(&label, "score", &to->score))
            item->label_count++;
    }
    return true;
}

/* Which section a record of one picture belongs to. */
static bool choose_section(struct img_sheet_list *list, const struct img_json_object *object,
                           const struct img_sheet_item *item, struct img_sheet_section *section,
                           struct img_err *err)
{
    double number;
    *section = (struct img_sheet_section){.key = ""};
    if (number_of(object, "query_index", &number)) {
        section->kind = IMG_SHEET_QUERY;
        section->heading = text_of(list, object, "query");
        section->key = img_arena_printf(&list->line, err, "query %.0f %s", number,
                                        section->heading ? section->heading : "");
    } else if (number_of(object, "cluster", &number)) {
        section->kind = IMG_SHEET_CLUSTER;
        section->number = number;
        section->key = img_arena_printf(&list->line, err, "cluster %.17g", number);
    } else if (value_of(object, "labels")) {
        section->kind = IMG_SHEET_LABEL;
        section->heading = item->label_count > 0 ? item->labels[0].text : "no label";
        section->key = img_arena_printf(&list->line, err, "label %zu %s", item->label_count,
                                        section->heading);
    }
    return section->key != NULL;
}

static bool push(struct img_sheet_list *list, const struct img_sheet_section *section,
                 struct img_sheet_item *item, struct img_err *err)
{
    if (list->count == IMG_SHEET_ITEMS_MAX || list->arena.used > IMG_SHEET_BYTES_MAX)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "more than a sheet can hold (%d pictures)",
                           IMG_SHEET_ITEMS_MAX);
    if (list->count == list->room &&
        !grow((void **)&list->items, &list->room, sizeof *list->items, err))
        return false;
    if (!find_section(list, section, &item->section, err))
        return false;
    struct img_sheet_section *to = &list->sections[item->section];
    if (item->has_score && item->score > to->best)
        to->best = item->score;
    to->count++;
    list->items[list->count++] = *item;
    return true;
}

/* The path of a record that had failed, as the file system has it; NULL when it has none. */
static const char *failed_path(struct img_sheet_list *list, const struct img_json_object *object)
{
    struct img_err ignored;
    const char *name;
    size_t len;
    bool is_path;
    if (!img_record_name(object, &list->line, &name, &len, &is_path, &ignored) || !name ||
        !is_path || strlen(name) != len)
        return NULL;
    return img_arena_copy(&list->arena, name, len, &ignored);
}

/* What a record says of its picture; line is its own text. */
static bool read_item(struct img_sheet_list *list, const char *line, size_t len,
                      struct img_sheet_item *item, struct img_json_object *object,
                      struct img_err *err)
{
    struct img_input_record record;
    double rank;
    *item = (struct img_sheet_item){0};
    if (!img_record_read(line, len, &list->line, &record, err))
        return false;
    *object = record.object;
    if (record.kind == IMG_RECORD_FAILED) {
        item->failed = text_of(list, object, "error");
        item->path = failed_path(list, object);
        item->failed = item->failed ? item->failed : "failed";
    } else if (record.kind == IMG_RECORD_TEXT) {
        item->text = img_arena_copy(&list->arena, record.text, record.text_len, err);
    } else if (record.kind == IMG_RECORD_PATH) {
        item->path = img_arena_copy(&list->arena, record.path, record.path_len, err);
    } else {
        item->failed = "a picture within its record";
    }
    item->has_score = number_of(object, "similarity_score", &item->score);
    if (number_of(object, "rank", &rank) && rank >= 1 && rank < 1e9)
        item->rank = (size_t)rank;
    item->note = note_of(list, object, err);
    const struct img_json_value *keeper = value_of(object, "keeper");
    item->keeper = keeper && keeper->kind == IMG_JSON_TRUE;
    return (item->text || item->path || item->failed) && take_labels(list, object, item, err);
}

/* Whether a member, whose name is written as name, is the one that the group's own "keeper"
 * names. */
static bool is_keeper(const struct img_json_value *keeper, const struct img_json_value *name,
                      const struct img_sheet_item *item)
{
    if (!keeper || !name)
        return item->keeper;
    return keeper->len == name->len && memcmp(keeper->text, name->text, name->len) == 0;
}

/* A member of a group: a record, or just a path. */
static bool add_member(struct img_sheet_list *list, const struct img_sheet_section *section,
                       const struct img_json_value *keeper, const struct img_json_value *member,
                       struct img_err *err)
{
    struct img_sheet_item item = {0};
    struct img_json_object object;
    const struct img_json_value *name = member;
    if (member->kind == IMG_JSON_STRING) {
        const char *path;
        if (!img_json_get_string(member, &list->line, &path, NULL, err))
            return false;
        item.path = img_arena_copy(&list->arena, path, strlen(path), err);
        if (!item.path)
            return false;
    } else if (member->kind != IMG_JSON_OBJECT) {
        return img_err_set(err, IMG_ERR_BAD_RECORD, "members that are no records and no paths");
    } else if (!read_item(list, member->text, member->len, &item, &object, err)) {
        return false;
    } else {
        name = img_json_find(&object, "image_path");
    }
    item.keeper = is_keeper(keeper, name, &item);
    return push(list, section, &item, err);
}

static bool add_group(struct img_sheet_list *list, const struct img_json_object *object,
                      const struct img_json_value *members, struct img_err *err)
{
    struct img_sheet_section section = {.kind = IMG_SHEET_GROUP};
    const struct img_json_value *elements;
    size_t count;
    if (number_of(object, "cluster", &section.number))
        section.kind = IMG_SHEET_CLUSTER;
    section.tier = text_of(list, object, "tier");
    section.key = img_arena_printf(&list->line, err, "group %zu", list->section_count);
    if (!section.key || !img_json_elements(members, &list->line, &elements, &count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!add_member(list, &section, value_of(object, "keeper"), &elements[i], err))
            return false;
    return true;
}

bool img_sheet_list_add(struct img_sheet_list *list, const char *line, size_t len,
                        struct img_err *err)
{
    struct img_sheet_section section;
    struct img_sheet_item item;
    struct img_json_object object;
    img_arena_reset(&list->line);
    if (!img_json_scan(line, len, &list->line, &object, err))
        return false;
    const struct img_json_value *members = value_of(&object, "members");
    if (members && members->kind == IMG_JSON_ARRAY)
        return add_group(list, &object, members, err);
    return read_item(list, line, len, &item, &object, err) &&
           choose_section(list, &object, &item, &section, err) && push(list, &section, &item, err);
}

static int compare_sections(const void *a, const void *b)
{
    const struct img_sheet_section *left = a, *right = b;
    if (left->number != right->number)
        return left->number < right->number ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

/* The folders that all pictures have in common are said once. */
static size_t common_folder(const struct img_sheet_list *list)
{
    const char *first = NULL;
    size_t common = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *path = list->items[i].path;
        if (!path)
            continue;
        if (!first) {
            const char *slash = strrchr(path, '/');
            first = path;
            common = slash ? (size_t)(slash - path) + 1 : 0;
        }
        size_t same = 0;
        while (same < common && path[same] == first[same])
            same++;
        while (same > 0 && first[same - 1] != '/')
            same--;
        common = same;
    }
    return common;
}

bool img_sheet_list_sort(struct img_sheet_list *list, struct img_err *err)
{
    size_t *where = calloc(list->section_count + 1, sizeof *where);
    struct img_sheet_item *sorted = calloc(list->count + 1, sizeof *sorted);
    bool ok = where && sorted;
    if (ok && list->section_count > 0) {
        qsort(list->sections, list->section_count, sizeof *list->sections, compare_sections);
        size_t first = 0;
        for (size_t i = 0; i < list->section_count; i++) {
            list->sections[i].first = where[list->sections[i].index] = first;
            first += list->sections[i].count;
        }
        for (size_t i = 0; i < list->count; i++)
            sorted[where[list->items[i].section]++] = list->items[i];
        free(list->items);
        list->items = sorted;
        list->room = list->count + 1;
        sorted = NULL;
    }
    free(where);
    free(sorted);
    list->common = common_folder(list);
    return ok || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a sheet");
}

static void free_nothing(void *node)
{
    (void)node; /* lies in the arena */
}

void img_sheet_list_clear(struct img_sheet_list *list)
{
    tdestroy(list->tree, free_nothing);
    free(list->items);
    free(list->sections);
    img_arena_clear(&list->arena);
    img_arena_clear(&list->line);
    *list = (struct img_sheet_list){0};
}
