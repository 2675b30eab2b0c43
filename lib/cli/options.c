/* The parser: words to fields, settings and operands. */
#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "cli/common.h"
#include "cli/value.h"

struct parser {
    const struct img_program *program;
    void *options;
    struct img_common *common;
    struct img_arena *arena;
    struct img_err *err;
    char **argv;
    int argc;
    int at; /* the next word */
    struct img_operand *operands;
    size_t operand_count;
    struct img_setting *settings;
    size_t setting_count, setting_room;
    unsigned taken_by; /* commands that take every restricted option given */
    const struct img_option *restricted; /* the last one given */
};

const struct img_option *img_options_row(const struct img_program *program, size_t i)
{
    size_t common = 0;
    for (; img_common_row(program->common, common); common++)
        if (common == i)
            return img_common_row(program->common, i);
    return i - common < program->option_count ? &program->options[i - common] : NULL;
}

static const struct img_option *find_short(const struct img_program *program, char name)
{
    const struct img_option *row;
    for (size_t i = 0; (row = img_options_row(program, i)) != NULL; i++)
        if (row->short_name == name)
            return row;
    return NULL;
}

/* The row of that name, or the only one that begins so; NULL with the error set. */
static const struct img_option *find_long(struct parser *p, const char *name, size_t len)
{
    const struct img_option *row, *found = NULL;
    char candidates[200] = "";
    size_t matches = 0;
    for (size_t i = 0; len > 0 && (row = img_options_row(p->program, i)) != NULL; i++) {
        if (strncmp(row->long_name, name, len) != 0)
            continue;
        if (row->long_name[len] == '\0')
            return row;
        if (row->flags & IMG_OPTION_HIDDEN)
            continue;
        found = row;
        size_t have = strlen(candidates);
        snprintf(candidates + have, sizeof candidates - have, "%s--%s", matches++ ? ", " : "",
                 row->long_name);
    }
    if (matches == 1)
        return found;
    if (matches == 0)
        img_err_set(p->err, IMG_ERR_USAGE, "unknown option '--%.*s'", (int)len, name);
    else
        img_err_set(p->err, IMG_ERR_USAGE, "option '--%.*s' is ambiguous: %s", (int)len, name,
                    candidates);
    return NULL;
}

static bool add_setting(struct parser *p, const char *key, const char *value, const char *option)
{
    if (p->setting_count == p->setting_room) {
        size_t room = p->setting_room ? 2 * p->setting_room : 16;
        struct img_setting *more = img_arena_array(p->arena, room, sizeof *more, p->err);
        if (!more)
            return false;
        if (p->setting_count > 0)
            memcpy(more, p->settings, p->setting_count * sizeof *more);
        p->settings = more;
        p->setting_room = room;
    }
    p->settings[p->setting_count++] = (struct img_setting){key, value, option};
    return true;
}

/* "engine=cpu,precision=f32" as two settings. */
static bool add_implied(struct parser *p, const char *implies, const char *option)
{
    while (*implies) {
        size_t len = strcspn(implies, ",");
        char *key = img_arena_copy(p->arena, implies, len, p->err);
        if (!key)
            return false;
        char *value = strchr(key, '=');
        *value++ = '\0';
        if (!add_setting(p, key, value, option))
            return false;
        implies += len + (implies[len] == ',');
    }
    return true;
}

static bool add_to_list(struct parser *p, struct img_string_list *list, const char *value)
{
    if (list->count == 0) {
        list->items = img_arena_array(p->arena, (size_t)p->argc, sizeof *list->items, p->err);
        if (!list->items)
            return false;
    }
    list->items[list->count++] = value;
    return true;
}

static bool store_flag(struct parser *p, const struct img_option *row, const char *name)
{
    if (row->implies)
        return add_implied(p, row->implies, name);
    char *base = img_common_has(row) ? (char *)p->common : p->options;
    *(bool *)(void *)(base + row->field) = !(row->flags & IMG_OPTION_OFF);
    return true;
}

static bool store_value(struct parser *p, const struct img_option *row, const char *name,
                        const char *value)
{
    int ignored;
    if (row->key) {
        if (row->choices && !img_value_choice(value, row->choices, &ignored, p->err))
            return img_err_in(p->err, "%s", name);
        return add_setting(p, row->key, value, name);
    }
    if (row->kind == IMG_OPTION_OPERAND) {
        p->operands[p->operand_count++] = (struct img_operand){value, row};
        return true;
    }
    char *base = img_common_has(row) ? (char *)p->common : p->options;
    void *field = base + row->field;
    bool ok = true;
    switch (row->kind) {
    case IMG_OPTION_INT:
        ok = img_value_int(value, row->min, row->max, field, p->err);
        break;
    case IMG_OPTION_FLOAT:
        ok = img_value_float(value, row->min, row->max, field, p->err);
        break;
    case IMG_OPTION_SIZE:
        ok = img_value_size(value, row->min, row->max, field, p->err);
        break;
    case IMG_OPTION_CHOICE:
        ok = img_value_choice(value, row->choices, field, p->err);
        break;
    case IMG_OPTION_LIST:
        return add_to_list(p, field, value);
    default:
        *(const char **)field = value;
    }
    return ok || img_err_in(p->err, "%s", name);
}

