/* SIGINT, SIGTERM and SIGHUP: the work in hand is finished or dropped, then the program ends by the
 * same signal. SIGPIPE is ignored, so that a closed pipe is an error like any other. */
#ifndef IMG_CLI_SIGNALS_H
#define IMG_CLI_SIGNALS_H

/* Installs the handlers; system calls that wait return EINTR. A second signal of a kind ends the
 * program at once. A signal the parent had ignored (nohup) stays ignored. */
void img_signals_begin(void);

/* The signal that came, or 0. Safe from any thread. */
int img_signals_caught(void);

/* Ends the process as the signal would have; returns only when the signal is blocked or ignored.
 * For SIGPIPE too. */
void img_signals_end_by(int signal);

#endif
