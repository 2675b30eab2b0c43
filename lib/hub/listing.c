/* The hub's list of files: every name and number in it is a stranger's. */
#include "hub/listing.h"

#include <stdlib.h>
#include <string.h>

#include "json/doc.h"

/* NULL when text is not `digits` hex digits. */
static const char *copy_hex(const char *text, size_t digits, struct img_arena *arena,
                            struct img_err *err)
{
    if (!text || strlen(text) != digits || strspn(text, "0123456789abcdef") != digits)
        return NULL;
    return img_arena_copy(arena, text, digits, err);
}

static bool read_file(const struct img_doc *entry, const char *path, struct img_arena *arena,
                      struct img_hub_file *file, struct img_err *err)
{
    int64_t size;
    const struct img_doc *lfs = img_doc_get(entry, "lfs");
    file->path = img_arena_copy(arena, path, strlen(path), err);
    if (!file->path)
        return false;
    if (img_doc_int(img_doc_get(entry, "size"), &size) && size >= 0) {
        file->size = (uint64_t)size;
        file->size_known = true;
    }
    err->code = IMG_OK;
    if (lfs && img_doc_kind(lfs) == IMG_DOC_OBJECT)
        file->digest = copy_hex(img_doc_text(img_doc_get(lfs, "sha256")), 64, arena, err);
    else
        file->digest = copy_hex(img_doc_text(img_doc_get(entry, "blobId")), 40, arena, err);
    return file->digest || err->code == IMG_OK;
}

bool img_hub_listing_parse(const char *json, size_t len, struct img_arena *arena,
                           struct img_hub_listing *listing, struct img_err *err)
{
    *listing = (struct img_hub_listing){0};
    struct img_doc *root =
        img_doc_parse(json, len, IMG_HUB_LISTING_VALUES_MAX, IMG_ERR_NETWORK, err);
    if (!root)
        return img_err_in(err, "the hub's list of files");
    const char *commit = img_doc_text(img_doc_get(root, "sha"));
    const struct img_doc *siblings = img_doc_get(root, "siblings");
    bool ok = true;
    if (!commit || strlen(commit) >= sizeof listing->commit ||
        !img_hub_part_ok(commit, strlen(commit)) || !siblings ||
        img_doc_kind(siblings) != IMG_DOC_ARRAY) {
        ok = img_err_set(err, IMG_ERR_NETWORK, "the hub's list of files has no commit or no files");
    } else {
        memcpy(listing->commit, commit, strlen(commit) + 1);
        listing->files =
            img_arena_array(arena, img_doc_count(siblings) + 1, sizeof *listing->files, err);
        ok = listing->files != NULL;
    }
    for (const struct img_doc *entry = ok ? img_doc_first(siblings) : NULL; ok && entry;
         entry = img_doc_next(entry)) {
        const char *path = img_doc_text(img_doc_get(entry, "rfilename"));
        if (!path || !img_hub_path_ok(path))
            continue;
        ok = read_file(entry, path, arena, &listing->files[listing->count], err);
        listing->count += ok;
    }
    img_doc_free(root);
    return ok;
}

static const struct img_hub_file *find(const struct img_hub_listing *listing, const char *path)
{
    for (size_t i = 0; i < listing->count; i++)
        if (strcmp(listing->files[i].path, path) == 0)
            return &listing->files[i];
    return NULL;
}

struct choice {
    const struct img_hub_listing *listing;
    const struct img_hub_file **chosen;
    size_t count;
    bool too_many;
};

static void take(struct choice *choice, const struct img_hub_file *file)
{
    for (size_t i = 0; i < choice->count; i++)
        if (choice->chosen[i] == file)
            return;
    if (choice->count == IMG_HUB_WANTED_MAX)
        choice->too_many = true;
    else
        choice->chosen[choice->count++] = file;
}

/* True when the file is there (and now taken). */
static bool take_named(struct choice *choice, const char *path)
{
    const struct img_hub_file *file = find(choice->listing, path);
    if (file)
        take(choice, file);
    return file != NULL;
}

/* A shard index and its shards, "model-00001-of-00002.safetensors". */
static bool take_shards(struct choice *choice, const char *index, const char *stem,
                        const char *ending)
{
    if (!take_named(choice, index))
        return false;
    for (size_t i = 0; i < choice->listing->count; i++) {
        const char *path = choice->listing->files[i].path;
        size_t len = strlen(path), head = strlen(stem), tail = strlen(ending);
        if (len > head + tail && memcmp(path, stem, head) == 0 &&
            strcmp(path + len - tail, ending) == 0 && strstr(path, "-of-") && !strchr(path, '/'))
            take(choice, &choice->listing->files[i]);
    }
    return true;
}

static bool take_hf_weights(struct choice *choice)
{
    return find(choice->listing, "config.json") &&
           (take_named(choice, "model.safetensors") ||
            take_shards(choice, "model.safetensors.index.json", "model-", ".safetensors") ||
            take_named(choice, "pytorch_model.bin") ||
            take_shards(choice, "pytorch_model.bin.index.json", "pytorch_model-", ".bin"));
}

static bool take_open_clip_weights(struct choice *choice)
{
    return find(choice->listing, "open_clip_config.json") &&
           (take_named(choice, "open_clip_model.safetensors") ||
            take_named(choice, "open_clip_pytorch_model.bin"));
}

static bool choose_named(struct choice *choice, const char *const *names, size_t count,
                         struct img_err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!img_hub_path_ok(names[i]))
            return img_err_set(err, IMG_ERR_USAGE, "'%.200s' is not a file's name on the hub",
                               names[i]);
        if (!take_named(choice, names[i]))
            return img_err_set(err, IMG_ERR_MODEL_MISSING, "the repository has no file '%.200s'",
                               names[i]);
    }
    return true;
}

/* Small files first, so that a refusal comes before the long wait. */
static int by_size(const void *a, const void *b)
{
    const struct img_hub_file *x = *(const struct img_hub_file *const *)a;
    const struct img_hub_file *y = *(const struct img_hub_file *const *)b;
    if (x->size != y->size)
        return x->size < y->size ? -1 : 1;
    return strcmp(x->path, y->path);
}

bool img_hub_listing_choose(const struct img_hub_listing *listing, const char *const *names,
                            size_t name_count, const struct img_hub_file **chosen, size_t *count,
                            struct img_err *err)
{
    static const char *const helpers[] = {
        "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json",
        "special_tokens_map.json",  "vocab.json",     "merges.txt",
    };
    struct choice choice = {.listing = listing, .chosen = chosen};
    if (name_count > 0) {
        if (!choose_named(&choice, names, name_count, err))
            return false;
    } else {
        const char *configuration = "config.json";
        for (size_t i = 0; i < sizeof helpers / sizeof *helpers; i++)
            take_named(&choice, helpers[i]);
        if (!take_hf_weights(&choice)) {
            configuration = "open_clip_config.json";
            if (!take_open_clip_weights(&choice))
                return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                                   "the repository has no configuration with weights that can be "
                                   "read (config.json with model.safetensors or pytorch_model.bin, "
                                   "or open_clip_config.json with open_clip_model.safetensors)");
        }
        take_named(&choice, configuration);
        qsort(chosen, choice.count, sizeof *chosen, by_size);
    }
    *count = choice.count;
    if (choice.too_many)
        return img_err_set(err, IMG_ERR_MODEL_UNSUPPORTED,
                           "the repository has more than %d files for one model",
                           IMG_HUB_WANTED_MAX);
    return true;
}
