/* Writing results. */
#include "sim/show.h"

#include <string.h>

#include "base/utf8.h"
#include "cli/messages.h"
#include "record/read.h"

bool img_sim_name(const struct img_json_object *record, struct img_arena *arena, const char **name,
                  size_t *len, bool *is_path, struct img_err *err)
{
    *name = NULL;
    *len = 0;
    return record == NULL || img_record_name(record, arena, name, len, is_path, err);
}

void img_sim_put_tsv(struct img_buf *out, const char *text, size_t len)
{
    static const char plain[] = "\t\n\r\\", escaped[] = "tnr\\";
    for (size_t i = 0; i < len; i++) {
        const char *at = text[i] ? strchr(plain, text[i]) : NULL;
        if (at)
            img_buf_putc(out, '\\');
        img_buf_putc(out, at ? escaped[at - plain] : text[i]);
    }
}

void img_sim_put_shown(struct img_buf *out, const char *text, size_t len)
{
    struct img_buf copy = {0};
    struct img_err ignored;
    img_buf_put(&copy, text, len);
    if (img_buf_ok(&copy, &ignored))
        img_messages_put_escaped(out, copy.data ? copy.data : "");
    img_buf_clear(&copy);
}

bool img_sim_put_path0(struct img_buf *out, const struct img_json_object *record,
                       struct img_err *err)
{
    struct img_arena arena = {0};
    const char *name;
    size_t len;
    bool is_path, ok = img_sim_name(record, &arena, &name, &len, &is_path, err);
    if (ok && name && is_path && strlen(name) == len)
        img_buf_put(out, name, len + 1);
    else if (ok && name && is_path)
        ok = img_err_set(err, IMG_ERR_BAD_RECORD, "a path with a NUL in it");
    img_arena_clear(&arena);
    return ok;
}

static void put_tsv(struct img_buf *out, const struct img_similarity_record *hit, const char *name,
                    size_t len)
{
    if (hit->rank > 0)
        img_buf_printf(out, "%zu", hit->rank);
    img_buf_printf(out, "\t%.9g\t", hit->score);
    img_sim_put_tsv(out, name ? name : "", len);
    img_buf_printf(out, "\t%zu\t", hit->query_index);
    img_sim_put_tsv(out, hit->query ? hit->query : "", hit->query ? hit->query_len : 0);
    img_buf_putc(out, '\n');
}

static void put_table(struct img_buf *out, const struct img_similarity_record *hit,
                      const char *name, size_t len)
{
    if (hit->rank > 0)
        img_buf_printf(out, "%4zu  ", hit->rank);
    img_buf_printf(out, "%7.4f  ", hit->score);
    if (name)
        img_sim_put_shown(out, name, len);
    else
        img_buf_putc(out, '-');
    img_buf_putc(out, '\n');
}

bool img_sim_put_hit(struct img_buf *out, enum img_sim_form form,
                     const struct img_similarity_record *hit, struct img_err *err)
{
    struct img_arena arena = {0};
    const char *name;
    size_t len;
    bool is_path;
    if (form == IMG_FORM_JSONL) {
        img_similarity_put(out, hit);
        return true;
    }
    if (form == IMG_FORM_PATHS0)
        return img_sim_put_path0(out, hit->hit, err);
    bool ok = img_sim_name(hit->hit, &arena, &name, &len, &is_path, err);
    if (ok)
        (form == IMG_FORM_TSV ? put_tsv : put_table)(out, hit, name, len);
    img_arena_clear(&arena);
    return ok;
}

void img_sim_put_failure(struct img_buf *out, enum img_sim_form form,
                         const struct img_similarity_record *hit, const struct img_err *why)
{
    if (form == IMG_FORM_JSONL)
        img_similarity_put_failure(out, hit, why);
}
