/* Groups of duplicates: what is in one is left out of the weaker ones, but for the picture to
 * keep, so that no picture is a copy twice, and each copy has been compared with the one that is
 * kept. */
#ifndef IMG_SIM_DUPES_GROUPS_H
#define IMG_SIM_DUPES_GROUPS_H

#include "sim/dupes_rows.h"

enum img_tier {
    IMG_TIER_IDENTICAL,
    IMG_TIER_SAME_PIXELS,
    IMG_TIER_SAME_PICTURE,
    IMG_TIER_SIMILAR,
    IMG_TIERS
};

struct img_dupes_member {
    size_t at;            /* in rows */
    double score;         /* cosine with the one that is kept; NaN: not computed */
    unsigned distance;    /* SAME_PICTURE: bits by which the looks differ */
    unsigned orientation; /* SAME_PICTURE: EXIF's, that makes it look like that; else 0 */
};

struct img_dupes_group {
    enum img_tier tier;
    size_t first, count; /* in members: the one to keep, then the others */
    double score;        /* SIMILAR: the smallest cosine of any two; else NaN */
    size_t lowest;       /* of its rows; known when sorted */
};

struct img_dupes {
    struct img_dupes_row *rows; /* [row_count], as img_dupes_rows_read() sorts them */
    size_t row_count;
    struct img_dupes_member *members; /* [member_count], room for 2 * row_count */
    size_t member_count;
    struct img_dupes_group *groups; /* [group_count], room for row_count */
    size_t group_count;
};

/* Takes rows over, also when it fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_dupes_init(struct img_dupes *dupes, struct img_dupes_row *rows, size_t count,
                                struct img_err *err);

/* Begins a group, of the row at `at` and no other yet: another is to follow. */
void img_dupes_begin(struct img_dupes *dupes, enum img_tier tier, size_t at);

/* Adds a standing row to the last group. It stands no longer. */
void img_dupes_add(struct img_dupes *dupes, const struct img_dupes_member *member);

/* A file that has several rows, of several collections or under several names, is one picture: of
 * them only the first stands. Else the file to keep would be among its own copies. Fails with
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_dupes_join_files(struct img_dupes *dupes, struct img_err *err);

/* The two tiers of equal hashes: IDENTICAL and SAME_PIXELS. Fails with OUT_OF_MEMORY. */
IMG_CHECKED bool img_dupes_find_equal(struct img_dupes *dupes, enum img_tier tier,
                                      struct img_err *err);

/* Brings the groups into their order: by tier, then by the lowest row in them; within one the
 * row to keep comes first, then the others by row. */
void img_dupes_sort(struct img_dupes *dupes);

void img_dupes_clear(struct img_dupes *dupes);

#endif
