/* A strict reader of XML 1.0 with namespaces, for files that are to be changed in one place and
 * kept byte for byte elsewhere: it gives tokens with their places in the text and refuses
 * whatever is not well-formed. UTF-8 only; a document type is refused, so the five predefined
 * entities are all.
 *
 * Specifications: XML 1.0 (fifth edition), Namespaces in XML 1.0. */
#ifndef IMG_SIM_XML_H
#define IMG_SIM_XML_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum {
    IMG_XML_DEPTH = 64,       /* elements that are open at once */
    IMG_XML_ATTRIBUTES = 256, /* of an element */
    IMG_XML_BINDINGS = 256,   /* namespaces in scope */
};

enum img_xml_kind {
    IMG_XML_START,
    IMG_XML_EMPTY, /* <a/> */
    IMG_XML_END,
    IMG_XML_TEXT,  /* character data, references not resolved */
    IMG_XML_CDATA,
    IMG_XML_OTHER, /* comments and processing instructions */
    IMG_XML_FINISH,
};

/* Bytes of the text. */
struct img_xml_span {
    const char *at;
    size_t len;
};

struct img_xml_attribute {
    struct img_xml_span name, value; /* value as written, without its quotes */
};

struct img_xml_token {
    enum img_xml_kind kind;
    size_t begin, end;        /* of the whole token */
    struct img_xml_span name; /* of an element, with its prefix; of CDATA: what it holds */
    unsigned depth;           /* of the element, or around the text; the root's is 1 */
};

struct img_xml {
    const char *text;
    size_t len, at;
    unsigned depth;
    bool rooted, popping; /* the root was seen; the bindings of what ended are to go */
    struct img_xml_span open[IMG_XML_DEPTH];
    struct {
        struct img_xml_span prefix, uri;
        unsigned depth;
    } bindings[IMG_XML_BINDINGS];
    size_t binding_count;
    struct img_xml_attribute attributes[IMG_XML_ATTRIBUTES]; /* of the last START or EMPTY */
    size_t attribute_count;
};

/* text must outlive xml. Fails with BAD_RECORD when it is not UTF-8 or holds what XML forbids. */
IMG_CHECKED bool img_xml_begin(struct img_xml *xml, const char *text, size_t len,
                               struct img_err *err);

/* The next token; FINISH at the end, once all is closed. Fails with BAD_RECORD, naming the line. */
IMG_CHECKED bool img_xml_next(struct img_xml *xml, struct img_xml_token *token,
                              struct img_err *err);

/* Whether a name of the last token, an element's or (attribute) an attribute's, is local in the
 * namespace uri. */
bool img_xml_is(const struct img_xml *xml, struct img_xml_span name, bool attribute,
                const char *uri, const char *local);

/* Whether prefix stands for uri at the last token. */
bool img_xml_bound(const struct img_xml *xml, const char *prefix, const char *uri);

/* Appends characters with the references in them resolved. */
void img_xml_unescape(struct img_xml_span text, struct img_buf *out);

/* Appends text as character data. */
void img_xml_escape(const char *text, size_t len, struct img_buf *out);

/* Whether XML can hold these characters at all: UTF-8, no control characters but white space. */
bool img_xml_holds(const char *text, size_t len);

#endif
