/* Packed weights on disk: header, identity of the model's files, block, tokenizer table. */
#include "engine/cpu/packfile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/hash.h"
#include "base/size.h"

enum { VERSION = 2, PAGE = 4096, WRITE_STEP = 4 << 20 };

/* All fields fixed-size and without gaps; numbers in the machine's own byte order (a file of the
 * other order fails at the magic). */
struct header {
    uint64_t magic;
    uint32_t version;
    uint32_t header_size; /* of this struct */
    uint32_t pairs, unused; /* as the plan's */
    uint64_t file_size;
    uint64_t identity_size, identity_hash; /* right behind the header */
    uint64_t block_at, block_size;         /* bytes; page-aligned */
    uint64_t tokenizer_at, tokenizer_size;
    uint64_t contents_hash; /* of block and tokenizer */
    struct img_arch arch;
    char fingerprint[24];
    uint64_t header_hash; /* of everything above */
};

static const uint64_t magic = 0x314b434150474d49; /* "IMGPACK1" */

bool img_packfile_path(const struct img_model *model, const char *folder, bool pairs,
                       struct img_buf *path, struct img_err *err)
{
    const char *slash = strrchr(model->folder, '/');
    const char *base = slash && slash[1] ? slash + 1 : "model";
    img_buf_printf(path, "%s/%.100s-%016llx%s.pack", folder, base,
                   (unsigned long long)img_hash64(model->folder, strlen(model->folder)),
                   pairs ? ".bf16" : "");
    return img_buf_ok(path, err);
}

/* The bytes that must be the same for a packed file to still speak for the model. */
static bool identity_of(const struct img_model *model, struct img_buf *identity,
                        struct img_err *err)
{
    for (size_t i = 0; i < model->file_count; i++) {
        img_buf_put(identity, model->files[i].path, strlen(model->files[i].path) + 1);
        img_buf_put(identity, &model->files[i].stamp, sizeof model->files[i].stamp);
    }
    return img_buf_ok(identity, err);
}

static bool header_sound(const struct header *h, size_t file_size)
{
    return h->magic == magic && h->version == VERSION && h->header_size == sizeof *h &&
           h->header_hash == img_hash64(h, offsetof(struct header, header_hash)) &&
           h->file_size == file_size;
}

/* Offsets were hashed with the header, but a file made by hand must not lead astray either. */
static bool offsets_sound(const struct header *h, const struct img_plan *plan)
{
    size_t end;
    return h->pairs == plan->pairs && h->block_size == plan->size * sizeof(float) && h->block_at % PAGE == 0 &&
           h->identity_size <= h->file_size - sizeof *h &&
           img_size_add(h->block_at, h->block_size, &end) && end <= h->tokenizer_at &&
           h->tokenizer_at % 8 == 0 && img_size_add(h->tokenizer_at, h->tokenizer_size, &end) &&
           end == h->file_size && h->block_at >= sizeof *h + h->identity_size &&
           memchr(h->fingerprint, '\0', IMG_FINGERPRINT_HEX) != NULL;
}

static bool same_model(const struct img_map *map, const struct header *h,
                       const struct img_model *model, struct img_err *err)
{
    struct img_buf identity = {0};
    bool ok = identity_of(model, &identity, err);
    if (ok && (memcmp(&h->arch, &model->arch, sizeof h->arch) != 0 ||
               h->identity_size != identity.len ||
               memcmp(map->data + sizeof *h, identity.data, identity.len) != 0))
        ok = img_err_set(err, IMG_ERR_MODEL_INVALID, "made from other model files");
    img_buf_clear(&identity);
    return ok;
}

static bool open_header(struct img_map *map, const char *path, const struct img_model *model,
                        bool pairs, struct header *h, struct img_plan *plan, struct img_err *err)
{
    if (!img_plan_make(plan, &model->arch, pairs, err) || !img_map_open(map, path, err))
        return false;
    if (map->size < sizeof *h)
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "not a file of packed weights");
    memcpy(h, map->data, sizeof *h);
    if (!header_sound(h, map->size) || !offsets_sound(h, plan))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "not a file of packed weights, or damaged");
    return same_model(map, h, model, err);
}

bool img_packfile_open(struct img_map *map, const char *path, const struct img_model *model,
                       bool pairs, struct img_packed *packed, struct img_err *err)
{
    struct header h;
    *packed = (struct img_packed){0};
    *map = (struct img_map){0};
    if (!open_header(map, path, model, pairs, &h, &packed->plan, err)) {
        img_map_close(map);
        return img_err_in(err, "%s", path);
    }
    /* What has yet to be read from the disk is then read in huge pages, too; a hint only. */
    (void)madvise((void *)(uintptr_t)map->data, map->size, MADV_HUGEPAGE);
    packed->block = (const float *)(const void *)(map->data + h.block_at);
    packed->tokenizer = map->data + h.tokenizer_at;
    packed->tokenizer_size = h.tokenizer_size;
    memcpy(packed->fingerprint, h.fingerprint, sizeof packed->fingerprint);
    return true;
}

