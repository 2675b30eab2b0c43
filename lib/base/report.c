/* Handing a formatted line to whoever listens. */
#include "base/report.h"

#include <stdarg.h>
#include <stdio.h>

void img_report(const struct img_report *report, enum img_level level, const char *fmt, ...)
{
    if (!report || !report->line)
        return;
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    report->line(report->ctx, level, text);
}
