/* A worker: takes requests from its slot's socket and decodes, fenced in, until it is told to go,
 * killed, or has served its time. */
#ifndef IMG_DECODE_CHILD_H
#define IMG_DECODE_CHILD_H

#include <stdint.h>

#include "base/buf.h"
#include "decode/decode.h"
#include "decode/thumbnail.h"

/* What does the decoding: img_decode_begin(), img_decode(), img_decode_facts(),
 * img_decode_thumbnail() and img_decode_formats(), or a test's stand-ins. */
struct img_decoder {
    bool (*begin)(struct img_err *err);
    bool (*decode)(const uint8_t *bytes, size_t len, const struct img_prep *prep,
                   struct img_arena *arena, uint8_t *out, struct img_info *info,
                   struct img_err *err);
    bool (*facts)(const uint8_t *bytes, size_t len, const struct img_prep *prep, bool extended,
                  struct img_arena *arena, struct img_buf *out, struct img_info *info,
                  struct img_err *err);
    bool (*thumbnail)(const uint8_t *bytes, size_t len, const struct img_prep *prep, bool jpeg,
                      struct img_arena *arena, struct img_buf *out, struct img_extent *extent,
                      struct img_info *info, struct img_err *err);
    uint32_t (*formats)(void);
};

struct img_decode_slot {
    int socket, input, pixels; /* descriptors; socket -1: not attached */
    uint32_t generation;       /* which worker this is */
    uint32_t timeout_ms;       /* 0: none */
    uint64_t memory_limit;     /* 0: none */
};

/* Runs in a process of its own; returns its exit status. */
int img_decode_child(const struct img_decode_slot *slot, const struct img_decoder *decoder);

#endif
