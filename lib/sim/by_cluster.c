/* Counting sorts of rows and clusters. */
#include "sim/by_cluster.h"

#include <stdlib.h>

bool img_by_cluster_make(struct img_by_cluster *groups, const struct img_kmeans *found,
                         size_t count, struct img_err *err)
{
    size_t *next = calloc(found->k + 1, sizeof *next);
    groups->first = calloc(found->k + 2, sizeof *groups->first);
    groups->rows = calloc(count + 1, sizeof *groups->rows);
    bool ok = next && groups->first && groups->rows;
    if (ok) {
        for (size_t row = 0; row < count; row++)
            if (found->cluster[row] != SIZE_MAX)
                groups->first[found->cluster[row] + 1]++;
        for (size_t c = 0; c < found->k; c++) {
            groups->first[c + 1] += groups->first[c];
            next[c] = groups->first[c];
        }
        for (size_t row = 0; row < count; row++)
            if (found->cluster[row] != SIZE_MAX)
                groups->rows[next[found->cluster[row]]++] = row;
    }
    free(next);
    return ok || img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu rows", count);
}

void img_by_cluster_clear(struct img_by_cluster *groups)
{
    free(groups->first);
    free(groups->rows);
    *groups = (struct img_by_cluster){0};
}

struct sized {
    size_t cluster, size, first_row;
};

static int compare(const void *a, const void *b)
{
    const struct sized *left = a, *right = b;
    if (left->size != right->size)
        return left->size > right->size ? -1 : 1;
    return left->first_row < right->first_row ? -1 : left->first_row > right->first_row;
}

bool img_by_cluster_renumber(struct img_kmeans *found, size_t count, size_t min_size,
                             struct img_err *err)
{
    struct img_by_cluster groups;
    struct sized *order = calloc(found->k + 1, sizeof *order);
    size_t *number = calloc(found->k + 1, sizeof *number), kept = 0;
    bool ok = img_by_cluster_make(&groups, found, count, err);
    if (ok && !(order && number))
        ok = img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu clusters", found->k);
    if (ok) {
        for (size_t c = 0; c < found->k; c++) {
            size_t size = groups.first[c + 1] - groups.first[c];
            order[c] = (struct sized){c, size, size > 0 ? groups.rows[groups.first[c]] : 0};
        }
        qsort(order, found->k, sizeof *order, compare);
        for (size_t i = 0; i < found->k; i++)
            number[order[i].cluster] =
                order[i].size > 0 && order[i].size >= min_size ? kept++ : SIZE_MAX;
        for (size_t row = 0; row < count; row++)
            if (found->cluster[row] != SIZE_MAX)
                found->cluster[row] = number[found->cluster[row]];
        found->k = kept;
        free(found->centres);
        found->centres = NULL;
    }
    img_by_cluster_clear(&groups);
    free(order);
    free(number);
    return ok;
}
