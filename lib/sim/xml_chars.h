/* Characters and references of XML. */
#ifndef IMG_SIM_XML_CHARS_H
#define IMG_SIM_XML_CHARS_H

#include <stdbool.h>
#include <stddef.h>

bool img_xml_blank(char c);

/* Whether a byte can stand in a name, or begin one. Beyond ASCII everything can: a name that XML
 * forbids there harms nobody. */
bool img_xml_name_char(char c, bool first);

/* Whether every & begins a reference to a character or to one of the five predefined entities. */
bool img_xml_references_valid(const char *text, size_t len);

#endif
