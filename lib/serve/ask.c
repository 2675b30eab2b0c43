/* Reading requests of our own API. The fields of each are a table. */
#include "serve/ask.h"

#include <string.h>
#include <strings.h>

#include "pipeline/records.h"
#include "serve/dataurl.h"
#include "serve/multipart.h"
#include "serve/asked.h"

struct reading {
    enum img_ask_kind kind;
    size_t most;
    struct img_arena *arena;
    struct img_ask *ask;
    struct img_input *inputs; /* room for one that is not in a list */
};

typedef bool (*setter)(struct reading *r, const struct img_asked *value,
                       struct img_err *err);

static bool set_one(struct reading *r, struct img_input input, struct img_err *err)
{
    if (r->ask->inputs.count > 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "one input too many");
    r->inputs[0] = input;
    r->ask->inputs = (struct img_inputs_asked){.items = r->inputs, .count = 1};
    r->ask->single = true;
    return true;
}

static bool read_path(struct reading *r, const struct img_asked *value,
                      struct img_input *input, struct img_err *err)
{
    *input = (struct img_input){.kind = IMG_ITEM_PATH};
    return img_asked_text(value, r->arena, &input->text, &input->len, err);
}

/* What is no base64 fails alone; what is no string fails the request. */
static bool read_bytes(struct reading *r, const struct img_asked *value,
                       struct img_input *input, struct img_err *err)
{
    const char *text;
    size_t len;
    *input = (struct img_input){.kind = IMG_ITEM_BYTES};
    if (!img_asked_text(value, r->arena, &text, &len, err))
        return false;
    if (!img_dataurl_or_base64(text, len, r->arena, &input->bytes, &input->bytes_len, &input->err))
        input->bytes_len = 0;
    return true;
}

static bool read_url(struct reading *r, const struct img_asked *value,
                     struct img_input *input, struct img_err *err)
{
    *input = (struct img_input){.kind = IMG_ITEM_BYTES};
    if (!img_asked_text(value, r->arena, &input->text, &input->len, err))
        return false;
    if (img_dataurl_is(input->text, input->len))
        return read_bytes(r, value, input, err);
    if (strncasecmp(input->text, "http://", 7) != 0 && strncasecmp(input->text, "https://", 8) != 0)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "neither a data: URL nor one of http or https");
    input->is_url = true;
    return true;
}

static bool read_text(struct reading *r, const struct img_asked *value,
                      struct img_input *input, struct img_err *err)
{
    *input = (struct img_input){.kind = IMG_ITEM_TEXT};
    return img_asked_text(value, r->arena, &input->text, &input->len, err);
}

typedef bool (*reader)(struct reading *r, const struct img_asked *value,
                       struct img_input *input, struct img_err *err);

static bool set_with(struct reading *r, reader read, const struct img_asked *value,
                     struct img_err *err)
{
    struct img_input input;
    return read(r, value, &input, err) && set_one(r, input, err);
}

static bool read_list(struct reading *r, reader read, const struct img_asked *value,
                      struct img_inputs_asked *list, struct img_err *err)
{
    const struct img_asked *elements;
    size_t count;
    if (list->items)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a second list of inputs");
    if (!value->json && read == read_bytes)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "not a file, as pictures are in a form");
    if (!img_asked_list(value, r->most, r->arena, &elements, &count, err))
        return false;
    list->items = img_arena_array(r->arena, count + 1, sizeof *list->items, err);
    if (!list->items)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!read(r, &elements[i], &list->items[i], err))
            return img_err_in(err, "element %zu", i);
    list->count = count;
    return true;
}

static bool set_path(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return set_with(r, read_path, v, err);
}

static bool set_base64(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return set_with(r, read_bytes, v, err);
}

static bool set_url(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return set_with(r, read_url, v, err);
}

static bool set_text(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return set_with(r, read_text, v, err);
}

static bool set_paths(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return read_list(r, read_path, v, &r->ask->inputs, err);
}

static bool set_images(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return read_list(r, read_bytes, v, &r->ask->inputs, err);
}

static bool set_texts(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return read_list(r, read_text, v, &r->ask->inputs, err);
}

