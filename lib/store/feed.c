/* Feeding a push. */
#include "store/feed.h"

#include <poll.h>

#include "cli/signals.h"
#include "collection/reader.h"
#include "input/lines.h"
#include "record/read.h"

enum { PATIENCE_MS = 300 /* with points that could be sent meanwhile */ };

/* A slow producer's records are not kept back until a batch is full. */
static void send_while_waiting(struct img_push *push, struct img_lines *lines)
{
    struct pollfd input = {.fd = lines->fd, .events = POLLIN};
    if (!img_lines_ready(lines) && poll(&input, 1, PATIENCE_MS) == 0)
        img_push_flush(push);
}

bool img_feed_lines(struct img_push *push, int fd, struct img_err *err)
{
    struct img_lines lines;
    const char *line;
    size_t len;
    bool ok;
    img_lines_init(&lines, fd, '\n', IMG_RECORD_LINE_MAX);
    for (;;) {
        send_while_waiting(push, &lines);
        ok = img_lines_next(&lines, &line, &len, err);
        if (!ok || !line || img_signals_caught())
            break;
        ok = img_push_record(push, line, len, NULL, 0, lines.number, err);
        if (!ok)
            break;
    }
    img_lines_clear(&lines);
    return ok;
}

bool img_feed_collection(struct img_push *push, const char *folder, uint64_t *number,
                         struct img_err *err)
{
    struct img_collection *collection = NULL;
    if (!img_collection_open(&collection, folder, err))
        return img_err_in(err, "%s", folder);
    const struct img_collection_facts *facts = img_collection_facts(collection);
    const float *vectors = img_collection_vectors(collection);
    bool ok = true;
    for (size_t row = 0; ok && row < facts->count && !img_signals_caught(); row++) {
        const char *line;
        size_t len;
        ++*number;
        if (img_collection_is_dropped(collection, row))
            continue;
        ok = img_collection_record(collection, row, &line, &len, err) &&
             img_push_record(push, line, len, vectors + row * facts->dimension, facts->dimension,
                             *number, err);
    }
    img_collection_close(collection);
    return ok;
}
