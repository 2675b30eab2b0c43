/* Groups as JSON, tab-separated, as a table, or the paths of what is not kept. */
#include "sim/dupes_show.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "json/number.h"
#include "record/fields.h"
#include "sim/show.h"

const char *const img_tier_names[] = {
    [IMG_TIER_IDENTICAL] = "identical",
    [IMG_TIER_SAME_PIXELS] = "same_pixels",
    [IMG_TIER_SAME_PICTURE] = "same_picture",
    [IMG_TIER_SIMILAR] = "similar",
    NULL,
};

struct show {
    struct img_buf *out;
    const struct img_sim_source *source;
    const struct img_dupes *dupes;
    const struct img_dupes_group *group;
    struct img_arena arena;
    struct img_json_object record; /* of the member at hand, and its path; NULL: none */
    const char *path;
    size_t path_len;
    struct img_sim_draw *draw;
};

static const struct img_dupes_row *row_of(const struct show *s,
                                          const struct img_dupes_member *member)
{
    return &s->dupes->rows[member->at];
}

static bool enter(struct show *s, const struct img_dupes_member *member, struct img_err *err)
{
    const char *line;
    size_t len;
    bool is_path;
    img_arena_reset(&s->arena);
    if (!img_sim_source_record(s->source, row_of(s, member)->row, &line, &len, err) ||
        !img_json_scan(line, len, &s->arena, &s->record, err) ||
        !img_sim_name(&s->record, &s->arena, &s->path, &s->path_len, &is_path, err))
        return false;
    if (!is_path)
        s->path = NULL;
    return true;
}

static void put_id(struct img_buf *out, const char *name, const struct img_id *id)
{
    char hex[IMG_ID_HEX];
    img_id_hex(id, hex);
    img_buf_printf(out, ",\"%s\":\"%s\"", name, hex);
}

static void put_score(struct img_buf *out, double score)
{
    if (isnan(score))
        return;
    img_buf_puts(out, ",\"similarity_score\":");
    img_json_put_double(out, score);
}

/* What is known of it, and what speaks for its being a copy of the one that is kept. */
static void put_member(struct show *s, const struct img_dupes_member *member)
{
    const struct img_dupes_row *row = row_of(s, member);
    img_buf_putc(s->out, '{');
    img_fields_put_path(s->out, "image_path", s->path, s->path_len);
    if (row->has_id)
        put_id(s->out, "image_id", &row->id);
    if (row->width > 0)
        img_buf_printf(s->out, ",\"width\":%" PRIu32 ",\"height\":%" PRIu32, row->width,
                       row->height);
    put_score(s->out, member->score);
    if (member->orientation > 0)
        img_buf_printf(s->out, ",\"distance\":%u,\"orientation\":%u", member->distance,
                       member->orientation);
    img_buf_putc(s->out, '}');
}

static bool put_json(struct show *s, struct img_err *err)
{
    const struct img_dupes_member *members = s->dupes->members + s->group->first;
    const struct img_dupes_row *kept = row_of(s, members);
    if (!enter(s, members, err))
        return false;
    img_buf_printf(s->out, "{\"tier\":\"%s\",", img_tier_names[s->group->tier]);
    img_fields_put_path(s->out, "keeper", s->path, s->path_len);
    if (s->group->tier == IMG_TIER_SAME_PIXELS) {
        put_id(s->out, "pixels_hash", &kept->pixels);
        img_buf_printf(s->out, ",\"shrink\":%" PRIu32, kept->shrink);
    }
    put_score(s->out, s->group->score);
    img_buf_puts(s->out, ",\"members\":[");
    for (size_t i = 0; i < s->group->count; i++) {
        if (i > 0)
            img_buf_putc(s->out, ',');
        if (!enter(s, &members[i], err))
            return false;
        put_member(s, &members[i]);
    }
    img_buf_puts(s->out, "]}\n");
    return true;
}

static bool put_paths0(struct show *s, struct img_err *err)
{
    const struct img_dupes_member *members = s->dupes->members + s->group->first;
    for (size_t i = 1; i < s->group->count; i++)
        if (!enter(s, &members[i], err) || !img_sim_put_path0(s->out, &s->record, err))
            return false;
    return true;
}

/* number, tier, keep or copy, path, pixels, cosine, distance, orientation */
static void put_tsv(struct show *s, const struct img_dupes_member *member, size_t number, bool kept)
{
    const struct img_dupes_row *row = row_of(s, member);
    img_buf_printf(s->out, "%zu\t%s\t%s\t", number, img_tier_names[s->group->tier],
                   kept ? "keep" : "copy");
    img_sim_put_tsv(s->out, s->path ? s->path : "", s->path ? s->path_len : 0);
    img_buf_printf(s->out, "\t%" PRIu32 "x%" PRIu32 "\t", row->width, row->height);
    if (!isnan(member->score))
        img_buf_printf(s->out, "%.9g", member->score);
    if (member->orientation > 0)
        img_buf_printf(s->out, "\t%u\t%u\n", member->distance, member->orientation);
    else
        img_buf_puts(s->out, "\t\t\n");
}

static void put_row(struct show *s, const struct img_dupes_member *member, bool kept)
{
    static const char *const turned[] = {"",           "",          "mirrored",  "turned by 180",
                                         "upside down", "transposed", "turned by 90",
                                         "transversed", "turned by 270"};
    const struct img_dupes_row *row = row_of(s, member);
    char size[32] = "";
    if (row->width > 0)
        snprintf(size, sizeof size, "%" PRIu32 "x%" PRIu32, row->width, row->height);
    img_buf_printf(s->out, "  %-4s  %11s  ", kept ? "keep" : "", size);
    if (isnan(member->score))
        img_buf_puts(s->out, "        ");
    else
        img_buf_printf(s->out, "%6.4f  ", member->score);
    img_sim_put_shown(s->out, s->path ? s->path : "-", s->path ? s->path_len : 1);
    if (member->orientation > 1)
        img_buf_printf(s->out, "  (%s)", turned[member->orientation]);
    img_buf_putc(s->out, '\n');
    img_sim_draw_one(s->draw, s->path, s->out);
}

static bool put_lines(struct show *s, enum img_sim_form form, size_t number, struct img_err *err)
{
    const struct img_dupes_member *members = s->dupes->members + s->group->first;
    if (form == IMG_FORM_TABLE)
        img_buf_printf(s->out, "%s%zu. %s: %zu pictures\n", number > 1 ? "\n" : "", number,
                       img_tier_names[s->group->tier], s->group->count);
    for (size_t i = 0; i < s->group->count; i++) {
        if (!enter(s, &members[i], err))
            return false;
        if (form == IMG_FORM_TABLE)
            put_row(s, &members[i], i == 0);
        else
            put_tsv(s, &members[i], number, i == 0);
    }
    return true;
}

bool img_dupes_put(struct img_buf *out, enum img_sim_form form,
                   const struct img_sim_source *source, const struct img_dupes *dupes,
                   const struct img_dupes_group *group, size_t number, struct img_sim_draw *draw,
                   struct img_err *err)
{
    struct show s = {
        .out = out, .source = source, .dupes = dupes, .group = group, .draw = draw};
    bool ok = form == IMG_FORM_JSONL    ? put_json(&s, err)
              : form == IMG_FORM_PATHS0 ? put_paths0(&s, err)
                                        : put_lines(&s, form, number, err);
    img_arena_clear(&s.arena);
    return ok;
}
