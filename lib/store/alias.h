/* Aliases: names that stand for a collection and can be moved to another in one step, so that who
 * searches never finds nothing while a new model's vectors take over. */
#ifndef IMG_STORE_ALIAS_H
#define IMG_STORE_ALIAS_H

#include "store/client.h"

/* Appends a line for each alias of the server: {"alias":…,"collection":…}. */
IMG_CHECKED bool img_alias_list(struct img_qdrant *store, struct img_buf *out, struct img_err *err);

/* Has alias stand for the store's collection from now on, whatever it stood for, in one step. Fails
 * with NETWORK: no such collection, or a collection is called so. */
IMG_CHECKED bool img_alias_set(struct img_qdrant *store, const char *alias, struct img_err *err);

/* Fails with NETWORK when there is none of that name. */
IMG_CHECKED bool img_alias_remove(struct img_qdrant *store, const char *alias, struct img_err *err);

#endif
