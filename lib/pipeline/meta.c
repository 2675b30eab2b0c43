/* Reading files on some threads, each with a decoder of its own to ask. */
#include "pipeline/meta.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "input/bytes.h"
#include "input/page.h"
#include "pipeline/meta_record.h"

/* Address space of a decoder, libvips with its libraries included; as for embedding. */
static const uint64_t decoder_memory = (uint64_t)IMG_DECODER_GIB << 30;

bool img_meta_settings_make(struct img_meta_settings *settings, const struct img_config *config,
                            const struct img_common *common, struct img_err *err)
{
    const struct img_values *v = &config->v;
    uint32_t formats;
    unsigned threads = common->jobs > 0 ? (unsigned)common->jobs : img_processors();
    if (!v->parallel_processing)
        threads = 1;
    if (!img_formats_wanted(v->supported_formats, v->allow, &formats, err))
        return false;
    *settings = (struct img_meta_settings){
        .facts = {.page = (uint32_t)v->page, .formats = formats},
        .debug = v->debug,
        .max_file_size = v->max_file_size,
        .decoders = threads < (unsigned)v->max_workers ? threads : (unsigned)v->max_workers,
        .timeout_ms = (unsigned)(v->timeout * 1000),
    };
    return true;
}

bool img_meta_open(struct img_meta *meta, const struct img_meta_settings *settings,
                   const struct img_report *report, struct img_err *err)
{
    const struct img_worker_options options = {
        .slots = settings->decoders,
        .memory_limit = decoder_memory,
        .timeout_ms = settings->timeout_ms,
        .report = report,
    };
    *meta = (struct img_meta){.settings = settings};
    meta->arenas = calloc(settings->decoders, sizeof *meta->arenas);
    if (!meta->arenas)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %u decoders",
                           settings->decoders);
    return img_workers_open(&meta->workers, &options, err) &&
           (meta->readers = img_pool_new(settings->decoders, err)) != NULL;
}

/* An input being worked on. */
struct job {
    struct img_meta *meta;
    struct img_meta_item *item;
    struct img_arena *arena;
    unsigned slot;
    size_t len; /* of the bytes in the slot */
    struct img_id id;
    struct img_meta_page page;
    struct img_facts_options facts;
};

static bool open_file(struct job *job, struct img_input_file *file, struct img_err *err)
{
    const char *path = job->item->input.path;
    char base[PATH_MAX];
    if (img_input_page(path, base, &job->facts.page)) {
        job->page.numbered = true;
        path = base;
    }
    return img_input_open(file, path, job->meta->settings->max_file_size, err);
}

static bool read_file(struct job *job, uint8_t **to, struct img_err *err)
{
    struct img_input_file file = {0};
    bool ok = open_file(job, &file, err) &&
              (*to = img_worker_input(job->meta->workers, job->slot, file.room, err)) != NULL &&
              img_input_read(&file, *to, &job->len, err);
    job->page.mtime_ns = file.stamp.mtime_ns;
    img_input_close(&file);
    return ok;
}

static bool copy_bytes(struct job *job, uint8_t **to, struct img_err *err)
{
    const struct img_meta_input *input = &job->item->input;
    if (input->bytes_len > job->meta->settings->max_file_size)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "larger than %llu bytes",
                           (unsigned long long)job->meta->settings->max_file_size);
    *to = img_worker_input(job->meta->workers, job->slot, input->bytes_len, err);
    if (*to && input->bytes_len > 0)
        memcpy(*to, input->bytes, input->bytes_len);
    job->len = input->bytes_len;
    return *to != NULL;
}

/* Brings the bytes into the slot's memory and takes their identity there. */
static bool read_bytes(struct job *job, struct img_err *err)
{
    uint8_t *to = NULL;
    if (job->item->input.kind == IMG_META_PATH ? !read_file(job, &to, err)
                                               : !copy_bytes(job, &to, err))
        return false;
    job->id = img_hash_id(to, job->len);
    job->page.id = &job->id;
    job->page.size = job->len;
    job->item->skipped = job->meta->settings->skip_non_images &&
                         img_format_sniff(to, job->len) == IMG_FORMAT_UNKNOWN;
    if (job->len == 0)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "empty");
    return true;
}

