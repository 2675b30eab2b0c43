/* A text from anybody, in both families; and, with the first byte's high bit, a table some bytes of
 * which were changed: each change is three bytes (place, value) at the text's beginning. */
#include <stdint.h>
#include <stdlib.h>

#include "text/read.h"
#include "text/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VOCAB_SIZE = 520, MOST = 16 };

static const char merges[] = "#version: 0.2\ni n\nt h\nth e</w>\na n\nan d</w>\n"
                             "\xC3\x90 \xC2\xBE\n";

/* A table of a few merges. */
static struct img_buf make(enum img_tokenizer_family family)
{
    struct img_vocab vocab;
    struct img_buf table = {0};
    struct img_err err;
    if (!img_vocab_init(&vocab, VOCAB_SIZE, &err) ||
        !img_read_merges_alone(&vocab, merges, sizeof merges - 1, &err) ||
        !img_vocab_pack(&vocab, family, &table, &err))
        abort();
    img_vocab_clear(&vocab);
    return table;
}

static void change(struct img_buf *table, const uint8_t **data, size_t *size)
{
    for (unsigned changes = 4; changes > 0 && *size >= 3; changes--) {
        size_t place = ((size_t)(*data)[0] | (size_t)(*data)[1] << 8) % table->len;
        table->data[place] = (char)(*data)[2];
        *data += 3;
        *size -= 3;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct img_buf whole[2];
    if (whole[0].data == NULL) {
        whole[IMG_TOKENIZER_HF] = make(IMG_TOKENIZER_HF);
        whole[IMG_TOKENIZER_OPEN_CLIP] = make(IMG_TOKENIZER_OPEN_CLIP);
    }
    if (size < 1)
        return 0;
    struct img_buf table = {0};
    img_buf_put(&table, whole[data[0] & 1].data, whole[data[0] & 1].len);
    bool changed = (data[0] & 0x80) != 0;
    data++;
    size--;
    if (changed)
        change(&table, &data, &size);
    struct img_tokenizer tokenizer;
    struct img_err err;
    int32_t ids[MOST];
    size_t count = 0;
    if (img_tokenizer_attach(&tokenizer, table.data, table.len, &err) &&
        img_tokenizer_encode(&tokenizer, (const char *)data, size, ids, MOST, &count, &err) &&
        (count < 2 || count > MOST))
        abort();
    img_buf_clear(&table);
    return 0;
}
