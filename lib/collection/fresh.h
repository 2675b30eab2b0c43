/* Which files in a folder are a collection's. Not public. */
#ifndef IMG_COLLECTION_FRESH_H
#define IMG_COLLECTION_FRESH_H

#include "base/err.h"

/* Whether a collection may put a file of that name in its folder: its own, derived ones (search.…),
 * unfinished ones (….part). */
bool img_collection_owns(const char *name);

/* A folder without collection.json becomes a collection only when it is empty but for hidden files
 * and what a killed beginning leaves. Fails with CONFIG, OUTPUT. */
IMG_CHECKED bool img_collection_check_fresh(int folder, struct img_err *err);

#endif
