/* The loop of one worker: request in, pixels and answer out. */
#include "decode/child.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "decode/decode.h"
#include "decode/fence.h"
#include "decode/limits.h"
#include "worker/protocol.h"

enum {
    PICTURES = 1000,         /* then a fresh process: a leak of a library's stays small */
    KEPT_MAPPING = 8u << 20, /* larger mappings and scratch are given back after the picture */
    KEPT_SCRATCH = 32u << 20,
};

struct child {
    const struct img_decode_slot *slot;
    const struct img_decoder *decoder;
    struct img_worker_board *board;
    uint8_t *input;
    size_t input_size; /* mapped */
    uint8_t *pixels;
    size_t pixels_size; /* mapped, without the board */
    struct img_arena arena;
    bool fenced;
};

/* Makes *data a mapping of at least size bytes of fd from offset on. */
static bool map(int fd, int protection, off_t offset, size_t size, uint8_t **data, size_t *have,
                struct img_err *err)
{
    if (size <= *have)
        return true;
    if (*have > 0)
        munmap(*data, *have);
    *have = 0;
    void *fresh = mmap(NULL, size, protection, MAP_SHARED, fd, offset);
    if (fresh == MAP_FAILED)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY,
                           "a picture of %zu bytes needs more memory than allowed", size);
    *data = fresh;
    *have = size;
    return true;
}

static void give_back(struct child *child)
{
    if (child->input_size > KEPT_MAPPING) {
        munmap(child->input, child->input_size);
        child->input_size = 0;
    }
    if (child->pixels_size > KEPT_MAPPING) {
        munmap(child->pixels, child->pixels_size);
        child->pixels_size = 0;
    }
    if (child->arena.used > KEPT_SCRATCH)
        img_arena_clear(&child->arena);
    else
        img_arena_reset(&child->arena);
}

/* Bytes at the pixels' place that the answer may fill. */
static uint64_t room_wanted(const struct img_worker_decode *request)
{
    return request->want == IMG_WORKER_WANT_PIXELS || request->want == IMG_WORKER_WANT_THUMBNAIL
               ? (uint64_t)request->prep.size * request->prep.size * 3
               : IMG_WORKER_FACTS_MAX;
}

/* Whether the request makes sense: the client is one of ours, but a mistake there must not become
 * a wild access here. */
static bool request_valid(const struct img_worker_decode *request)
{
    const struct img_prep *prep = &request->prep;
    return request->want < IMG_WORKER_WANTS && prep->size >= 1 &&
           prep->size <= IMG_SIZE_MAX && prep->resize >= prep->size &&
           request->len <= request->input_size && request->pixels_size >= IMG_WORKER_PIXELS_AT &&
           room_wanted(request) <= request->pixels_size - IMG_WORKER_PIXELS_AT;
}

static bool read_facts(struct child *child, const struct img_worker_decode *request,
                       union img_worker_message *answer, struct img_err *err)
{
    struct img_buf out = {.limit = IMG_WORKER_FACTS_MAX};
    bool ok = child->decoder->facts(child->input, (size_t)request->len, &request->prep,
                                    request->want == IMG_WORKER_WANT_EXTENDED, &child->arena, &out,
                                    &answer->answer.info, err);
    if (ok && out.len > 0) {
        memcpy(child->pixels, out.data, out.len);
        answer->answer.facts_len = (uint32_t)out.len;
    }
    img_buf_clear(&out);
    return ok;
}

static bool make_thumbnail(struct child *child, const struct img_worker_decode *request,
                           union img_worker_message *answer, struct img_err *err)
{
    struct img_buf out = {.limit = (size_t)room_wanted(request) + 1}; /* the NUL is not sent */
    struct img_extent extent = {0};
    bool jpeg = request->want == IMG_WORKER_WANT_JPEG;
    bool ok = child->decoder->thumbnail(child->input, (size_t)request->len, &request->prep, jpeg,
                                        &child->arena, &out, &extent, &answer->answer.info, err);
    if (ok) {
        memcpy(child->pixels, out.data, out.len);
        answer->answer.columns = extent.columns;
        answer->answer.rows = extent.rows;
        answer->answer.facts_len = jpeg ? (uint32_t)out.len : 0;
    }
    img_buf_clear(&out);
    return ok;
}

