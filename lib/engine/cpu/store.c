/* Opening packed weights, or making them. */
#include "engine/cpu/store.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/place.h"
#include "engine/cpu/leftovers.h"
#include "engine/cpu/pack.h"
#include "engine/cpu/turn.h"
#include "text/tokenizer.h"

static bool build_tokenizer(struct img_store *store, const struct img_model *model,
                            struct img_err *err)
{
    if (model->arch.text.layers == 0)
        return true;
    char merges[PATH_MAX];
    struct img_err absent;
    struct img_tokenizer_source source = {
        .family = model->tokenizer_family,
        .folder = model->folder,
        .merges = img_place_data("clip/merges.txt", merges, &absent) ? merges : NULL,
        .vocab_size = model->arch.vocab_size,
    };
    if (!img_tokenizer_build(&source, &store->tokenizer, err))
        return false;
    store->packed.tokenizer = (const unsigned char *)store->tokenizer.data;
    store->packed.tokenizer_size = store->tokenizer.len;
    return true;
}

static bool pack_now(struct img_store *store, struct img_model *model, struct img_pool *pool,
                     struct img_err *err)
{
    if (!img_model_load(model, err) || !img_plan_make(&store->packed.plan, &model->arch, store->options.bf16, err) ||
        !build_tokenizer(store, model, err))
        return false;
    store->memory_size = store->packed.plan.size * sizeof(float);
    void *memory = mmap(NULL, store->memory_size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return img_err_sys(err, IMG_ERR_OUT_OF_MEMORY, errno, "%zu MiB for the weights",
                           store->memory_size >> 20);
    (void)madvise(memory, store->memory_size, MADV_HUGEPAGE); /* fewer faults; a hint only */
    store->memory = memory;
    store->packed.block = memory;
    return img_pack(model, &store->packed.plan, pool, memory, store->packed.fingerprint, err);
}

static void *write_in_background(void *arg)
{
    struct img_store *store = arg;
    struct img_err err;
    int (*stopped)(void) = store->options.stopped;
    img_leftovers_remove(store->folder.data);
    if (!img_packfile_write(store->path.data, store->model, &store->packed, stopped, &err) &&
        !(stopped && stopped()))
        img_report(store->options.report, IMG_WARNING, "packed weights are not kept: %s", err.text);
    img_turn_end(store->turn);
    return NULL;
}

static void start_writing(struct img_store *store)
{
    int os = pthread_create(&store->writer, NULL, write_in_background, store);
    store->writing = os == 0;
    if (os == 0)
        return;
    img_turn_end(store->turn);
    img_report(store->options.report, IMG_WARNING, "packed weights are not kept: %s", strerror(os));
}

/* Prepares store->folder and store->path; false, after a warning, where there can be no file. */
static bool find_place(struct img_store *store)
{
    struct img_buf *folder = &store->folder;
    struct img_err err;
    img_buf_printf(folder, "%s/weights", store->options.cache_folder);
    bool ok = img_buf_ok(folder, &err) && img_folder_make(folder->data, true, &err) &&
              img_packfile_path(store->model, folder->data, store->options.bf16, &store->path, &err);
    if (!ok)
        img_report(store->options.report, IMG_WARNING, "packed weights are not kept: %s", err.text);
    return ok;
}

/* The file's, when it fits the model's files and this build can use all of it. */
static bool open_packed(struct img_store *store, struct img_err *why)
{
    struct img_tokenizer tokenizer;
    const struct img_packed *packed = &store->packed;
    if (!img_packfile_open(&store->map, store->path.data, store->model, store->options.bf16,
                           &store->packed, why))
        return false;
    if (packed->tokenizer_size == 0 ||
        img_tokenizer_attach(&tokenizer, packed->tokenizer, packed->tokenizer_size, why))
        return true;
    img_map_close(&store->map);
    store->packed = (struct img_packed){0};
    return false;
}

bool img_store_open(struct img_store *store, struct img_model *model,
                    const struct img_engine_options *options, struct img_pool *pool,
                    struct img_err *err)
{
    struct img_err why;
    *store = (struct img_store){.model = model, .options = *options, .turn = -1};
    bool place = options->cache_folder && find_place(store);
    if (place && open_packed(store, &why))
        return true;
    if (!place)
        return pack_now(store, model, pool, err);
    store->turn = img_turn_take(store->folder.data, options->stopped);
    if (open_packed(store, &why)) { /* by whose turn it was before */
        img_turn_end(store->turn);
        return true;
    }
    img_report(options->report, IMG_DEBUG, "packing weights: %s", why.text);
    if (pack_now(store, model, pool, err)) {
        start_writing(store);
        return true;
    }
    img_turn_end(store->turn);
    return false;
}

void img_store_close(struct img_store *store)
{
    if (store->writing)
        pthread_join(store->writer, NULL);
    if (store->memory)
        munmap(store->memory, store->memory_size);
    img_map_close(&store->map);
    img_buf_clear(&store->tokenizer);
    img_buf_clear(&store->path);
    img_buf_clear(&store->folder);
    *store = (struct img_store){0};
}

static bool verify_file(const struct img_model *model, const char *folder, bool pairs, bool *there,
                        struct img_err *err)
{
    struct img_buf path = {0};
    struct img_packed packed;
    struct img_map map = {0};
    struct img_err why;
    bool ok = img_packfile_path(model, folder, pairs, &path, err);
    bool found = ok && img_packfile_open(&map, path.data, model, pairs, &packed, &why);
    img_map_close(&map);
    *there = *there || found;
    ok = ok && (!found || img_packfile_verify(path.data, model, pairs, err));
    img_buf_clear(&path);
    return ok;
}

bool img_engine_verify_packed(const struct img_model *model, const char *cache_folder, bool *there,
                              struct img_err *err)
{
    struct img_buf folder = {0};
    *there = false;
    img_buf_printf(&folder, "%s/weights", cache_folder);
    bool ok = img_buf_ok(&folder, err) && verify_file(model, folder.data, false, there, err) &&
              verify_file(model, folder.data, true, there, err);
    img_buf_clear(&folder);
    return ok;
}
