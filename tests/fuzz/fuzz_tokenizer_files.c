/* A model folder's tokenizer files, broken or hostile; a table that comes of them is used. The
 * first byte says which file it is and of which family, the next three how big the model is. */
#include <stdint.h>
#include <stdlib.h>

#include "text/read.h"
#include "text/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct img_buf *table, uint32_t vocab_size)
{
    static const char text[] = "a photo of it's \xC3\x84 <|endoftext|> <end_of_text> 1";
    struct img_tokenizer tokenizer;
    struct img_err err;
    int32_t ids[24];
    size_t count = 0;
    if (!img_tokenizer_attach(&tokenizer, table->data, table->len, &err) ||
        !img_tokenizer_encode(&tokenizer, text, sizeof text - 1, ids, 24, &count, &err))
        abort();
    for (size_t i = 0; i < count; i++)
        if (ids[i] < 0 || (uint32_t)ids[i] >= vocab_size)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    const char *file = (const char *)data + 4;
    uint32_t vocab_size = (uint32_t)data[1] | (uint32_t)data[2] << 8 | (data[3] & 1u) << 16;
    struct img_vocab vocab;
    struct img_buf table = {0};
    struct img_err err;
    if (!img_vocab_init(&vocab, vocab_size, &err))
        return 0;
    bool read = false;
    switch (data[0] & 3) {
    case 0:
        read = img_read_tokenizer_json(&vocab, file, size - 4, &err);
        break;
    case 1:
        read = img_read_vocab_json(&vocab, file, size - 4, &err);
        break;
    case 2:
        read = img_read_merges(&vocab, file, size - 4, &err);
        break;
    default:
        read = img_read_merges_alone(&vocab, file, size - 4, &err);
        break;
    }
    if (read && img_vocab_pack(&vocab, data[0] & 4 ? IMG_TOKENIZER_OPEN_CLIP : IMG_TOKENIZER_HF,
                               &table, &err))
        use(&table, vocab_size);
    img_buf_clear(&table);
    img_vocab_clear(&vocab);
    return 0;
}
