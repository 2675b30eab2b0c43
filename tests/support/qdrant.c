/* The stand-in's points and its journal. */
#include "support/qdrant.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "json/number.h"

enum { JOURNAL_MAX = 1 << 30 };

int qdrant_id_compare(const struct qdrant_id *a, const struct qdrant_id *b)
{
    return memcmp(a, b, sizeof *a);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 32);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* 8-4-4-4-12, or the digits alone, as the server's parser takes them. */
static bool read_uuid(const char *text, size_t len, struct qdrant_id *id)
{
    size_t digits = 0;
    if (len != 36 && len != 32)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (len == 36 && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        int value = hex(text[i]);
        if (value < 0 || digits == 32)
            return false;
        id->bytes[digits / 2] = (unsigned char)(id->bytes[digits / 2] << 4 | value);
        digits++;
    }
    id->uuid = 1;
    return digits == 32;
}

bool qdrant_id_read(const char *text, size_t len, bool is_text, struct qdrant_id *id)
{
    uint64_t number = 0;
    *id = (struct qdrant_id){0};
    if (is_text)
        return read_uuid(text, len, id);
    for (size_t i = 0; i < len; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (text[i] < '0' || text[i] > '9' || number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    for (int i = 0; i < 8; i++)
        id->bytes[15 - i] = (unsigned char)(number >> 8 * i);
    return len > 0;
}

void qdrant_id_put(struct img_buf *out, const struct qdrant_id *id)
{
    uint64_t number = 0;
    if (!id->uuid) {
        for (int i = 8; i < 16; i++)
            number = number << 8 | id->bytes[i];
        img_json_put_uint(out, number);
        return;
    }
    img_buf_putc(out, '"');
    for (int i = 0; i < 16; i++)
        img_buf_printf(out, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                       id->bytes[i]);
    img_buf_putc(out, '"');
}

size_t qdrant_place(const struct qdrant_collection *c, const struct qdrant_id *id, bool *found)
{
    size_t low = 0, high = c->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (qdrant_id_compare(&c->points[middle]->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < c->count && qdrant_id_compare(&c->points[low]->id, id) == 0;
    return low;
}

/* The server's rule: a vector of no length, or whose squared length is nearly 1, is kept. */
static void normalise(float *vector, size_t n)
{
    float parts[8] = {0}, squared = 0;
    for (size_t i = 0; i < n; i++)
        parts[i % 8] += vector[i] * vector[i];
    for (int i = 0; i < 8; i++)
        squared += parts[i];
    if (squared < 1.1920929e-7f || fabsf(squared - 1) <= 1e-6f)
        return;
    float length = sqrtf(squared);
    for (size_t i = 0; i < n; i++)
        vector[i] /= length;
}

static void free_point(struct qdrant_point *point)
{
    if (!point)
        return;
    free(point->vector);
    free(point->payload);
    free(point);
}

static struct qdrant_point *make_point(const struct qdrant_collection *c, const float *vector,
                                       const char *payload, size_t payload_len)
{
    struct qdrant_point *point = calloc(1, sizeof *point);
    if (!point)
        return NULL;
    point->vector = malloc(c->dimension * sizeof *vector);
    point->payload = malloc(payload_len + 1);
    if (!point->vector || !point->payload) {
        free_point(point);
        return NULL;
    }
    memcpy(point->vector, vector, c->dimension * sizeof *vector);
    memcpy(point->payload, payload, payload_len);
    point->payload[payload_len] = '\0';
    point->payload_len = payload_len;
    if (c->distance == QDRANT_COSINE)
        normalise(point->vector, c->dimension);
    return point;
}

bool qdrant_put_point(struct qdrant_collection *c, const struct qdrant_id *id, const float *vector,
                      const char *payload, size_t payload_len, uint64_t version)
{
    bool found;
    struct qdrant_point *point = make_point(c, vector, payload, payload_len);
    size_t at = qdrant_place(c, id, &found);
    if (!point)
        return false;
    point->id = *id;
    point->version = version;
    if (found) {
        free_point(c->points[at]);
        c->points[at] = point;
        return true;
    }
    if (c->count == c->room) {
        size_t room = c->room * 2 + 64;
        struct qdrant_point **points = realloc(c->points, room * sizeof(struct qdrant_point *));
        if (!points) {
            free_point(point);
            return false;
        }
        c->points = points;
        c->room = room;
    }
    memmove(&c->points[at + 1], &c->points[at], (c->count - at) * sizeof(struct qdrant_point *));
    c->points[at] = point;
    c->count++;
    return true;
}

void qdrant_drop_point(struct qdrant_collection *c, size_t place)
{
    free_point(c->points[place]);
    c->count--;
    memmove(&c->points[place], &c->points[place + 1],
            (c->count - place) * sizeof(struct qdrant_point *));
}

void qdrant_drop_collection(struct qdrant_collection *c)
{
    for (size_t i = 0; i < c->count; i++)
        free_point(c->points[i]);
    free(c->points);
    free(c->created);
    free(c->metadata);
    *c = (struct qdrant_collection){0};
}

struct qdrant_collection *qdrant_find(struct qdrant *q, const char *name)
{
    for (int i = 0; i < QDRANT_COLLECTIONS; i++)
        if (q->collections[i].used && strcmp(q->collections[i].name, name) == 0)
            return &q->collections[i];
    for (int i = 0; i < QDRANT_COLLECTIONS; i++)
        if (q->aliases[i].used && strcmp(q->aliases[i].name, name) == 0)
            return qdrant_find(q, q->aliases[i].collection);
    return NULL;
}

/* An entry: "PUT path body-length\n" body "\n". Returns where the next one begins, 0 at a torn
 * one. */
static size_t replay_one(struct qdrant *q, const char *bytes, size_t len)
{
    char method[8], path[1024];
    size_t body = 0;
    int head = 0;
    const char *end = memchr(bytes, '\n', len);
    if (!end || end - bytes > 1500)
        return 0;
    char line[1600];
    memcpy(line, bytes, (size_t)(end - bytes));
    line[end - bytes] = '\0';
    if (sscanf(line, "%7s %1023s %zu%n", method, path, &body, &head) != 3)
        return 0;
    size_t at = (size_t)(end - bytes) + 1;
    if (body >= len - at || bytes[at + body] != '\n')
        return 0;
    struct img_buf reply = {0};
    (void)qdrant_handle(q, method, path, "", bytes + at, body, &reply);
    img_buf_clear(&reply);
    return at + body + 1;
}

bool qdrant_open(struct qdrant *q, const char *journal)
{
    struct img_buf all = {.limit = JOURNAL_MAX};
    struct img_err err = {0};
    size_t at = 0, step;
    memset(q, 0, sizeof *q);
    q->journal = -1;
    if (!journal)
        return true;
    if (!img_file_read(journal, JOURNAL_MAX, &all, &err) && err.code != IMG_ERR_NOT_FOUND)
        return false;
    while (at < all.len && (step = replay_one(q, all.data + at, all.len - at)) > 0)
        at += step;
    img_buf_clear(&all);
    q->journal = open(journal, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    return q->journal >= 0 && ftruncate(q->journal, (off_t)at) == 0 &&
           lseek(q->journal, 0, SEEK_END) >= 0;
}

void qdrant_close(struct qdrant *q)
{
    for (int i = 0; i < QDRANT_COLLECTIONS; i++)
        qdrant_drop_collection(&q->collections[i]);
    if (q->journal >= 0)
        close(q->journal);
    q->journal = -1;
}
