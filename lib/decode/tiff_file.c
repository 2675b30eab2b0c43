/* libtiff reading from memory and keeping quiet. Its handlers are one a process, and so is this
 * count. */
#include "decode/tiff_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint32_t warnings;

static void count(const char *module, const char *format, va_list args)
{
    (void)module;
    (void)format;
    (void)args;
    warnings++;
}

uint32_t img_tiff_take_warnings(void)
{
    uint32_t seen = warnings;
    warnings = 0;
    return seen;
}

static tmsize_t read_bytes(thandle_t handle, void *out, tmsize_t size)
{
    struct img_tiff_file *source = handle;
    if (size <= 0 || source->at >= source->len)
        return 0;
    size_t rest = source->len - (size_t)source->at;
    size_t count_bytes = (size_t)size < rest ? (size_t)size : rest;
    memcpy(out, source->bytes + source->at, count_bytes);
    source->at += count_bytes;
    return (tmsize_t)count_bytes;
}

static tmsize_t write_bytes(thandle_t handle, void *bytes, tmsize_t size)
{
    (void)handle;
    (void)bytes;
    (void)size;
    return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    struct img_tiff_file *source = handle;
    uint64_t base = whence == SEEK_CUR ? source->at : whence == SEEK_END ? source->len : 0;
    source->at = base + offset;
    return source->at;
}

static toff_t size_of(thandle_t handle)
{
    const struct img_tiff_file *source = handle;
    return source->len;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

TIFF *img_tiff_open(struct img_tiff_file *source, uint32_t page)
{
    TIFFSetWarningHandler(count);
    TIFFSetErrorHandler(NULL);
    warnings = 0;
    TIFF *file = TIFFClientOpen("picture", "rCm", source, read_bytes, write_bytes, seek,
                                close_nothing, size_of, NULL, NULL);
    if (file && page > 0 && !TIFFSetDirectory(file, (tdir_t)page)) {
        TIFFClose(file);
        return NULL;
    }
    return file;
}
