/* camera_info: which camera, which lens, how it was set (EXIF 2.32, sections 4.6.4 and 4.6.5). */
#include <string.h>

#include "json/number.h"
#include "meta/facts.h"

enum { TEXT_MAX = 1024, TAG_ISO = 0x8827 };

enum kind {
    TEXT,
    NUMBER, /* least < value <= most, or it is nonsense */
    SIGNED, /* |value| <= most */
    WHOLE,  /* 0 <= value <= most */
};

static const struct field {
    const char *name;
    uint16_t tag;
    bool main; /* in the main directory, else in EXIF's */
    enum kind kind;
    double most;
} fields[] = {
    {"make", 0x010f, true, TEXT, 0},
    {"model", 0x0110, true, TEXT, 0},
    {"lens", 0xa434, false, TEXT, 0},
    {"f_number", 0x829d, false, NUMBER, 1000},
    {"exposure_time", 0x829a, false, NUMBER, 1e6},
    {"iso", TAG_ISO, false, WHOLE, 1e8},
    {"focal_length", 0x920a, false, NUMBER, 1e5},
    {"focal_length_35mm", 0xa405, false, NUMBER, 1e5},
    {"exposure_compensation", 0x9204, false, SIGNED, 100},
    {"exposure_program", 0x8822, false, WHOLE, 255},
    {"metering_mode", 0x9207, false, WHOLE, 255},
    {"flash", 0x9209, false, WHOLE, 255},
    {"white_balance", 0xa403, false, WHOLE, 255},
    {"lens_make", 0xa433, false, TEXT, 0},
    {"software", 0x0131, true, TEXT, 0},
    {"artist", 0x013b, true, TEXT, 0},
    {"copyright", 0x8298, true, TEXT, 0},
    {"description", 0x010e, true, TEXT, 0},
};

static bool is_blank(const char *text, size_t len)
{
    size_t i = 0;
    while (i < len && (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r')))
        i++;
    return i == len;
}

static void put_text(struct img_buf *out, size_t from, const struct field *field,
                     const struct img_ifd_entry *entry)
{
    const char *text = (const char *)entry->value;
    if (entry->type != 2 && entry->type != 7 && entry->type != 1)
        return;
    size_t len = entry->count < TEXT_MAX ? (size_t)entry->count : TEXT_MAX;
    len = strnlen(text, len);
    if (is_blank(text, len))
        return;
    img_facts_next(out, from, field->name);
    img_facts_put_text(out, text, len);
}

static bool sensible(const struct field *field, double value)
{
    switch (field->kind) {
    case NUMBER:
        return value > 0 && value <= field->most;
    case SIGNED:
        return value >= -field->most && value <= field->most;
    default:
        return value >= 0 && value <= field->most;
    }
}

static void put_number(struct img_buf *out, size_t from, const struct field *field,
                       const struct img_exif_block *block, const struct img_ifd_entry *entry,
                       struct img_buf *notes)
{
    double value;
    if (!img_ifd_number(&block->file, entry, 0, &value)) {
        img_facts_note(notes, "%s is not a number", field->name);
        return;
    }
    if (!sensible(field, value)) {
        /* 0 is how cameras say that they do not know. */
        if (value < 0 || value > 0)
            img_facts_note(notes, "%s of %g is nonsense", field->name, value);
        return;
    }
    img_facts_next(out, from, field->name);
    if (field->kind == WHOLE)
        img_json_put_uint(out, (uint64_t)value);
    else
        img_json_put_double(out, value);
}

void img_camera_put(struct img_buf *out, const struct img_exif_block *block,
                    struct img_buf *notes)
{
    size_t from = out->len;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct field *field = &fields[i];
        struct img_ifd_entry entry;
        if (!img_ifd_find(&block->file, field->main ? block->main : block->exif, field->tag,
                          &entry))
            continue;
        if (field->kind == TEXT)
            put_text(out, from, field, &entry);
        else
            put_number(out, from, field, block, &entry, notes);
    }
    if (out->len > from)
        img_buf_putc(out, '}');
}
