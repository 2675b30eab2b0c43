/* The progress line: carriage return, text, erase to the end of the line. */
#include "cli/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

enum { COLUMNS = 78 };

static const int64_t step_ns = 200 * 1000 * 1000;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void put(const char *text)
{
    /* A progress line that cannot be written is no loss. */
    struct img_err ignored;
    (void)!img_write_all(STDERR_FILENO, text, strlen(text), &ignored);
}

struct img_progress_line img_progress_begin(const struct img_cli *cli)
{
    bool wanted =
        cli->common.progress == IMG_PROGRESS_ALWAYS ||
        (cli->common.progress == IMG_PROGRESS_AUTO && !cli->common.quiet && isatty(STDERR_FILENO));
    return (struct img_progress_line){.wanted = wanted};
}

bool img_progress_due(struct img_progress_line *line, bool last)
{
    return line->wanted && (last || now_ns() >= line->next_ns);
}

void img_progress_show(struct img_progress_line *line, const char *text)
{
    struct img_buf plain = {0}, shown = {0};
    img_messages_put_escaped(&plain, text);
    img_buf_printf(&shown, "\r%.*s\033[K", COLUMNS, plain.data ? plain.data : "");
    if (!shown.failed)
        put(shown.data);
    img_buf_clear(&plain);
    img_buf_clear(&shown);
    line->shown = true;
    line->next_ns = now_ns() + step_ns;
}

void img_progress_clear(struct img_progress_line *line)
{
    if (line->shown)
        put("\r\033[K");
    line->shown = false;
}
