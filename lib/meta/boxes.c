/* Cutting boxes out of ISO media files and their relatives. */
#include "meta/boxes.h"

#include <string.h>

uint64_t img_part_take(struct img_part *part, unsigned size)
{
    uint64_t value = 0;
    if ((size_t)(part->end - part->at) < size) {
        part->at = part->end;
        return 0;
    }
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | *part->at++;
    return value;
}

struct img_part img_part_of(struct img_block block)
{
    static const uint8_t nothing[1];
    const uint8_t *at = block.bytes ? block.bytes : nothing;
    return (struct img_part){at, at + (block.bytes ? block.len : 0)};
}

bool img_box_next(struct img_part *part, char name[4], struct img_block *body)
{
    size_t left = (size_t)(part->end - part->at);
    if (left < 8)
        return false;
    uint64_t size = img_part_take(part, 4), head = 8;
    memcpy(name, part->at, 4);
    part->at += 4;
    if (size == 1) {
        if (left < 16)
            return false;
        size = img_part_take(part, 8);
        head = 16;
    }
    if (size == 0 || size > left)
        size = left;
    if (size < head)
        return false;
    *body = (struct img_block){part->at, (size_t)(size - head)};
    part->at += size - head;
    return true;
}

struct img_block img_box_exif(struct img_block body)
{
    struct img_part part = img_part_of(body);
    uint64_t skip = img_part_take(&part, 4);
    size_t left = (size_t)(part.end - part.at);
    if (skip > left)
        return (struct img_block){0};
    return (struct img_block){part.at + skip, left - (size_t)skip};
}
