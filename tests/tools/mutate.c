/* Makes damaged files out of good ones, for tests of what reads hostile input: the same seed and
 * files give the same damage.
 *
 *   mutate SEED COUNT FOLDER FILE…
 *
 * SEED 0 takes the time of day. Prints the seed, writes FOLDER/00000 and so on. Files beyond 256 KiB
 * are left out, so that thousands can be made and read. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"

enum {
    SOURCE_MAX = 256 << 10,
    SOURCES_MAX = 4096,
    ROOM = 4 * SOURCE_MAX, /* that damage may fill */
    HITS_MAX = 6,          /* one file's wounds */
    HEAD = 512,            /* where most lengths and sizes lie */
};

struct damage {
    uint64_t chance;
    uint8_t *bytes; /* [ROOM] */
    size_t len;
};

/* SplitMix64. */
static uint64_t next(struct damage *d)
{
    uint64_t z = d->chance += 0x9e3779b97f4a7c15U;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

static size_t below(struct damage *d, size_t end)
{
    return end > 0 ? (size_t)(next(d) % end) : 0;
}

/* A place in the file, every other time in its head. */
static size_t place(struct damage *d)
{
    size_t end = next(d) % 2 && d->len > HEAD ? HEAD : d->len;
    return below(d, end);
}

static void flip_bits(struct damage *d)
{
    for (size_t n = 1 + below(d, 8); n > 0 && d->len > 0; n--)
        d->bytes[place(d)] ^= (uint8_t)(1U << below(d, 8));
}

static void set_bytes(struct damage *d)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff};
    size_t at = place(d), n = 1 + below(d, 32);
    uint8_t value = values[below(d, sizeof values)];
    for (size_t i = at; i < at + n && i < d->len; i++)
        d->bytes[i] = value;
}

static void cut(struct damage *d)
{
    d->len = below(d, d->len + 1);
}

/* A length, a size, an offset: two or four bytes, either way round, with a value that hurts or is
 * only a little wrong. */
static void edit_field(struct damage *d)
{
    static const uint32_t values[] = {0, 1, 0x7f, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff,
                                      0x80000000U, 0xfffffff0U, 0xffffffffU};
    size_t width = next(d) % 2 ? 4 : 2, at = place(d);
    bool big = next(d) % 2;
    uint32_t value = values[below(d, sizeof values / sizeof values[0])];
    if (at + width > d->len)
        return;
    if (next(d) % 3 == 0) {
        value = 0;
        for (size_t i = 0; i < width; i++)
            value |= (uint32_t)d->bytes[at + i] << 8 * (big ? width - 1 - i : i);
        value += (uint32_t)below(d, 9) - 4;
    }
    for (size_t i = 0; i < width; i++)
        d->bytes[at + i] = (uint8_t)(value >> 8 * (big ? width - 1 - i : i));
}

/* Two stretches change places. */
static void swap_chunks(struct damage *d)
{
    size_t n = 1 + below(d, d->len / 4 + 1), from = below(d, d->len), to = below(d, d->len);
    for (size_t i = 0; i < n && from + i < d->len && to + i < d->len; i++) {
        uint8_t kept = d->bytes[from + i];
        d->bytes[from + i] = d->bytes[to + i];
        d->bytes[to + i] = kept;
    }
}

static void remove_chunk(struct damage *d)
{
    size_t at = place(d), n = below(d, (d->len - at) / 2 + 2);
    if (at + n > d->len)
        return;
    memmove(d->bytes + at, d->bytes + at + n, d->len - at - n);
    d->len -= n;
}

static void repeat_chunk(struct damage *d)
{
    size_t at = place(d), n = below(d, (d->len - at) / 2 + 2);
    if (at + n > d->len || d->len + n > ROOM)
        return;
    memmove(d->bytes + at + n, d->bytes + at, d->len - at);
    d->len += n;
}

/* From some place on it is another file. */
static void splice(struct damage *d, const struct img_buf *other)
{
    size_t at = place(d), from = next(d) % 2 ? at : below(d, other->len);
    if (from >= other->len || at + other->len - from > ROOM)
        return;
    memcpy(d->bytes + at, other->data + from, other->len - from);
    d->len = at + other->len - from;
}

static void hit(struct damage *d, const struct img_buf *other)
{
    switch (next(d) % 16) {
    case 0:
        cut(d);
        break;
    case 1:
        splice(d, other);
        break;
    case 2:
        swap_chunks(d);
        break;
    case 3:
        remove_chunk(d);
        break;
    case 4:
        repeat_chunk(d);
        break;
    case 5:
    case 6:
    case 7:
        set_bytes(d);
        break;
    case 8:
    case 9:
    case 10:
    case 11:
        flip_bits(d);
        break;
    default:
        edit_field(d);
        break;
    }
}

static bool write_file(const char *folder, size_t number, const struct damage *d)
{
    char path[4096];
    snprintf(path, sizeof path, "%.4000s/%05zu", folder, number);
    FILE *file = fopen(path, "wb");
    if (!file)
        return false;
    bool ok = fwrite(d->bytes, 1, d->len, file) == d->len;
    return fclose(file) == 0 && ok;
}

static bool damage_files(uint64_t seed, size_t count, const char *folder,
                         const struct img_buf *sources, size_t nsources)
{
    struct damage d = {.chance = seed, .bytes = malloc(ROOM)};
    bool ok = d.bytes != NULL;
    for (size_t i = 0; ok && i < count; i++) {
        const struct img_buf *source = &sources[below(&d, nsources)];
        memcpy(d.bytes, source->data, source->len);
        d.len = source->len;
        for (size_t hits = 1 + below(&d, HITS_MAX); hits > 0; hits--)
            hit(&d, &sources[below(&d, nsources)]);
        ok = write_file(folder, i, &d);
    }
    free(d.bytes);
    return ok;
}

static size_t read_sources(char **paths, size_t count, struct img_buf *sources)
{
    size_t found = 0;
    for (size_t i = 0; i < count && found < SOURCES_MAX; i++) {
        struct img_err err;
        if (img_file_read(paths[i], SOURCE_MAX, &sources[found], &err) && sources[found].len > 0)
            found++;
        else
            img_buf_clear(&sources[found]);
    }
    return found;
}

int main(int argc, char **argv)
{
    static struct img_buf sources[SOURCES_MAX + 1];
    if (argc < 5) {
        fputs("usage: mutate SEED COUNT FOLDER FILE...\n", stderr);
        return 2;
    }
    uint64_t seed = strtoull(argv[1], NULL, 10);
    if (seed == 0)
        seed = (uint64_t)time(NULL);
    printf("seed %" PRIu64 "\n", seed);
    size_t nsources = read_sources(argv + 4, (size_t)argc - 4, sources);
    bool ok = nsources > 0 &&
              damage_files(seed, strtoul(argv[2], NULL, 10), argv[3], sources, nsources);
    for (size_t i = 0; i < nsources; i++)
        img_buf_clear(&sources[i]);
    if (!ok)
        fputs("mutate: cannot read or write what is asked\n", stderr);
    return ok ? 0 : 1;
}
