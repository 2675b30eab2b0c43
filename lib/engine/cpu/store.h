/* Where an engine's weights come from: the packed file, or the model, packed now and written to the
 * packed file in the background while encoding already works from memory. */
#ifndef IMG_ENGINE_CPU_STORE_H
#define IMG_ENGINE_CPU_STORE_H

#include <pthread.h>

#include "base/pool.h"
#include "engine/cpu/packfile.h"
#include "engine/engine.h"

struct img_store {
    struct img_packed packed;
    struct img_map map;      /* when it came from a file */
    float *memory;           /* when it was packed here */
    size_t memory_size;
    struct img_buf tokenizer;
    struct img_buf folder; /* that path lies in */
    struct img_buf path;
    const struct img_model *model;
    struct img_engine_options options;
    int turn; /* held until the file is written */
    pthread_t writer;
    bool writing;
};

/* Of options it wants cache_folder (NULL: no file is looked for or written), report and stopped, and
 * keeps a copy. A file that cannot be written is a warning. Fails as img_model_load() does, or with
 * OUT_OF_MEMORY. */
IMG_CHECKED bool img_store_open(struct img_store *store, struct img_model *model,
                                const struct img_engine_options *options, struct img_pool *pool,
                                struct img_err *err);

/* Waits for a file that is being written. */
void img_store_close(struct img_store *store);

#endif
