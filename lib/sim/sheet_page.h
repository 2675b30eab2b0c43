/* The HTML of a contact sheet, piece by piece. Everything in it that came from a record, a
 * file's name included, is escaped: for terminals as messages are (control characters,
 * bidirectional overrides, bytes that are no UTF-8), then for HTML. */
#ifndef IMG_SIM_SHEET_PAGE_H
#define IMG_SIM_SHEET_PAGE_H

#include "base/buf.h"
#include "sim/sheet_list.h"
#include "sim/thumbs.h"

struct img_sheet_page {
    const char *title;
    const char *style, *script; /* the page's own, inlined */
    const char *folder, *here;  /* of the page and of the paths, absolute */
    uint32_t side;              /* that thumbnails fit */
    size_t common;              /* bytes of folders that all paths begin with */
};

/* The page up to its first section: a policy that lets it load nothing and run that script only. */
void img_sheet_put_head(struct img_buf *out, const struct img_sheet_page *page,
                        const struct img_sheet_list *list);

void img_sheet_put_section(struct img_buf *out, const struct img_sheet_section *section,
                           size_t number);

/* thumb: a JPEG, or why there is none. */
void img_sheet_put_item(struct img_buf *out, const struct img_sheet_page *page,
                        const struct img_sheet_section *section, const struct img_sheet_item *item,
                        const struct img_thumb *thumb);

void img_sheet_put_section_end(struct img_buf *out);

void img_sheet_put_tail(struct img_buf *out, const struct img_sheet_page *page);

#endif