/* One page to one line; false with the item's error. */
static bool put_page(struct job *job)
{
    struct img_err *err = &job->item->err;
    job->page.page = job->facts.page;
    bool ok = img_worker_facts(job->meta->workers, job->slot, job->len, &job->facts, job->arena,
                               &job->page.info, &job->page.facts, err);
    job->page.err = ok ? NULL : err;
    img_meta_page_put(&job->item->out, &job->page, job->arena);
    return ok;
}

static void put_pages(struct job *job)
{
    if (!job->meta->settings->all_pages || job->page.numbered) {
        (void)put_page(job);
        return;
    }
    job->page.numbered = true;
    uint32_t pages = 1;
    for (job->facts.page = 0; job->facts.page < pages; job->facts.page++) {
        if (!put_page(job))
            return;
        if (job->page.info.format != IMG_FORMAT_JPEG) /* of an MPO only the first can be read */
            pages = job->page.info.pages;
        if (job->facts.page + 1 == IMG_META_PAGES_MAX && pages > IMG_META_PAGES_MAX) {
            img_err_set(&job->item->err, IMG_ERR_TOO_LARGE, "%u pages, more than %d", pages,
                        IMG_META_PAGES_MAX);
            job->page.err = &job->item->err;
            job->page.page = IMG_META_PAGES_MAX;
            img_meta_page_put(&job->item->out, &job->page, job->arena);
            return;
        }
    }
}

static void pass_on(struct img_meta_item *item)
{
    img_buf_put(&item->out, item->input.line, item->input.line_len);
    img_buf_putc(&item->out, '\n');
    if (item->input.failed_before)
        img_err_set(&item->err, IMG_ERR_BAD_RECORD, "failed before");
}

static void work(struct img_meta *meta, struct img_meta_item *item, unsigned slot)
{
    struct job job = {.meta = meta, .item = item, .arena = &meta->arenas[slot], .slot = slot};
    job.page = (struct img_meta_page){.input = &item->input, .debug = meta->settings->debug};
    job.facts = meta->settings->facts;
    job.page.numbered = job.facts.page > 0;
    item->err = item->input.err;
    if (item->input.kind == IMG_META_PASSED) {
        pass_on(item);
        return;
    }
    if (item->err.code == IMG_OK && read_bytes(&job, &item->err)) {
        if (!item->skipped)
            put_pages(&job);
    } else if (!item->skipped) {
        job.page.err = &item->err;
        img_meta_page_put(&item->out, &job.page, job.arena);
    }
    img_worker_release(meta->workers, slot);
    img_arena_reset(job.arena);
}

struct reading {
    struct img_meta *meta;
    struct img_meta_item *items;
    size_t n;
    atomic_size_t next;
    atomic_bool stop;
};

static void read_on_thread(void *ctx, unsigned thread, unsigned threads)
{
    struct reading *r = ctx;
    (void)threads;
    for (size_t i; !atomic_load(&r->stop) && (i = atomic_fetch_add(&r->next, 1)) < r->n;) {
        work(r->meta, &r->items[i], thread);
        if (r->items[i].err.code == IMG_ERR_SYSTEM)
            atomic_store(&r->stop, true);
    }
}

bool img_meta_run(struct img_meta *meta, struct img_meta_item *items, size_t n,
                  struct img_err *err)
{
    struct reading reading = {.meta = meta, .items = items, .n = n};
    for (size_t i = 0; i < n; i++) {
        img_buf_reset(&items[i].out);
        items[i].skipped = false;
        items[i].err = (struct img_err){0};
    }
    img_pool_run(meta->readers, read_on_thread, &reading);
    for (size_t i = 0; i < n; i++) {
        if (items[i].err.code == IMG_ERR_SYSTEM) {
            *err = items[i].err;
            return false;
        }
        if (!img_buf_ok(&items[i].out, err))
            return false;
    }
    return true;
}

bool img_meta_put_formats(struct img_meta *meta, struct img_buf *out, struct img_err *err)
{
    uint32_t formats;
    if (!img_worker_formats(meta->workers, 0, &formats, err))
        return false;
    for (int i = 1; i < IMG_FORMAT_COUNT; i++)
        if (formats >> i & 1)
            img_buf_printf(out, "%s\n", img_format_name((enum img_format)i));
    return img_buf_ok(out, err);
}

void img_meta_close(struct img_meta *meta)
{
    img_workers_close(meta->workers);
    img_pool_free(meta->readers);
    for (unsigned i = 0; meta->arenas && i < meta->settings->decoders; i++)
        img_arena_clear(&meta->arenas[i]);
    free(meta->arenas);
    *meta = (struct img_meta){0};
}
