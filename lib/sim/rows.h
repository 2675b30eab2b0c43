/* Records of rows: what a command says of a row begins with what the row's own record is of. */
#ifndef IMG_SIM_ROWS_H
#define IMG_SIM_ROWS_H

#include "sim/show.h"

struct img_sim_row {
    struct img_json_object record; /* lives in the arena, which scanning resets */
    const char *name;              /* [len], NUL-terminated; NULL: neither path nor text */
    size_t len;
    bool is_path;
};

/* Fails with BAD_RECORD or OUT_OF_MEMORY. */
IMG_CHECKED bool img_sim_row_scan(const struct img_sim_source *source, size_t number,
                                  struct img_arena *arena, struct img_sim_row *row,
                                  struct img_err *err);

/* Whether the row has a record in the output: rows that a collection has dropped are gone, a
 * record on standard input that failed still has its line. filtered: other rows are skipped,
 * too. */
bool img_sim_row_is_shown(const struct img_sim_source *source, size_t number, bool filtered);

/* Appends "image_path":… (and image_path_base64) or "text":…. */
void img_sim_row_put_name(const struct img_sim_row *row, struct img_buf *out);

/* Appends ,"error":…,"error_code":… as the row's record has them; else that it has no vector,
 * when it has none. */
void img_sim_row_put_error(const struct img_sim_row *row, bool no_vector, struct img_buf *out);

#endif
