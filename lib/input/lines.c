/* Reading lines. */
#include "input/lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/signals.h"

enum { PIECE = 65536 };

void img_lines_init(struct img_lines *lines, int fd, char end, size_t limit)
{
    *lines = (struct img_lines){.fd = fd, .end = end, .limit = limit};
    lines->buf.limit = limit + 2 * PIECE + 2;
}

/* The end of the line at lines->at, or NULL when it has not come yet. */
static char *find_end(struct img_lines *lines)
{
    size_t from = lines->at + lines->seen;
    if (from >= lines->buf.len)
        return NULL;
    char *end = memchr(lines->buf.data + from, lines->end, lines->buf.len - from);
    if (!end)
        lines->seen = lines->buf.len - lines->at;
    return end;
}

/* Moves what is unread to the front, so that the buffer holds one line and a piece at most. */
static void compact(struct img_lines *lines)
{
    if (lines->at == 0)
        return;
    lines->buf.len -= lines->at;
    memmove(lines->buf.data, lines->buf.data + lines->at, lines->buf.len);
    lines->at = 0;
}

static bool read_piece(struct img_lines *lines, struct img_err *err)
{
    compact(lines);
    char *room = img_buf_room(&lines->buf, PIECE);
    if (!room)
        return img_buf_ok(&lines->buf, err);
    ssize_t n;
    do
        n = read(lines->fd, room, PIECE);
    while (n < 0 && errno == EINTR && !img_signals_caught());
    if (n < 0 && errno != EINTR) {
        lines->ended = true;
        return img_err_sys(err, img_code_from_errno(errno), errno, "cannot read");
    }
    if (n <= 0)
        lines->ended = true;
    else
        lines->buf.len += (size_t)n;
    lines->buf.data[lines->buf.len] = '\0';
    return true;
}

/* Leaves the line of len bytes at lines->at behind, with its end if that is there. */
static void step_over(struct img_lines *lines, size_t len, bool with_end)
{
    lines->at += len + with_end;
    lines->seen = 0;
}

static bool too_long(struct img_lines *lines, struct img_err *err)
{
    lines->number++;
    return img_err_set(err, IMG_ERR_TOO_LARGE, "a line of more than %zu bytes", lines->limit);
}

bool img_lines_next(struct img_lines *lines, const char **line, size_t *len, struct img_err *err)
{
    *line = NULL;
    *len = 0;
    while (!img_signals_caught()) {
        char *end = find_end(lines);
        size_t size = end ? (size_t)(end - lines->buf.data) - lines->at
                          : lines->buf.len - lines->at;
        bool whole = end || lines->ended;
        if (lines->skipping) {
            step_over(lines, size, end != NULL);
            lines->skipping = !whole;
        } else if (size > lines->limit) {
            step_over(lines, size, end != NULL);
            lines->skipping = !whole;
            return too_long(lines, err);
        } else if (end || (whole && size > 0)) {
            char *start = lines->buf.data + lines->at;
            step_over(lines, size, end != NULL);
            lines->number++;
            start[size] = '\0';
            if (size > 0) {
                *line = start;
                *len = size;
                return true;
            }
            continue;
        }
        if (end)
            continue;
        if (lines->ended)
            return true;
        if (!read_piece(lines, err))
            return false;
    }
    return true;
}

bool img_lines_ready(struct img_lines *lines)
{
    return lines->ended || find_end(lines) != NULL;
}

void img_lines_clear(struct img_lines *lines)
{
    img_buf_clear(&lines->buf);
}
