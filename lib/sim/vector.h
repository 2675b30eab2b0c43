/* A vector that is given as such: JSON on the command line, or in a file. */
#ifndef IMG_SIM_VECTOR_H
#define IMG_SIM_VECTOR_H

#include "sim/facts.h"

/* A record's embedding, in arena; what it is of is taken over into facts, which are of `of`.
 * Fails with BAD_RECORD, CONFIG (another model or dimension: both are named) or OUT_OF_MEMORY. */
IMG_CHECKED bool img_sim_vector_of(const struct img_json_object *record, struct img_arena *arena,
                                   struct img_vector_facts *facts, const char *of,
                                   const float **vector, struct img_err *err);

/* The same from text: an array of numbers, a record, or the name of a file that holds one of
 * both. Fails as reading a file does, too. */
IMG_CHECKED bool img_sim_vector_read(const char *text, struct img_arena *arena,
                                     struct img_vector_facts *facts, const char *of,
                                     const float **vector, struct img_err *err);

#endif
