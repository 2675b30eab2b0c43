/* What a push is fed from: record lines on a descriptor as they come, or the rows of a
 * collection. */
#ifndef IMG_STORE_FEED_H
#define IMG_STORE_FEED_H

#include "store/push.h"

/* Pushes all lines of fd (which stays open). What has come together is sent when the next line
 * keeps waiting. Ends early, with success, after a signal. Fails as img_push_record() does, and as
 * reading lines does. */
IMG_CHECKED bool img_feed_lines(struct img_push *push, int fd, struct img_err *err);

/* Pushes the rows of the collection in folder that are not dropped; *number counts on. */
IMG_CHECKED bool img_feed_collection(struct img_push *push, const char *folder, uint64_t *number,
                                     struct img_err *err);

#endif
