/* One line on standard error that is written over as the work goes on. */
#ifndef IMG_CLI_PROGRESS_H
#define IMG_CLI_PROGRESS_H

#include <stdint.h>

#include "cli/cli.h"

struct img_progress_line {
    bool wanted;
    int64_t next_ns; /* not before this moment, so that a terminal is not flooded */
    bool shown;
};

/* Wanted with --progress=always; with auto on a terminal, unless --quiet. */
struct img_progress_line img_progress_begin(const struct img_cli *cli);

/* True when it is time for another line; last says that nothing more will come. */
bool img_progress_due(struct img_progress_line *line, bool last);

/* Writes text in the place of what stood there, at most 78 columns of it. */
void img_progress_show(struct img_progress_line *line, const char *text);

/* Clears the line, before other messages and at the end. */
void img_progress_clear(struct img_progress_line *line);

#endif
