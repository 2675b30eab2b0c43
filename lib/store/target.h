/* The collection on the server: what it holds, making it, and whether vectors may go into it. */
#ifndef IMG_STORE_TARGET_H
#define IMG_STORE_TARGET_H

#include "store/client.h"

enum img_quantization {
    IMG_QUANTIZATION_NONE,
    IMG_QUANTIZATION_INT8,
    IMG_QUANTIZATION_BINARY,
    IMG_QUANTIZATION_PRODUCT,
    IMG_QUANTIZATION_TURBO,
};

enum { IMG_TARGET_NAME_ROOM = 256, IMG_TARGET_INDEXES = 8 };

/* What is known of it. model_name and fingerprint come from the collection's metadata, which
 * img-store writes; "" when it has none (another program made it, or a server older than 1.16). */
struct img_target {
    bool exists;
    bool plain; /* one unnamed vector a point: what is read and written here */
    size_t dimension;
    char distance[16]; /* Cosine, Dot, Euclid, Manhattan */
    char model_name[IMG_TARGET_NAME_ROOM];
    char fingerprint[24];
    uint64_t points;
    bool indexed[IMG_TARGET_INDEXES]; /* which of our payload indexes there are */
};

/* Asks. exists is false when there is no such collection. Fails with NETWORK. */
IMG_CHECKED bool img_target_look(struct img_qdrant *store, struct img_target *target,
                                 struct img_err *err);

/* Reads what GET /collections/NAME gave as result. */
IMG_CHECKED bool img_target_read(const struct img_json_value *result, struct img_arena *arena,
                                 struct img_target *target, struct img_err *err);

/* What a collection is to be. */
struct img_target_spec {
    size_t dimension;
    bool dot; /* Dot, which keeps vectors as they are; else Cosine */
    const char *model_name, *fingerprint;
    bool on_disk;
    enum img_quantization quantization;
    uint32_t shards, replicas; /* 0: the server's choice */
};

/* Makes the collection where there is none, then holds target (as looked at before) to spec: fails
 * with CONFIG when it is of another dimension, distance or fingerprint; both are named. A
 * collection without our metadata is asked whether it holds points of other fingerprints. */
IMG_CHECKED bool img_target_prepare(struct img_qdrant *store, struct img_target *target,
                                    const struct img_target_spec *spec, struct img_err *err);

/* Only the second half: for what reads. fingerprint NULL or "": not compared. */
IMG_CHECKED bool img_target_check(struct img_qdrant *store, const struct img_target *target,
                                  size_t dimension, const char *fingerprint, struct img_err *err);

/* Makes the payload indexes that filters and mirroring want and that are not there. */
IMG_CHECKED bool img_target_index(struct img_qdrant *store, const struct img_target *target,
                                  struct img_err *err);

#endif
