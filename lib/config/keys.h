/* The configuration keys, declared once: name, kind, default, range. The typed struct, --set, the
 * environment, the file and --print-config all follow from this table. */
#ifndef IMG_CONFIG_KEYS_H
#define IMG_CONFIG_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum img_key_kind {
    IMG_KEY_STRING, /* const char *, never NULL */
    IMG_KEY_PATH,   /* const char *, NULL when there is none */
    IMG_KEY_LIST,   /* const char *, items separated by commas, never NULL */
    IMG_KEY_INT,    /* int64_t */
    IMG_KEY_FLOAT,  /* double */
    IMG_KEY_SIZE,   /* uint64_t, bytes */
    IMG_KEY_BOOL,   /* bool */
    IMG_KEY_CHOICE, /* int, an index into choices */
    IMG_KEY_COLOR,  /* struct img_color: "none" or #rrggbb */
};

struct img_color {
    bool set;
    uint32_t rgb; /* 0xRRGGBB */
};

enum img_engine_choice { IMG_ENGINE_AUTO, IMG_ENGINE_CPU, IMG_ENGINE_GPU, IMG_ENGINE_REMOTE };
enum img_precision_choice { IMG_PRECISION_AUTO, IMG_PRECISION_F32, IMG_PRECISION_F16,
                            IMG_PRECISION_BF16 };
enum img_remote_choice {
    IMG_REMOTE_AUTO,
    IMG_REMOTE_OLLAMA,
    IMG_REMOTE_OPENAI,
    IMG_REMOTE_IMG_SERVE,
};
enum img_profile_choice { IMG_PROFILE_IGNORE, IMG_PROFILE_SRGB };
enum img_fail_on_choice { IMG_FAIL_ON_TRUNCATED, IMG_FAIL_ON_NONE };

/* Name (also the field of struct img_config), kind, default, least and most (0, 0: no limits). The
 * mission's keys first, then our own. cache_directory and temp_directory get theirs from XDG. */
#define IMG_KEYS(X)                                                                                \
    X(model_name, STRING, "clip-vit-base-patch32", 0, 0)                                           \
    X(dimension, INT, "0", 0, 65536)                                                               \
    X(ollama_endpoint, STRING, "http://localhost:11434", 0, 0)                                     \
    X(image_size, INT, "0", 0, 4096)                                                               \
    X(batch_size, INT, "32", 1, 4096)                                                              \
    X(max_image_size, INT, "1333", 0, 1000000)                                                     \
    X(min_image_size, INT, "224", 0, 1000000)                                                      \
    X(normalize_embeddings, BOOL, "true", 0, 0)                                                    \
    X(use_gpu, BOOL, "true", 0, 0)                                                                 \
    X(gpu_device, STRING, "cuda:0", 0, 0)                                                          \
    X(cache_embeddings, BOOL, "true", 0, 0)                                                        \
    X(cache_directory, PATH, "", 0, 0)                                                             \
    X(temp_directory, PATH, "", 0, 0)                                                              \
    X(supported_formats, LIST, "", 0, 0)                                                           \
    X(max_file_size, SIZE, "256M", 1, 1099511627776.0)                                             \
    X(quality_threshold, FLOAT, "0.5", 0, 1)                                                       \
    X(enable_metadata_extraction, BOOL, "true", 0, 0)                                              \
    X(parallel_processing, BOOL, "true", 0, 0)                                                     \
    X(max_workers, INT, "4", 1, 256)                                                               \
    X(timeout, FLOAT, "30", 0, 86400)                                                              \
    X(retry_attempts, INT, "3", 0, 100)                                                            \
    X(retry_delay, FLOAT, "1", 0, 3600)                                                            \
    X(normalize, BOOL, "true", 0, 0)                                                               \
    X(convert_to_rgb, BOOL, "true", 0, 0)                                                          \
    X(apply_augmentation, BOOL, "false", 0, 0)                                                     \
    X(debug, BOOL, "false", 0, 0)                                                                  \
    X(engine, CHOICE, "auto", 0, 0)                                                                \
    X(precision, CHOICE, "auto", 0, 0)                                                             \
    X(background, COLOR, "none", 0, 0)                                                             \
    X(auto_orient, BOOL, "true", 0, 0)                                                             \
    X(color_profile, CHOICE, "ignore", 0, 0)                                                       \
    X(scale_16bit, BOOL, "true", 0, 0)                                                             \
    X(fail_on, CHOICE, "truncated", 0, 0)                                                          \
    X(page, INT, "0", 0, 1000000)                                                                  \
    X(max_pixels, INT, "512000000", 1, 1000000000000.0)                                            \
    X(remote_api, CHOICE, "auto", 0, 0)                                                            \
    X(remote_token_file, PATH, "", 0, 0)                                                           \
    X(remote_ca_file, PATH, "", 0, 0)                                                              \
    X(fingerprint, STRING, "any", 0, 0)                                                            \
    X(qdrant_url, STRING, "http://localhost:6333", 0, 0)                                           \
    X(qdrant_collection, STRING, "images", 0, 0)                                                   \
    X(allow, LIST, "", 0, 0)                                                                       \
    X(root, PATH, "", 0, 0)

enum img_key {
#define IMG_KEY_ENUM(name, kind, value, min, max) IMG_KEY_##name,
    IMG_KEYS(IMG_KEY_ENUM)
#undef IMG_KEY_ENUM
    IMG_KEY_COUNT
};

#define IMG_FIELD_STRING const char *
#define IMG_FIELD_PATH const char *
#define IMG_FIELD_LIST const char *
#define IMG_FIELD_INT int64_t
#define IMG_FIELD_FLOAT double
#define IMG_FIELD_SIZE uint64_t
#define IMG_FIELD_BOOL bool
#define IMG_FIELD_CHOICE int
#define IMG_FIELD_COLOR struct img_color

/* The values, one field a key. What needs more than its name:
 * dimension, image_size: 0 is the model's own. max_image_size: 0 decodes in full. timeout: seconds,
 * 0 is none. ollama_endpoint: where a server of any kind is. fingerprint: 16 hex digits that the
 * model must have, or "any". supported_formats: "" is all; allow: formats drawn besides (SVG, PDF).
 * cache_directory: NULL is no cache. */
struct img_values {
#define IMG_KEY_FIELD(name, kind, value, min, max) IMG_FIELD_##kind name;
    IMG_KEYS(IMG_KEY_FIELD)
#undef IMG_KEY_FIELD
};

struct img_key_row {
    const char *name;
    enum img_key_kind kind;
    const char *value; /* the default, as text */
    double min, max;
    size_t field; /* offsetof in struct img_values */
};

/* key in [0, IMG_KEY_COUNT). */
const struct img_key_row *img_key_row(enum img_key key);

/* The words of an IMG_KEY_CHOICE, NULL-terminated; NULL for other kinds. */
const char *const *img_key_choices(enum img_key key);

/* IMG_KEY_COUNT when there is none of that name. */
enum img_key img_key_find(const char *name);

/* A key's name that is near enough to have been meant, or NULL. */
const char *img_key_nearest(const char *name);

/* Parses text into the key's field. Strings are not copied: text must live as long as values. Fails
 * with CONFIG; the text names the value and what would do, not the key. */
IMG_CHECKED bool img_key_store(enum img_key key, const char *text, struct img_values *values,
                               struct img_err *err);

/* The value as text that img_key_store() takes back, "" for a PATH that is NULL. */
void img_key_put(enum img_key key, const struct img_values *values, struct img_buf *out);

#endif
