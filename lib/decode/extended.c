/* Everything that EXIF, XMP and IPTC say, for --extended. The walk and its checks are ours
 * (meta/ifd.h); names of tags and readable values are libexif's. */
#include <libexif/exif-data.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/facts.h"
#include "json/number.h"
#include "meta/xmp.h"

enum {
    ENTRIES_MAX = 512, /* of a directory */
    VALUES_MAX = 64,   /* of an entry; of more, and of binary data, only the size is given */
    BYTES_MAX = 4096,
    TEXT_MAX = 512,
};

/* libexif prints one entry, which hangs in a structure of its own. */
static bool readable(const struct img_ifd_entry *entry, ExifIfd ifd, bool big_endian,
                     char text[TEXT_MAX])
{
    size_t size = (size_t)entry->count * entry->size;
    ExifData *data = exif_data_new();
    ExifEntry *one = exif_entry_new();
    text[0] = '\0';
    if (data && one) {
        exif_data_set_byte_order(data,
                                 big_endian ? EXIF_BYTE_ORDER_MOTOROLA : EXIF_BYTE_ORDER_INTEL);
        one->tag = (ExifTag)entry->tag;
        exif_content_add_entry(data->ifd[ifd], one);
        one->format = (ExifFormat)entry->type;
        one->components = (unsigned long)entry->count;
        one->data = malloc(size);
        if (one->data) {
            memcpy(one->data, entry->value, size);
            one->size = (unsigned)size;
            exif_entry_get_value(one, text, TEXT_MAX);
        }
    }
    if (one)
        exif_entry_unref(one);
    if (data)
        exif_data_unref(data);
    return text[0] != '\0';
}

static void put_numbers(struct img_buf *out, const struct img_ifd_file *file,
                        const struct img_ifd_entry *entry)
{
    if (entry->count > 1)
        img_buf_putc(out, '[');
    for (uint64_t i = 0; i < entry->count; i++) {
        double value;
        if (i > 0)
            img_buf_putc(out, ',');
        if (img_ifd_number(file, entry, i, &value))
            img_json_put_double(out, value);
        else
            img_buf_puts(out, "null");
    }
    if (entry->count > 1)
        img_buf_putc(out, ']');
}

static void put_entry(struct img_buf *out, size_t from, const struct img_ifd_file *file,
                      const struct img_ifd_entry *entry, ExifIfd ifd)
{
    char name[64], text[TEXT_MAX];
    const char *known = exif_tag_get_name_in_ifd((ExifTag)entry->tag, ifd);
    size_t size = (size_t)entry->count * entry->size;
    snprintf(name, sizeof name, "%s", known ? known : "");
    if (!known)
        snprintf(name, sizeof name, "0x%04x", entry->tag);
    img_facts_next(out, from, name);
    bool is_text = entry->type == 2;
    bool binary = entry->type == 7 && entry->count > 16;
    img_buf_puts(out, "{\"value\":");
    if (is_text && size <= BYTES_MAX)
        img_facts_put_text(out, (const char *)entry->value,
                           strnlen((const char *)entry->value, (size_t)entry->count));
    else if (entry->type == 7 && !binary)
        img_facts_put_text(out, (const char *)entry->value, size);
    else if (!binary && entry->count <= VALUES_MAX)
        put_numbers(out, file, entry);
    else
        img_buf_printf(out, "null,\"bytes\":%zu", size);
    if (known && size <= BYTES_MAX && entry->type <= 12 && entry->tag != EXIF_TAG_MAKER_NOTE &&
        readable(entry, ifd, file->big_endian, text)) {
        img_buf_puts(out, ",\"text\":");
        img_facts_put_text(out, text, strlen(text));
    }
    img_buf_putc(out, '}');
}

