/* Netpbm pictures (P1 to P6 and PFM), our own decoder: scaling of sample values, comments and what is
 * refused follow Pillow. */
#include <math.h>
#include <string.h>

#include "decode/convert.h"
#include "decode/decoders.h"

enum { TOKEN_MAX = 10 };

struct pnm {
    const uint8_t *bytes;
    size_t len, at;
    char kind; /* '1'…'6', 'f' */
    bool plain;
    uint32_t channels;
    uint32_t highest; /* maxval */
    bool wide;        /* grey above 8 bits: mode I, scaled to 0..65535 */
    bool big_endian;  /* PFM */
    uint16_t *scaled; /* [highest + 1] sample values as the reference scales them */
};

static bool is_space(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next character outside comments, -1 at the end. */
static int next(struct pnm *pnm)
{
    while (pnm->at < pnm->len) {
        int c = pnm->bytes[pnm->at++];
        if (c != '#')
            return c;
        while (pnm->at < pnm->len && pnm->bytes[pnm->at] != '\n' && pnm->bytes[pnm->at] != '\r')
            pnm->at++;
        pnm->at += pnm->at < pnm->len;
    }
    return -1;
}

/* The next word; false at the end of the file, and for one that is too long. */
static bool next_word(struct pnm *pnm, char word[TOKEN_MAX + 1])
{
    size_t len = 0;
    int c = next(pnm);
    while (is_space(c))
        c = next(pnm);
    for (; c >= 0 && !is_space(c); c = next(pnm)) {
        if (len == TOKEN_MAX)
            return false;
        word[len++] = (char)c;
    }
    word[len] = '\0';
    return len > 0;
}

static bool next_number(struct pnm *pnm, uint32_t limit, uint32_t *number)
{
    char word[TOKEN_MAX + 1];
    uint64_t value = 0;
    if (!next_word(pnm, word))
        return false;
    for (const char *at = word; *at; at++) {
        if (*at < '0' || *at > '9')
            return false;
        value = value * 10 + (uint64_t)(*at - '0');
    }
    *number = (uint32_t)value;
    return value <= limit;
}

/* A PFM's scale says the byte order by its sign; its size changes nothing in the reference. */
static bool next_scale(struct pnm *pnm)
{
    char word[TOKEN_MAX + 1];
    if (!next_word(pnm, word))
        return false;
    const char *digits = word + (word[0] == '-' || word[0] == '+');
    pnm->big_endian = word[0] != '-';
    return strspn(digits, "0123456789.eE+-") == strlen(digits) && strpbrk(digits, "123456789");
}

static bool parse_header(const struct img_job *job, struct pnm *pnm, struct img_err *err)
{
    *pnm = (struct pnm){.bytes = job->bytes, .len = job->len, .at = 3};
    pnm->kind = (char)job->bytes[1];
    pnm->plain = pnm->kind >= '1' && pnm->kind <= '3';
    pnm->channels = pnm->kind == '3' || pnm->kind == '6' ? 3 : 1;
    pnm->highest = 1;
    bool good = next_number(pnm, INT32_MAX, &job->info->width) &&
                next_number(pnm, INT32_MAX, &job->info->height);
    if (good && pnm->kind == 'f')
        good = next_scale(pnm);
    else if (good && pnm->kind != '1' && pnm->kind != '4')
        good = next_number(pnm, 65535, &pnm->highest) && pnm->highest > 0;
    if (!good)
        return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "PPM header is damaged");
    pnm->wide = pnm->channels == 1 && pnm->highest > 255;
    img_info_set_mode(job->info, pnm->channels == 3                      ? "RGB"
                                 : pnm->kind == 'f'                      ? "F"
                                 : pnm->kind == '1' || pnm->kind == '4' ? "1"
                                 : pnm->wide                             ? "I"
                                                                         : "L");
    return true;
}

/* round(value / highest * full), halves to even: Python's arithmetic. */
static bool prepare_scale(struct pnm *pnm, struct img_arena *arena, struct img_err *err)
{
    pnm->scaled = img_arena_array(arena, (size_t)pnm->highest + 1, sizeof *pnm->scaled, err);
    for (uint32_t i = 0; pnm->scaled && i <= pnm->highest; i++)
        pnm->scaled[i] = (uint16_t)rint((double)i / pnm->highest * (pnm->wide ? 65535 : 255));
    return pnm->scaled != NULL;
}

static void put_sample(const struct pnm *pnm, const struct img_prep *prep, uint32_t value,
                       uint8_t *out)
{
    unsigned sample = pnm->scaled[value < pnm->highest ? value : pnm->highest];
    if (pnm->wide)
        sample = prep->scale_16bit ? sample >> 8 : sample > 255 ? 255 : sample;
    for (unsigned i = 0; i < (pnm->channels == 1 ? 3 : 1); i++)
        out[i] = (uint8_t)sample;
}

