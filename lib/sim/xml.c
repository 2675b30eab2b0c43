/* Tokens of an XML text, each checked before it is given. */
#include "sim/xml.h"

#include <string.h>

#include "base/utf8.h"
#include "sim/xml_chars.h"

static bool fail(const struct img_xml *xml, const char *what, struct img_err *err)
{
    size_t line = 1;
    for (size_t i = 0; i < xml->at && i < xml->len; i++)
        line += xml->text[i] == '\n';
    return img_err_set(err, IMG_ERR_BAD_RECORD, "not well-formed XML: %s in line %zu", what, line);
}

static bool same(struct img_xml_span a, struct img_xml_span b)
{
    return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

static bool is_text(struct img_xml_span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

/* Splits at the colon; a name without one has an empty prefix. */
static struct img_xml_span split(struct img_xml_span name, struct img_xml_span *local)
{
    const char *colon = memchr(name.at, ':', name.len);
    if (!colon) {
        *local = name;
        return (struct img_xml_span){name.at, 0};
    }
    size_t len = (size_t)(colon - name.at);
    *local = (struct img_xml_span){colon + 1, name.len - len - 1};
    return (struct img_xml_span){name.at, len};
}

/* The namespace of a prefix; NULL when it has none. */
static const struct img_xml_span *lookup(const struct img_xml *xml, struct img_xml_span prefix)
{
    for (size_t i = xml->binding_count; i-- > 0;)
        if (same(xml->bindings[i].prefix, prefix))
            return &xml->bindings[i].uri;
    return NULL;
}

bool img_xml_begin(struct img_xml *xml, const char *text, size_t len, struct img_err *err)
{
    memset(xml, 0, sizeof *xml);
    xml->text = text;
    xml->len = len;
    if (!img_xml_holds(text, len))
        return img_err_set(err, IMG_ERR_BAD_RECORD,
                           "not well-formed XML: not UTF-8, or with forbidden characters");
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        xml->at = 3;
    return true;
}

static void skip_blanks(struct img_xml *xml)
{
    while (xml->at < xml->len && img_xml_blank(xml->text[xml->at]))
        xml->at++;
}

static bool at_text(const struct img_xml *xml, const char *text)
{
    size_t len = strlen(text);
    return xml->len - xml->at >= len && memcmp(xml->text + xml->at, text, len) == 0;
}

/* Moves behind the next occurrence of end; false when there is none. */
static bool move_past(struct img_xml *xml, const char *end)
{
    const char *from = xml->text + xml->at;
    const char *found = memmem(from, xml->len - xml->at, end, strlen(end));
    if (!found)
        return false;
    xml->at = (size_t)(found - xml->text) + strlen(end);
    return true;
}

static bool read_name(struct img_xml *xml, struct img_xml_span *name)
{
    size_t from = xml->at;
    while (xml->at < xml->len && img_xml_name_char(xml->text[xml->at], xml->at == from))
        xml->at++;
    *name = (struct img_xml_span){xml->text + from, xml->at - from};
    const char *colon = memchr(name->at, ':', name->len);
    if (!colon)
        return name->len > 0;
    size_t before = (size_t)(colon - name->at), after = name->len - before - 1;
    return before > 0 && after > 0 && !memchr(colon + 1, ':', after) &&
           img_xml_name_char(colon[1], true);
}

/* The value behind a name: = and a quoted string. */
static bool read_value(struct img_xml *xml, struct img_xml_span *value)
{
    skip_blanks(xml);
    if (xml->at >= xml->len || xml->text[xml->at] != '=')
        return false;
    xml->at++;
    skip_blanks(xml);
    if (xml->at >= xml->len || (xml->text[xml->at] != '"' && xml->text[xml->at] != '\''))
        return false;
    const char *from = xml->text + xml->at + 1;
    const char *close = memchr(from, from[-1], xml->len - xml->at - 1);
    if (!close)
        return false;
    *value = (struct img_xml_span){from, (size_t)(close - from)};
    xml->at = (size_t)(close - xml->text) + 1;
    return !memchr(value->at, '<', value->len) && img_xml_references_valid(value->at, value->len);
}

/* A declaration among the attributes: xmlns="…" or xmlns:p="…". */
static bool bind(struct img_xml *xml, const struct img_xml_attribute *attribute, unsigned depth,
                 struct img_err *err)
{
    struct img_xml_span local, prefix = split(attribute->name, &local);
    if (is_text(attribute->name, "xmlns"))
        local.len = 0;
    else if (!is_text(prefix, "xmlns"))
        return true;
    else if (attribute->value.len == 0)
        return fail(xml, "a prefix without a namespace", err);
    if (xml->binding_count == IMG_XML_BINDINGS)
        return fail(xml, "too many namespaces", err);
    xml->bindings[xml->binding_count].prefix = local;
    xml->bindings[xml->binding_count].uri = attribute->value;
    xml->bindings[xml->binding_count].depth = depth;
    xml->binding_count++;
    return true;
}

static bool prefix_known(const struct img_xml *xml, struct img_xml_span name)
{
    struct img_xml_span local, prefix = split(name, &local);
    return prefix.len == 0 || is_text(prefix, "xml") || is_text(prefix, "xmlns") ||
           lookup(xml, prefix) != NULL;
}

static bool read_attributes(struct img_xml *xml, struct img_err *err)
{
    xml->attribute_count = 0;
    for (;;) {
        size_t from = xml->at;
        skip_blanks(xml);
        if (xml->at < xml->len && (xml->text[xml->at] == '>' || xml->text[xml->at] == '/'))
            return true;
        struct img_xml_attribute attribute;
        if (xml->at == from || !read_name(xml, &attribute.name) ||
            !read_value(xml, &attribute.value))
            return fail(xml, "a damaged tag", err);
        if (xml->attribute_count == IMG_XML_ATTRIBUTES)
            return fail(xml, "too many attributes", err);
        for (size_t i = 0; i < xml->attribute_count; i++)
            if (same(xml->attributes[i].name, attribute.name))
                return fail(xml, "an attribute given twice", err);
        xml->attributes[xml->attribute_count++] = attribute;
    }
}

static bool read_start(struct img_xml *xml, struct img_xml_token *token, struct img_err *err)
{
    xml->at++;
    if (!read_name(xml, &token->name))
        return fail(xml, "a damaged tag", err);
    if (xml->depth == 0 && xml->rooted)
        return fail(xml, "a second root", err);
    if (!read_attributes(xml, err))
        return false;
    token->depth = xml->depth + 1;
    token->kind = xml->text[xml->at] == '/' ? IMG_XML_EMPTY : IMG_XML_START;
    if (token->kind == IMG_XML_EMPTY)
        xml->at++;
    if (xml->at >= xml->len || xml->text[xml->at] != '>')
        return fail(xml, "a damaged tag", err);
    xml->at++;
    if (token->depth > IMG_XML_DEPTH)
        return fail(xml, "elements nested too deeply", err);
    for (size_t i = 0; i < xml->attribute_count; i++)
        if (!bind(xml, &xml->attributes[i], token->depth, err))
            return false;
    bool known = prefix_known(xml, token->name);
    for (size_t i = 0; i < xml->attribute_count; i++)
        known = known && prefix_known(xml, xml->attributes[i].name);
    if (!known)
        return fail(xml, "a prefix that is not declared", err);
    xml->rooted = true;
    xml->open[xml->depth++] = token->name;
    xml->popping = token->kind == IMG_XML_EMPTY;
    return true;
}

static bool read_end(struct img_xml *xml, struct img_xml_token *token, struct img_err *err)
{
    xml->at += 2;
    bool good = read_name(xml, &token->name);
    skip_blanks(xml);
    if (!good || xml->at >= xml->len || xml->text[xml->at] != '>' || xml->depth == 0 ||
        !same(xml->open[xml->depth - 1], token->name))
        return fail(xml, "an end tag that closes nothing", err);
    xml->at++;
    token->kind = IMG_XML_END;
    token->depth = xml->depth;
    xml->popping = true;
    return true;
}

static bool read_text(struct img_xml *xml, struct img_xml_token *token, struct img_err *err)
{
    const char *from = xml->text + xml->at;
    const char *stop = memchr(from, '<', xml->len - xml->at);
    size_t len = stop ? (size_t)(stop - from) : xml->len - xml->at;
    token->kind = IMG_XML_TEXT;
    for (size_t i = 0; xml->depth == 0 && i < len; i++)
        if (!img_xml_blank(from[i]))
            return fail(xml, "text outside the root", err);
    if (!img_xml_references_valid(from, len))
        return fail(xml, "an unknown reference", err);
    if (memmem(from, len, "]]>", 3))
        return fail(xml, "a stray ]]>", err);
    xml->at += len;
    return true;
}

static bool read_cdata(struct img_xml *xml, struct img_xml_token *token, struct img_err *err)
{
    size_t from = xml->at + 9;
    xml->at = from;
    if (xml->depth == 0 || !move_past(xml, "]]>"))
        return fail(xml, "a damaged CDATA section", err);
    token->kind = IMG_XML_CDATA;
    token->name = (struct img_xml_span){xml->text + from, xml->at - 3 - from};
    return true;
}

static bool read_comment(struct img_xml *xml, struct img_err *err)
{
    xml->at += 4;
    if (!move_past(xml, "--") || xml->at >= xml->len || xml->text[xml->at] != '>')
        return fail(xml, "a damaged comment", err);
    xml->at++;
    return true;
}

static bool read_instruction(struct img_xml *xml, const struct img_xml_token *token,
                             struct img_err *err)
{
    struct img_xml_span target;
    xml->at += 2;
    bool good = read_name(xml, &target);
    size_t from = xml->at;
    if (!good || !move_past(xml, "?>"))
        return fail(xml, "a damaged instruction", err);
    if (!is_text(target, "xml"))
        return true;
    size_t begin = token->begin;
    if (begin != 0 && begin != 3)
        return fail(xml, "an XML declaration that is not at the beginning", err);
    struct img_xml_span declared = {xml->text + from, xml->at - 2 - from};
    const char *encoding = memmem(declared.at, declared.len, "encoding", 8);
    size_t rest = encoding ? (size_t)(declared.at + declared.len - encoding) : 0;
    if (encoding && !memmem(encoding, rest, "UTF-8", 5) && !memmem(encoding, rest, "utf-8", 5))
        return fail(xml, "an encoding that is not UTF-8", err);
    return true;
}

static bool dispatch(struct img_xml *xml, struct img_xml_token *token, struct img_err *err)
{
    token->kind = IMG_XML_OTHER;
    if (xml->text[xml->at] != '<')
        return read_text(xml, token, err);
    if (at_text(xml, "</"))
        return read_end(xml, token, err);
    if (at_text(xml, "<!--"))
        return read_comment(xml, err);
    if (at_text(xml, "<![CDATA["))
        return read_cdata(xml, token, err);
    if (at_text(xml, "<?"))
        return read_instruction(xml, token, err);
    if (at_text(xml, "<!"))
        return fail(xml, "a document type, which is not read,", err);
    return read_start(xml, token, err);
}

bool img_xml_next(struct img_xml *xml, struct img_xml_token *token, struct img_err *err)
{
    if (xml->popping) {
        while (xml->binding_count > 0 &&
               xml->bindings[xml->binding_count - 1].depth == xml->depth)
            xml->binding_count--;
        xml->depth--;
        xml->popping = false;
    }
    *token = (struct img_xml_token){.kind = IMG_XML_FINISH, .begin = xml->at, .depth = xml->depth};
    if (xml->at < xml->len) {
        if (!dispatch(xml, token, err))
            return false;
    } else if (xml->depth > 0) {
        return fail(xml, "an element that is not closed", err);
    } else if (!xml->rooted) {
        return fail(xml, "nothing", err);
    }
    token->end = xml->at;
    return true;
}

bool img_xml_is(const struct img_xml *xml, struct img_xml_span name, bool attribute,
                const char *uri, const char *local)
{
    struct img_xml_span own, prefix = split(name, &own);
    if (!is_text(own, local) || (attribute && prefix.len == 0))
        return false;
    const struct img_xml_span *bound = lookup(xml, prefix);
    return bound && is_text(*bound, uri);
}

bool img_xml_bound(const struct img_xml *xml, const char *prefix, const char *uri)
{
    const struct img_xml_span *bound =
        lookup(xml, (struct img_xml_span){prefix, strlen(prefix)});
    return bound && is_text(*bound, uri);
}
