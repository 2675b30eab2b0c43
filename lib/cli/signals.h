/* SIGINT, SIGTERM and SIGHUP: the work in hand is finished or dropped, then the program ends by the
 * same signal. SIGPIPE is ignored, so that a closed pipe is an error like any other. */
#ifndef IMG_CLI_SIGNALS_H
#define IMG_CLI_SIGNALS_H

#include <stdbool.h>

/* Installs the handlers; system calls that wait return EINTR. A second signal of a kind ends the
 * program at once. A signal the parent had ignored (nohup) stays ignored. */
void img_signals_begin(void);

/* The signal that came, or 0. Safe from any thread. */
int img_signals_caught(void);

/* SIGUSR1 asks a long job how far it is. From the first call on the signal no longer ends the program;
 * true once for each time it came since the last call. */
bool img_signals_asked(void);

/* Ends the process as the signal would have; returns only when the signal is blocked or ignored.
 * For SIGPIPE too. */
void img_signals_end_by(int signal);

#endif
