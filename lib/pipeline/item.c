/* An input's clock, its debug log, and its one line when it fails. */
#include "pipeline/item.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

double img_item_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void img_item_log(struct img_item *item, const char *fmt, ...)
{
    if (item->log_count == IMG_ITEM_LOGS)
        return;
    struct img_log_entry *entry = &item->logs[item->log_count++];
    struct timespec now;
    struct tm utc;
    char seconds[24];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(entry->timestamp, sizeof entry->timestamp, "%s.%03uZ", seconds,
             (unsigned)(now.tv_nsec / 1000000) % 1000);
    va_list args;
    va_start(args, fmt);
    vsnprintf(entry->message, sizeof entry->message, fmt, args);
    va_end(args);
}

bool img_item_done(const struct img_item *item)
{
    return item->encoded || item->err.code != IMG_OK || item->kind == IMG_ITEM_PASSED;
}

void img_item_report(const struct img_item *item, const struct img_report *report)
{
    enum { TEXT_SHOWN = 60 };
    const struct img_err *err = &item->err;
    if (err->code == IMG_OK)
        return;
    if (item->kind == IMG_ITEM_TEXT)
        img_report(report, IMG_WARNING, "text '%.*s': %s",
                   (int)(item->text_len < TEXT_SHOWN ? item->text_len : TEXT_SHOWN), item->text,
                   err->text);
    else if (item->path)
        img_report(report, IMG_WARNING, "%s: %s", item->path, err->text);
    else
        img_report(report, IMG_WARNING, "%s", err->text);
}
