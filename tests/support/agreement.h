/* Test support: metadata against what Pillow and ExifTool say (golden/metadata.jsonl), field by
 * field. A field counts when both sides have a value. */
#ifndef TESTS_SUPPORT_AGREEMENT_H
#define TESTS_SUPPORT_AGREEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "image/picture.h"
#include "json/scan.h"

enum { AGREEMENT_FIELDS = 32 };

struct agreement {
    struct img_buf lines;
    size_t at;
    struct img_arena arena;
    struct img_json_object pillow, exiftool;
    const char *file; /* of the current line, below the shared folder */
    size_t compared, agreed, unexplained;
    struct {
        size_t compared, agreed, unread; /* unread: they have a value, we have none */
    } field[AGREEMENT_FIELDS];
};

/* Fails the test when the file cannot be read. */
void agreement_open(struct agreement *agreement, const char *path);

/* The next line; false at the end. */
bool agreement_next(struct agreement *agreement);

/* Compares what was found for the current file; prints every difference, with its reason where there
 * is a known one. facts: {"camera_info":…,"gps_info":…}. */
void agreement_compare(struct agreement *agreement, bool good, const struct img_info *info,
                       const char *facts, size_t len);

/* Prints how many of each field agree. */
void agreement_report(const struct agreement *agreement);

void agreement_close(struct agreement *agreement);

/* Whether text is one strict JSON object. */
bool agreement_is_object(const char *text, size_t len);

#endif
