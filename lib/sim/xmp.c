/* Finding where labels go in a packet, and putting them there. */
#include "sim/xmp.h"

#include <stdlib.h>
#include <string.h>

#include "sim/xml.h"
#include "sim/xml_chars.h"

#define RDF "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
#define DC "http://purl.org/dc/elements/1.1/"

/* An element that something is put into. */
struct place {
    bool found, empty, ended; /* empty: written as <a/> */
    struct img_xml_span name; /* as written */
    size_t begin, inside, end; /* of its tag; behind its tag; of its end tag, or of <a/> itself */
};

struct search {
    struct img_xml xml;
    const char *const *labels;
    size_t count;
    bool *there; /* [count] */
    struct place rdf, description, subject, bag;
    unsigned rdf_depth; /* 0: not inside */
    bool in_description, in_subject, in_bag, in_item;
    bool dc_bound;      /* "dc" is Dublin Core where the first description stands */
    size_t item_begin;  /* the first item's; 0: none */
    struct img_buf item; /* characters of the item in hand */
};

static bool no_array(struct img_err *err)
{
    return img_err_set(err, IMG_ERR_BAD_RECORD, "its dc:subject is no list of labels");
}

/* The name an element has in the same namespace as `like` has, with like's own prefix. */
static void put_sibling(struct img_buf *out, struct img_xml_span like, const char *local)
{
    const char *colon = memchr(like.at, ':', like.len);
    if (colon)
        img_buf_put(out, like.at, (size_t)(colon - like.at) + 1);
    img_buf_puts(out, local);
}

static void found(struct place *place, const struct img_xml_token *token)
{
    if (place->found)
        return;
    *place = (struct place){.found = true,
                            .empty = token->kind == IMG_XML_EMPTY,
                            .name = token->name,
                            .begin = token->begin,
                            .inside = token->end,
                            .end = token->end};
}

/* The end tag of the element that was opened first. */
static void ended(struct place *place, const struct img_xml_token *token)
{
    if (place->empty || place->ended)
        return;
    place->end = token->begin;
    place->ended = true;
}

static void note_item(struct search *s)
{
    for (size_t i = 0; i < s->count; i++)
        if (strlen(s->labels[i]) == s->item.len &&
            (s->item.len == 0 || memcmp(s->labels[i], s->item.data, s->item.len) == 0))
            s->there[i] = true;
}

static bool open_in_rdf(struct search *s, const struct img_xml_token *token, struct img_err *err)
{
    unsigned level = token->depth - s->rdf_depth;
    bool stays = token->kind == IMG_XML_START;
    if (level == 1 && img_xml_is(&s->xml, token->name, false, RDF, "Description")) {
        for (size_t i = 0; i < s->xml.attribute_count; i++)
            if (img_xml_is(&s->xml, s->xml.attributes[i].name, true, DC, "subject"))
                return no_array(err);
        if (!s->description.found)
            s->dc_bound = img_xml_bound(&s->xml, "dc", DC);
        found(&s->description, token);
        s->in_description = stays;
    } else if (level == 2 && s->in_description &&
               img_xml_is(&s->xml, token->name, false, DC, "subject")) {
        found(&s->subject, token);
        s->in_subject = stays;
    } else if (level == 3 && s->in_subject) {
        if (!img_xml_is(&s->xml, token->name, false, RDF, "Bag") &&
            !img_xml_is(&s->xml, token->name, false, RDF, "Seq"))
            return no_array(err);
        found(&s->bag, token);
        s->in_bag = stays;
    } else if (level == 4 && s->in_bag) {
        if (!img_xml_is(&s->xml, token->name, false, RDF, "li"))
            return no_array(err);
        if (s->item_begin == 0)
            s->item_begin = token->begin;
        s->in_item = stays;
        img_buf_reset(&s->item);
        if (!stays)
            note_item(s);
    }
    return true;
}

static void close_in_rdf(struct search *s, const struct img_xml_token *token)
{
    unsigned level = token->depth - s->rdf_depth;
    if (level == 4 && s->in_item) {
        s->in_item = false;
        note_item(s);
    } else if (level == 3 && s->in_bag) {
        ended(&s->bag, token);
        s->in_bag = false;
    } else if (level == 2 && s->in_subject) {
        ended(&s->subject, token);
        s->in_subject = false;
    } else if (level == 1 && s->in_description) {
        ended(&s->description, token);
        s->in_description = false;
    } else if (level == 0) {
        ended(&s->rdf, token);
        s->rdf_depth = 0;
    }
}