enum outcome { ROW_WHOLE, ROW_ENDS_EARLY, ROW_INVALID };

static enum outcome plain_bits(struct pnm *pnm, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++) {
        int c = next(pnm);
        while (is_space(c))
            c = next(pnm);
        if (c != '0' && c != '1')
            return c < 0 ? ROW_ENDS_EARLY : ROW_INVALID;
        memset(out + (size_t)x * 3, c == '0' ? 255 : 0, 3);
    }
    return ROW_WHOLE;
}

static enum outcome plain_samples(struct pnm *pnm, const struct img_prep *prep, uint32_t width,
                                  uint8_t *out)
{
    size_t step = pnm->channels == 3 ? 1 : 3;
    for (size_t i = 0; i < (size_t)width * pnm->channels; i++) {
        uint32_t value;
        if (!next_number(pnm, pnm->highest, &value))
            return pnm->at >= pnm->len ? ROW_ENDS_EARLY : ROW_INVALID;
        put_sample(pnm, prep, value, out + i * step);
    }
    return ROW_WHOLE;
}

static void binary_bits(const uint8_t *row, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++)
        memset(out + (size_t)x * 3, row[x / 8] >> (7 - x % 8) & 1 ? 0 : 255, 3);
}

static void binary_samples(const struct pnm *pnm, const struct img_prep *prep, const uint8_t *row,
                           uint32_t width, uint8_t *out)
{
    size_t step = pnm->channels == 3 ? 1 : 3;
    for (size_t i = 0; i < (size_t)width * pnm->channels; i++) {
        uint32_t value = pnm->highest < 256 ? row[i] : (uint32_t)row[i * 2] << 8 | row[i * 2 + 1];
        put_sample(pnm, prep, value, out + i * step);
    }
}

static void floats(const struct pnm *pnm, const struct img_prep *prep, const uint8_t *row,
                   uint32_t width, uint8_t *out)
{
    static const struct img_layout layout = {.samples = IMG_SAMPLES_FLOAT32, .bands = 1};
    for (uint32_t x = 0; x < width; x++) {
        const uint8_t *at = row + (size_t)x * 4;
        uint32_t bits = pnm->big_endian ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
                                              (uint32_t)at[2] << 8 | at[3]
                                        : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 |
                                              (uint32_t)at[1] << 8 | at[0];
        float value;
        memcpy(&value, &bits, sizeof value);
        img_convert_row(&layout, prep, &value, 1, out + (size_t)x * 3);
    }
}

static uint64_t row_bytes(const struct pnm *pnm, uint32_t width)
{
    if (pnm->kind == '4')
        return ((uint64_t)width + 7) / 8;
    if (pnm->kind == 'f')
        return (uint64_t)width * 4;
    return (uint64_t)width * pnm->channels * (pnm->highest < 256 ? 1 : 2);
}

static enum outcome binary_row(struct pnm *pnm, const struct img_prep *prep, uint32_t width,
                               uint8_t *out)
{
    uint64_t bytes = row_bytes(pnm, width);
    const uint8_t *row = pnm->bytes + pnm->at;
    if (bytes > pnm->len - pnm->at)
        return ROW_ENDS_EARLY;
    pnm->at += bytes;
    if (pnm->kind == '4')
        binary_bits(row, width, out);
    else if (pnm->kind == 'f')
        floats(pnm, prep, row, width, out);
    else
        binary_samples(pnm, prep, row, width, out);
    return ROW_WHOLE;
}

bool img_pnm_decode(const struct img_job *job, struct img_sink *sink, struct img_err *err)
{
    struct pnm pnm;
    if (!parse_header(job, &pnm, err) ||
        !img_sink_begin(sink, job, job->info->width, job->info->height, NULL, err) ||
        !prepare_scale(&pnm, job->arena, err))
        return false;
    for (uint32_t y = 0; y < sink->height; y++) {
        enum outcome outcome = pnm.kind == '1' ? plain_bits(&pnm, sink->width, sink->line)
                               : pnm.plain ? plain_samples(&pnm, job->prep, sink->width, sink->line)
                                           : binary_row(&pnm, job->prep, sink->width, sink->line);
        if (outcome == ROW_ENDS_EARLY)
            return img_ends_early(job, err);
        if (outcome == ROW_INVALID)
            return img_err_set(err, IMG_ERR_NOT_AN_IMAGE, "PPM data is damaged in row %u", y);
        img_sink_row(sink, pnm.kind == 'f' ? sink->height - 1 - y : y);
    }
    return true;
}
