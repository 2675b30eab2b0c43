/* The trees of an LMDB data file, page by page. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cache/page.h"

enum {
    PAGE_HEAD = 16,
    INTEGER_KEYS = 0x08,
    DEPTH_MAX = 32,
    NESTED = 2, /* main tree, trees in it */
};

struct walk {
    struct img_cache_file file;
    unsigned char *pages; /* [NESTED * DEPTH_MAX] of head->page bytes */
    unsigned char *seen;  /* a bit a page */
    size_t left;          /* pages that may still be read */
    struct timespec until;
    bool timed;
    bool free_only;
    bool upper_only; /* the lowest pages of tables are passed over */
    bool enough;     /* time or pages are used up */
};

static bool time_is_up(const struct walk *w)
{
    struct timespec now;
    if (!w->timed)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > w->until.tv_sec ||
           (now.tv_sec == w->until.tv_sec && now.tv_nsec >= w->until.tv_nsec);
}

/* Each page belongs to one place. */
static bool claim(struct walk *w, size_t page, size_t count)
{
    const size_t pages = w->file.head->pages;
    if (page < 2 || page >= pages || count > pages - page)
        return img_cache_page_bad(&w->file, page, "there is no such page");
    for (size_t i = page; i < page + count; i++) {
        unsigned char bit = (unsigned char)(1u << (i & 7));
        if (w->seen[i / 8] & bit)
            return img_cache_page_bad(&w->file, i, "it is used twice");
        w->seen[i / 8] |= bit;
    }
    return true;
}

/* Numbers of free pages: how many, then these. */
static bool check_free_list(struct walk *w, size_t page, size_t offset, size_t len)
{
    size_t part[512], count = 0;
    if (len < sizeof count || len % sizeof count != 0)
        return img_cache_page_bad(&w->file, page, "a list of free pages is cut");
    for (size_t at = 0; at < len && at / sizeof count <= count;) {
        size_t n = len - at < sizeof part ? len - at : sizeof part;
        if (!img_cache_page_bytes(&w->file, page, offset + at, part, n))
            return false;
        for (size_t i = 0; i < n / sizeof *part; i++) {
            size_t index = at / sizeof *part + i;
            if (index == 0)
                count = part[0];
            else if (index <= count && !claim(w, part[i], 1))
                return false;
        }
        at += n;
    }
    if (count > len / sizeof count - 1)
        return img_cache_page_bad(&w->file, page, "a list of free pages is longer than its record");
    return true;
}

static bool walk_tree(struct walk *w, const struct img_cache_tree *tree,
                      enum img_cache_page_kind kind, unsigned nested);

static bool check_value(struct walk *w, size_t page, const unsigned char *bytes,
                        const struct img_cache_node *node, enum img_cache_page_kind kind,
                        unsigned nested)
{
    if (kind == IMG_CACHE_PAGE_MAIN) {
        struct img_cache_tree tree = img_cache_page_tree(node);
        return tree.flags == 0 ? walk_tree(w, &tree, IMG_CACHE_PAGE_TABLE, nested + 1)
                               : img_cache_page_bad(&w->file, page, "a table of a foreign kind");
    }
    size_t offset = (size_t)(node->value - bytes), pages;
    if (node->large != 0) {
        if (!img_cache_page_large(&w->file, node->large, node->len, &pages) ||
            !claim(w, node->large, pages))
            return false;
        page = node->large;
        offset = PAGE_HEAD;
    }
    return kind != IMG_CACHE_PAGE_FREE || check_free_list(w, page, offset, node->len);
}

static bool walk_page(struct walk *w, size_t page, unsigned level, unsigned depth,
                      enum img_cache_page_kind kind, unsigned nested)
{
    unsigned char *bytes = w->pages + (nested * DEPTH_MAX + level) * w->file.head->page;
    const bool leaf = level + 1 == depth;
    size_t count;
    if (w->enough || (leaf && kind == IMG_CACHE_PAGE_TABLE && w->upper_only))
        return true;
    if (w->left == 0 || time_is_up(w)) {
        w->enough = true;
        return true;
    }
    w->left--;
    if (!claim(w, page, 1) || !img_cache_page_read(&w->file, page, kind, leaf, bytes, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct img_cache_node node = img_cache_page_node(bytes, leaf, i);
        if (!(leaf ? check_value(w, page, bytes, &node, kind, nested)
                   : walk_page(w, node.child, level + 1, depth, kind, nested)))
            return false;
    }
    return true;
}

static bool walk_tree(struct walk *w, const struct img_cache_tree *tree,
                      enum img_cache_page_kind kind, unsigned nested)
{
    if (tree->root == SIZE_MAX && tree->depth == 0 && tree->entries == 0)
        return true;
    if (tree->depth == 0 || tree->depth > DEPTH_MAX || nested >= NESTED)
        return img_err_set(w->file.err, IMG_ERR_BAD_RECORD, "a table %u levels deep",
                           (unsigned)tree->depth);
    return walk_page(w, tree->root, 0, tree->depth, kind, nested);
}

static bool walk_all(struct walk *w)
{
    const struct img_cache_head *head = w->file.head;
    memset(w->seen, 0, head->pages / 8 + 1);
    if ((head->free.flags & 0xFF) != INTEGER_KEYS || head->main.flags != 0)
        return img_err_set(w->file.err, IMG_ERR_BAD_RECORD, "its tables are of a foreign kind");
    return walk_tree(w, &head->free, IMG_CACHE_PAGE_FREE, 0) &&
           (w->free_only || walk_tree(w, &head->main, IMG_CACHE_PAGE_MAIN, 0));
}

bool img_cache_check_trees(int fd, const struct img_cache_head *head,
                           const struct img_cache_budget *budget, struct img_err *err)
{
    struct walk w = {
        .file = {fd, head, err},
        .pages = malloc((size_t)NESTED * DEPTH_MAX * head->page),
        .seen = malloc(head->pages / 8 + 1),
        .left = budget->pages > 0 ? budget->pages : SIZE_MAX,
        .timed = budget->ms > 0,
        .free_only = budget->free_only,
        .upper_only = !budget->free_only,
    };
    bool ok = w.pages && w.seen;
    if (!ok)
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for looking at the cache");
    clock_gettime(CLOCK_MONOTONIC, &w.until);
    w.until.tv_sec += budget->ms / 1000;
    w.until.tv_nsec += budget->ms % 1000 * 1000000;
    if (w.until.tv_nsec >= 1000000000) {
        w.until.tv_sec++;
        w.until.tv_nsec -= 1000000000;
    }
    ok = ok && walk_all(&w);
    if (ok && w.upper_only && !w.enough) {
        w.upper_only = false;
        ok = walk_all(&w);
    }
    free(w.pages);
    free(w.seen);
    return ok;
}
