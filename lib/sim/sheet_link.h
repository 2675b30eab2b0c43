/* From a page to a picture: a relative reference where there is one, else a file: URL.
 *
 * Specification: RFC 3986, RFC 8089. */
#ifndef IMG_SIM_SHEET_LINK_H
#define IMG_SIM_SHEET_LINK_H

#include "base/buf.h"

/* Appends a reference to path from a page in the folder page_folder; both are absolute, or
 * relative to here (absolute). Whatever the path's bytes are, the result is ASCII without quotes
 * and blanks. A reference climbs out of the page's folder as long as both have a folder below /
 * in common. */
void img_sheet_put_link(struct img_buf *out, const char *path, const char *page_folder,
                        const char *here);

#endif
