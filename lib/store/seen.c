/* A set with open addressing; ids are hashes already. */
#include "store/seen.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

static bool is_zero(const struct img_point_id *id)
{
    static const struct img_point_id zero;
    return memcmp(id, &zero, sizeof zero) == 0;
}

/* Where the id is, or the free place where it would be. room is a power of two, never full. */
static size_t place(const struct img_point_id *places, size_t room, const struct img_point_id *id)
{
    uint64_t hash;
    memcpy(&hash, id->bytes, sizeof hash);
    size_t at = (size_t)hash & (room - 1);
    while (!is_zero(&places[at]) && memcmp(&places[at], id, sizeof *id) != 0)
        at = (at + 1) & (room - 1);
    return at;
}

static bool grow(struct img_seen *seen, struct img_err *err)
{
    size_t room = seen->room ? 2 * seen->room : FIRST_ROOM;
    struct img_point_id *places = calloc(room, sizeof *places);
    if (!places)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for ids");
    for (size_t i = 0; i < seen->room; i++)
        if (!is_zero(&seen->places[i]))
            places[place(places, room, &seen->places[i])] = seen->places[i];
    free(seen->places);
    seen->places = places;
    seen->room = room;
    return true;
}

bool img_seen_add(struct img_seen *seen, const struct img_point_id *id, struct img_err *err)
{
    if (is_zero(id)) {
        seen->has_zero = true;
        return true;
    }
    if (seen->count >= IMG_SEEN_MAX)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "more than %zu points to mirror", IMG_SEEN_MAX);
    if (2 * (seen->count + 1) > seen->room && !grow(seen, err))
        return false;
    size_t at = place(seen->places, seen->room, id);
    seen->count += is_zero(&seen->places[at]);
    seen->places[at] = *id;
    return true;
}

bool img_seen_has(const struct img_seen *seen, const struct img_point_id *id)
{
    if (is_zero(id))
        return seen->has_zero;
    return seen->room > 0 && !is_zero(&seen->places[place(seen->places, seen->room, id)]);
}

void img_seen_clear(struct img_seen *seen)
{
    free(seen->places);
    *seen = (struct img_seen){0};
}
