/* What a server that embeds may answer: a reply in one of the three dialects, and the same bytes as a
 * refusal. The first byte chooses dialect and count. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/remote/reply.h"

enum { INPUTS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum img_remote_choice dialects[] = {IMG_REMOTE_IMG_SERVE, IMG_REMOTE_OLLAMA,
                                                      IMG_REMOTE_OPENAI};
    struct img_arena arena = {0};
    struct img_remote_result results[INPUTS];
    struct img_remote_said said;
    struct img_err err;
    char text[IMG_REMOTE_TEXT_MAX];
    enum img_code code;
    if (size == 0)
        return 0;
    size_t n = 1 + data[0] / 3 % INPUTS;
    const char *json = (const char *)data + 1;
    if (img_remote_read(dialects[data[0] % 3], json, size - 1, n, &arena, results, &said, &err))
        for (size_t i = 0; i < n; i++) {
            if ((results[i].values == NULL) != (results[i].err.code != IMG_OK))
                abort();
            for (size_t k = 0; results[i].values && k < results[i].count; k++)
                if (!isfinite(results[i].values[k]))
                    abort();
        }
    img_remote_read_refusal(json, size - 1, &arena, text, &code, &said);
    if (img_code_exit(code) != IMG_EXIT_INPUT || strlen(text) >= sizeof text)
        abort();
    img_arena_clear(&arena);
    return 0;
}
