/* Standard input as the one part of a source. Not public. */
#ifndef IMG_SIM_SOURCE_RECORDS_H
#define IMG_SIM_SOURCE_RECORDS_H

#include "sim/source.h"

/* Reads all records. Fails as img_sim_source_open() does. */
IMG_CHECKED bool img_sim_source_read_records(struct img_sim_source *source,
                                         const struct img_sim_source_options *options,
                                         struct img_err *err);

#endif
