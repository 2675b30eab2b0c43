/* Where the references' Unicode tables are older or younger than utf8proc's (Unicode 15). */
#ifndef IMG_TEXT_AGES_H
#define IMG_TEXT_AGES_H

#include <stdbool.h>
#include <stdint.h>

struct img_char_range {
    uint32_t first, last;
};

/* Whether one of count sorted, disjoint ranges has the code point. */
bool img_char_within(uint32_t code_point, const struct img_char_range *ranges, unsigned count);

/* Letters and numbers that came with Unicode 15.1 and 16. */
bool img_char_is_new_letter(uint32_t code_point);
bool img_char_is_new_number(uint32_t code_point);

/* Lower case of the capitals that came with Unicode 16 and 17; others as they are. */
uint32_t img_char_new_lower(uint32_t code_point);

/* Marks younger than Unicode 9, where the tokenizers library's normalization ends: it takes them
 * for characters of combining class 0. */
bool img_char_is_mark_after_9(uint32_t code_point);

#endif
