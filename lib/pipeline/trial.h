/* Trying a model out: its packed weights against their checksum, its embeddings against golden ones. */
#ifndef IMG_PIPELINE_TRIAL_H
#define IMG_PIPELINE_TRIAL_H

#include "config/config.h"
#include "pipeline/golden.h"

struct img_trial {
    bool packed;     /* there were packed weights, and they are sound */
    bool golden;     /* there were golden embeddings, and they came out */
    struct img_golden_result result;
};

/* golden: a file of records; NULL: the folder's own, where it has one. Uses the configuration as the
 * embedding programs do, but always in float32 on the CPU, un-normalised. Fails as
 * img_engine_verify_packed(), img_golden_check() and img_embedder_open() do. */
IMG_CHECKED bool img_trial_run(const struct img_config *config, const struct img_report *report,
                               const char *folder, const char *golden, struct img_trial *trial,
                               struct img_err *err);

#endif
