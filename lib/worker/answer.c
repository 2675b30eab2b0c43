/* Checking what a worker says and explaining how it ended. */
#include "worker/answer.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/utf8.h"

static bool code_allowed(uint32_t code)
{
    switch (code) {
    case IMG_OK:
    case IMG_ERR_NOT_AN_IMAGE:
    case IMG_ERR_UNSUPPORTED_FORMAT:
    case IMG_ERR_TRUNCATED:
    case IMG_ERR_TOO_MANY_PIXELS:
    case IMG_ERR_NO_SUCH_PAGE:
    case IMG_ERR_OUT_OF_MEMORY:
        return true;
    default:
        return false;
    }
}

static bool in_range(float value, float most)
{
    return isfinite(value) && value >= 0 && value <= most;
}

/* Short fields are printable ASCII by nature. The rest behind the end is cleared, so that equal
 * answers are equal bytes. */
static void tidy_ascii(char *text, size_t size)
{
    text[size - 1] = '\0';
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            len = 0;
    memset(text + len, 0, size - len);
}

static void tidy_sentence(char *text, size_t size)
{
    text[size - 1] = '\0';
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            text[i] = '?';
    len = img_utf8_valid_prefix(text, len);
    memset(text + len, 0, size - len);
}

bool img_worker_answer_check(struct img_worker_answer *answer)
{
    struct img_info *info = &answer->info;
    tidy_ascii(info->mode, sizeof info->mode);
    tidy_ascii(info->creation_date, sizeof info->creation_date);
    tidy_ascii(info->modification_date, sizeof info->modification_date);
    tidy_sentence(answer->text, sizeof answer->text);
    info->unused = 0;
    return code_allowed(answer->code) && answer->facts_len <= IMG_WORKER_FACTS_MAX &&
           answer->columns <= IMG_THUMBNAIL_MAX && answer->rows <= IMG_THUMBNAIL_MAX &&
           info->format < IMG_FORMAT_COUNT &&
           info->orientation <= 8 && info->has_alpha <= 1 && info->has_icc_profile <= 1 &&
           info->has_hashes <= 1 && info->shrink <= 8 &&
           in_range(info->sharpness, 255.0f * 16) && in_range(info->gradient, 255.0f * 2) &&
           in_range(info->contrast, 255.0f) && in_range(info->clipping, 1.0f) &&
           in_range(info->dpi_x, IMG_DPI_MAX) && in_range(info->dpi_y, IMG_DPI_MAX);
}

void img_worker_describe_end(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status)) {
        const char *name = sigabbrev_np(WTERMSIG(status));
        if (name)
            snprintf(text, size, "was killed by SIG%s", name);
        else
            snprintf(text, size, "was killed by signal %d", WTERMSIG(status));
    } else {
        snprintf(text, size, "ended with status %d", WEXITSTATUS(status));
    }
}

bool img_worker_ended_err(int status, struct img_err *err)
{
    char how[64];
    if (WIFEXITED(status) && WEXITSTATUS(status) == IMG_WORKER_EXIT_MEMORY)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "decoding needs more memory than allowed");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return img_err_set(err, IMG_ERR_TIMEOUT, "decoding took too much processor time");
    img_worker_describe_end(status, how, sizeof how);
    return img_err_set(err, IMG_ERR_DECODER_CRASHED, "the decoder %s", how);
}
