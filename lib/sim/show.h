/* Results in the forms that img-sim writes. */
#ifndef IMG_SIM_SHOW_H
#define IMG_SIM_SHOW_H

#include "record/similarity.h"
#include "sim/context.h"

/* What a record is of: its path as the file system has it, else its text; NULL when it has
 * neither. The name [*len] lives in arena. Fails with BAD_RECORD or OUT_OF_MEMORY. */
IMG_CHECKED bool img_sim_name(const struct img_json_object *record, struct img_arena *arena,
                              const char **name, size_t *len, bool *is_path, struct img_err *err);

/* A field of tab-separated values: a tab, a newline, a return and a backslash as \t \n \r \\. */
void img_sim_put_tsv(struct img_buf *out, const char *text, size_t len);

/* Text as a terminal may show it. */
void img_sim_put_shown(struct img_buf *out, const char *text, size_t len);

/* The record's path and a NUL; nothing for a record without a path. */
IMG_CHECKED bool img_sim_put_path0(struct img_buf *out, const struct img_json_object *record,
                                   struct img_err *err);

/* One hit in the form wanted. */
IMG_CHECKED bool img_sim_put_hit(struct img_buf *out, enum img_sim_form form,
                                 const struct img_similarity_record *hit, struct img_err *err);

/* The record of a query or comparison that failed, in jsonl; nothing in other forms. */
void img_sim_put_failure(struct img_buf *out, enum img_sim_form form,
                         const struct img_similarity_record *hit, const struct img_err *why);

#endif