static bool take_text(struct search *s, const struct img_xml_token *token, struct img_err *err)
{
    struct img_xml_span text = {s->xml.text + token->begin, token->end - token->begin};
    if (token->kind == IMG_XML_CDATA)
        text = token->name;
    if (s->in_item && token->kind == IMG_XML_TEXT)
        img_xml_unescape(text, &s->item);
    else if (s->in_item)
        img_buf_put(&s->item, text.at, text.len);
    for (size_t i = 0; s->in_subject && !s->in_item && i < text.len; i++)
        if (!img_xml_blank(text.at[i]))
            return no_array(err);
    return true;
}

static bool scan(struct search *s, struct img_err *err)
{
    struct img_xml_token token;
    do {
        if (!img_xml_next(&s->xml, &token, err))
            return false;
        bool opens = token.kind == IMG_XML_START || token.kind == IMG_XML_EMPTY;
        if (opens && s->rdf_depth > 0) {
            if (!open_in_rdf(s, &token, err))
                return false;
        } else if (opens && !s->rdf.found &&
                   img_xml_is(&s->xml, token.name, false, RDF, "RDF")) {
            found(&s->rdf, &token);
            s->rdf_depth = token.kind == IMG_XML_START ? token.depth : 0;
        } else if (token.kind == IMG_XML_END && s->rdf_depth > 0) {
            close_in_rdf(s, &token);
        } else if (token.kind == IMG_XML_TEXT || token.kind == IMG_XML_CDATA) {
            if (!take_text(s, &token, err))
                return false;
        }
    } while (token.kind != IMG_XML_FINISH);
    if (!s->rdf.found)
        return img_err_set(err, IMG_ERR_BAD_RECORD, "it holds no rdf:RDF, so it is no XMP");
    return img_buf_ok(&s->item, err);
}

/* The line break and blanks in front of a place: how things there are indented; empty when they are
 * not. */
static struct img_xml_span indent_at(const char *text, size_t at)
{
    size_t from = at;
    while (from > 0 && (text[from - 1] == ' ' || text[from - 1] == '\t'))
        from--;
    if (from == 0 || text[from - 1] != '\n')
        return (struct img_xml_span){text + at, 0};
    from -= from > 1 && text[from - 2] == '\r' ? 2 : 1;
    return (struct img_xml_span){text + from, at - from};
}

static void put_indent(struct img_buf *out, struct img_xml_span indent, unsigned deeper)
{
    img_buf_put(out, indent.at, indent.len);
    for (unsigned i = 0; indent.len > 0 && i < deeper; i++)
        img_buf_putc(out, ' ');
}

static void put_tag(struct img_buf *out, const char *before, struct img_xml_span like,
                    const char *local, const char *after)
{
    img_buf_puts(out, before);
    put_sibling(out, like, local);
    img_buf_puts(out, after);
}

static void put_items(const struct search *s, struct img_xml_span like, struct img_xml_span indent,
                      unsigned deeper, struct img_buf *out)
{
    for (size_t i = 0; i < s->count; i++) {
        if (s->there[i])
            continue;
        put_indent(out, indent, deeper);
        put_tag(out, "<", like, "li", ">");
        img_xml_escape(s->labels[i], strlen(s->labels[i]), out);
        put_tag(out, "</", like, "li", ">");
    }
}

static void put_bag(const struct search *s, struct img_xml_span indent, unsigned deeper,
                    struct img_buf *out)
{
    put_indent(out, indent, deeper);
    put_tag(out, "<", s->rdf.name, "Bag", ">");
    put_items(s, s->rdf.name, indent, deeper + 1, out);
    put_indent(out, indent, deeper);
    put_tag(out, "</", s->rdf.name, "Bag", ">");
}

static void put_subject(const struct search *s, struct img_xml_span indent, unsigned deeper,
                        struct img_buf *out)
{
    put_indent(out, indent, deeper);
    img_buf_puts(out, s->dc_bound ? "<dc:subject>" : "<dc:subject xmlns:dc=\"" DC "\">");
    put_bag(s, indent, deeper + 1, out);
    put_indent(out, indent, deeper);
    img_buf_puts(out, "</dc:subject>");
}

/* Puts content at the end of a place, before the blanks that lead to its end tag; <a/> is opened up
 * for it. */
static void insert(const char *text, size_t len, const struct place *place,
                   const struct img_buf *content, struct img_buf *out)
{
    if (place->empty) {
        size_t stop = place->end - 2; /* of "/>" */
        img_buf_put(out, text, stop);
        img_buf_putc(out, '>');
        img_buf_put(out, content->data, content->len);
        struct img_xml_span indent = indent_at(text, place->begin);
        img_buf_put(out, indent.at, indent.len);
        img_buf_puts(out, "</");
        img_buf_put(out, place->name.at, place->name.len);
        img_buf_putc(out, '>');
        img_buf_put(out, text + place->end, len - place->end);
        return;
    }
    size_t at = place->end;
    while (at > place->inside && img_xml_blank(text[at - 1]))
        at--;
    img_buf_put(out, text, at);
    img_buf_put(out, content->data, content->len);
    img_buf_put(out, text + at, len - at);
}

