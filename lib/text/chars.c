/* Classes and case, from utf8proc's tables (Unicode 15). */
#include "text/chars.h"

#include <utf8proc.h>

#include "base/utf8.h"
#include "text/ages.h"

enum { SIGMA = 0x3A3, FINAL_SIGMA = 0x3C2, CAPITAL_I_DOT = 0x130, DOT_ABOVE = 0x307 };

enum img_char_class img_char_class(uint32_t cp)
{
    if ((cp >= 0x09 && cp <= 0x0D) || cp == 0x20 || cp == 0x85)
        return IMG_CHAR_SPACE;
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return IMG_CHAR_SPACE;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
        return IMG_CHAR_LETTER;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return IMG_CHAR_NUMBER;
    case UTF8PROC_CATEGORY_CN:
        if (img_char_is_new_letter(cp))
            return IMG_CHAR_LETTER;
        return img_char_is_new_number(cp) ? IMG_CHAR_NUMBER : IMG_CHAR_OTHER;
    default:
        return IMG_CHAR_OTHER;
    }
}

uint32_t img_char_windows_1252(uint32_t cp)
{
    static const uint16_t table[32] = {
        0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
        0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
    return cp >= 0x80 && cp <= 0x9F ? table[cp - 0x80] : cp;
}

bool img_char_is_digit(uint32_t cp)
{
    return utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_ND;
}

/* Property Cased: letters with case, Other_Lowercase and Other_Uppercase. */
static bool is_cased(uint32_t cp)
{
    static const struct img_char_range others[] = {
        {0xAA, 0xAA},       {0xBA, 0xBA},       {0x2B0, 0x2B8},     {0x2C0, 0x2C1},
        {0x2E0, 0x2E4},     {0x345, 0x345},     {0x37A, 0x37A},     {0x10FC, 0x10FC},
        {0x1D2C, 0x1D6A},   {0x1D78, 0x1D78},   {0x1D9B, 0x1DBF},   {0x2071, 0x2071},
        {0x207F, 0x207F},   {0x2090, 0x209C},   {0x2160, 0x217F},   {0x24B6, 0x24E9},
        {0x2C7C, 0x2C7D},   {0xA69C, 0xA69D},   {0xA770, 0xA770},   {0xA7F2, 0xA7F4},
        {0xA7F8, 0xA7F9},   {0xAB5C, 0xAB5F},   {0xAB69, 0xAB69},   {0x10780, 0x10780},
        {0x10783, 0x10785}, {0x10787, 0x107B0}, {0x107B2, 0x107BA}, {0x1E030, 0x1E06D},
        {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}};
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
        return true;
    default:
        return img_char_within(cp, others, sizeof others / sizeof others[0]);
    }
}

/* Property Case_Ignorable: marks, format characters, modifiers, and punctuation inside words. */
static bool is_case_ignorable(uint32_t cp)
{
    static const struct img_char_range others[] = {
        {0x27, 0x27},     {0x2E, 0x2E},     {0x3A, 0x3A},     {0xB7, 0xB7},     {0x387, 0x387},
        {0x55F, 0x55F},   {0x5F4, 0x5F4},   {0x2018, 0x2019}, {0x2024, 0x2024}, {0x2027, 0x2027},
        {0xFE13, 0xFE13}, {0xFE52, 0xFE52}, {0xFE55, 0xFE55}, {0xFF07, 0xFF07}, {0xFF0E, 0xFF0E},
        {0xFF1A, 0xFF1A}};
    switch (utf8proc_category((utf8proc_int32_t)cp)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
        return true;
    default:
        return img_char_within(cp, others, sizeof others / sizeof others[0]);
    }
}

static void put_lower(uint32_t cp, struct img_buf *out)
{
    if (cp < 0x80) {
        img_buf_putc(out, (char)(cp >= 'A' && cp <= 'Z' ? cp + 32 : cp));
    } else if (cp == CAPITAL_I_DOT) {
        img_buf_putc(out, 'i');
        img_utf8_put(out, DOT_ABOVE);
    } else {
        img_utf8_put(out, (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp));
    }
}

void img_text_lower(const char *text, size_t len, struct img_buf *out)
{
    uint32_t cp = 0;
    for (size_t at = 0, step; (step = img_text_next(text, len, at, &cp)) > 0; at += step)
        put_lower(img_char_new_lower(cp), out);
}

/* Whether the next character that counts, from at on, has case. */
static bool cased_follows(const char *text, size_t len, size_t at)
{
    uint32_t cp = 0;
    for (size_t step; (step = img_text_next(text, len, at, &cp)) > 0; at += step)
        if (!is_case_ignorable(cp))
            return is_cased(cp);
    return false;
}

void img_text_lower_words(const char *text, size_t len, struct img_buf *out)
{
    uint32_t cp = 0;
    bool cased_before = false;
    for (size_t at = 0, step; (step = img_text_next(text, len, at, &cp)) > 0; at += step) {
        if (cp == SIGMA && cased_before && !cased_follows(text, len, at + step))
            img_utf8_put(out, FINAL_SIGMA);
        else
            put_lower(cp, out);
        if (!is_case_ignorable(cp))
            cased_before = is_cased(cp);
    }
}

static void put_upper(uint32_t cp, struct img_buf *out)
{
    static const struct {
        uint32_t lower;
        const char *upper;
    } longer[] = {{0xDF, "SS"},    {0x149, "\u02BCN"}, {0xFB00, "FF"}, {0xFB01, "FI"},
                  {0xFB02, "FL"}, {0xFB03, "FFI"},    {0xFB04, "FFL"}};
    for (size_t i = 0; i < sizeof longer / sizeof longer[0]; i++) {
        if (longer[i].lower == cp) {
            img_buf_puts(out, longer[i].upper);
            return;
        }
    }
    img_utf8_put(out, (uint32_t)utf8proc_toupper((utf8proc_int32_t)cp));
}

void img_text_upper(const char *text, size_t len, struct img_buf *out)
{
    uint32_t cp = 0;
    for (size_t at = 0, step; (step = img_text_next(text, len, at, &cp)) > 0; at += step)
        put_upper(cp, out);
}

void img_char_put_compatible(uint32_t cp, struct img_buf *out)
{
    utf8proc_int32_t parts[32];
    int ignored = 0;
    utf8proc_ssize_t count =
        utf8proc_decompose_char((utf8proc_int32_t)cp, parts, sizeof parts / sizeof parts[0],
                                UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &ignored);
    for (utf8proc_ssize_t i = 0; i < count && count <= 32; i++)
        img_utf8_put(out, (uint32_t)parts[i]);
}