static bool set_candidate_paths(struct reading *r, const struct img_asked *v,
                                struct img_err *err)
{
    r->ask->has_candidates = true;
    return read_list(r, read_path, v, &r->ask->candidates, err);
}

static bool set_candidates(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    r->ask->has_candidates = true;
    return read_list(r, read_bytes, v, &r->ask->candidates, err);
}

static bool set_collection(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return img_asked_text(v, r->arena, &r->ask->collection, NULL, err);
}

static bool set_top_k(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return img_asked_size(v, IMG_TOP_K_MAX, &r->ask->top_k, err);
}

static bool set_min_score(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    r->ask->has_min_score = true;
    return img_asked_number(v, r->arena, &r->ask->min_score, err);
}

static bool set_embeddings(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return img_asked_bool(v, &r->ask->embeddings, err);
}

static bool set_metadata(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return img_asked_bool(v, &r->ask->wishes.metadata, err);
}

static bool set_normalize(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    return img_asked_bool(v, &r->ask->wishes.normalize, err);
}

static bool set_encoding(struct reading *r, const struct img_asked *v, struct img_err *err)
{
    const char *text;
    if (!img_asked_text(v, r->arena, &text, NULL, err))
        return false;
    r->ask->wishes.base64 = strcmp(text, "base64") == 0;
    return r->ask->wishes.base64 || strcmp(text, "float") == 0 ||
           img_err_set(err, IMG_ERR_BAD_RECORD, "neither \"float\" nor \"base64\"");
}

#define IN(kind) (1u << (kind))
#define SEARCHES (IN(IMG_ASK_SEARCH_IMAGE) | IN(IMG_ASK_SEARCH_TEXT))
#define EMBEDS (IN(IMG_ASK_IMAGE) | IN(IMG_ASK_BATCH) | IN(IMG_ASK_TEXT))

static const struct field {
    const char *name;
    unsigned kinds;
    setter set;
} fields[] = {
    {"image_path", IN(IMG_ASK_IMAGE) | IN(IMG_ASK_METADATA), set_path},
    {"image_base64", IN(IMG_ASK_IMAGE) | IN(IMG_ASK_METADATA), set_base64},
    {"image_url", IN(IMG_ASK_IMAGE) | IN(IMG_ASK_METADATA), set_url},
    {"image_paths", IN(IMG_ASK_BATCH), set_paths},
    {"images", IN(IMG_ASK_BATCH), set_images},
    {"text", IN(IMG_ASK_TEXT) | IN(IMG_ASK_SEARCH_TEXT), set_text},
    {"texts", IN(IMG_ASK_TEXT), set_texts},
    {"query_image_path", IN(IMG_ASK_SEARCH_IMAGE), set_path},
    {"query_image_base64", IN(IMG_ASK_SEARCH_IMAGE), set_base64},
    {"query_image_url", IN(IMG_ASK_SEARCH_IMAGE), set_url},
    {"candidate_image_paths", IN(IMG_ASK_SEARCH_IMAGE), set_candidate_paths},
    {"candidate_images", IN(IMG_ASK_SEARCH_IMAGE), set_candidates},
    {"collection", SEARCHES, set_collection},
    {"top_k", SEARCHES, set_top_k},
    {"min_score", SEARCHES, set_min_score},
    {"include_embeddings", SEARCHES, set_embeddings},
    {"include_metadata", SEARCHES | IN(IMG_ASK_IMAGE) | IN(IMG_ASK_BATCH), set_metadata},
    {"normalize", EMBEDS, set_normalize},
    {"encoding_format", EMBEDS | SEARCHES, set_encoding},
};

static bool set_field(struct reading *r, const char *name, const struct img_asked *value,
                      struct img_err *err)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if ((fields[i].kinds & IN(r->kind)) && strcmp(fields[i].name, name) == 0)
            return fields[i].set(r, value, err) || img_err_in(err, "%s", name);
    return img_err_set(err, IMG_ERR_BAD_RECORD, "unknown field '%.60s'", name);
}

static bool read_json(struct reading *r, const struct img_body *body, struct img_err *err)
{
    struct img_json_object object;
    if (!img_json_scan(body->bytes, body->len, r->arena, &object, err))
        return false;
    for (size_t i = 0; i < object.count; i++) {
        const struct img_asked value = {.json = &object.members[i].value};
        if (!object.members[i].shadowed && !set_field(r, object.members[i].key, &value, err))
            return false;
    }
    return true;
}

