/* Lines on standard error: "img-embed: photo.jpg: not an image". Each is one write(2), so that
 * lines of threads and processes do not mix. */
#ifndef IMG_CLI_MESSAGES_H
#define IMG_CLI_MESSAGES_H

#include "base/buf.h"
#include "base/report.h"

struct img_messages {
    const char *program; /* "img-embed" */
    enum img_level most; /* lines of a higher level are not written */
    bool quiet;          /* warnings neither; errors always are */
};

/* Writes "program: text\n" whatever the level: for the error that ends a program. */
void img_messages_error(const struct img_messages *messages, const char *text);

/* Writes the line if its level is wanted. */
void img_messages_line(const struct img_messages *messages, enum img_level level,
                       const char *text);

/* A report that writes to messages, which must outlive it. */
struct img_report img_messages_report(struct img_messages *messages);

/* Appends text as a terminal may show it: control characters (C0, DEL, C1), bidirectional overrides
 * and bytes that are not UTF-8 become \xHH or \u{HHHH}; a newline inside too. */
void img_messages_put_escaped(struct img_buf *out, const char *text);

#endif
