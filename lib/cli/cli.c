/* Begin and end of a program. */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/signals.h"

enum { STATUS_OF_SIGNAL = 128 };

/* A missing descriptor would be given to the next file that is opened, and records be written into
 * it. Opened the wrong way round, each fails with EBADF when used. */
static bool fill_descriptors(struct img_err *err)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) != -1)
            continue;
        int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        if (opened != fd)
            return img_err_sys(err, IMG_ERR_SYSTEM, errno, "cannot open /dev/null");
    }
    return true;
}

static bool print_and_stop(struct img_cli *cli,
                           void (*write)(const struct img_program *, struct img_buf *),
                           struct img_err *err)
{
    struct img_buf text = {0};
    write(cli->program, &text);
    bool ok = img_buf_ok(&text, err) && img_output_lines(&cli->output, text.data, text.len, err);
    img_buf_clear(&text);
    if (ok)
        err->code = IMG_OK;
    return false;
}

bool img_cli_begin(struct img_cli *cli, const struct img_program *program, int argc, char **argv,
                   void *options, struct img_err *err)
{
    *cli = (struct img_cli){.program = program, .messages = {.program = program->name}};
    cli->report = img_messages_report(&cli->messages);
    img_output_init(&cli->output, STDOUT_FILENO, "standard output");
    err->code = IMG_OK;
    if (!fill_descriptors(err))
        return false;
    img_signals_begin();
    if (!img_options_parse(program, argc, argv, options, &cli->common, &cli->arena, &cli->parsed,
                           err))
        return false;
    cli->messages.quiet = cli->common.quiet;
    cli->messages.most = cli->common.verbose ? IMG_NOTE : IMG_WARNING;
    if (cli->common.help)
        return print_and_stop(cli, img_options_help, err);
    if (cli->common.version)
        return print_and_stop(cli, img_options_version, err);
    if (cli->common.dump_options)
        return print_and_stop(cli, img_options_dump, err);
    return true;
}

static void print_error(const struct img_cli *cli, const struct img_err *err)
{
    char hint[128];
    img_messages_error(&cli->messages, err->text);
    if (err->code != IMG_ERR_USAGE)
        return;
    snprintf(hint, sizeof hint, "Try '%s --help'.\n", cli->program->name);
    struct img_err ignored;
    (void)!img_write_all(STDERR_FILENO, hint, strlen(hint), &ignored);
}

int img_cli_end(struct img_cli *cli, bool ok, const struct img_tally *tally, struct img_err *err)
{
    struct img_err out_err = {0};
    bool written = img_output_flush(&cli->output, &out_err);
    if (written && close(STDOUT_FILENO) != 0 && errno != EBADF)
        written = img_err_sys(&out_err, IMG_ERR_OUTPUT, errno, "cannot write to %s",
                              cli->output.name);
    img_output_clear(&cli->output);
    if (!written && (ok || err->code == IMG_OK)) {
        *err = out_err;
        ok = false;
    }

    int signal = img_signals_caught();
    if (!ok && err->code == IMG_ERR_BROKEN_PIPE && signal == 0)
        signal = SIGPIPE;
    if (!ok && err->code != IMG_OK && signal == 0)
        print_error(cli, err);
    img_arena_clear(&cli->arena);
    if (signal != 0) {
        img_signals_end_by(signal);
        return STATUS_OF_SIGNAL + signal;
    }
    return img_exit_status(ok, tally, err);
}
