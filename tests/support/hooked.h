/* Test support: workers whose decoder misbehaves on demand (tests/hooks), and looking at
 * processes. What goes wrong in here fails the test. */
#ifndef IMG_TESTS_HOOKED_H
#define IMG_TESTS_HOOKED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "worker/worker.h"

enum { HOOKED_SIDE = 32, HOOKED_PIXELS = HOOKED_SIDE * HOOKED_SIDE * 3 };

/* The path of the program with hooks, beside this one; as a cmocka setup it says whether it is
 * there. */
extern char hooked_program[4096];
int hooked_find(void **state);

/* Another name for the program, by which it behaves differently: "-broken", "-unfenced". The
 * caller unlinks path. */
void hooked_link(const char *suffix, char path[4096]);

/* Workers of program; NULL: hooked_program. */
struct img_workers *hooked_open(const char *program, unsigned slots, unsigned timeout_ms,
                                uint64_t memory_limit, const struct img_report *report);

bool hooked_decode(struct img_workers *workers, unsigned slot, const void *bytes, size_t len,
                   uint8_t *pixels, struct img_info *info, struct img_err *err);

/* Whether the slot gives the right pixels for these bytes. */
bool hooked_serves(struct img_workers *workers, unsigned slot, const char *bytes);

/* The bytes must fail with this code and a text that holds says, and the next picture be served. */
void hooked_expect(struct img_workers *workers, const char *bytes, enum img_code code,
                   const char *says);

/* Whether a process runs, and whose child it is. */
bool process_alive(pid_t pid, pid_t *parent);

/* Living children of a process. */
size_t process_children(pid_t of, pid_t *found, size_t most);

/* Descriptors that this process has open. */
size_t process_descriptors(void);

#endif
