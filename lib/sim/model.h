/* The model that img-sim embeds with, opened when something must be embedded and not before: a
 * search with a vector, and a comparison of records, need none. */
#ifndef IMG_SIM_MODEL_H
#define IMG_SIM_MODEL_H

#include "cli/cli.h"
#include "config/config.h"
#include "pipeline/batch.h"
#include "pipeline/setup.h"
#include "sim/facts.h"

/* Zeroed but for config and cli is closed. Must not move once opened. */
struct img_sim_model {
    const struct img_config *config;
    const struct img_cli *cli;
    size_t pictures; /* that are expected; 0: perhaps none */
    bool opened;
    struct img_setup setup;
    struct img_batch batch;
    struct img_vector_facts facts; /* of what it embeds */
};

/* Opens the model of the vectors that wanted describes, which `of` names ("pictures.vec"): the
 * one asked for by --model or --set; else the one that is called as wanted says; else the
 * configured one or the demo. Nothing when it is open. Fails with CONFIG when it is not the
 * model wanted (both fingerprints are named), with MODEL_MISSING and as opening an embedder
 * does. */
IMG_CHECKED bool img_sim_model_open(struct img_sim_model *model,
                                    const struct img_vector_facts *wanted, const char *of,
                                    struct img_err *err);

/* Embeds items[n], any number of them; the model must be open. What an item is given lives in
 * arena. Items that fail have their err; false when nothing can go on, also after a signal (err
 * is IMG_OK then). */
IMG_CHECKED bool img_sim_model_embed(struct img_sim_model *model, struct img_item *items, size_t n,
                                     struct img_arena *arena, struct img_err *err);

void img_sim_model_close(struct img_sim_model *model);

#endif
