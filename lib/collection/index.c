/* The table of an index: linear probing over slots read with pread and written with pwrite, so that
 * neither a full disk nor a file cut short by someone else is a signal. */
#include "collection/index.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "collection/manifest.h"

struct slot {
    uint64_t hash, row_plus_1;
};

enum {
    HEAD_BYTES = 4096,
    SLOTS_LEAST = 1024,
    PROBE = 8,   /* slots read at once when looking */
    BLOCK = 1024 /* slots read at once when walking */
};
static const uint64_t magic = 0x3178646e69676d69; /* "imgindx1" */
static const uint64_t slots_most = IMG_COLLECTION_ROWS_MAX * 4;

static uint64_t slot_place(uint64_t slot)
{
    return HEAD_BYTES + slot * sizeof(struct slot);
}

static bool write_head(struct img_index *index, struct img_err *err)
{
    uint64_t check = img_hash64(&index->head, sizeof index->head);
    unsigned char bytes[sizeof index->head + sizeof check];
    memcpy(bytes, &index->head, sizeof index->head);
    memcpy(bytes + sizeof index->head, &check, sizeof check);
    return img_write_at(index->file.fd, bytes, sizeof bytes, 0, err) ||
           img_err_in(err, IMG_COLLECTION_INDEX);
}

static bool read_head(struct img_index *index, struct img_err *err)
{
    struct img_index_head *head = &index->head;
    struct stat info;
    uint64_t check;
    if (fstat(index->file.fd, &info) != 0)
        return img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot stat");
    if (!img_read_at(index->file.fd, head, sizeof *head, 0, err) ||
        !img_read_at(index->file.fd, &check, sizeof check, sizeof *head, err))
        return false;
    if (head->magic != magic || check != img_hash64(head, sizeof *head))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "no index of this version");
    if (head->slots < SLOTS_LEAST || head->slots > slots_most ||
        (head->slots & (head->slots - 1)) != 0 ||
        (uint64_t)info.st_size != slot_place(head->slots))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "its size does not fit");
    return true;
}

static bool read_block(const struct img_index *index, uint64_t first, size_t count,
                       struct slot *slots, struct img_err *err)
{
    return img_read_at(index->file.fd, slots, count * sizeof *slots, slot_place(first), err) ||
           img_err_in(err, IMG_COLLECTION_INDEX);
}

static bool check_sum(const struct img_index *index, struct img_err *err)
{
    struct slot slots[BLOCK];
    uint64_t sum = 0;
    for (uint64_t at = 0; at < index->head.slots; at += BLOCK) {
        if (!read_block(index, at, BLOCK, slots, err))
            return false;
        for (size_t i = 0; i < BLOCK; i++)
            if (slots[i].row_plus_1 != 0)
                sum += img_hash64(&slots[i], sizeof slots[i]);
    }
    return sum == index->head.sum ||
           img_err_set(err, IMG_ERR_BAD_RECORD, "its sum does not fit");
}

