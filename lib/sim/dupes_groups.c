/* Groups, their order, and those of equal hashes. */
#include "sim/dupes_groups.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/size.h"

bool img_dupes_init(struct img_dupes *dupes, struct img_dupes_row *rows, size_t count,
                    struct img_err *err)
{
    size_t members, groups;
    *dupes = (struct img_dupes){.rows = rows, .row_count = count};
    if (img_size_mul(count + 1, 2 * sizeof *dupes->members, &members) &&
        img_size_mul(count + 1, sizeof *dupes->groups, &groups)) {
        dupes->members = malloc(members);
        dupes->groups = malloc(groups);
    }
    if (dupes->members && dupes->groups)
        return true;
    img_dupes_clear(dupes);
    return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "groups of %zu rows", count);
}

void img_dupes_begin(struct img_dupes *dupes, enum img_tier tier, size_t at)
{
    dupes->groups[dupes->group_count++] = (struct img_dupes_group){
        .tier = tier, .first = dupes->member_count, .count = 1, .score = (double)NAN};
    dupes->members[dupes->member_count++] =
        (struct img_dupes_member){.at = at, .score = (double)NAN};
}

void img_dupes_add(struct img_dupes *dupes, const struct img_dupes_member *member)
{
    dupes->groups[dupes->group_count - 1].count++;
    dupes->members[dupes->member_count++] = *member;
    dupes->rows[member->at].standing = false;
}

struct key {
    struct img_id id;
    size_t at;
};

static int by_key(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    int order = memcmp(&x->id, &y->id, sizeof x->id);
    return order ? order : x->at < y->at ? -1 : x->at > y->at;
}

/* What rows can have in common; NULL when a row does not have it. */
typedef const struct img_id *key_of(const struct img_dupes_row *row);

static const struct img_id *path_of(const struct img_dupes_row *row)
{
    return row->has_path ? &row->path : NULL;
}

static const struct img_id *file_of(const struct img_dupes_row *row)
{
    return row->has_file ? &row->file : NULL;
}

static const struct img_id *bytes_of(const struct img_dupes_row *row)
{
    return row->standing && row->has_id ? &row->id : NULL;
}

static const struct img_id *pixels_of(const struct img_dupes_row *row)
{
    return row->standing && row->has_pixels ? &row->pixels : NULL;
}

/* The rows that have one, equal ones side by side. NULL: no memory. */
static struct key *sort_keys(const struct img_dupes *dupes, key_of *of, size_t *n,
                             struct img_err *err)
{
    struct key *keys = calloc(dupes->row_count + 1, sizeof *keys);
    *n = 0;
    if (!keys) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "%zu hashes", dupes->row_count);
        return NULL;
    }
    for (size_t at = 0; at < dupes->row_count; at++) {
        const struct img_id *id = of(&dupes->rows[at]);
        if (id)
            keys[(*n)++] = (struct key){*id, at};
    }
    qsort(keys, *n, sizeof *keys, by_key);
    return keys;
}

static bool same(const struct key *a, const struct key *b)
{
    return memcmp(&a->id, &b->id, sizeof a->id) == 0;
}

bool img_dupes_join_files(struct img_dupes *dupes, struct img_err *err)
{
    static key_of *const ways[] = {path_of, file_of};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        size_t n;
        struct key *keys = sort_keys(dupes, ways[i], &n, err);
        if (!keys)
            return false;
        for (size_t at = 1; at < n; at++)
            if (same(&keys[at], &keys[at - 1]))
                dupes->rows[keys[at].at].standing = false;
        free(keys);
    }
    return true;
}

bool img_dupes_find_equal(struct img_dupes *dupes, enum img_tier tier, struct img_err *err)
{
    size_t n;
    struct key *keys = sort_keys(dupes, tier == IMG_TIER_IDENTICAL ? bytes_of : pixels_of, &n, err);
    if (!keys)
        return false;
    for (size_t first = 0, next; first < n; first = next)
        for (next = first + 1; next < n && same(&keys[next], &keys[first]); next++) {
            if (next == first + 1)
                img_dupes_begin(dupes, tier, keys[first].at);
            img_dupes_add(dupes, &(struct img_dupes_member){keys[next].at, (double)NAN, 0, 0});
        }
    free(keys);
    return true;
}

static int by_row(const void *a, const void *b, void *rows_of)
{
    const struct img_dupes_member *x = a, *y = b;
    const struct img_dupes_row *rows = rows_of;
    size_t x_row = rows[x->at].row, y_row = rows[y->at].row;
    return x_row < y_row ? -1 : x_row > y_row;
}

static int by_tier(const void *a, const void *b)
{
    const struct img_dupes_group *x = a, *y = b;
    if (x->tier != y->tier)
        return x->tier < y->tier ? -1 : 1;
    return x->lowest < y->lowest ? -1 : x->lowest > y->lowest;
}

void img_dupes_sort(struct img_dupes *dupes)
{
    for (size_t i = 0; i < dupes->group_count; i++) {
        struct img_dupes_group *group = &dupes->groups[i];
        struct img_dupes_member *members = dupes->members + group->first;
        qsort_r(members + 1, group->count - 1, sizeof *members, by_row, dupes->rows);
        size_t kept = dupes->rows[members[0].at].row, next = dupes->rows[members[1].at].row;
        group->lowest = kept < next ? kept : next;
    }
    qsort(dupes->groups, dupes->group_count, sizeof *dupes->groups, by_tier);
}

void img_dupes_clear(struct img_dupes *dupes)
{
    free(dupes->rows);
    free(dupes->members);
    free(dupes->groups);
    *dupes = (struct img_dupes){0};
}
