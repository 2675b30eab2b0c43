/* The collections that can be searched, by name; opened anew when they have grown. */
#ifndef IMG_SERVE_SHELF_H
#define IMG_SERVE_SHELF_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/file.h"
#include "base/report.h"
#include "cli/options.h"
#include "collection/reader.h"
#include "engine/engine.h"
#include "search/search.h"

/* A collection as it was at a moment, for as long as somebody holds it. */
struct img_book {
    atomic_uint refs;
    struct img_collection *collection;
    struct img_search *search;
    pthread_mutex_t searching; /* a search at a time */
    uint8_t *dropped;          /* a bit a row */
};

struct img_shelved {
    char *name, *folder;
    pthread_mutex_t lock;
    struct img_stamp stamp; /* of its collection.json */
    struct img_book *book;
};

struct img_shelf {
    struct img_shelved *items;
    size_t count;
    const struct img_engine_info *engine; /* whose vectors they must hold */
    unsigned threads;
    const struct img_report *report;
};

/* Opens the collections in list: NAME=FOLDER, or FOLDER alone, whose last part without its suffix is
 * the name. Fails with USAGE (a name twice), or as opening one does; CONFIG for one of another model. */
IMG_CHECKED bool img_shelf_open(struct img_shelf *shelf, const struct img_string_list *list,
                                const struct img_engine_info *engine, unsigned threads,
                                const struct img_report *report, struct img_err *err);

/* The collection of that name, to be given back; NULL name: the only one. NULL with BAD_RECORD (none
 * is named, and there are several), NOT_FOUND, or what opening it anew failed with. */
struct img_book *img_shelf_take(struct img_shelf *shelf, const char *name, struct img_err *err);
void img_shelf_give(struct img_book *book);

/* request->skip is set here: rows that were dropped do not count. */
IMG_CHECKED bool img_book_search(struct img_book *book, struct img_search_request *request,
                                 struct img_hit *hits, size_t *found, struct img_err *err);

void img_shelf_close(struct img_shelf *shelf);

#endif