static bool append(struct reading *r, struct img_inputs_asked *list, const struct img_part *part,
                   struct img_err *err)
{
    if (!list->items) {
        list->items = img_arena_array(r->arena, r->most, sizeof *list->items, err);
        list->grows = true;
    }
    if (!list->items)
        return false;
    if (!list->grows)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a second list of inputs");
    if (list->count == r->most)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "more than %zu pictures", r->most);
    list->items[list->count++] = (struct img_input){.kind = IMG_ITEM_BYTES,
                                                    .bytes = (const unsigned char *)part->bytes,
                                                    .bytes_len = part->len};
    return true;
}

static bool take_file(struct reading *r, const struct img_part *part, struct img_err *err)
{
    const struct img_input one = {.kind = IMG_ITEM_BYTES,
                                  .bytes = (const unsigned char *)part->bytes,
                                  .bytes_len = part->len};
    if (r->kind == IMG_ASK_BATCH)
        return append(r, &r->ask->inputs, part, err);
    if (r->kind == IMG_ASK_SEARCH_IMAGE && strncmp(part->name, "candidate", 9) == 0) {
        r->ask->has_candidates = true;
        return append(r, &r->ask->candidates, part, err);
    }
    if (r->kind == IMG_ASK_TEXT || r->kind == IMG_ASK_SEARCH_TEXT)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "no files are wanted");
    return set_one(r, one, err);
}

static bool read_form(struct reading *r, const struct img_body *body, struct img_err *err)
{
    const struct img_part *parts;
    size_t count;
    if (!img_multipart_parse(body->type, body->bytes, body->len, r->arena, &parts, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct img_asked value = {.text = parts[i].bytes, .len = parts[i].len};
        if (!(parts[i].is_file ? take_file(r, &parts[i], err)
                               : set_field(r, parts[i].name, &value, err)))
            return false;
    }
    return true;
}

bool img_type_is(const char *content_type, const char *type)
{
    size_t len = strlen(type);
    return strncasecmp(content_type, type, len) == 0 &&
           (type[len - 1] == '/' || strchr("; \t", content_type[len]) != NULL);
}

static bool read_body(struct reading *r, const struct img_body *body, struct img_err *err)
{
    const struct img_part whole = {.bytes = body->bytes, .len = body->len, .name = ""};
    if (img_type_is(body->type, "application/json"))
        return read_json(r, body, err);
    if (img_type_is(body->type, "multipart/form-data"))
        return read_form(r, body, err);
    if (img_type_is(body->type, "image/") || img_type_is(body->type, "application/octet-stream"))
        return take_file(r, &whole, err);
    return img_err_set(err, IMG_ERR_UNSUPPORTED_FORMAT, "Content-Type is none of application/json, "
                       "multipart/form-data, image/* and application/octet-stream");
}

static bool check(const struct reading *r, struct img_err *err)
{
    const struct img_ask *ask = r->ask;
    bool searches = (IN(r->kind) & SEARCHES) != 0;
    /* An empty list is a list. */
    if (!ask->inputs.items)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "nothing is asked for: no image or text");
    return !searches || ask->inputs.count == 1 ||
           img_err_set(err, IMG_ERR_BAD_RECORD, "a search has one query");
}

bool img_ask_read(enum img_ask_kind kind, const struct img_body *body, size_t most,
                  struct img_arena *arena, struct img_ask *ask, struct img_err *err)
{
    struct reading r = {.kind = kind, .most = most, .arena = arena, .ask = ask};
    ask->top_k = IMG_TOP_K_DEFAULT;
    r.inputs = img_arena_array(arena, 1, sizeof *r.inputs, err);
    if (!r.inputs)
        return false;
    for (size_t i = 0; i < body->pair_count; i++) {
        const char *text = body->pairs[i].value ? body->pairs[i].value : "";
        const struct img_asked value = {.text = text, .len = strlen(text)};
        if (!set_field(&r, body->pairs[i].name, &value, err))
            return false;
    }
    return read_body(&r, body, err) && check(&r, err);
}
