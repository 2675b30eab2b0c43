/* Signal handling. The flag is the one piece of process-wide state a handler can reach. */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught;

static void remember(int signal)
{
    caught = signal;
}

void img_signals_begin(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct sigaction old;
        struct sigaction action = {.sa_handler = remember, .sa_flags = (int)SA_RESETHAND};
        sigemptyset(&action.sa_mask);
        if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(ends[i], &action, NULL);
    }
    /* A reader that left and a file at its limit are errors of the write. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
}

int img_signals_caught(void)
{
    return caught;
}

static volatile sig_atomic_t asked;

static void remember_question(int signal)
{
    (void)signal;
    asked = 1;
}

bool img_signals_asked(void)
{
    struct sigaction action = {.sa_handler = remember_question, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);
    bool was = asked != 0;
    asked = 0;
    return was;
}

void img_signals_end_by(int signal)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
    raise(signal);
}
