/* The hub's list of files, as a hostile or broken server might send it; then what is fetched. */
#include <stdint.h>
#include <stdlib.h>

#include "hub/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_arena arena = {0};
    struct img_hub_listing listing;
    struct img_err err;
    if (img_hub_listing_parse((const char *)data, size, &arena, &listing, &err)) {
        static const struct img_hub_file *chosen[IMG_HUB_WANTED_MAX];
        size_t count;
        if (img_hub_listing_choose(&listing, NULL, 0, chosen, &count, &err))
            for (size_t i = 0; i < count; i++)
                if (!img_hub_path_ok(chosen[i]->path))
                    abort();
    }
    img_arena_clear(&arena);
    return 0;
}