static void add(const struct search *s, const char *text, size_t len, struct img_buf *out)
{
    struct img_buf content = {0};
    const struct place *place = &s->rdf;
    struct img_xml_span indent = indent_at(text, s->rdf.begin);
    if (s->bag.found) {
        place = &s->bag;
        indent = indent_at(text, s->item_begin ? s->item_begin : s->bag.begin);
        put_items(s, s->bag.name, indent, s->item_begin ? 0 : 1, &content);
    } else if (s->subject.found) {
        place = &s->subject;
        put_bag(s, indent_at(text, s->subject.begin), 1, &content);
    } else if (s->description.found) {
        place = &s->description;
        put_subject(s, indent_at(text, s->description.begin), 1, &content);
    } else {
        put_indent(&content, indent, 1);
        put_tag(&content, "<", s->rdf.name, "Description ", "");
        put_tag(&content, "", s->rdf.name, "about", "=\"\">");
        put_subject(s, indent, 2, &content);
        put_indent(&content, indent, 1);
        put_tag(&content, "</", s->rdf.name, "Description", ">");
    }
    insert(text, len, place, &content, out);
    out->failed |= content.failed;
    img_buf_clear(&content);
}

/* What is new, each label once. */
static size_t count_new(struct search *s)
{
    size_t added = 0;
    for (size_t i = 0; i < s->count; i++) {
        for (size_t j = 0; j < i && !s->there[i]; j++)
            s->there[i] = strcmp(s->labels[i], s->labels[j]) == 0;
        added += !s->there[i];
    }
    return added;
}

static bool look(struct search *s, const char *text, size_t len, struct img_err *err)
{
    struct img_buf item = s->item;
    memset(s->there, 0, s->count * sizeof *s->there);
    *s = (struct search){.labels = s->labels, .count = s->count, .there = s->there, .item = item};
    return img_xml_begin(&s->xml, text, len, err) && scan(s, err);
}

static bool merge(struct search *s, const char *xmp, size_t len, struct img_buf *out,
                  size_t *added, struct img_err *err)
{
    size_t at = out->len;
    if (!look(s, xmp, len, err))
        return false;
    *added = count_new(s);
    if (*added == 0) {
        img_buf_put(out, xmp, len);
        return img_buf_ok(out, err);
    }
    add(s, xmp, len, out);
    if (!img_buf_ok(out, err))
        return false;
    /* Prefixes may be declared anew anywhere: what was added must be found again. */
    if (!look(s, out->data + at, out->len - at, err))
        return false;
    return count_new(s) == 0 ||
           img_err_set(err, IMG_ERR_BAD_RECORD, "its namespaces leave no place for labels");
}

bool img_xmp_merge(const char *xmp, size_t len, const char *const *labels, size_t count,
                   struct img_buf *out, size_t *added, struct img_err *err)
{
    *added = 0;
    if (len > IMG_XMP_MAX || count > IMG_XMP_LABELS_MAX)
        return img_err_set(err, IMG_ERR_TOO_LARGE, "%zu bytes of XMP and %zu labels", len, count);
    for (size_t i = 0; i < count; i++)
        if (!img_xml_holds(labels[i], strlen(labels[i])) || labels[i][0] == '\0')
            return img_err_set(err, IMG_ERR_BAD_TEXT, "label %zu cannot stand in XML", i + 1);
    size_t at = out->len;
    struct search *s = calloc(1, sizeof *s);
    bool *there = calloc(count + 1, sizeof *there);
    bool ok = s && there;
    if (ok) {
        s->labels = labels;
        s->count = count;
        s->there = there;
        ok = merge(s, xmp, len, out, added, err);
        img_buf_clear(&s->item);
    } else {
        img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for XMP");
    }
    free(there);
    free(s);
    if (!ok)
        out->len = at;
    return ok;
}

const char *img_xmp_empty(void)
{
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\" x:xmptk=\"img-tools\">\n"
           " <rdf:RDF xmlns:rdf=\"" RDF "\">\n"
           "  <rdf:Description rdf:about=\"\"\n"
           "    xmlns:dc=\"" DC "\"/>\n"
           " </rdf:RDF>\n"
           "</x:xmpmeta>\n";
}
