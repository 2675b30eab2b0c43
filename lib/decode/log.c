/* GLib's log handler is one a process, and so is this count. */
#include "decode/log.h"

#include <glib.h>

static gint warnings;

static void count(const gchar *domain, GLogLevelFlags level, const gchar *text, gpointer ctx)
{
    (void)domain;
    (void)text;
    (void)ctx;
    if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL))
        g_atomic_int_inc(&warnings);
}

static GLogWriterOutput count_fields(GLogLevelFlags level, const GLogField *fields, gsize len,
                                     gpointer ctx)
{
    (void)fields;
    (void)len;
    count(NULL, level, NULL, ctx);
    return G_LOG_WRITER_HANDLED;
}

void img_log_silence(void)
{
    g_log_set_default_handler(count, NULL);
    g_log_set_writer_func(count_fields, NULL, NULL);
}

uint32_t img_log_take_warnings(void)
{
    gint seen = g_atomic_int_get(&warnings);
    g_atomic_int_set(&warnings, 0);
    return (uint32_t)seen;
}
