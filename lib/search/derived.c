/* Opening the derived file, or telling why there is none. */
#include "search/derived.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "search/derived_file.h"

static bool name_of(char path[PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(path, PATH_MAX, "%s/%s", folder, name);
    return n > 0 && n < PATH_MAX;
}

/* Why the mapped file is not of these vectors; NULL when it is. */
static const char *misfit(const struct img_map *map, const struct img_search_options *options,
                          const struct img_derived_source *source)
{
    const struct img_derived_head *head = (const void *)map->data;
    size_t size;
    if (map->size < IMG_DERIVED_HEAD)
        return "it is too short";
    if (memcmp(head->magic, IMG_DERIVED_MAGIC, sizeof head->magic) != 0 ||
        head->version != IMG_DERIVED_VERSION)
        return "it is of another version";
    if (head->self != img_derived_self(head))
        return "it is damaged";
    if (head->dimension != options->dimension || head->count > options->count || head->count == 0)
        return "it is of other vectors";
    if (!img_derived_size((size_t)head->count, (size_t)head->dimension, &size) || size != map->size)
        return "it is cut off";
    if (head->mean != img_derived_mean_hash(map->data, (size_t)head->dimension))
        return "it is damaged";
    if (head->inode != source->stamp.ino ||
        (head->count == options->count && head->mtime_ns != source->stamp.mtime_ns) ||
        head->sample != img_derived_sample(options->vectors, (size_t)head->count,
                                           options->dimension))
        return "it is of other vectors";
    return NULL;
}

/* Maps it where it fits; *why is NULL then, or what is wrong, perhaps in failure's words. */
static bool open_file(struct img_derived *derived, const char *path,
                      const struct img_search_options *options,
                      const struct img_derived_source *source, struct img_err *failure,
                      const char **why, struct img_err *err)
{
    *why = NULL;
    if (!img_map_open(&derived->map, path, failure)) {
        *why = failure->os == ENOENT ? "" : failure->text;
        return true;
    }
    *why = misfit(&derived->map, options, source);
    if (*why) {
        img_map_close(&derived->map);
        return true;
    }
    const struct img_derived_head *head = (const void *)derived->map.data;
    const float *mean = (const void *)(derived->map.data + IMG_DERIVED_HEAD);
    (void)madvise((void *)(uintptr_t)derived->map.data, derived->map.size, MADV_WILLNEED);
    if (!img_reduced_init(&derived->reduced, (size_t)head->count, options->dimension, mean, err)) {
        img_map_close(&derived->map);
        return false;
    }
    derived->reduced.blocks =
        derived->map.data + IMG_DERIVED_HEAD + img_derived_mean_size(options->dimension);
    return true;
}

/* Whether so many rows are missing that making it anew pays. */
static bool lacks_many(const struct img_derived *derived, size_t count)
{
    size_t missing = count - derived->reduced.count;
    return missing > IMG_DERIVED_BEHIND && missing > count / 16;
}

bool img_derived_open(struct img_derived *derived, const struct img_search_options *options,
                      const struct img_search_kernels *kernels, struct img_pool *pool,
                      struct img_err *err)
{
    char path[PATH_MAX], vectors[PATH_MAX];
    struct img_derived_source source;
    struct img_err failure = {0};
    const char *why = NULL;
    *derived = (struct img_derived){0};
    if (!options->folder || options->count == 0 || options->dimension == 0 ||
        options->dimension > IMG_REDUCED_DIMENSION_MAX ||
        !name_of(path, options->folder, IMG_DERIVED_NAME) ||
        !name_of(vectors, options->folder, IMG_DERIVED_VECTORS) ||
        !img_derived_find_source(&source, vectors, options))
        return true;
    if (!open_file(derived, path, options, &source, &failure, &why, err))
        return false;
    if (why && *why)
        img_report(options->report, IMG_NOTE, "%s: not used: %s", path, why);
    if (!options->build || (!why && !lacks_many(derived, options->count)))
        return true;
    if (!img_derived_build(path, options, &source, kernels, pool, &failure)) {
        img_report(options->report, IMG_NOTE, "%s: not built: %s", path, failure.text);
        return true;
    }
    img_derived_close(derived);
    return open_file(derived, path, options, &source, &failure, &why, err);
}

void img_derived_discard(struct img_derived *derived, const struct img_search_options *options)
{
    char path[PATH_MAX];
    if (derived->reduced.count > 0 && options->build &&
        name_of(path, options->folder, IMG_DERIVED_NAME))
        (void)unlink(path);
    img_derived_close(derived);
}

void img_derived_close(struct img_derived *derived)
{
    img_reduced_clear(&derived->reduced);
    img_map_close(&derived->map);
}
