/* Opening, and opening anew. */
#include "serve/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <limits.h>
#include <sys/stat.h>

static void book_free(struct img_book *book)
{
    img_search_close(book->search);
    img_collection_close(book->collection);
    free(book->dropped);
    pthread_mutex_destroy(&book->searching);
    free(book);
}

static bool fits(const struct img_shelf *shelf, const struct img_collection_facts *facts,
                 struct img_err *err)
{
    if (facts->dimension != shelf->engine->dimension || !facts->fingerprint ||
        strcmp(facts->fingerprint, shelf->engine->fingerprint) != 0)
        return img_err_set(err, IMG_ERR_CONFIG, "of another model (%s, %s) than the one that is "
                           "served (%s)",
                           facts->model_name ? facts->model_name : "unnamed",
                           facts->fingerprint ? facts->fingerprint : "no fingerprint",
                           shelf->engine->fingerprint);
    return true;
}

static bool mark_dropped(struct img_book *book, size_t count, struct img_err *err)
{
    book->dropped = calloc(count / 8 + 1, 1);
    if (!book->dropped)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for %zu rows", count);
    for (size_t row = 0; row < count; row++)
        if (img_collection_is_dropped(book->collection, row))
            book->dropped[row / 8] |= (uint8_t)(1u << row % 8);
    return true;
}

static struct img_book *book_new(const struct img_shelf *shelf, const char *folder,
                                 struct img_err *err)
{
    struct img_book *book = calloc(1, sizeof *book);
    if (!book) {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a collection");
        return NULL;
    }
    atomic_init(&book->refs, 1);
    pthread_mutex_init(&book->searching, NULL);
    bool ok = img_collection_open(&book->collection, folder, err);
    if (ok) {
        const struct img_collection_facts *facts = img_collection_facts(book->collection);
        const struct img_search_options options = {
            .vectors = img_collection_vectors(book->collection),
            .count = facts->count,
            .dimension = facts->dimension,
            .folder = folder,
            .threads = shelf->threads,
            .report = shelf->report,
        };
        ok = fits(shelf, facts, err) && mark_dropped(book, facts->count, err) &&
             img_search_open(&book->search, &options, err);
    }
    if (ok)
        return book;
    img_err_in(err, "%s", folder);
    book_free(book);
    return NULL;
}

/* collection.json is replaced whole whenever something changes. */
static bool look(const struct img_shelved *item, struct img_stamp *stamp)
{
    char path[PATH_MAX];
    struct stat info;
    int len = snprintf(path, sizeof path, "%s/collection.json", item->folder);
    if (len < 0 || (size_t)len >= sizeof path || stat(path, &info) != 0)
        return false;
    *stamp = img_stamp_of(&info);
    return true;
}

static bool add(struct img_shelf *shelf, const char *text, struct img_err *err)
{
    struct img_shelved *item = &shelf->items[shelf->count++];
    const char *equals = strchr(text, '=');
    const char *folder = equals ? equals + 1 : text;
    size_t len = strlen(folder);
    while (len > 1 && folder[len - 1] == '/')
        len--;
    const char *name = equals ? text : memrchr(folder, '/', len);
    name = equals ? text : name ? name + 1 : folder;
    size_t name_len = equals ? (size_t)(equals - text) : len - (size_t)(name - folder);
    const char *dot = equals ? NULL : memrchr(name, '.', name_len);
    if (dot && dot > name)
        name_len = (size_t)(dot - name);
    pthread_mutex_init(&item->lock, NULL);
    item->name = strndup(name, name_len);
    item->folder = strndup(folder, len);
    if (!item->name || !item->folder)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a collection");
    for (size_t i = 0; i + 1 < shelf->count; i++)
        if (strcmp(shelf->items[i].name, item->name) == 0)
            return img_err_set(err, IMG_ERR_USAGE, "two collections are called '%s'", item->name);
    (void)look(item, &item->stamp);
    item->book = book_new(shelf, item->folder, err);
    return item->book != NULL;
}

bool img_shelf_open(struct img_shelf *shelf, const struct img_string_list *list,
                    const struct img_engine_info *engine, unsigned threads,
                    const struct img_report *report, struct img_err *err)
{
    *shelf = (struct img_shelf){.engine = engine, .threads = threads, .report = report};
    shelf->items = calloc(list->count + 1, sizeof *shelf->items);
    if (!shelf->items)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for collections");
    for (size_t i = 0; i < list->count; i++)
        if (!add(shelf, list->items[i], err))
            return false;
    return true;
}

/* Locked. What cannot be opened anew (a writer is about to finish it) stays as it was. */
static void refresh(struct img_shelf *shelf, struct img_shelved *item)
{
    struct img_stamp stamp;
    struct img_err err;
    if (!look(item, &stamp) || img_stamp_equal(&stamp, &item->stamp))
        return;
    struct img_book *book = book_new(shelf, item->folder, &err);
    if (!book) {
        img_report(shelf->report, IMG_WARNING, "%s", err.text);
        item->stamp = stamp; /* said once */
        return;
    }
    img_shelf_give(item->book);
    item->book = book;
    item->stamp = stamp;
}

struct img_book *img_shelf_take(struct img_shelf *shelf, const char *name, struct img_err *err)
{
    struct img_shelved *item = shelf->count == 1 && !name ? &shelf->items[0] : NULL;
    for (size_t i = 0; name && i < shelf->count; i++)
        if (strcmp(shelf->items[i].name, name) == 0)
            item = &shelf->items[i];
    if (!item) {
        if (name || shelf->count == 0)
            img_err_set(err, IMG_ERR_NOT_FOUND, "there is no collection%s%.100s%s",
                        name ? " '" : " here", name ? name : "", name ? "'" : "");
        else
            img_err_set(err, IMG_ERR_BAD_RECORD, "there are several collections: name one");
        return NULL;
    }
    pthread_mutex_lock(&item->lock);
    refresh(shelf, item);
    struct img_book *book = item->book;
    atomic_fetch_add(&book->refs, 1);
    pthread_mutex_unlock(&item->lock);
    return book;
}

void img_shelf_give(struct img_book *book)
{
    if (book && atomic_fetch_sub(&book->refs, 1) == 1)
        book_free(book);
}

bool img_book_search(struct img_book *book, struct img_search_request *request,
                     struct img_hit *hits, size_t *found, struct img_err *err)
{
    request->skip = book->dropped;
    pthread_mutex_lock(&book->searching);
    bool ok = img_search_top(book->search, request, hits, found, err);
    pthread_mutex_unlock(&book->searching);
    return ok;
}

void img_shelf_close(struct img_shelf *shelf)
{
    for (size_t i = 0; i < shelf->count; i++) {
        img_shelf_give(shelf->items[i].book);
        free(shelf->items[i].name);
        free(shelf->items[i].folder);
        pthread_mutex_destroy(&shelf->items[i].lock);
    }
    free(shelf->items);
    *shelf = (struct img_shelf){0};
}