static void put_directory(struct img_buf *out, size_t from, const struct img_ifd_file *file,
                          uint64_t directory, ExifIfd ifd)
{
    struct img_ifd_entry entry;
    bool whole;
    for (uint64_t i = 0; i < ENTRIES_MAX && img_ifd_at(file, directory, i, &entry, &whole); i++) {
        bool pointer = entry.tag == 0x8769 || entry.tag == 0x8825 || entry.tag == 0xa005;
        bool strips = entry.tag == 273 || entry.tag == 279 || entry.tag == 324 || entry.tag == 325;
        if (whole && !pointer && !strips)
            put_entry(out, from, file, &entry, ifd);
    }
}

static void put_exif(struct img_buf *out, const struct img_exif_block *block)
{
    size_t from = out->len;
    put_directory(out, from, &block->file, block->main, EXIF_IFD_0);
    put_directory(out, from, &block->file, block->exif, EXIF_IFD_EXIF);
    put_directory(out, from, &block->file, block->gps, EXIF_IFD_GPS);
    img_buf_puts(out, out->len > from ? "}" : "{}");
}

static void put_xmp(struct img_buf *out, struct img_block xmp)
{
    static const char *const names[] = {
        "xmp:Rating",       "xmp:Label",      "xmp:CreateDate", "xmp:ModifyDate",
        "xmp:MetadataDate", "xmp:CreatorTool", "dc:title",      "dc:description",
        "dc:creator",       "dc:rights",      "dc:subject",     "photoshop:Headline",
        "photoshop:City",   "photoshop:Country", "photoshop:DateCreated", "exif:DateTimeOriginal",
    };
    size_t from = out->len;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *text;
        size_t len;
        if (!img_xmp_find(xmp.bytes, xmp.len, names[i], &text, &len) || len > BYTES_MAX)
            continue;
        img_facts_next(out, from, names[i]);
        img_facts_put_text(out, text, len);
    }
    img_buf_puts(out, out->len > from ? "}" : "{}");
}

/* One record of IPTC's application part; false behind the last. */
static bool next_record(struct img_block *left, unsigned *number, struct img_block *body)
{
    const uint8_t *at = left->bytes;
    if (left->len < 5 || at[0] != 0x1c)
        return false;
    size_t size = (size_t)at[3] << 8 | at[4];
    if (size > left->len - 5 || at[3] & 0x80)
        return false;
    *number = at[1] == 2 ? at[2] : 256U;
    *body = (struct img_block){at + 5, size};
    *left = (struct img_block){at + 5 + size, left->len - 5 - size};
    return true;
}

static void put_iptc(struct img_buf *out, struct img_block iptc)
{
    static const struct {
        unsigned number;
        const char *name;
        bool repeats;
    } names[] = {
        {5, "title", false},     {25, "keywords", true}, {55, "date_created", false},
        {80, "byline", true},    {90, "city", false},    {101, "country", false},
        {105, "headline", false}, {110, "credit", false}, {116, "copyright", false},
        {120, "caption", false},
    };
    size_t from = out->len;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct img_block left = iptc, body;
        unsigned number, found = 0;
        while (next_record(&left, &number, &body) && found < VALUES_MAX) {
            if (number != names[i].number || (found > 0 && !names[i].repeats))
                continue;
            if (found++ == 0)
                img_facts_next(out, from, names[i].name);
            else
                img_buf_putc(out, ',');
            if (found == 1 && names[i].repeats)
                img_buf_putc(out, '[');
            img_facts_put_text(out, (const char *)body.bytes, body.len);
        }
        if (found > 0 && names[i].repeats)
            img_buf_putc(out, ']');
    }
    img_buf_puts(out, out->len > from ? "}" : "{}");
}

void img_extended_put(struct img_buf *out, const struct img_exif_block *block,
                      struct img_block xmp, struct img_block iptc)
{
    size_t from = out->len;
    if (block) {
        img_facts_next(out, from, "exif");
        put_exif(out, block);
    }
    if (xmp.bytes) {
        img_facts_next(out, from, "xmp");
        put_xmp(out, xmp);
    }
    if (iptc.bytes) {
        img_facts_next(out, from, "iptc");
        put_iptc(out, iptc);
    }
    img_buf_puts(out, out->len > from ? "}" : "{}");
}
