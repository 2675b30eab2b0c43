/* What a worker in hostile hands may answer: after the check every field is in its range, every
 * text ends and can be printed, and a second check finds nothing left to do. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "worker/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool truth)
{
    if (!truth)
        abort();
}

/* Printable bytes, then zeroes to the end. */
static void expect_text(const char *text, size_t size, bool ascii)
{
    size_t len = strnlen(text, size);
    expect(len < size);
    for (size_t i = 0; i < len; i++)
        expect((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
    for (size_t i = 0; ascii && i < len; i++)
        expect((unsigned char)text[i] < 0x7f);
    for (size_t i = len; i < size; i++)
        expect(text[i] == '\0');
    expect(img_utf8_valid_prefix(text, len) == len);
}

static void expect_figure(float value)
{
    expect(isfinite(value) && value >= 0);
}

static void expect_tidy(const struct img_worker_answer *answer)
{
    const struct img_info *info = &answer->info;
    expect_text(answer->text, sizeof answer->text, false);
    expect_text(info->mode, sizeof info->mode, true);
    expect_text(info->creation_date, sizeof info->creation_date, true);
    expect_text(info->modification_date, sizeof info->modification_date, true);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct img_worker_answer answer = {0}, again;
    struct img_err err = {0};
    int status = 0;
    memcpy(&answer, data, size < sizeof answer ? size : sizeof answer);
    memcpy(&status, data, size < sizeof status ? size : sizeof status);
    bool good = img_worker_answer_check(&answer);
    expect_tidy(&answer);
    again = answer;
    expect(img_worker_answer_check(&again) == good);
    expect(memcmp(&again, &answer, sizeof again) == 0);
    if (good) {
        const struct img_info *info = &answer.info;
        expect(answer.code < IMG_CODE_COUNT && info->format < IMG_FORMAT_COUNT);
        expect(info->orientation <= 8 && info->has_alpha <= 1 && info->has_icc_profile <= 1);
        expect_figure(info->sharpness);
        expect_figure(info->contrast);
        expect_figure(info->dpi_x);
        expect_figure(info->dpi_y);
        float confidence = img_confidence(info, 224);
        expect(confidence >= 0 && confidence <= 1);
    }
    expect(!img_worker_ended_err(status & 0xffff, &err));
    expect(err.code != IMG_OK && err.text[0] != '\0');
    return 0;
}
