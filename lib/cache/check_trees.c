/* The trees of an LMDB data file, page by page. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cache/check.h"

enum {
    PAGE_HEAD = 16,
    NODE_HEAD = 8,
    BRANCH = 0x01,
    LEAF = 0x02,
    OVERFLOW = 0x04,
    KINDS = 0x2F,   /* those, meta pages and pages of fixed keys */
    BIG = 0x01,     /* a node's value lies in overflow pages */
    SUBTREE = 0x02, /* a node's value is a tree */
    INTEGER_KEYS = 0x08,
    DEPTH_MAX = 32,
    KEY_MAX = 511,
    NESTED = 2, /* main tree, trees in it */
};

enum kind { FREE, MAIN, PLAIN };

struct walk {
    int fd;
    const struct img_cache_head *head;
    unsigned char *pages; /* [NESTED * DEPTH_MAX] of head->page bytes */
    unsigned char *seen;  /* a bit a page */
    size_t left;          /* pages that may still be read */
    struct timespec until;
    bool timed;
    unsigned skip; /* the lowest level is not read: upper pages first */
    bool enough;   /* time or pages are used up */
    struct img_err *err;
};

static uint16_t get16(const unsigned char *from)
{
    uint16_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

static size_t get_word(const unsigned char *from)
{
    size_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

static bool damaged(struct walk *w, size_t page, const char *what)
{
    return img_err_set(w->err, IMG_ERR_BAD_RECORD, "page %zu: %s", page, what);
}

static bool read_at(struct walk *w, size_t page, size_t offset, void *to, size_t len)
{
    size_t at = page * w->head->page + offset, have = 0;
    while (have < len) {
        ssize_t n = pread(w->fd, (char *)to + have, len - have, (off_t)(at + have));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return img_err_sys(w->err, IMG_ERR_READ, errno, "page %zu", page);
        if (n == 0)
            return damaged(w, page, "beyond the end of the file");
        have += (size_t)n;
    }
    return true;
}

static bool time_is_up(struct walk *w)
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
    if (page < 2 || page >= w->head->pages || count > w->head->pages - page)
        return damaged(w, page, "there is no such page");
    for (size_t i = page; i < page + count; i++) {
        unsigned char bit = (unsigned char)(1u << (i & 7));
        if (w->seen[i / 8] & bit)
            return damaged(w, i, "it is used twice");
        w->seen[i / 8] |= bit;
    }
    return true;
}

/* Numbers of free pages: how many, then these. */
static bool check_free_list(struct walk *w, size_t page, size_t offset, size_t len)
{
    size_t part[512], count = 0;
    if (len < sizeof count || len % sizeof count != 0)
        return damaged(w, page, "a list of free pages is cut");
    for (size_t at = 0; at < len && at / sizeof count <= count;) {
        size_t n = len - at < sizeof part ? len - at : sizeof part;
        if (!read_at(w, page, offset + at, part, n))
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
        return damaged(w, page, "a list of free pages is longer than its record");
    return true;
}

static bool walk_tree(struct walk *w, const struct img_cache_tree *tree, enum kind kind,
                      unsigned nested);

static bool check_big(struct walk *w, size_t page, size_t len, enum kind kind)
{
    unsigned char head[PAGE_HEAD];
    uint32_t count;
    size_t need = (PAGE_HEAD + len + w->head->page - 1) / w->head->page;
    if (page >= w->head->pages)
        return damaged(w, page, "there is no such page");
    if (!read_at(w, page, 0, head, sizeof head))
        return false;
    memcpy(&count, head + sizeof(size_t) + 4, sizeof count);
    if (get_word(head) != page || (get16(head + sizeof(size_t) + 2) & KINDS) != OVERFLOW ||
        count < need)
        return damaged(w, page, "not the large value it should be");
    unsigned char last;
    return claim(w, page, count) && read_at(w, page, PAGE_HEAD + len - 1, &last, 1) &&
           (kind != FREE || check_free_list(w, page, PAGE_HEAD, len));
}

static bool check_leaf_node(struct walk *w, size_t page, const unsigned char *bytes, size_t at,
                            size_t key, enum kind kind, unsigned nested)
{
    const unsigned char *node = bytes + at;
    unsigned flags = get16(node + 4);
    size_t len = get16(node) | (size_t)get16(node + 2) << 16;
    size_t value = at + NODE_HEAD + key;
    size_t here = flags & BIG ? sizeof(size_t) : len;
    if (here > w->head->page - value)
        return damaged(w, page, "a value goes beyond the page");
    if (kind == MAIN) {
        struct img_cache_tree tree;
        if (flags != SUBTREE || len != sizeof tree)
            return damaged(w, page, "not a table");
        memcpy(&tree, bytes + value, sizeof tree);
        return tree.flags == 0 ? walk_tree(w, &tree, PLAIN, nested + 1)
                               : damaged(w, page, "a table of a foreign kind");
    }
    if ((flags & ~(unsigned)BIG) != 0 || (kind == FREE && key != sizeof(size_t)))
        return damaged(w, page, "an entry of a foreign kind");
    if (flags & BIG)
        return len > 0 ? check_big(w, get_word(bytes + value), len, kind)
                       : damaged(w, page, "a large value without bytes");
    return kind != FREE || check_free_list(w, page, value, len);
}

/* Keys must rise, or a search goes astray. */
static bool rises(enum kind kind, const unsigned char *a, size_t a_len, const unsigned char *b,
                  size_t b_len)
{
    if (kind == FREE)
        return get_word(a) < get_word(b);
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order < 0 || (order == 0 && a_len < b_len);
}

static bool walk_page(struct walk *w, size_t page, unsigned level, unsigned depth, enum kind kind,
                      unsigned nested)
{
    const size_t size = w->head->page;
    unsigned char *bytes = w->pages + (nested * DEPTH_MAX + level) * size;
    const bool leaf = level + 1 == depth;
    if (w->enough || (leaf && kind != MAIN && w->skip))
        return true;
    if (w->left == 0 || time_is_up(w)) {
        w->enough = true;
        return true;
    }
    w->left--;
    if (!claim(w, page, 1) || !read_at(w, page, 0, bytes, size))
        return false;
    const unsigned char *head = bytes + sizeof(size_t);
    size_t lower = get16(head + 4), upper = get16(head + 6);
    if (get_word(bytes) != page || (get16(head + 2) & KINDS) != (leaf ? LEAF : BRANCH))
        return damaged(w, page, "not the page it should be");
    if (lower < PAGE_HEAD || lower > upper || upper > size || lower % 2 != 0)
        return damaged(w, page, "its bounds are wrong");
    size_t count = (lower - PAGE_HEAD) / 2;
    if (count < (leaf ? 1u : 2u))
        return damaged(w, page, "it holds too little");
    const unsigned char *previous = NULL;
    size_t previous_len = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = get16(bytes + PAGE_HEAD + 2 * i);
        if (at < upper || at > size - NODE_HEAD || at % 2 != 0)
            return damaged(w, page, "an entry lies outside");
        const unsigned char *node = bytes + at;
        size_t key = get16(node + 6);
        bool keyless = !leaf && i == 0; /* stands for all that is less than the next */
        if (key > KEY_MAX || key > size - NODE_HEAD - at || (key == 0 && !keyless) ||
            (kind == FREE && !keyless && key != sizeof(size_t)))
            return damaged(w, page, "a key of a wrong length");
        if (previous && !rises(kind, previous, previous_len, node + NODE_HEAD, key))
            return damaged(w, page, "its keys are out of order");
        previous = keyless ? NULL : node + NODE_HEAD;
        previous_len = key;
        if (leaf) {
            if (!check_leaf_node(w, page, bytes, at, key, kind, nested))
                return false;
            continue;
        }
        uint64_t child = get16(node) | (uint64_t)get16(node + 2) << 16;
        if (sizeof(size_t) > 4)
            child |= (uint64_t)get16(node + 4) << 32;
        if (!walk_page(w, (size_t)child, level + 1, depth, kind, nested))
            return false;
    }
    return true;
}

static bool walk_tree(struct walk *w, const struct img_cache_tree *tree, enum kind kind,
                      unsigned nested)
{
    if (tree->root == SIZE_MAX)
        return tree->depth == 0 && tree->entries == 0
                   ? true
                   : img_err_set(w->err, IMG_ERR_BAD_RECORD, "a table lacks its root");
    if (tree->depth == 0 || tree->depth > DEPTH_MAX || nested >= NESTED)
        return img_err_set(w->err, IMG_ERR_BAD_RECORD, "a table %u levels deep",
                           (unsigned)tree->depth);
    return walk_page(w, tree->root, 0, tree->depth, kind, nested);
}

static bool walk_all(struct walk *w)
{
    const struct img_cache_head *head = w->head;
    memset(w->seen, 0, head->pages / 8 + 1);
    if ((head->free.flags & 0xFF) != INTEGER_KEYS || head->main.flags != 0)
        return img_err_set(w->err, IMG_ERR_BAD_RECORD, "its tables are of a foreign kind");
    return walk_tree(w, &head->main, MAIN, 0) && walk_tree(w, &head->free, FREE, 0);
}

bool img_cache_check_trees(int fd, const struct img_cache_head *head,
                           const struct img_cache_budget *budget, struct img_err *err)
{
    struct walk w = {
        .fd = fd,
        .head = head,
        .pages = malloc((size_t)NESTED * DEPTH_MAX * head->page),
        .seen = malloc(head->pages / 8 + 1),
        .left = budget->pages > 0 ? budget->pages : SIZE_MAX,
        .timed = budget->ms > 0,
        .skip = 1,
        .err = err,
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
    w.skip = 0;
    ok = ok && (w.enough || walk_all(&w));
    free(w.pages);
    free(w.seen);
    return ok;
}
