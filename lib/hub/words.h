/* What img-model says of models: a line for people, or a JSON object and a newline. img-model(1)
 * lists the members. */
#ifndef IMG_HUB_WORDS_H
#define IMG_HUB_WORDS_H

#include "base/buf.h"
#include "base/report.h"
#include "hub/check.h"
#include "hub/fetch.h"
#include "hub/installed.h"

/* Name, size and folder. One that cannot be used is left out, with a note to report, unless all are
 * wanted; then the reason is said. */
void img_hub_put_installed(const struct img_hub_installed *entry, bool json, bool all,
                           const struct img_report *report, struct img_buf *out);

/* The folder alone, or everything. */
void img_hub_put_fetched(const struct img_hub_repo *repo, const struct img_hub_fetched *fetched,
                         bool json, struct img_buf *out);

/* why is NULL for a sane model; for another one people get nothing here, since the error is told.
 */
void img_hub_put_checked(const struct img_hub_model *found, const struct img_hub_checked *checked,
                         const struct img_err *why, bool json, struct img_buf *out);

#endif