static bool contents_hash(const void *block, size_t block_size, const void *tokenizer,
                          size_t tokenizer_size, uint64_t *hash, struct img_err *err)
{
    struct img_hasher *hasher = img_hasher_new(err);
    if (!hasher)
        return false;
    img_hasher_add(hasher, block, block_size);
    img_hasher_add(hasher, tokenizer, tokenizer_size);
    *hash = img_hasher_digest(hasher);
    img_hasher_free(hasher);
    return true;
}

/* In steps, so that a stopped write ends soon; file_at is where bytes go. Steps end at multiples of
 * their size in the file: then a file system that keeps large folios has the file in whole huge
 * pages, and mapping it costs a fault for each of them and not one for every few small pages. */
static bool write_steps(struct img_newfile *file, const void *bytes, size_t size, size_t file_at,
                        int (*stopped)(void), struct img_err *err)
{
    const unsigned char *from = bytes;
    for (size_t at = 0; at < size;) {
        size_t step = WRITE_STEP - (file_at + at) % WRITE_STEP;
        if (step > size - at)
            step = size - at;
        if (stopped && stopped())
            return img_err_set(err, IMG_ERR_OUTPUT, "stopped");
        if (!img_newfile_write(file, from + at, step, err))
            return false;
        at += step;
    }
    return true;
}

static bool write_gap(struct img_newfile *file, size_t size, struct img_err *err)
{
    static const unsigned char zeros[PAGE];
    return img_newfile_write(file, zeros, size, err);
}

static bool write_parts(struct img_newfile *file, struct header *h, const struct img_buf *identity,
                        const struct img_packed *packed, int (*stopped)(void),
                        struct img_err *err)
{
    size_t behind_identity = sizeof *h + identity->len;
    h->block_at = img_size_align(behind_identity, PAGE);
    h->block_size = packed->plan.size * sizeof(float);
    h->tokenizer_at = h->block_at + h->block_size;
    h->tokenizer_size = packed->tokenizer_size;
    h->file_size = h->tokenizer_at + h->tokenizer_size;
    if (!contents_hash(packed->block, h->block_size, packed->tokenizer, h->tokenizer_size,
                       &h->contents_hash, err))
        return false;
    h->header_hash = img_hash64(h, offsetof(struct header, header_hash));
    return img_newfile_write(file, h, sizeof *h, err) &&
           img_newfile_write(file, identity->data, identity->len, err) &&
           write_gap(file, h->block_at - behind_identity, err) &&
           write_steps(file, packed->block, h->block_size, h->block_at, stopped, err) &&
           write_steps(file, packed->tokenizer, h->tokenizer_size, h->tokenizer_at, stopped, err);
}

bool img_packfile_write(const char *path, const struct img_model *model,
                        const struct img_packed *packed, int (*stopped)(void),
                        struct img_err *err)
{
    struct header h = {.magic = magic, .version = VERSION, .header_size = sizeof h,
                       .pairs = packed->plan.pairs, .arch = model->arch};
    struct img_buf identity = {0};
    struct img_newfile file = {0};
    memcpy(h.fingerprint, packed->fingerprint, sizeof packed->fingerprint);
    bool ok = identity_of(model, &identity, err);
    h.identity_size = identity.len;
    h.identity_hash = img_hash64(identity.data, identity.len);
    ok = ok && img_newfile_open(&file, path, err) &&
         write_parts(&file, &h, &identity, packed, stopped, err) &&
         img_newfile_commit(&file, err);
    img_newfile_abort(&file);
    img_buf_clear(&identity);
    return ok || img_err_in(err, "%s", path);
}

bool img_packfile_verify(const char *path, const struct img_model *model, bool pairs,
                         struct img_err *err)
{
    struct header h;
    struct img_plan plan;
    struct img_map map = {0};
    uint64_t hash = 0;
    bool ok = open_header(&map, path, model, pairs, &h, &plan, err) &&
              contents_hash(map.data + h.block_at, h.block_size, map.data + h.tokenizer_at,
                            h.tokenizer_size, &hash, err);
    if (ok && hash != h.contents_hash)
        ok = img_err_set(err, IMG_ERR_MODEL_INVALID, "the packed weights are damaged");
    img_map_close(&map);
    return ok || img_err_in(err, "%s", path);
}
