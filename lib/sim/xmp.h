/* Labels as dc:subject in an XMP packet, everything else kept byte for byte.
 *
 * Specification: XMP, part 1 (ISO 16684-1): dc:subject is an unordered array (rdf:Bag) of texts. */
#ifndef IMG_SIM_XMP_H
#define IMG_SIM_XMP_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum {
    IMG_XMP_MAX = 16 << 20,   /* bytes of a packet */
    IMG_XMP_LABELS_MAX = 256, /* that are added at once */
};

/* Appends the packet with those labels added to its first dc:subject that it does not have yet
 * (compared character by character), or with a dc:subject of its own; *added says how many. With
 * none added out is the packet itself. labels [count], NUL-terminated, valid UTF-8. Fails with
 * BAD_RECORD when the packet is not well-formed, has no rdf:RDF, or has a dc:subject that is no
 * array, and with BAD_TEXT for a label that XML cannot hold. */
IMG_CHECKED bool img_xmp_merge(const char *xmp, size_t len, const char *const *labels, size_t count,
                               struct img_buf *out, size_t *added, struct img_err *err);

/* A packet that says nothing yet, to be merged into. */
const char *img_xmp_empty(void);

#endif