bool img_index_open(struct img_index *index, int folder, struct img_err *err)
{
    *index = (struct img_index){.file = {.folder = folder}};
    int fd = openat(folder, IMG_COLLECTION_INDEX, O_RDWR | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return img_err_sys(err, IMG_ERR_NOT_FOUND, errno, "cannot open");
    index->open = true;
    index->file.fd = fd;
    if (read_head(index, err) && check_sum(index, err))
        return true;
    img_index_close(index);
    return false;
}

bool img_index_make(struct img_index *index, int folder, uint64_t rows, struct img_err *err)
{
    *index = (struct img_index){.head = {.magic = magic, .slots = SLOTS_LEAST}};
    /* Half of what it may take, so that it is not made larger soon after. */
    while (index->head.slots * 3 / 10 < rows)
        index->head.slots *= 2;
    if (!img_beside_open(&index->file, folder, IMG_COLLECTION_INDEX, err))
        return false;
    index->open = true;
    if (ftruncate(index->file.fd, (off_t)slot_place(index->head.slots)) == 0)
        return true;
    img_err_sys(err, IMG_ERR_OUTPUT, errno, IMG_COLLECTION_INDEX ": cannot make");
    img_index_close(index);
    return false;
}

bool img_index_finish(struct img_index *index, struct img_err *err)
{
    int fd = -1;
    if (!write_head(index, err) || !img_beside_commit(&index->file, &fd, err))
        return img_err_in(err, IMG_COLLECTION_INDEX);
    index->file.fd = fd;
    index->file.unfinished[0] = '\0';
    return true;
}

/* Walks from a hash's home to the first empty slot or to one that want accepts. */
static bool probe(const struct img_index *index, uint64_t hash, uint64_t *steps, size_t want,
                  struct slot *found, struct img_err *err)
{
    uint64_t mask = index->head.slots - 1;
    struct slot slots[PROBE];
    size_t have = 0, next = 0;
    for (; *steps < index->head.slots; ++*steps) {
        uint64_t at = (hash + *steps) & mask;
        if (next == have) {
            uint64_t to_end = index->head.slots - at;
            have = to_end < PROBE ? (size_t)to_end : PROBE;
            next = 0;
            if (!read_block(index, at, have, slots, err))
                return false;
        }
        *found = slots[next++];
        bool wanted = found->hash == hash && (want == SIZE_MAX || found->row_plus_1 == want + 1);
        if (found->row_plus_1 == 0 || wanted)
            return true;
    }
    return img_err_set(err, IMG_ERR_BAD_RECORD, IMG_COLLECTION_INDEX ": no empty slot");
}

bool img_index_next(const struct img_index *index, struct img_index_cursor *cursor, size_t *row,
                    struct img_err *err)
{
    struct slot slot;
    if (!probe(index, cursor->hash, &cursor->steps, SIZE_MAX, &slot, err))
        return false;
    cursor->steps++;
    *row = slot.row_plus_1 == 0 ? SIZE_MAX : (size_t)(slot.row_plus_1 - 1);
    return true;
}

static bool write_slot(struct img_index *index, uint64_t hash, uint64_t steps,
                       const struct slot *old, size_t row, struct img_err *err)
{
    struct slot slot = {hash, row + 1};
    if (old->row_plus_1 != 0)
        index->head.sum -= img_hash64(old, sizeof *old);
    index->head.sum += img_hash64(&slot, sizeof slot);
    uint64_t at = (hash + steps) & (index->head.slots - 1);
    return img_write_at(index->file.fd, &slot, sizeof slot, slot_place(at), err) ||
           img_err_in(err, IMG_COLLECTION_INDEX);
}

bool img_index_put(struct img_index *index, uint64_t hash, size_t old, size_t row,
                   struct img_err *err)
{
    struct slot slot;
    uint64_t steps = 0;
    if (!probe(index, hash, &steps, row, &slot, err))
        return false;
    if (slot.row_plus_1 != 0)
        return true;
    if (old != SIZE_MAX) {
        uint64_t old_steps = 0;
        if (!probe(index, hash, &old_steps, old, &slot, err))
            return false;
        steps = old_steps;
    }
    return write_slot(index, hash, steps, &slot, row, err);
}

static bool copy_slots(const struct img_index *from, struct img_index *to, struct img_err *err)
{
    struct slot slots[BLOCK];
    for (uint64_t at = 0; at < from->head.slots; at += BLOCK) {
        if (!read_block(from, at, BLOCK, slots, err))
            return false;
        for (size_t i = 0; i < BLOCK; i++)
            if (slots[i].row_plus_1 != 0 &&
                !img_index_put(to, slots[i].hash, SIZE_MAX, (size_t)(slots[i].row_plus_1 - 1), err))
                return false;
    }
    return true;
}

bool img_index_grow(struct img_index *index, uint64_t rows, struct img_err *err)
{
    struct img_index larger;
    if (rows <= index->head.slots * 6 / 10)
        return true;
    if (!img_index_make(&larger, index->file.folder, rows, err))
        return false;
    larger.head.rows = index->head.rows;
    larger.head.tail = index->head.tail;
    if (!copy_slots(index, &larger, err) || !img_index_finish(&larger, err)) {
        img_index_close(&larger);
        return false;
    }
    img_index_close(index);
    *index = larger;
    return true;
}

bool img_index_cover(struct img_index *index, uint64_t rows, uint64_t tail, struct img_err *err)
{
    index->head.rows = rows;
    index->head.tail = tail;
    return write_head(index, err);
}

void img_index_close(struct img_index *index)
{
    if (index->open && index->file.unfinished[0])
        img_beside_abort(&index->file);
    else if (index->open)
        close(index->file.fd);
    *index = (struct img_index){0};
}
