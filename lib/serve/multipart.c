/* Walking from boundary to boundary. */
#include "serve/multipart.h"

#include <string.h>
#include <strings.h>

enum { BOUNDARY_MAX = 70, HEAD_MAX = 16384 };

static const char *find(const char *from, const char *end, char c)
{
    return from < end ? memchr(from, c, (size_t)(end - from)) : NULL;
}

/* The text of name=value or name="value" among the parameters of a header; copied to arena. NULL when
 * it is not there. */
static const char *parameter(const char *text, size_t len, const char *name,
                             struct img_arena *arena, struct img_err *err)
{
    const char *end = text + len, *at = find(text, end, ';');
    size_t name_len = strlen(name);
    while (at && at < end) {
        for (at++; at < end && (*at == ' ' || *at == '\t');)
            at++;
        const char *equals = find(at, end, '=');
        if (!equals)
            return NULL;
        bool wanted = (size_t)(equals - at) == name_len && strncasecmp(at, name, name_len) == 0;
        const char *value = equals + 1, *stop;
        if (value < end && *value == '"') {
            value++;
            for (stop = value; stop < end && *stop != '"'; stop++)
                if (*stop == '\\' && stop + 1 < end)
                    stop++;
            if (stop >= end)
                return NULL;
            at = find(stop, end, ';');
        } else {
            at = find(value, end, ';');
            stop = at ? at : end;
            while (stop > value && (stop[-1] == ' ' || stop[-1] == '\t'))
                stop--;
        }
        if (wanted)
            return img_arena_copy(arena, value, (size_t)(stop - value), err);
    }
    return NULL;
}

/* The value of a header among lines [head, end); *len is its length. */
static const char *header(const char *head, const char *end, const char *name, size_t *len)
{
    size_t name_len = strlen(name);
    while (head < end) {
        const char *line = memmem(head, (size_t)(end - head), "\r\n", 2);
        const char *stop = line ? line : end;
        if ((size_t)(stop - head) > name_len && head[name_len] == ':' &&
            strncasecmp(head, name, name_len) == 0) {
            *len = (size_t)(stop - head) - name_len - 1;
            return head + name_len + 1;
        }
        head = line ? line + 2 : end;
    }
    return NULL;
}

static bool read_head(const char *head, const char *end, struct img_arena *arena,
                      struct img_part *part, struct img_err *err)
{
    size_t len;
    *err = (struct img_err){0};
    const char *text = header(head, end, "Content-Disposition", &len);
    part->name = text ? parameter(text, len, "name", arena, err) : NULL;
    if (!part->name)
        return err->code != IMG_OK ||
               img_err_set(err, IMG_ERR_BAD_RECORD, "a part of the form has no name");
    part->is_file = parameter(text, len, "filename", arena, err) != NULL;
    return err->code == IMG_OK;
}

struct walk {
    const char *at, *end;
    const char *mark; /* "\r\n--boundary" */
    size_t mark_len;
};

/* Goes behind the next boundary, a line that is nothing else. before: where what stood in front of it
 * ends. */
static bool next_boundary(struct walk *w, const char **before, bool *last)
{
    const char *found;
    while ((found = memmem(w->at, (size_t)(w->end - w->at), w->mark, w->mark_len))) {
        *before = found;
        w->at = found + w->mark_len;
        *last = w->end - w->at >= 2 && w->at[0] == '-' && w->at[1] == '-';
        while (w->at < w->end && (*w->at == ' ' || *w->at == '\t'))
            w->at++;
        if (*last || (w->end - w->at >= 2 && w->at[0] == '\r' && w->at[1] == '\n'))
            return true;
    }
    return false;
}

static bool read_parts(struct walk *w, struct img_arena *arena, struct img_part *parts,
                       size_t *count, struct img_err *err)
{
    const char *end;
    bool last;
    if (!next_boundary(w, &end, &last))
        return img_err_set(err, IMG_ERR_BAD_RECORD, "the form's boundary is not in its body");
    while (!last) {
        /* Behind the boundary's own end of line, which may be that of an empty head. */
        const char *head = w->at + 2;
        const char *blank = memmem(w->at, (size_t)(w->end - w->at), "\r\n\r\n", 4);
        if (!blank || blank - w->at > HEAD_MAX)
            return img_err_set(err, IMG_ERR_BAD_RECORD, "a part of the form has no end of its head");
        if (*count == IMG_PARTS_MAX)
            return img_err_set(err, IMG_ERR_BAD_RECORD, "more than %d parts", IMG_PARTS_MAX);
        struct img_part *part = &parts[*count];
        if (!read_head(head, blank > head ? blank : head, arena, part, err))
            return false;
        part->bytes = blank + 4;
        w->at = blank + 2; /* an empty part's boundary begins with the blank line's end */
        if (!next_boundary(w, &end, &last))
            return img_err_set(err, IMG_ERR_BAD_RECORD, "the form ends inside a part");
        part->len = end > part->bytes ? (size_t)(end - part->bytes) : 0;
        ++*count;
    }
    return true;
}

bool img_multipart_parse(const char *content_type, const char *body, size_t len,
                         struct img_arena *arena, const struct img_part **parts, size_t *count,
                         struct img_err *err)
{
    *err = (struct img_err){0};
    *count = 0;
    const char *boundary = parameter(content_type, strlen(content_type), "boundary", arena, err);
    size_t boundary_len = boundary ? strlen(boundary) : 0;
    if (err->code != IMG_OK)
        return false;
    if (boundary_len == 0 || boundary_len > BOUNDARY_MAX)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "a form without a boundary");
    /* The first boundary begins the body; an end of line before it makes it like the others. */
    char *text = img_arena_alloc(arena, len + 3, err);
    const char *mark = img_arena_printf(arena, err, "\r\n--%s", boundary);
    struct img_part *all = img_arena_array(arena, IMG_PARTS_MAX, sizeof *all, err);
    if (!text || !mark || !all)
        return false;
    memcpy(text, "\r\n", 2);
    if (len > 0)
        memcpy(text + 2, body, len);
    struct walk w = {.at = text, .end = text + len + 2, .mark = mark, .mark_len = strlen(mark)};
    *parts = all;
    return read_parts(&w, arena, all, count, err);
}
