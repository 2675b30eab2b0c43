/* The client side of img-decode: a team of decoder processes, each with its own shared memory.
 *
 * A slot is one decoder. A slot serves one thread at a time; different slots may be used by
 * different threads at once. A decoder that crashes, hangs or runs out of memory costs the picture
 * in hand and is replaced; one that is killed from outside loses nothing, the picture is tried once
 * more; if img-decode itself is killed it is started again. */
#ifndef IMG_WORKER_WORKER_H
#define IMG_WORKER_WORKER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/report.h"
#include "image/picture.h"

struct img_workers;

struct img_worker_options {
    const char *program;   /* path of img-decode; NULL: beside this program, else in libexec */
    unsigned slots;        /* decoder processes */
    uint64_t memory_limit; /* bytes of address space each; 0: none */
    unsigned timeout_ms;   /* wall-clock time a picture; 0: none */
    const struct img_report *report; /* may be NULL; must outlive the workers */
};

/* Starts img-decode. Fails with SYSTEM (the program is not there, cannot be started, …). */
IMG_CHECKED bool img_workers_open(struct img_workers **workers,
                                  const struct img_worker_options *options, struct img_err *err);

/* Shared memory for the next picture's bytes: at least capacity bytes, valid until the slot's next
 * call. The caller reads the file straight into it. Until the picture is decoded a larger capacity
 * keeps what was written, so that a pipe can be read. The memory is taken from the system at once:
 * ask for what is needed. NULL: OUT_OF_MEMORY. */
IMG_CHECKED uint8_t *img_worker_input(struct img_workers *workers, unsigned slot, size_t capacity,
                                      struct img_err *err);

/* Decodes and preprocesses the first len bytes of the slot's input. pixels [size, size, 3] is the
 * caller's; info is filled as far as things got. Fails per picture as img_decode() does, or with
 * TIMEOUT, DECODER_CRASHED, OUT_OF_MEMORY; with SYSTEM when img-decode cannot be brought back. */
IMG_CHECKED bool img_worker_decode(struct img_workers *workers, unsigned slot, size_t len,
                                   const struct img_prep *prep, uint8_t *pixels,
                                   struct img_info *info, struct img_err *err);

/* What a file says of its picture beside info; JSON, in the arena, NULL for null. */
struct img_facts {
    const char *camera_info, *gps_info; /* objects */
    const char *notes;                  /* an array of sentences about values left out as nonsense */
    const char *extended;               /* an object, when it was wanted */
};

struct img_facts_options {
    uint32_t page;
    uint32_t formats; /* bit (1 << enum img_format) for each format that is wanted */
    bool extended;
};

/* Reads the head and the metadata of the first len bytes of the slot's input; decodes no pixel. The
 * input stays for further questions, and for img_worker_decode(), which is to come last. What comes
 * back has been checked: strict JSON of a limited length, else facts are NULL. Fails as
 * img_worker_decode() does. */
IMG_CHECKED bool img_worker_facts(struct img_workers *workers, unsigned slot, size_t len,
                                  const struct img_facts_options *options,
                                  struct img_arena *arena, struct img_info *info,
                                  struct img_facts *facts, struct img_err *err);

enum img_thumbnail_kind { IMG_THUMBNAIL_RGB, IMG_THUMBNAIL_JPEG };

/* Makes the whole picture of the first len bytes of the slot's input fit a square of prep->size, at
 * most IMG_THUMBNAIL_MAX (IMG_PREP_THUMBNAIL(side) is a prep for people), and appends it to out:
 * pixels [extent->rows, extent->columns, 3], or a JPEG file. The file is what a worker that may be
 * in an intruder's hands says it is: it begins as a JPEG does and is of a limited length, and only
 * a program that expects hostile files is to open it. Nothing is enlarged. Fails as
 * img_worker_decode() does. */
IMG_CHECKED bool img_worker_thumbnail(struct img_workers *workers, unsigned slot, size_t len,
                                      const struct img_prep *prep, enum img_thumbnail_kind kind,
                                      struct img_buf *out, struct img_extent *extent,
                                      struct img_info *info, struct img_err *err);

/* Gives the memory of a large input back, when no decoding follows. */
void img_worker_release(struct img_workers *workers, unsigned slot);

/* What can be read on this machine: bit (1 << enum img_format) for each format. */
IMG_CHECKED bool img_worker_formats(struct img_workers *workers, unsigned slot, uint32_t *formats,
                                    struct img_err *err);

/* Ends img-decode and all its decoders. NULL is fine. */
void img_workers_close(struct img_workers *workers);

#endif
