/* Looks, laid out by their mean colour, and compared under the eight orientations. */
#include "sim/dupes_looks.h"

#include <stdlib.h>

#include "base/size.h"
#include "image/lanes.h"
#include "search/search.h"

/* Calibrated on photographs and drawings, re-encoded, resized, turned and cropped by 2 %, against
 * pictures taken a moment later (tests/e2e/sim-dupes-corpus.t). */
enum {
    DISTANCE = 40, /* bits at most … */
    SHARE = 21,    /* … and percent of the details of both */
    DETAILS = 16,  /* a picture with fewer looks like nothing */
    ORIENTATIONS = 8,
};
/* The least cosine of a picture and its copy: of an exact one, of one at the limit, of a turned
 * one, which a model may see quite differently. */
static const double cosine_exact = 0.5, cosine_limit = 0.8, cosine_turned = 0.2;

enum { LEVELS = 32, CELLS = LEVELS * LEVELS * LEVELS };

struct spot {
    struct img_look look;
    size_t at; /* in rows */
};

struct looks {
    struct img_dupes *dupes;
    const struct img_dupes_looks_options *options;
    struct spot *spots; /* by cell, then by row */
    size_t *begins;     /* [CELLS + 1] */
};

static unsigned cell_of(unsigned red, unsigned green, unsigned blue)
{
    return (red * LEVELS + green) * LEVELS + blue;
}

static unsigned cell_of_look(const struct img_look *look)
{
    return cell_of(look->red, look->green, look->blue);
}

static bool counts(const struct img_dupes_row *row)
{
    return row->standing && row->has_look && row->look.details >= DETAILS;
}

/* A counting sort, which keeps the order of rows in a cell. */
static bool lay_out(struct looks *looks, struct img_err *err)
{
    const struct img_dupes *dupes = looks->dupes;
    size_t n = 0, bytes;
    looks->begins = calloc(CELLS + 2, sizeof *looks->begins);
    looks->spots = img_size_mul(dupes->row_count + 1, sizeof *looks->spots, &bytes) ? malloc(bytes)
                                                                                   : NULL;
    if (!looks->begins || !looks->spots)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "looks of %zu pictures", dupes->row_count);
    size_t *ends = looks->begins + 1;
    for (size_t at = 0; at < dupes->row_count; at++)
        if (counts(&dupes->rows[at]))
            ends[cell_of_look(&dupes->rows[at].look) + 1]++;
    for (size_t cell = 0; cell < CELLS; cell++) {
        n += ends[cell + 1];
        ends[cell + 1] = n;
    }
    for (size_t at = 0; at < dupes->row_count; at++)
        if (counts(&dupes->rows[at]))
            looks->spots[ends[cell_of_look(&dupes->rows[at].look)]++] =
                (struct spot){dupes->rows[at].look, at};
    return true;
}