static void note_restriction(struct parser *p, const struct img_option *row)
{
    if (row->commands == 0)
        return;
    p->taken_by &= row->commands;
    p->restricted = row;
}

/* The word behind an option that wants one. */
static const char *next_word(struct parser *p, const char *name)
{
    if (p->at < p->argc)
        return p->argv[p->at++];
    img_err_set(p->err, IMG_ERR_USAGE, "option '%s' needs a value", name);
    return NULL;
}

static bool parse_long(struct parser *p, const char *word)
{
    size_t len = strcspn(word, "=");
    const struct img_option *row = find_long(p, word, len);
    if (!row)
        return false;
    const char *name = img_arena_printf(p->arena, p->err, "--%s", row->long_name);
    if (!name)
        return false;
    note_restriction(p, row);
    const char *value = word[len] == '=' ? word + len + 1 : NULL;
    if (row->kind == IMG_OPTION_FLAG) {
        if (value)
            return img_err_set(p->err, IMG_ERR_USAGE, "option '%s' takes no value", name);
        return store_flag(p, row, name);
    }
    if (!value)
        value = row->flags & IMG_OPTION_BARE ? row->choices[0] : next_word(p, name);
    return value && store_value(p, row, name, value);
}

/* A word of short options: flags, and at most one with a value, which is the rest or the next. */
static bool parse_shorts(struct parser *p, const char *word)
{
    for (; *word; word++) {
        const struct img_option *row = find_short(p->program, *word);
        if (!row)
            return img_err_set(p->err, IMG_ERR_USAGE, "unknown option '-%c'", *word);
        const char *name = img_arena_printf(p->arena, p->err, "-%c", *word);
        if (!name)
            return false;
        note_restriction(p, row);
        if (row->kind != IMG_OPTION_FLAG) {
            const char *value = word[1] ? word + 1 : next_word(p, name);
            return value && store_value(p, row, name, value);
        }
        if (!store_flag(p, row, name))
            return false;
    }
    return true;
}

static bool parse_words(struct parser *p)
{
    bool ended = false;
    while (p->at < p->argc) {
        const char *word = p->argv[p->at++];
        bool ok = true;
        if (ended || word[0] != '-' || word[1] == '\0')
            p->operands[p->operand_count++] = (struct img_operand){word, NULL};
        else if (word[1] != '-')
            ok = parse_shorts(p, word + 1);
        else if (word[2] == '\0')
            ended = true;
        else
            ok = parse_long(p, word + 2);
        if (!ok)
            return false;
    }
    return true;
}

/* Takes the first plain operand as the command. */
static bool find_command(struct parser *p, unsigned *command)
{
    const struct img_program *program = p->program;
    const char *names[32];
    size_t at = 0;
    while (at < p->operand_count && p->operands[at].option)
        at++;
    if (at == p->operand_count)
        return img_err_set(p->err, IMG_ERR_USAGE, "no command given");
    const char *word = p->operands[at].value;
    for (unsigned i = 0; i < program->command_count; i++) {
        names[i] = program->commands[i].name;
        if (strcmp(word, names[i]) != 0)
            continue;
        *command = i;
        p->operand_count--;
        memmove(&p->operands[at], &p->operands[at + 1],
                (p->operand_count - at) * sizeof *p->operands);
        if (p->restricted && !(p->taken_by >> i & 1))
            return img_err_set(p->err, IMG_ERR_USAGE, "option '--%s' does not go with '%s'",
                               p->restricted->long_name, word);
        return true;
    }
    const char *near = img_value_nearest(word, names, program->command_count);
    if (near)
        return img_err_set(p->err, IMG_ERR_USAGE, "unknown command '%s'; did you mean '%s'?", word,
                           near);
    return img_err_set(p->err, IMG_ERR_USAGE, "unknown command '%s'", word);
}

bool img_options_parse(const struct img_program *program, int argc, char **argv, void *options,
                       struct img_common *common, struct img_arena *arena,
                       struct img_parsed *parsed, struct img_err *err)
{
    struct parser p = {.program = program, .options = options, .common = common, .arena = arena,
                       .err = err, .argv = argv, .argc = argc, .at = 1, .taken_by = ~0u};
    *parsed = (struct img_parsed){0};
    p.operands = img_arena_array(arena, (size_t)(argc > 0 ? argc : 0) + 1, sizeof *p.operands, err);
    if (!p.operands || !parse_words(&p))
        return false;
    bool talks = common->help || common->version || common->dump_options || common->print_config;
    if (program->commands && !talks && !find_command(&p, &parsed->command))
        return false;
    p.operands[p.operand_count] = (struct img_operand){0};
    parsed->operands = p.operands;
    parsed->operand_count = p.operand_count;
    parsed->settings = p.settings;
    parsed->setting_count = p.setting_count;
    return true;
}
