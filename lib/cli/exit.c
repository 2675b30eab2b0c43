/* Exit status. */
#include "cli/exit.h"

int img_exit_status(bool ok, const struct img_tally *tally, const struct img_err *err)
{
    if (!ok && err->code != IMG_OK)
        return (int)img_code_exit(err->code);
    return tally && tally->failed > 0 ? IMG_EXIT_INPUT : IMG_EXIT_OK;
}
