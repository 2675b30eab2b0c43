/* The one error type: a code, the errno behind it, and a sentence.
 *
 * It lives on the caller's stack, so reporting out-of-memory needs no memory and no thread sees
 * another's error. Functions that can fail return bool (or a pointer, NULL on failure), are marked
 * IMG_CHECKED and fill the struct img_err they are given. Nothing in lib/ prints. */
#ifndef IMG_BASE_ERR_H
#define IMG_BASE_ERR_H

#include <stdbool.h>

#define IMG_CHECKED __attribute__((warn_unused_result))
#define IMG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Exit classes, from which a program's exit status follows. */
enum img_exit {
    IMG_EXIT_OK = 0,
    IMG_EXIT_INPUT = 1,       /* one input failed; its record says why, the rest goes on */
    IMG_EXIT_USAGE = 2,       /* wrong usage or configuration */
    IMG_EXIT_ENVIRONMENT = 3, /* a model, a server, disk or memory is missing */
};

/* Code, error_code in records, exit class: the only list of them. */
#define IMG_CODES(X)                                                                               \
    X(IMG_ERR_NOT_FOUND, "not_found", IMG_EXIT_INPUT)                                              \
    X(IMG_ERR_PERMISSION, "permission", IMG_EXIT_INPUT)                                            \
    X(IMG_ERR_NOT_A_FILE, "not_a_file", IMG_EXIT_INPUT)                                            \
    X(IMG_ERR_READ, "read_failed", IMG_EXIT_INPUT)                                                 \
    X(IMG_ERR_NOT_AN_IMAGE, "not_an_image", IMG_EXIT_INPUT)                                        \
    X(IMG_ERR_UNSUPPORTED_FORMAT, "unsupported_format", IMG_EXIT_INPUT)                            \
    X(IMG_ERR_TRUNCATED, "truncated", IMG_EXIT_INPUT)                                              \
    X(IMG_ERR_TOO_LARGE, "too_large", IMG_EXIT_INPUT)                                              \
    X(IMG_ERR_TOO_MANY_PIXELS, "too_many_pixels", IMG_EXIT_INPUT)                                  \
    X(IMG_ERR_NO_SUCH_PAGE, "no_such_page", IMG_EXIT_INPUT)                                        \
    X(IMG_ERR_TIMEOUT, "timeout", IMG_EXIT_INPUT)                                                  \
    X(IMG_ERR_DECODER_CRASHED, "decoder_crashed", IMG_EXIT_INPUT)                                  \
    X(IMG_ERR_BAD_RECORD, "bad_record", IMG_EXIT_INPUT)                                            \
    X(IMG_ERR_BAD_TEXT, "bad_text", IMG_EXIT_INPUT)                                                \
    X(IMG_ERR_BAD_EMBEDDING, "bad_embedding", IMG_EXIT_INPUT)                                      \
    X(IMG_ERR_REMOTE, "remote", IMG_EXIT_INPUT)                                                    \
    X(IMG_ERR_DEVICE_LOST, "device_lost", IMG_EXIT_INPUT)                                          \
    X(IMG_ERR_USAGE, "usage", IMG_EXIT_USAGE)                                                      \
    X(IMG_ERR_CONFIG, "configuration", IMG_EXIT_USAGE)                                             \
    X(IMG_ERR_OUT_OF_MEMORY, "out_of_memory", IMG_EXIT_ENVIRONMENT)                                \
    X(IMG_ERR_MODEL_MISSING, "model_missing", IMG_EXIT_ENVIRONMENT)                                \
    X(IMG_ERR_MODEL_INVALID, "model_invalid", IMG_EXIT_ENVIRONMENT)                                \
    X(IMG_ERR_MODEL_UNSUPPORTED, "model_unsupported", IMG_EXIT_ENVIRONMENT)                        \
    X(IMG_ERR_NETWORK, "network", IMG_EXIT_ENVIRONMENT)                                            \
    X(IMG_ERR_OUTPUT, "output", IMG_EXIT_ENVIRONMENT)                                              \
    X(IMG_ERR_BROKEN_PIPE, "broken_pipe", IMG_EXIT_ENVIRONMENT)                                    \
    X(IMG_ERR_SYSTEM, "system", IMG_EXIT_ENVIRONMENT)

enum img_code {
    IMG_OK = 0,
#define IMG_CODE_ENUM(code, name, exit) code,
    IMG_CODES(IMG_CODE_ENUM)
#undef IMG_CODE_ENUM
        IMG_CODE_COUNT
};

struct img_err {
    enum img_code code;
    int os; /* errno, or 0 */
    char text[512];
};

/* Sets code and text, forgets what was there. Returns false, so that a failure is one line:
 *     return img_err_set(err, IMG_ERR_TRUNCATED, "ends after %zu of %zu bytes", got, want); */
bool img_err_set(struct img_err *err, enum img_code code, const char *fmt, ...) IMG_PRINTF(3, 4);

/* The same for a failed system call: appends ": " and strerror(os), and keeps os. */
bool img_err_sys(struct img_err *err, enum img_code code, int os, const char *fmt, ...)
    IMG_PRINTF(4, 5);

/* Puts context and ": " in front of the text. When the text is full the context is cut, never the
 * reason. Returns false. */
bool img_err_in(struct img_err *err, const char *fmt, ...) IMG_PRINTF(2, 3);

/* The code an errno from opening or reading an input stands for. */
enum img_code img_code_from_errno(int os);

/* "not_found" and so on; "ok" for IMG_OK. Static storage. */
const char *img_code_name(enum img_code code);

enum img_exit img_code_exit(enum img_code code);

#endif