/* The first spot of a cell that comes after a row. */
static size_t first_after(const struct looks *looks, unsigned cell, size_t at)
{
    size_t low = looks->begins[cell], high = looks->begins[cell + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (looks->spots[middle].at > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* The next spot from `from` on, before `to`, one of whose orientations is within the limit; to
 * when there is none. Most are told by their first half. */
IMG_FAST static size_t next_near(const struct spot *spots, size_t from, size_t to,
                             const struct img_look turned[ORIENTATIONS])
{
    for (; from < to; from++) {
        const uint64_t *words = spots[from].look.words;
        for (int i = 0; i < ORIENTATIONS; i++) {
            const uint64_t *other = turned[i].words;
            int bits = __builtin_popcountll(words[0] ^ other[0]) +
                       __builtin_popcountll(words[1] ^ other[1]);
            if (bits > DISTANCE)
                continue;
            bits += __builtin_popcountll(words[2] ^ other[2]) +
                    __builtin_popcountll(words[3] ^ other[3]);
            if (bits <= DISTANCE)
                return from;
        }
    }
    return to;
}

bool img_dupes_looks_same(const struct img_look turned[8], const struct img_look *other,
                          struct img_dupes_member *member)
{
    member->distance = IMG_PERCEPTUAL_BITS + 1;
    for (unsigned i = 0; i < ORIENTATIONS; i++) {
        unsigned distance = img_look_distance(&turned[i], other);
        if (distance < member->distance) {
            member->distance = distance;
            member->orientation = img_orientation_inverse(i + 1);
        }
    }
    unsigned details = (unsigned)turned[0].details + other->details;
    return member->distance <= DISTANCE && member->distance * 100 <= SHARE * details;
}

double img_dupes_least_cosine(const struct img_look *a, const struct img_look *b,
                              const struct img_dupes_member *member)
{
    if (member->orientation > 2)
        return cosine_turned;
    double share = (double)member->distance * 100 / (SHARE * ((double)a->details + b->details));
    return cosine_exact + (cosine_limit - cosine_exact) * share;
}

static const float *vector_of(const struct looks *looks, size_t at)
{
    const struct img_dupes_vectors *vectors = &looks->options->vectors;
    return vectors->vectors + looks->dupes->rows[at].row * vectors->dimension;
}

/* A turned copy's embedding is far from the picture's, but not far from everything. */
static bool confirmed(const struct looks *looks, size_t at, struct img_dupes_member *member)
{
    const struct img_dupes_row *rows = looks->dupes->rows;
    member->score = img_score(vector_of(looks, at), vector_of(looks, member->at),
                              looks->options->vectors.dimension, IMG_METRIC_COSINE);
    return member->score >= img_dupes_least_cosine(&rows[at].look, &rows[member->at].look, member);
}

static void take_cell(struct looks *looks, size_t at, unsigned cell,
                      const struct img_look turned[ORIENTATIONS], bool *begun)
{
    struct img_dupes *dupes = looks->dupes;
    size_t end = looks->begins[cell + 1];
    for (size_t i = first_after(looks, cell, at); i < end; i++) {
        i = next_near(looks->spots, i, end, turned);
        if (i == end)
            return;
        struct img_dupes_member member = {.at = looks->spots[i].at};
        if (!dupes->rows[member.at].standing ||
            !img_dupes_looks_same(turned, &looks->spots[i].look, &member) ||
            !confirmed(looks, at, &member))
            continue;
        if (!*begun)
            img_dupes_begin(dupes, IMG_TIER_SAME_PICTURE, at);
        *begun = true;
        img_dupes_add(dupes, &member);
    }
}

/* The range of levels that are a step away at most. */
static void near_levels(uint8_t level, unsigned *from, unsigned *to)
{
    *from = level > 0 ? level - 1U : 0;
    *to = level + 1U < LEVELS ? level + 1U : LEVELS - 1;
}

static void take_copies(struct looks *looks, size_t at)
{
    const struct img_look *look = &looks->dupes->rows[at].look;
    struct img_look turned[ORIENTATIONS];
    unsigned red, green, blue, reds, greens, blues, first_green, first_blue;
    bool begun = false;
    for (unsigned i = 0; i < ORIENTATIONS; i++)
        img_look_turn(look, i + 1, &turned[i]);
    near_levels(look->red, &red, &reds);
    near_levels(look->green, &first_green, &greens);
    near_levels(look->blue, &first_blue, &blues);
    for (; red <= reds; red++)
        for (green = first_green; green <= greens; green++)
            for (blue = first_blue; blue <= blues; blue++)
                take_cell(looks, at, cell_of(red, green, blue), turned, &begun);
}

bool img_dupes_find_looks(struct img_dupes *dupes, const struct img_dupes_looks_options *options,
                          struct img_err *err)
{
    struct looks looks = {.dupes = dupes, .options = options};
    bool ok = lay_out(&looks, err);
    for (size_t at = 0; ok && at < dupes->row_count; at++) {
        if (options->stopped && options->stopped())
            ok = img_err_set(err, IMG_ERR_SYSTEM, "stopped");
        else if (counts(&dupes->rows[at]))
            take_copies(&looks, at);
    }
    free(looks.spots);
    free(looks.begins);
    return ok;
}
