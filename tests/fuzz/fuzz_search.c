/* Damaged derived files: a search finds what it finds without one. The input is a list of changes to a
 * sound file, {offset, 2 bytes; value, 1 byte}, then maybe a length to cut it to; the same behind '!',
 * with the head's own hash made right again; or, behind '=', the file itself. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "search/derived_file.h"
#include "support/nearest.h"
#include "support/scratch.h"

enum { ROWS = 40, DIMENSION = 9, QUERIES = 6, TOP = 5 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sound {
    float vectors[ROWS * DIMENSION], queries[QUERIES * DIMENSION];
    struct img_search_options options;
    struct img_search_request request;
    struct img_hit hits[QUERIES * TOP];
    size_t found[QUERIES];
    struct img_buf file;
};

static void prepare(struct sound *s)
{
    struct img_search *search;
    struct img_err err;
    nearest_fill(s->vectors, ROWS * DIMENSION, 1);
    nearest_fill(s->queries, QUERIES * DIMENSION, 2);
    s->options = (struct img_search_options){
        .vectors = s->vectors, .count = ROWS, .dimension = DIMENSION, .folder = scratch_open(),
        .build = true, .threads = 1};
    s->request = (struct img_search_request){
        .queries = s->queries, .count = QUERIES, .top_k = TOP, .min_score = -INFINITY};
    scratch_write("vectors.f32", s->vectors, sizeof s->vectors);
    nearest_brute(&s->options, &s->request, s->hits, s->found);
    if (!img_search_open(&search, &s->options, &err) ||
        !img_file_read(scratch_path(IMG_DERIVED_NAME), 1 << 20, &s->file, &err))
        abort();
    img_search_close(search);
    s->options.build = false;
    if (atexit(scratch_close) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sound sound;
    if (!sound.file.data)
        prepare(&sound);
    size_t len = sound.file.len;
    unsigned char *file = malloc(len);
    if (!file)
        abort();
    memcpy(file, sound.file.data, len);
    if (size > 0 && data[0] == '=') {
        scratch_write(IMG_DERIVED_NAME, data + 1, size - 1);
    } else {
        bool seal = size > 0 && data[0] == '!';
        size_t i = seal;
        for (; i + 3 <= size; i += 3)
            file[((size_t)data[i] << 8 | data[i + 1]) % len] ^= data[i + 2];
        struct img_derived_head head;
        memcpy(&head, file, sizeof head);
        head.self = img_derived_self(&head);
        if (seal)
            memcpy(file, &head, sizeof head);
        if (size - i == 2)
            len = ((size_t)data[i] << 8 | data[i + 1]) % len;
        scratch_write(IMG_DERIVED_NAME, file, len);
    }
    free(file);
    if (nearest_differs(&sound.options, &sound.request, sound.hits, sound.found))
        abort();
    return 0;
}
