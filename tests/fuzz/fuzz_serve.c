/* Requests to img-serve: the first byte says which, then a Content-Type up to a newline, then the body.
 * What is accepted must be within the limits, and its strings must be. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "serve/ask.h"
#include "serve/guard.h"
#include "serve/listen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 8 };

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_inputs(const struct img_inputs_asked *inputs)
{
    volatile unsigned sum = 0;
    for (size_t i = 0; i < inputs->count; i++) {
        const struct img_input *input = &inputs->items[i];
        if (input->text)
            require(img_utf8_valid(input->text, input->len) && input->text[input->len] == '\0');
        for (size_t j = 0; j < input->bytes_len; j++)
            sum += input->bytes[j];
        require(input->text || input->kind == IMG_ITEM_BYTES);
    }
    (void)sum;
}

static void check_heads(const char *text)
{
    struct img_address address;
    struct img_err err;
    const struct img_string_list none = {0};
    if (img_guard_host(text, &none))
        require(strchr(text, 'l') || strchr(text, 'L') || strchr(text, '1'));
    require(!img_guard_token(text, "a-token-of-some-length") || strlen(text) > 20);
    (void)img_guard_origin(text, "localhost");
    if (img_address_parse(text, &address, &err))
        require(address.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *line = size > 1 ? memchr(data + 1, '\n', size - 1) : NULL;
    if (!line || line - data > 300)
        return 0;
    struct img_arena arena = {.limit = 64 << 20};
    struct img_err err;
    struct img_ask ask = {0};
    struct img_foreign_ask foreign;
    char type[301] = "";
    memcpy(type, data + 1, (size_t)(line - data - 1));
    size_t len = size - (size_t)(line + 1 - data);
    char *copy = malloc(len + 1);
    require(copy != NULL);
    memcpy(copy, line + 1, len);
    const struct img_body body = {.type = type, .bytes = copy, .len = len};
    unsigned kind = data[0] % 8;
    check_heads(type);
    if (kind < 6 && img_ask_read((enum img_ask_kind)kind, &body, MOST, &arena, &ask, &err)) {
        check_inputs(&ask.inputs);
        check_inputs(&ask.candidates);
        require(ask.inputs.count <= MOST && ask.candidates.count <= MOST);
        require(ask.top_k >= 1 && ask.top_k <= IMG_TOP_K_MAX);
    }
    if (kind == 6 && img_ask_openai(&body, MOST, &arena, &foreign, &err)) {
        check_inputs(&foreign.inputs);
        require(foreign.inputs.count >= 1 && foreign.inputs.count <= MOST);
    }
    if (kind == 7 && img_ask_ollama(&body, MOST, &arena, &foreign, &err)) {
        check_inputs(&foreign.inputs);
        require(foreign.inputs.count <= 2 * MOST);
    }
    img_arena_clear(&arena);
    free(copy);
    return 0;
}
