/* Reading labels from words and lines. */
#include "sim/labels.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"

struct known {
    const char *name;
    size_t label;
};

struct reading {
    struct img_arena *arena;
    struct img_labels *labels;
    void *tree; /* of struct known */
    struct img_err *err;
};

static int compare_names(const void *a, const void *b)
{
    const struct known *left = a, *right = b;
    return strcmp(left->name, right->name);
}

static int compare_texts(const void *a, const void *b)
{
    const struct img_label_text *left = a, *right = b;
    if (left->label != right->label)
        return left->label < right->label ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

static void forget(void *node)
{
    (void)node; /* in the arena */
}

static bool is_clean(const char *text, size_t len)
{
    if (!img_utf8_valid(text, len))
        return false;
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)text[i] < 0x20 && text[i] != '\t') || text[i] == 0x7f)
            return false;
    return true;
}

static bool find_label(struct reading *r, const char *name, size_t *label)
{
    struct known *node = img_arena_alloc(r->arena, sizeof *node, r->err);
    if (!node)
        return false;
    *node = (struct known){name, r->labels->count};
    void **place = tsearch(node, &r->tree, compare_names);
    if (!place)
        return img_err_set(r->err, IMG_ERR_OUT_OF_MEMORY, "out of memory for labels");
    *label = (*(struct known **)place)->label;
    if (*place == node)
        r->labels->names[r->labels->count++] = name;
    return true;
}

/* "label" or "label<TAB>text". */
static bool take(struct reading *r, const char *line, size_t len)
{
    struct img_labels *labels = r->labels;
    const char *tab = memchr(line, '\t', len);
    size_t name_len = tab ? (size_t)(tab - line) : len;
    size_t label = 0;
    if (!is_clean(line, len))
        return img_err_set(r->err, IMG_ERR_USAGE, "not UTF-8, or with control characters");
    if (name_len == 0 || name_len + 1 == len)
        return img_err_set(r->err, IMG_ERR_USAGE, "a tab without a label or a text");
    if (labels->text_count == IMG_LABELS_MAX)
        return img_err_set(r->err, IMG_ERR_USAGE, "more than %d labels", IMG_LABELS_MAX);
    char *name = img_arena_copy(r->arena, line, name_len, r->err);
    char *text = name && tab ? img_arena_copy(r->arena, tab + 1, len - name_len - 1, r->err) : name;
    if (!text || !find_label(r, name, &label))
        return false;
    labels->texts[labels->text_count] = (struct img_label_text){
        .label = label, .number = labels->text_count, .text = text};
    labels->text_count++;
    return true;
}

static bool take_words(struct reading *r, const struct img_string_list *words)
{
    for (size_t i = 0; i < words->count; i++)
        if (words->items[i][0] == '\0' || !take(r, words->items[i], strlen(words->items[i])))
            return words->items[i][0] == '\0'
                       ? img_err_set(r->err, IMG_ERR_USAGE, "--label: an empty label")
                       : img_err_in(r->err, "--label");
    return true;
}

static bool take_lines(struct reading *r, const char *file, const struct img_buf *bytes)
{
    const char *at = bytes->data, *end = at + bytes->len;
    if (bytes->len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
        at += 3;
    for (size_t number = 1; at < end; number++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = newline ? (size_t)(newline - at) : (size_t)(end - at);
        size_t kept = len > 0 && at[len - 1] == '\r' ? len - 1 : len;
        if (kept > 0 && !take(r, at, kept))
            return img_err_in(r->err, "--labels: %s: line %zu", file, number);
        at += len + (newline != NULL);
    }
    return true;
}

static bool take_file(struct reading *r, const char *file)
{
    struct img_buf bytes = {0};
    bool ok = img_file_read(file, IMG_LABELS_BYTES, &bytes, r->err);
    if (!ok) {
        r->err->code = IMG_ERR_USAGE;
        img_err_in(r->err, "--labels: %s", file);
    }
    ok = ok && (bytes.len == 0 || take_lines(r, file, &bytes));
    img_buf_clear(&bytes);
    return ok;
}

bool img_labels_read(const struct img_string_list *words, const char *file,
                     struct img_arena *arena, struct img_labels *labels, struct img_err *err)
{
    struct reading r = {.arena = arena, .labels = labels, .err = err};
    *labels = (struct img_labels){0};
    labels->names = img_arena_array(arena, IMG_LABELS_MAX, sizeof *labels->names, err);
    labels->texts = img_arena_array(arena, IMG_LABELS_MAX, sizeof *labels->texts, err);
    bool ok = labels->names && labels->texts && take_words(&r, words) &&
              (!file || take_file(&r, file));
    if (ok && labels->count == 0)
        ok = file ? img_err_set(err, IMG_ERR_USAGE, "--labels: %s: there is no label in it", file)
                  : img_err_set(err, IMG_ERR_USAGE,
                                "no label: give --label, --labels or --examples");
    if (ok)
        qsort(labels->texts, labels->text_count, sizeof *labels->texts, compare_texts);
    tdestroy(r.tree, forget);
    return ok;
}
