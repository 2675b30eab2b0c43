/* From a root to a leaf, in the snapshot that is on disk. What the transaction itself has changed
 * meanwhile was looked at before it did. */
#include <stdlib.h>

#include "cache/page.h"
#include "cache/path.h"

enum { DEPTH_MAX = 32 };

static int compare(const struct img_cache_node *node, struct img_cache_bytes name)
{
    size_t len = node->key_len < name.len ? node->key_len : name.len;
    int order = memcmp(node->key, name.data, len);
    return order != 0 ? order : (node->key_len > name.len) - (node->key_len < name.len);
}

/* Reads down to the leaf for name and gives its number of entries. */
static bool descend(struct img_cache_paths *paths, const struct img_cache_tree *tree,
                    enum img_cache_page_kind kind, struct img_cache_bytes name, size_t *count,
                    struct img_err *err)
{
    const struct img_cache_file file = {paths->fd, paths->head, err};
    size_t page = tree->root;
    *count = 0;
    if (tree->root == SIZE_MAX)
        return true;
    if (tree->depth == 0 || tree->depth > DEPTH_MAX)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a table %u levels deep",
                           (unsigned)tree->depth);
    for (unsigned level = 0; level < tree->depth; level++) {
        bool leaf = level + 1u == tree->depth;
        if (!img_cache_page_read(&file, page, kind, leaf, paths->page, count))
            return false;
        if (leaf)
            break;
        size_t low = 0, high = *count; /* the last entry that is not greater */
        while (high - low > 1) {
            size_t middle = low + (high - low) / 2;
            struct img_cache_node node = img_cache_page_node(paths->page, false, middle);
            if (compare(&node, name) <= 0)
                low = middle;
            else
                high = middle;
        }
        page = img_cache_page_node(paths->page, false, low).child;
    }
    return true;
}

static bool find_table(struct img_cache_paths *paths, const char *table,
                       struct img_cache_tree *tree, struct img_err *err)
{
    const struct img_cache_bytes name = {(const unsigned char *)table, strlen(table)};
    size_t count;
    if (!descend(paths, &paths->head->main, IMG_CACHE_PAGE_MAIN, name, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct img_cache_node node = img_cache_page_node(paths->page, true, i);
        if (compare(&node, name) != 0)
            continue;
        *tree = img_cache_page_tree(&node);
        return tree->flags == 0 ? true
                                : img_err_set(err, IMG_ERR_BAD_RECORD, "a table of a foreign kind");
    }
    return img_err_set(err, IMG_ERR_BAD_RECORD, "it has no table '%s'", table);
}

bool img_cache_paths_open(struct img_cache_paths *paths, struct img_cache *cache, MDB_txn *txn,
                          struct img_err *err)
{
    const struct img_cache_budget free_pages = {.pages = 256, .free_only = true};
    mdb_filehandle_t fd;
    *paths = (struct img_cache_paths){
        .head = calloc(1, sizeof *paths->head),
        .trees = calloc(IMG_CACHE_TABLES, sizeof *paths->trees),
    };
    if (!paths->head || !paths->trees)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for looking at the cache");
    int code = mdb_env_get_fd(cache->env, &fd);
    if (code != 0)
        return img_err_set(err, IMG_ERR_SYSTEM, "%s", mdb_strerror(code));
    paths->fd = fd;
    if (!img_cache_check_head(fd, mdb_txn_id(txn) - 1, paths->head, err) ||
        !img_cache_check_trees(fd, paths->head, &free_pages, err))
        return false;
    paths->page = malloc(paths->head->page);
    if (!paths->page)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for looking at the cache");
    for (int i = 0; i < IMG_CACHE_TABLES; i++)
        if (!find_table(paths, img_cache_table_names[i], &paths->trees[i], err))
            return false;
    return true;
}

bool img_cache_paths_check(struct img_cache_paths *paths, enum img_cache_table table,
                           struct img_cache_bytes name, struct img_err *err)
{
    const struct img_cache_file file = {paths->fd, paths->head, err};
    size_t count, pages;
    if (!descend(paths, &paths->trees[table], IMG_CACHE_PAGE_TABLE, name, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct img_cache_node node = img_cache_page_node(paths->page, true, i);
        /* A large value that is replaced gives its pages back. */
        if (node.large != 0 && compare(&node, name) == 0)
            return img_cache_page_large(&file, node.large, node.len, &pages);
    }
    return true;
}

void img_cache_paths_close(struct img_cache_paths *paths)
{
    free(paths->head);
    free(paths->trees);
    free(paths->page);
    *paths = (struct img_cache_paths){0};
}
