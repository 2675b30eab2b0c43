/* The configuration file: whatever it holds, it is taken in full with every value in its range, or
 * refused as CONFIG. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* Each value that was taken is taken again as text. */
static void check(const struct img_config *config)
{
    for (unsigned key = 0; key < IMG_KEY_COUNT; key++) {
        struct img_buf text = {0};
        struct img_values values;
        struct img_err err;
        if (config->source[key] != IMG_FROM_FILE)
            continue;
        img_key_put((enum img_key)key, &config->v, &text);
        require(img_key_store((enum img_key)key, text.data ? text.data : "", &values, &err));
        img_buf_clear(&text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct img_config config = {0};
    struct img_arena arena = {.limit = 64 << 20};
    struct img_err err;
    int fd = memfd_create("config", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (img_config_read_file(&config, path, true, &arena, &err))
        check(&config);
    else
        require(err.code == IMG_ERR_CONFIG || err.code == IMG_ERR_OUT_OF_MEMORY);
    img_arena_clear(&arena);
    close(fd);
    return 0;
}