static bool work(struct child *child, const struct img_worker_decode *request,
                 union img_worker_message *answer, struct img_err *err)
{
    if (request->want == IMG_WORKER_WANT_FORMATS) {
        answer->answer.formats = child->decoder->formats();
        return true;
    }
    if (request->want == IMG_WORKER_WANT_THUMBNAIL || request->want == IMG_WORKER_WANT_JPEG)
        return make_thumbnail(child, request, answer, err);
    if (request->want != IMG_WORKER_WANT_PIXELS)
        return read_facts(child, request, answer, err);
    return child->decoder->decode(child->input, (size_t)request->len, &request->prep,
                                  &child->arena, child->pixels, &answer->answer.info, err);
}

static bool decode(struct child *child, const struct img_worker_decode *request,
                   union img_worker_message *answer, struct img_err *err)
{
    const struct img_decode_slot *slot = child->slot;
    if (!request_valid(request))
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "a request that makes no sense");
    size_t len = (size_t)request->len;
    /* At least a page, so that an empty picture, too, has an address. */
    if (!map(slot->input, PROT_READ, 0, len > 0 ? len : 1, &child->input, &child->input_size,
             err) ||
        !map(slot->pixels, PROT_READ | PROT_WRITE, IMG_WORKER_PIXELS_AT,
             (size_t)room_wanted(request), &child->pixels, &child->pixels_size, err))
        return false;
    errno = 0;
    (void)img_decode_memory_lacked();
    if (work(child, request, answer, err))
        return true;
    /* Most libraries do not tell damaged data from their own want of memory. errno is for stacks of
     * threads, which do not come from malloc(3). */
    if ((img_decode_memory_lacked() || errno == ENOMEM) && err->code != IMG_ERR_OUT_OF_MEMORY)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "decoding needs more memory than allowed");
    return false;
}

static bool serve(struct child *child, const struct img_worker_decode *request, bool *again)
{
    union img_worker_message answer = {0};
    struct img_err err = {0};
    atomic_store(&child->board->taken, img_worker_taken(child->slot->generation, request->id));
    img_decode_limit_time(child->slot->timeout_ms);
    bool ok = decode(child, request, &answer, &err);
    answer.answer.id = request->id;
    answer.answer.code = ok ? IMG_OK : err.code;
    if (!ok)
        memcpy(answer.answer.text, err.text, sizeof answer.answer.text);
    /* After a failed allocation libraries are in states that nobody has tested. */
    *again = ok || err.code != IMG_ERR_OUT_OF_MEMORY;
    give_back(child);
    return img_worker_send(child->slot->socket, &answer, IMG_WORKER_ANSWER, NULL, 0);
}

/* Before the first picture's bytes are so much as mapped. A kernel that takes no filter was named
 * to the client when img-decode started. */
static bool fence(struct child *child, const struct img_prep *prep, struct img_err *err)
{
    const uint32_t texts = 1U << IMG_FORMAT_SVG | 1U << IMG_FORMAT_PDF;
    if (child->fenced || img_decode_fence_refused() != 0)
        return true;
    child->fenced = true;
    if (prep->formats & 1u << IMG_FORMAT_PDF)
        img_decode_load_pdf();
    return img_decode_fence(child->slot->socket, (prep->formats & texts) != 0, err);
}

int img_decode_child(const struct img_decode_slot *slot, const struct img_decoder *decoder)
{
    struct child child = {.slot = slot, .decoder = decoder};
    struct img_err err;
    void *board = mmap(NULL, sizeof *child.board, PROT_READ | PROT_WRITE, MAP_SHARED,
                       slot->pixels, 0);
    if (board == MAP_FAILED || !img_decode_limit(slot->memory_limit, &err))
        return EXIT_FAILURE;
    child.board = board;
    bool again = true;
    for (unsigned served = 0; again && served < PICTURES; served++) {
        union img_worker_message request;
        if (img_worker_receive(slot->socket, 0, &request, NULL, 0) != IMG_WORKER_GOT ||
            request.head.kind != IMG_WORKER_DECODE)
            break;
        if (!fence(&child, &request.decode.prep, &err))
            return EXIT_FAILURE;
        if (!serve(&child, &request.decode, &again))
            break;
    }
    return EXIT_SUCCESS;
}
