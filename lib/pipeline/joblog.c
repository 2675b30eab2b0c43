/* Writing the job log. */
#include "pipeline/joblog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

bool img_joblog_open(struct img_joblog *log, const char *path, struct img_err *err)
{
    static const char head[] = "seq\tended\tseconds\tresult\tcached\tinput\n";
    struct stat info;
    *log = (struct img_joblog){.fd = -1};
    if (!path)
        return true;
    log->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (log->fd < 0) {
        img_err_sys(err, IMG_ERR_OUTPUT, errno, "cannot open");
        return img_err_in(err, "%s", path);
    }
    log->open = true;
    img_output_init(&log->lines, log->fd, path);
    bool empty = fstat(log->fd, &info) == 0 && info.st_size == 0;
    return !empty || img_output_lines(&log->lines, head, sizeof head - 1, err);
}

static void put_escaped(struct img_buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const char *escape = text[i] == '\t'   ? "\\t"
                             : text[i] == '\n' ? "\\n"
                             : text[i] == '\\' ? "\\\\"
                                               : NULL;
        if (escape)
            img_buf_puts(out, escape);
        else
            img_buf_putc(out, text[i]);
    }
}

bool img_joblog_put(struct img_joblog *log, const struct img_item *item, size_t index,
                    struct img_err *err)
{
    struct img_buf line = {0};
    struct timespec now;
    if (!log->open)
        return true;
    clock_gettime(CLOCK_REALTIME, &now);
    img_buf_printf(&line, "%zu\t%lld.%03u\t%.6f\t%s\t%d\t", index + 1, (long long)now.tv_sec,
                   (unsigned)(now.tv_nsec / 1000000), item->seconds,
                   item->err.code == IMG_OK ? "ok" : img_code_name(item->err.code), item->cached);
    if (item->kind == IMG_ITEM_TEXT)
        put_escaped(&line, item->text, item->text_len);
    else if (item->path)
        put_escaped(&line, item->path, item->path_len);
    img_buf_putc(&line, '\n');
    bool ok = img_buf_ok(&line, err) && img_output_lines(&log->lines, line.data, line.len, err) &&
              img_output_flush(&log->lines, err);
    img_buf_clear(&line);
    return ok;
}

void img_joblog_close(struct img_joblog *log)
{
    if (!log->open)
        return;
    img_output_clear(&log->lines);
    close(log->fd);
    *log = (struct img_joblog){.fd = -1};
}
