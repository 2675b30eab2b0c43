/* Pages of trees: their heads, the entries in them, large values. */
#include "cache/page.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    PAGE_HEAD = 16,
    NODE_HEAD = 8,
    BRANCH = 0x01,
    LEAF = 0x02,
    OVERFLOW = 0x04,
    KINDS = 0x2F,   /* those, meta pages and pages of fixed keys */
    BIG = 0x01,     /* a node's value lies in overflow pages */
    SUBTREE = 0x02, /* a node's value is a tree */
    KEY_MAX = 511,
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

bool img_cache_page_bad(const struct img_cache_file *file, size_t page, const char *what)
{
    return img_err_set(file->err, IMG_ERR_BAD_RECORD, "page %zu: %s", page, what);
}

bool img_cache_page_bytes(const struct img_cache_file *file, size_t page, size_t offset, void *to,
                          size_t len)
{
    size_t at = page * file->head->page + offset, have = 0;
    while (have < len) {
        ssize_t n = pread(file->fd, (char *)to + have, len - have, (off_t)(at + have));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return img_err_sys(file->err, IMG_ERR_READ, errno, "page %zu", page);
        if (n == 0)
            return img_cache_page_bad(file, page, "beyond the end of the file");
        have += (size_t)n;
    }
    return true;
}

struct img_cache_node img_cache_page_node(const unsigned char *bytes, bool leaf, size_t i)
{
    const unsigned char *at = bytes + get16(bytes + PAGE_HEAD + 2 * i);
    struct img_cache_node node = {.key = at + NODE_HEAD, .key_len = get16(at + 6)};
    size_t low = get16(at) | (size_t)get16(at + 2) << 16;
    if (leaf) {
        node.len = low;
        node.value = node.key + node.key_len;
        if (get16(at + 4) & BIG)
            node.large = get_word(node.value);
    } else {
        node.child = (size_t)((uint64_t)low | (uint64_t)get16(at + 4) << 32);
        node.key_len = i == 0 ? 0 : node.key_len;
    }
    return node;
}

struct img_cache_tree img_cache_page_tree(const struct img_cache_node *node)
{
    struct img_cache_tree tree;
    memcpy(&tree, node->value, sizeof tree);
    return tree;
}

/* Keys must rise, or a search goes astray. */
static bool rises(enum img_cache_page_kind kind, const struct img_cache_node *a,
                  const struct img_cache_node *b)
{
    if (a->key_len == 0)
        return true;
    if (kind == IMG_CACHE_PAGE_FREE)
        return get_word(a->key) < get_word(b->key);
    int order = memcmp(a->key, b->key, a->key_len < b->key_len ? a->key_len : b->key_len);
    return order < 0 || (order == 0 && a->key_len < b->key_len);
}

/* The entry at an offset of a leaf, whose key is known to lie in the page. */
static const char *leaf_fault(const unsigned char *bytes, size_t size, size_t at,
                              enum img_cache_page_kind kind)
{
    unsigned flags = get16(bytes + at + 4);
    size_t key = get16(bytes + at + 6), value = at + NODE_HEAD + key;
    size_t len = get16(bytes + at) | (size_t)get16(bytes + at + 2) << 16;
    if ((flags & BIG ? sizeof(size_t) : len) > size - value)
        return "a value goes beyond the page";
    if (kind == IMG_CACHE_PAGE_MAIN)
        return flags == SUBTREE && len == sizeof(struct img_cache_tree) ? NULL : "not a table";
    if ((flags & ~(unsigned)BIG) != 0)
        return "an entry of a foreign kind";
    return flags & BIG && (len == 0 || get_word(bytes + value) < 2)
               ? "a large value that is none"
               : NULL;
}

static const char *node_fault(const unsigned char *bytes, size_t size, size_t i, bool leaf,
                              enum img_cache_page_kind kind)
{
    size_t at = get16(bytes + PAGE_HEAD + 2 * i), upper = get16(bytes + sizeof(size_t) + 6);
    if (at < upper || at > size - NODE_HEAD || at % 2 != 0)
        return "an entry lies outside";
    size_t key = get16(bytes + at + 6);
    bool keyless = !leaf && i == 0;
    if (key > KEY_MAX || key > size - NODE_HEAD - at || (key == 0 && !keyless) ||
        (kind == IMG_CACHE_PAGE_FREE && !keyless && key != sizeof(size_t)))
        return "a key of a wrong length";
    return leaf ? leaf_fault(bytes, size, at, kind) : NULL;
}

/* What the entry at an offset takes; LMDB leaves no gaps between them. */
static size_t node_size(const unsigned char *bytes, size_t at, bool leaf)
{
    size_t len = get16(bytes + at) | (size_t)get16(bytes + at + 2) << 16;
    size_t value = !leaf ? 0 : get16(bytes + at + 4) & BIG ? sizeof(size_t) : len;
    return (NODE_HEAD + get16(bytes + at + 6) + value + 1) & ~(size_t)1;
}

bool img_cache_page_read(const struct img_cache_file *file, size_t page,
                         enum img_cache_page_kind kind, bool leaf, unsigned char *bytes,
                         size_t *count)
{
    const size_t size = file->head->page;
    if (page < 2 || page >= file->head->pages)
        return img_cache_page_bad(file, page, "there is no such page");
    if (!img_cache_page_bytes(file, page, 0, bytes, size))
        return false;
    const unsigned char *head = bytes + sizeof(size_t);
    size_t lower = get16(head + 4), upper = get16(head + 6);
    if (get_word(bytes) != page || (get16(head + 2) & KINDS) != (leaf ? LEAF : BRANCH))
        return img_cache_page_bad(file, page, "not the page it should be");
    if (lower < PAGE_HEAD || lower > upper || upper > size || lower % 2 != 0)
        return img_cache_page_bad(file, page, "its bounds are wrong");
    *count = (lower - PAGE_HEAD) / 2;
    if (*count < (leaf ? 1u : 2u))
        return img_cache_page_bad(file, page, "it holds too little");
    struct img_cache_node previous = {.key_len = 0};
    size_t taken = 0;
    for (size_t i = 0; i < *count; i++) {
        const char *fault = node_fault(bytes, size, i, leaf, kind);
        if (fault)
            return img_cache_page_bad(file, page, fault);
        struct img_cache_node node = img_cache_page_node(bytes, leaf, i);
        if (i > 0 && !rises(kind, &previous, &node))
            return img_cache_page_bad(file, page, "its keys are out of order");
        previous = node;
        taken += node_size(bytes, get16(bytes + PAGE_HEAD + 2 * i), leaf);
    }
    if (taken != size - upper)
        return img_cache_page_bad(file, page, "its entries do not fill it");
    return true;
}

bool img_cache_page_large(const struct img_cache_file *file, size_t page, size_t len,
                          size_t *pages)
{
    unsigned char head[PAGE_HEAD], last;
    uint32_t count;
    size_t need = (PAGE_HEAD + len + file->head->page - 1) / file->head->page;
    if (page >= file->head->pages)
        return img_cache_page_bad(file, page, "there is no such page");
    if (!img_cache_page_bytes(file, page, 0, head, sizeof head))
        return false;
    memcpy(&count, head + sizeof(size_t) + 4, sizeof count);
    if (get_word(head) != page || (get16(head + sizeof(size_t) + 2) & KINDS) != OVERFLOW ||
        count < need || count > file->head->pages - page)
        return img_cache_page_bad(file, page, "not the large value it should be");
    *pages = count;
    return img_cache_page_bytes(file, page, PAGE_HEAD + len - 1, &last, 1);
}
