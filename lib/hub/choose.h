/* The model a program is to use: what was asked for, or the default, or the demo. */
#ifndef IMG_HUB_CHOOSE_H
#define IMG_HUB_CHOOSE_H

#include "base/report.h"
#include "config/config.h"
#include "hub/names.h"

/* Finds the model named (an operand), or with name NULL that of the configuration. One that was
 * asked for (by operand, flag, --set, environment or file) must be there; where only the default
 * stands and is not installed, the demo model steps in and report gets the notice. Opens no
 * connection. Fails with MODEL_MISSING, or CONFIG when the environment's word on the hub is wrong.
 */
IMG_CHECKED bool img_hub_choose(const struct img_config *config, const char *name,
                                const struct img_report *report, struct img_hub_model *model,
                                struct img_err *err);

#endif
