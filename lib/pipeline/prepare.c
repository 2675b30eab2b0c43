/* The step before the engine: from a file or bytes to pixels, or to what the cache remembers. */
#include "pipeline/embedder.h"

#include <string.h>
#include <sys/stat.h>

#include "input/bytes.h"
#include "input/page.h"
#include "pipeline/forward.h"
#include "pipeline/remember.h"

/* Address space of a decoder: libvips with its libraries, and a picture of max_pixels on its way to
 * the model's square. The Makefile says how much: none is the limit where a sanitizer maps terabytes. */
static const uint64_t decoder_memory = (uint64_t)IMG_DECODER_GIB << 30;

bool img_embedder_start_workers(struct img_embedder *e, struct img_err *err)
{
    const struct img_worker_options options = {
        .slots = e->decoders,
        .memory_limit = decoder_memory,
        .timeout_ms = e->settings->timeout_ms,
        .report = e->report,
    };
    pthread_mutex_lock(&e->starting);
    bool ok = e->workers || img_workers_open(&e->workers, &options, err);
    pthread_mutex_unlock(&e->starting);
    return ok;
}

static bool read_file(struct img_embedder *e, struct img_item *item, struct img_input_file *file,
                      unsigned slot, uint8_t **bytes, size_t *len)
{
    *bytes = img_worker_input(e->workers, slot, file->room, &item->err);
    return *bytes && img_input_read(file, *bytes, len, &item->err);
}

static bool copy_bytes(struct img_embedder *e, struct img_item *item, unsigned slot,
                       uint8_t **bytes, size_t *len)
{
    if (item->bytes_len > e->settings->max_file_size)
        return img_err_set(&item->err, IMG_ERR_TOO_LARGE, "larger than %llu bytes",
                           (unsigned long long)e->settings->max_file_size);
    *bytes = img_worker_input(e->workers, slot, item->bytes_len, &item->err);
    *len = item->bytes_len;
    if (*bytes && *len > 0)
        memcpy(*bytes, item->bytes, *len);
    return *bytes != NULL;
}

/* Camera and place. A file that has no answer will have a reason why it cannot be decoded, either. */
void img_item_ask_facts(struct img_embedder *e, struct img_item *item, unsigned slot, size_t len,
                        struct img_arena *arena)
{
    const struct img_prep prep = img_settings_prep(e->settings, item);
    const struct img_facts_options options = {.page = prep.page, .formats = prep.formats};
    struct img_facts facts;
    struct img_err no_answer;
    item->has_facts =
        img_worker_facts(e->workers, slot, len, &options, arena, &item->facts, &facts, &no_answer);
    if (item->has_facts) {
        item->camera_info = facts.camera_info;
        item->gps_info = facts.gps_info;
    }
}

/* The bytes are in the slot's memory and nobody else can touch them before the decoder is told. */
static void decode(struct img_embedder *e, struct img_item *item, unsigned slot,
                   const uint8_t *bytes, size_t len, struct img_arena *arena)
{
    const struct img_prep prep = img_settings_prep(e->settings, item);
    item->read = true;
    img_remember_bytes(e, item, bytes, len);
    if (e->settings->debug)
        img_item_log(item, "read %zu bytes", len);
    if (img_settings_wishes(e->settings, item).metadata && len > 0)
        img_item_ask_facts(e, item, slot, len, arena);
    if (img_recall_content(e, item)) {
        img_worker_release(e->workers, slot);
        return;
    }
    if (len == 0)
        img_err_set(&item->err, IMG_ERR_NOT_AN_IMAGE, "empty");
    else
        item->decoded = img_worker_decode(e->workers, slot, len, &prep, item->pixels,
                                          &item->info, &item->err);
    item->has_info = true;
    img_remember_failure(e, item);
    if (e->settings->debug && item->decoded)
        img_item_log(item, "decoded %s, %ux%u, %s, %u decoder warnings",
                     img_format_name((enum img_format)item->info.format), item->info.width,
                     item->info.height, item->info.mode, item->info.decoder_warnings);
}

/* The file that the item's path means: of the whole name, or without the page at its end. */
static const char *find_page(struct img_item *item, char file[PATH_MAX])
{
    item->paged = img_input_page(item->path, file, &item->page);
    return item->paged ? file : item->path;
}

bool img_item_stat(struct img_item *item)
{
    struct stat info;
    char file[PATH_MAX];
    if (!item->has_stamp && stat(find_page(item, file), &info) == 0 && S_ISREG(info.st_mode)) {
        item->stamp = img_stamp_of(&info);
        item->has_stamp = true;
    }
    return item->has_stamp;
}

/* A file that looks as it did when it was last read is not even opened, unless its metadata is wanted,
 * which is read from it. */
static bool known_by_stat(struct img_embedder *e, struct img_item *item)
{
    return e->cache && !img_settings_wishes(e->settings, item).metadata && img_item_stat(item) &&
           item->stamp.size <= e->settings->max_file_size && img_recall_file(e, item) &&
           img_recall_content(e, item);
}

static bool prepare_file(struct img_embedder *e, struct img_item *item, unsigned slot,
                         struct img_arena *arena, struct img_err *err)
{
    struct img_input_file file = {0};
    char base[PATH_MAX];
    uint8_t *bytes;
    size_t len;
    if (known_by_stat(e, item))
        return true;
    if (item->opened)
        file = *item->opened;
    else if (!img_input_open(&file, find_page(item, base), e->settings->max_file_size,
                             &item->err))
        return true;
    item->stamp = file.stamp;
    item->has_stamp = true;
    bool remote = e->engine->info.takes_files;
    bool going = remote ? img_embedder_forward(e, item, &file, slot, arena, err)
                        : img_embedder_start_workers(e, err);
    if (!remote && going && read_file(e, item, &file, slot, &bytes, &len))
        decode(e, item, slot, bytes, len, arena);
    if (!item->opened)
        img_input_close(&file);
    return going;
}

static bool prepare_bytes(struct img_embedder *e, struct img_item *item, unsigned slot,
                          struct img_arena *arena, struct img_err *err)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (e->engine->info.takes_files)
        return img_embedder_forward(e, item, NULL, slot, arena, err);
    if (!img_embedder_start_workers(e, err))
        return false;
    if (copy_bytes(e, item, slot, &bytes, &len))
        decode(e, item, slot, bytes, len, arena);
    return true;
}

bool img_embedder_prepare(struct img_embedder *e, struct img_item *item, unsigned slot,
                          struct img_arena *arena, struct img_err *err)
{
    if (item->err.code != IMG_OK ||
        (item->kind != IMG_ITEM_PATH && item->kind != IMG_ITEM_BYTES))
        return true;
    double begin = img_item_clock();
    bool going = item->kind == IMG_ITEM_PATH ? prepare_file(e, item, slot, arena, err)
                                             : prepare_bytes(e, item, slot, arena, err);
    item->seconds += img_item_clock() - begin;
    if (item->err.code == IMG_ERR_SYSTEM && going) {
        *err = item->err; /* img-decode cannot be brought back */
        going = false;
    }
    return going;
}
