/* What the rows say of themselves: --help, --version, the dump for completions, and a check. */
#include <string.h>

#include "cli/common.h"
#include "cli/options.h"

enum { HELP_COLUMN = 30 };

static void pad_to(struct img_buf *out, size_t line_start, size_t column)
{
    if (out->len - line_start >= column) {
        img_buf_putc(out, '\n');
        line_start = out->len;
    }
    while (!out->failed && out->len - line_start < column)
        img_buf_putc(out, ' ');
}

static void put_row(struct img_buf *out, const struct img_option *row)
{
    size_t start = out->len;
    if (row->short_name)
        img_buf_printf(out, "  -%c, ", row->short_name);
    else
        img_buf_puts(out, "      ");
    img_buf_printf(out, "--%s", row->long_name);
    if (row->argument)
        img_buf_printf(out, row->flags & IMG_OPTION_BARE ? "[=%s]" : "=%s", row->argument);
    pad_to(out, start, HELP_COLUMN);
    img_buf_printf(out, "%s\n", row->help);
}

static void put_usage(const struct img_program *program, struct img_buf *out)
{
    const char *line = program->usage, *lead = "Usage:";
    while (line) {
        size_t len = strcspn(line, "\n");
        img_buf_printf(out, "%s %s %.*s\n", lead, program->name, (int)len, line);
        line = line[len] ? line + len + 1 : NULL;
        lead = "      ";
    }
}

void img_options_help(const struct img_program *program, struct img_buf *out)
{
    put_usage(program, out);
    img_buf_printf(out, "%s\n", program->about);
    if (program->commands)
        img_buf_puts(out, "\nCommands:\n");
    for (size_t i = 0; i < program->command_count; i++) {
        const struct img_command *command = &program->commands[i];
        size_t start = out->len;
        img_buf_printf(out, "  %s %s", command->name, command->operands ? command->operands : "");
        pad_to(out, start, HELP_COLUMN);
        img_buf_printf(out, "%s\n", command->help);
    }
    if (program->option_count > 0)
        img_buf_puts(out, "\nOptions:\n");
    for (size_t i = 0; i < program->option_count; i++)
        if (!(program->options[i].flags & IMG_OPTION_HIDDEN))
            put_row(out, &program->options[i]);
    img_buf_puts(out, "\nOptions that mean the same in every program:\n");
    const struct img_option *row;
    for (size_t i = 0; (row = img_common_row(program->common, i)) != NULL; i++)
        if (!(row->flags & IMG_OPTION_HIDDEN))
            put_row(out, row);
    img_buf_puts(out, "\nExit status: 0 all inputs worked, 1 some failed (their records say why), "
                      "2 wrong usage\nor configuration, 3 something is missing (model, server, "
                      "disk).\n");
}

void img_options_version(const struct img_program *program, struct img_buf *out)
{
    img_buf_printf(out, "%s (img-tools) %s\n", program->name, IMG_VERSION);
}

void img_options_dump(const struct img_program *program, struct img_buf *out)
{
    const struct img_option *row;
    for (size_t i = 0; (row = img_options_row(program, i)) != NULL; i++) {
        if (row->flags & IMG_OPTION_HIDDEN)
            continue;
        if (row->short_name)
            img_buf_putc(out, row->short_name);
        img_buf_printf(out, "\t%s\t%s\t", row->long_name, row->argument ? row->argument : "");
        for (size_t j = 0; row->choices && row->choices[j]; j++)
            img_buf_printf(out, "%s%s", j ? "," : "", row->choices[j]);
        const char *place = row->flags & IMG_OPTION_FILE     ? "file"
                            : row->flags & IMG_OPTION_FOLDER ? "folder"
                                                             : "";
        img_buf_printf(out, "\t%s\t%s\t%s\n", row->key ? row->key : "", place, row->help);
    }
    for (size_t i = 0; i < program->command_count; i++)
        img_buf_printf(out, "\t%s\t\t\t\tcommand\t%s\n", program->commands[i].name,
                       program->commands[i].help);
}

/* What is wrong with a row by itself, or NULL. */
static const char *fault(const struct img_option *row, unsigned commands)
{
    bool flag = row->kind == IMG_OPTION_FLAG;
    if (!row->long_name || !row->long_name[0] || strpbrk(row->long_name, "= \t"))
        return "has no proper long name";
    if (row->short_name == '-' || row->short_name == '=')
        return "has an impossible short name";
    if (flag == (row->argument != NULL))
        return flag ? "is a flag with an argument" : "takes a value and does not name it";
    if (row->kind == IMG_OPTION_CHOICE && (!row->choices || !row->choices[0]))
        return "is a choice without choices";
    if (row->flags & IMG_OPTION_BARE && (!row->choices || row->short_name))
        return "may come alone but has no choices, or has a short name";
    if (row->key && (row->implies || row->kind != IMG_OPTION_STRING))
        return "is a setting and something else";
    if (row->implies && (!flag || !strchr(row->implies, '=')))
        return "implies settings but is no flag or names none";
    if (row->min > row->max)
        return "has an empty range";
    size_t len = row->help ? strlen(row->help) : 0;
    if (len == 0 || row->help[len - 1] == '.' || strpbrk(row->help, "\n\t"))
        return "has no help of one line without a full stop";
    if (commands < 32 && row->commands >> commands)
        return "belongs to a command that is not there";
    return NULL;
}

bool img_options_check(const struct img_program *program, struct img_err *err)
{
    const struct img_option *a, *b;
    if (!program->name || !program->usage || !program->about || program->command_count > 32)
        return img_err_set(err, IMG_ERR_USAGE, "the program lacks name, usage or about");
    for (size_t i = 0; (a = img_options_row(program, i)) != NULL; i++) {
        const char *what = fault(a, (unsigned)program->command_count);
        if (what)
            return img_err_set(err, IMG_ERR_USAGE, "option %zu (--%s) %s", i,
                               a->long_name ? a->long_name : "", what);
        for (size_t j = 0; j < i && (b = img_options_row(program, j)) != NULL; j++)
            if (strcmp(a->long_name, b->long_name) == 0 ||
                (a->short_name && a->short_name == b->short_name))
                return img_err_set(err, IMG_ERR_USAGE, "options --%s and --%s share a name",
                                   b->long_name, a->long_name);
    }
    return true;
}
