/* Collections from strangers. An input without a NUL is a record's line. Else it is collection.json,
 * NUL, records.jsonl, NUL, how many eight bytes offsets.u64 has (one byte) and these, how many four
 * bytes dropped.u32 has and these, index.bin; vectors.f32 is a hole. Whatever opens can be read to
 * its end, by both sides, and the path of a record is the one that any reader of records sees. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "collection/line.h"
#include "collection/manifest.h"
#include "collection/reader.h"
#include "collection/writer.h"
#include "record/read.h"
#include "support/scratch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_line(const char *text, size_t len)
{
    struct img_line line = {0};
    struct img_arena arena = {.limit = 64 << 20};
    struct img_input_record record;
    struct img_err err;
    if (img_line_read(&line, text, len, &err) &&
        img_record_read(text, len, &arena, &record, &err) && record.kind == IMG_RECORD_PATH)
        require(img_line_is(&line, record.path, record.path_len));
    img_line_clear(&line);
    img_arena_clear(&arena);
}

static void walk(const char *folder)
{
    struct img_collection *collection;
    struct img_err err;
    if (!img_collection_open(&collection, folder, &err))
        return;
    const struct img_collection_facts *facts = img_collection_facts(collection);
    const float *vectors = img_collection_vectors(collection);
    double sum = 0;
    for (size_t row = 0; row < facts->count; row++) {
        const char *line;
        size_t len;
        if (img_collection_record(collection, row, &line, &len, &err))
            require(line[len] == '\n' && !memchr(line, '\n', len));
        sum += (double)vectors[(row + 1) * facts->dimension - 1];
        sum += img_collection_is_dropped(collection, row);
    }
    require(sum >= 0);
    img_collection_close(collection);
}

static void go_on(const char *folder, const struct img_manifest *manifest)
{
    struct img_collection_writer *writer;
    struct img_err err;
    enum img_collection_state state;
    size_t dropped;
    static const struct img_stamp stamp;
    static const char record[] = "{\"image_path\":\"a\"}\n";
    static float vector[4096];
    const struct img_collection_spec spec = {
        .dimension = manifest->dimension,
        .fingerprint = manifest->fingerprint,
        .precision = manifest->precision,
        .normalized = manifest->normalized,
    };
    if (!img_collection_open_writer(&writer, folder, &spec, &err))
        return;
    if (!img_collection_look(writer, "a", 1, &stamp, NULL, &state, &err) ||
        spec.dimension > sizeof vector / sizeof vector[0] ||
        !img_collection_append(writer, "a", 1, vector, record, sizeof record - 1, &err) ||
        !img_collection_mirror(writer, &dropped, &err))
        (void)err;
    if (!img_collection_close_writer(writer, &err))
        (void)err;
    walk(folder);
}

struct input {
    const char *at, *end;
};

static void write_text(struct input *input, const char *name)
{
    const char *stop = memchr(input->at, '\0', (size_t)(input->end - input->at));
    if (stop == NULL)
        stop = input->end;
    scratch_write(name, input->at, (size_t)(stop - input->at));
    input->at = stop < input->end ? stop + 1 : stop;
}

static void write_counted(struct input *input, const char *name, size_t unit)
{
    size_t count = input->at < input->end ? (unsigned char)*input->at++ : 0;
    size_t there = (size_t)(input->end - input->at);
    size_t len = count * unit < there ? count * unit : there;
    scratch_write(name, input->at, len);
    input->at += len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_manifest manifest;
    struct img_err err;
    const char *text = (const char *)data;
    const char *cut = size > 0 ? memchr(text, '\0', size) : NULL;
    if (cut == NULL) {
        if (size > 0)
            check_line(text, size);
        return 0;
    }
    if (!img_manifest_parse(&manifest, text, (size_t)(cut - text), &err) ||
        manifest.vectors_bytes > 1 << 20)
        return 0;
    scratch_open();
    struct input input = {text, text + size};
    write_text(&input, "c/collection.json");
    write_text(&input, "c/records.jsonl");
    write_counted(&input, "c/offsets.u64", sizeof(uint64_t));
    write_counted(&input, "c/dropped.u32", sizeof(uint32_t));
    scratch_write("c/index.bin", input.at, (size_t)(input.end - input.at));
    scratch_write("c/vectors.f32", "", 0);
    require(truncate(scratch_path("c/vectors.f32"), (off_t)manifest.vectors_bytes) == 0);
    walk(scratch_path("c"));
    go_on(scratch_path("c"), &manifest);
    scratch_close();
    return 0;
}
