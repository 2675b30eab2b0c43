/* The command line: parsing, values, help, the check of the rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"
#include "cli/value.h"

struct options {
    bool demo, color;
    int64_t count;
    double share;
    uint64_t size;
    int mode;
    const char *name;
    struct img_string_list tags;
};

static const char *const modes[] = {"fast", "slow", NULL};

#define FIELD(name) offsetof(struct options, name)
static const struct img_option rows[] = {
    {.short_name = 'd', .long_name = "demo", .kind = IMG_OPTION_FLAG, .field = FIELD(demo),
     .help = "a flag"},
    {.short_name = 'C', .long_name = "no-color", .kind = IMG_OPTION_FLAG,
     .flags = IMG_OPTION_OFF, .field = FIELD(color), .help = "a flag that turns off"},
    {.short_name = 'c', .long_name = "count", .argument = "N", .kind = IMG_OPTION_INT, .min = -5,
     .max = 10, .field = FIELD(count), .help = "a number"},
    {.long_name = "share", .argument = "X", .kind = IMG_OPTION_FLOAT, .min = 0, .max = 1,
     .field = FIELD(share), .help = "a share"},
    {.long_name = "size", .argument = "BYTES", .kind = IMG_OPTION_SIZE, .min = 1,
     .max = 1073741824.0, .field = FIELD(size), .help = "a size"},
    {.long_name = "mode", .argument = "MODE", .kind = IMG_OPTION_CHOICE, .choices = modes,
     .field = FIELD(mode), .help = "fast or slow"},
    {.short_name = 'n', .long_name = "name", .argument = "NAME", .kind = IMG_OPTION_STRING,
     .field = FIELD(name), .help = "a name"},
    {.short_name = 't', .long_name = "tag", .argument = "TAG", .kind = IMG_OPTION_LIST,
     .field = FIELD(tags), .help = "a tag"},
    {.long_name = "text", .argument = "TEXT", .kind = IMG_OPTION_OPERAND, .help = "a text"},
    {.long_name = "page", .argument = "N", .kind = IMG_OPTION_STRING, .key = "page",
     .help = "a setting"},
    {.long_name = "secret", .kind = IMG_OPTION_FLAG, .flags = IMG_OPTION_HIDDEN,
     .field = FIELD(demo), .help = "a hidden flag"},
};
#undef FIELD

static const struct img_program plain = {
    .name = "img-test",
    .usage = "[OPTION]... [FILE]...\n[OPTION]... --text=TEXT",
    .about = "Tests things.",
    .options = rows,
    .option_count = sizeof rows / sizeof rows[0],
    .common = IMG_TAKES_MODEL | IMG_TAKES_JOBS | IMG_TAKES_NULL | IMG_TAKES_RECURSIVE |
              IMG_TAKES_ENGINE | IMG_TAKES_NO_CACHE | IMG_TAKES_PROGRESS | IMG_TAKES_ENCODING,
};

struct run {
    struct options options;
    struct img_common common;
    struct img_parsed parsed;
    struct img_arena arena;
    struct img_err err;
    bool ok;
};

/* Parses words (up to a NULL) as program's arguments. */
static void parse(struct run *run, const struct img_program *program, ...)
{
    char words[32][64] = {"img-test"};
    char *argv[33] = {words[0]};
    int argc = 1;
    va_list args;
    const char *word;
    va_start(args, program);
    while ((word = va_arg(args, const char *)) != NULL) {
        snprintf(words[argc], sizeof words[0], "%s", word);
        argv[argc] = words[argc];
        argc++;
    }
    va_end(args);
    img_arena_clear(&run->arena);
    *run = (struct run){.options = {.color = true}};
    /* What is parsed points into argv: keep it in the arena. */
    char **kept = img_arena_array(&run->arena, (size_t)argc + 1, sizeof *kept, &run->err);
    assert_non_null(kept);
    for (int i = 0; i < argc; i++) {
        kept[i] = img_arena_copy(&run->arena, argv[i], strlen(argv[i]), &run->err);
        assert_non_null(kept[i]);
    }
    run->ok = img_options_parse(program, argc, kept, &run->options, &run->common, &run->arena,
                                &run->parsed, &run->err);
}

static void assert_fails(const struct run *run, const char *text)
{
    assert_false(run->ok);
    assert_int_equal(run->err.code, IMG_ERR_USAGE);
    assert_string_equal(run->err.text, text);
}

static void test_long_options(void **state)
{
    (void)state;
    struct run run = {0};
    parse(&run, &plain, "--demo", "--count=7", "--share", "0.25", "--size=2M", "--mode=slow",
          "--name=", "--no-color", "file", "--tag", "a", "--tag=b", NULL);
    assert_true(run.ok);
    assert_true(run.options.demo);
    assert_false(run.options.color);
    assert_int_equal(run.options.count, 7);
    assert_true(run.options.share == 0.25);
    assert_int_equal(run.options.size, 2097152);
    assert_int_equal(run.options.mode, 1);
    assert_string_equal(run.options.name, "");
    assert_int_equal(run.options.tags.count, 2);
    assert_string_equal(run.options.tags.items[1], "b");
    assert_int_equal(run.parsed.operand_count, 1);
    assert_string_equal(run.parsed.operands[0].value, "file");
    assert_null(run.parsed.operands[1].value);
    parse(&run, &plain, "--count", "-3", "--name", "--demo", NULL);
    assert_true(run.ok);
    assert_int_equal(run.options.count, -3);
    assert_string_equal(run.options.name, "--demo");
    assert_false(run.options.demo);
    img_arena_clear(&run.arena);
}

static void test_short_options(void **state)
{
    (void)state;
    struct run run = {0};
    parse(&run, &plain, "-dr0c5", "-nx", "-n", "y", "-t", "-d", "-j", "3", "-mx=y", NULL);
    assert_true(run.ok);
    assert_true(run.options.demo && run.common.recursive && run.common.null);
    assert_int_equal(run.options.count, 5);
    assert_string_equal(run.options.name, "y");
    assert_string_equal(run.options.tags.items[0], "-d");
    assert_int_equal(run.common.jobs, 3);
    assert_string_equal(run.parsed.settings[0].key, "model_name");
    assert_string_equal(run.parsed.settings[0].value, "x=y");
    assert_string_equal(run.parsed.settings[0].option, "-m");
    parse(&run, &plain, "-dX", NULL);
    assert_fails(&run, "unknown option '-X'");
    parse(&run, &plain, "-dn", NULL);
    assert_fails(&run, "option '-n' needs a value");
    img_arena_clear(&run.arena);
}

static void test_abbreviations(void **state)
{
    (void)state;
    struct run run = {0};
    parse(&run, &plain, "--dem", "--mod=fast", "--mode=slow", NULL);
    assert_fails(&run, "option '--mod' is ambiguous: --model, --mode");
    parse(&run, &plain, "--dem", "--cou=1", "--mode=slow", NULL);
    assert_true(run.ok); /* --mode is whole, though --model begins so */
    assert_int_equal(run.options.mode, 1);
    parse(&run, &plain, "--secr", NULL);
    assert_fails(&run, "unknown option '--secr'");
    parse(&run, &plain, "--secret", NULL);
    assert_true(run.ok);
    parse(&run, &plain, "--foo", NULL);
    assert_fails(&run, "unknown option '--foo'");
    parse(&run, &plain, "--foo=bar", NULL);
    assert_fails(&run, "unknown option '--foo'");
    parse(&run, &plain, "--=bar", NULL);
    assert_fails(&run, "unknown option '--'");
    parse(&run, &plain, "--demox", NULL);
    assert_fails(&run, "unknown option '--demox'");
    parse(&run, &plain, "--metadata", NULL); /* a common row this program does not take */
    assert_fails(&run, "unknown option '--metadata'");
    img_arena_clear(&run.arena);
}

static void test_operands(void **state)
{
    (void)state;
    struct run run = {0};
    parse(&run, &plain, "a", "-", "--text=t", "-d", "b", "--", "--demo", "-x", "--", NULL);
    assert_true(run.ok);
    static const char *const expected[] = {"a", "-", "t", "b", "--demo", "-x", "--"};
    assert_int_equal(run.parsed.operand_count, 7);
    for (size_t i = 0; i < 7; i++)
        assert_string_equal(run.parsed.operands[i].value, expected[i]);
    assert_string_equal(run.parsed.operands[2].option->long_name, "text");
    assert_null(run.parsed.operands[3].option);
    parse(&run, &plain, "", NULL);
    assert_int_equal(run.parsed.operand_count, 1);
    parse(&run, &plain, NULL);
    assert_int_equal(run.parsed.operand_count, 0);
    img_arena_clear(&run.arena);
}

static void test_bad_values(void **state)
{
    (void)state;
    struct run run = {0};
    parse(&run, &plain, "--count=11", NULL);
    assert_fails(&run, "--count: 11 is not from -5 to 10");
    parse(&run, &plain, "--count=99999999999999999999", NULL);
    assert_fails(&run, "--count: 99999999999999999999 is not from -5 to 10");
    parse(&run, &plain, "-c", "x", NULL);
    assert_fails(&run, "-c: 'x' is not a whole number");
    parse(&run, &plain, "--cou=1.5", NULL);
    assert_fails(&run, "--count: '1.5' is not a whole number");
    parse(&run, &plain, "--share=1.01", NULL);
    assert_fails(&run, "--share: 1.01 is not from 0 to 1");
    parse(&run, &plain, "--size=0", NULL);
    assert_fails(&run, "--size: 0 is not from 1 to 1073741824");
    parse(&run, &plain, "--mode=quick", NULL);
    assert_fails(&run, "--mode: 'quick' is none of fast, slow");
    parse(&run, &plain, "--engine=quick", NULL);
    assert_fails(&run, "--engine: 'quick' is none of auto, cpu, gpu, remote");
    parse(&run, &plain, "--demo=yes", NULL);
    assert_fails(&run, "option '--demo' takes no value");
    parse(&run, &plain, "--count", NULL);
    assert_fails(&run, "option '--count' needs a value");
    parse(&run, &plain, "-j0", NULL);
    assert_fails(&run, "-j: 0 is not from 1 to 1024");
    img_arena_clear(&run.arena);
}

static void test_settings(void **state)
{
    (void)state;
    struct run run = {0};
    parse(&run, &plain, "--exact", "--page=3", "--no-cache", "--debug", "--set", "a=b",
          "--set=c=d", "--config=f", NULL);
    assert_true(run.ok);
    static const char *const expected[][3] = {{"engine", "cpu", "--exact"},
                                              {"precision", "f32", "--exact"},
                                              {"page", "3", "--page"},
                                              {"cache_embeddings", "false", "--no-cache"},
                                              {"debug", "true", "--debug"}};
    assert_int_equal(run.parsed.setting_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(run.parsed.settings[i].key, expected[i][0]);
        assert_string_equal(run.parsed.settings[i].value, expected[i][1]);
        assert_string_equal(run.parsed.settings[i].option, expected[i][2]);
    }
    assert_int_equal(run.common.sets.count, 2);
    assert_string_equal(run.common.sets.items[1], "c=d");
    assert_string_equal(run.common.config, "f");
    img_arena_clear(&run.arena);
}

static const struct img_command commands[] = {{"show", "MODEL", "describe a model"},
                                              {"list", NULL, "list models"}};
static const struct img_option command_rows[] = {
    {.long_name = "seed", .argument = "N", .kind = IMG_OPTION_INT, .commands = 1 << 0,
     .field = offsetof(struct options, count), .help = "a seed"},
};
static const struct img_program with_commands = {
    .name = "img-test", .usage = "COMMAND", .about = "Tests commands.", .options = command_rows,
    .option_count = 1, .commands = commands, .command_count = 2};

static void test_commands(void **state)
{
    (void)state;
    struct run run = {0};
    parse(&run, &with_commands, "-q", "list", "x", NULL);
    assert_true(run.ok);
    assert_int_equal(run.parsed.command, 1);
    assert_int_equal(run.parsed.operand_count, 1);
    assert_string_equal(run.parsed.operands[0].value, "x");
    parse(&run, &with_commands, "show", "--seed=3", "y", NULL);
    assert_true(run.ok);
    parse(&run, &with_commands, "list", "--seed=3", NULL);
    assert_fails(&run, "option '--seed' does not go with 'list'");
    parse(&run, &with_commands, "shwo", NULL);
    assert_fails(&run, "unknown command 'shwo'; did you mean 'show'?");
    parse(&run, &with_commands, "frobnicate", NULL);
    assert_fails(&run, "unknown command 'frobnicate'");
    parse(&run, &with_commands, NULL);
    assert_fails(&run, "no command given");
    parse(&run, &with_commands, "--help", NULL);
    assert_true(run.ok);
    img_arena_clear(&run.arena);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t value; /* 0: refused */
    } sizes[] = {{"1", 1}, {"10485760", 10485760}, {"256M", 268435456}, {"1k", 1024},
                 {"3KiB", 3072}, {"3KB", 3072}, {"2G", 2147483648}, {"1T", 1099511627776},
                 {"12B", 12}, {"", 0}, {"M", 0}, {"-1", 0}, {" 1", 0}, {"1 M", 0}, {"1.5M", 0},
                 {"1MM", 0}, {"1Mx", 0}, {"0x10", 0}, {"99999999999999999999", 0},
                 {"17179869184G", 0}, {"1P", 0}};
    struct img_err err;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        uint64_t value = 0;
        assert_int_equal(img_value_size(sizes[i].text, 0, 0, &value, &err), sizes[i].value != 0);
        assert_int_equal(value, sizes[i].value);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " 1", "1 ", "+1", "--1", "x", "1x", "0x1", "1e400", "nan",
                                      "inf", "-", ".", "1,5"};
    struct img_err err;
    double real;
    int64_t whole;
    bool truth;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(img_value_float(bad[i], 0, 0, &real, &err));
        assert_false(img_value_int(bad[i], 0, 0, &whole, &err));
    }
    assert_true(img_value_float("-.5e1", 0, 0, &real, &err) && real == -5);
    assert_true(img_value_int("-9223372036854775808", 0, 0, &whole, &err) && whole == INT64_MIN);
    assert_false(img_value_int("9223372036854775808", 0, 0, &whole, &err));
    assert_true(img_value_bool("on", &truth, &err) && truth);
    assert_true(img_value_bool("0", &truth, &err) && !truth);
    assert_false(img_value_bool("", &truth, &err));
    assert_false(img_value_bool("TRUE", &truth, &err));
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"timeout", "page", "engine", "use_gpu"};
    assert_string_equal(img_value_nearest("timout", names, 4), "timeout");
    assert_string_equal(img_value_nearest("use-gpu", names, 4), "use_gpu");
    assert_string_equal(img_value_nearest("pag", names, 4), "page");
    assert_null(img_value_nearest("x", names, 4));
    assert_null(img_value_nearest("frobnicate", names, 4));
    char long_name[4096];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_null(img_value_nearest(long_name, names, 4));
}

static void test_help(void **state)
{
    (void)state;
    struct img_buf out = {0};
    img_options_help(&plain, &out);
    assert_non_null(strstr(out.data, "Usage: img-test [OPTION]... [FILE]...\n"
                                     "       img-test [OPTION]... --text=TEXT\n"));
    assert_non_null(strstr(out.data, "\n  -c, --count=N               a number\n"));
    assert_non_null(strstr(out.data, "\n      --engine=ENGINE "));
    assert_non_null(strstr(out.data, "Exit status: 0"));
    assert_null(strstr(out.data, "secret"));
    assert_null(strstr(out.data, "dump-options"));
    assert_null(strstr(out.data, "--metadata"));
    for (const char *line = out.data; *line; line = strchr(line, '\n') + 1)
        assert_true(strcspn(line, "\n") <= 90);
    img_buf_reset(&out);
    img_options_version(&plain, &out);
    assert_string_equal(out.data, "img-test (img-tools) " IMG_VERSION "\n");
    img_buf_reset(&out);
    img_options_help(&with_commands, &out);
    assert_non_null(strstr(out.data, "\n  show MODEL                  describe a model\n"));
    img_buf_clear(&out);
}

static void test_dump(void **state)
{
    (void)state;
    struct img_buf out = {0};
    img_options_dump(&plain, &out);
    assert_non_null(strstr(out.data, "m\tmodel\tMODEL\t\tmodel_name\tfolder\t"));
    assert_non_null(strstr(out.data, "\n\tmode\tMODE\tfast,slow\t\t\tfast or slow\n"));
    assert_null(strstr(out.data, "secret"));
    for (const char *line = out.data; *line; line = strchr(line, '\n') + 1) {
        size_t tabs = 0;
        for (const char *c = line; *c != '\n'; c++)
            tabs += *c == '\t';
        assert_int_equal(tabs, 6);
    }
    img_buf_reset(&out);
    img_options_dump(&with_commands, &out);
    assert_non_null(strstr(out.data, "\n\tlist\t\t\t\tcommand\tlist models\n"));
    img_buf_clear(&out);
}

static void test_value_left_out(void **state)
{
    (void)state;
    static const struct img_option may = {.long_name = "mode",
                                          .argument = "MODE",
                                          .kind = IMG_OPTION_CHOICE,
                                          .flags = IMG_OPTION_BARE,
                                          .choices = modes,
                                          .field = offsetof(struct options, mode),
                                          .help = "fast or slow"};
    struct img_program program = plain;
    struct img_buf help = {0};
    struct run run = {0};
    program.options = &may;
    program.option_count = 1;
    parse(&run, &program, "--mode=slow", "a", NULL);
    assert_int_equal(run.options.mode, 1);
    parse(&run, &program, "--mode=slow", "--mode", "slow", NULL);
    assert_true(run.ok);
    assert_int_equal(run.options.mode, 0);
    assert_int_equal(run.parsed.operand_count, 1);
    img_options_help(&program, &help);
    assert_non_null(strstr(help.data, "--mode[=MODE]"));
    img_buf_clear(&help);
    img_arena_clear(&run.arena);
}

static void test_row_check(void **state)
{
    (void)state;
    struct img_err err;
    struct img_program program = plain;
    assert_true(img_options_check(&plain, &err));
    assert_true(img_options_check(&with_commands, &err));
    program.common = ~0u;
    assert_true(img_options_check(&program, &err));
    static const struct img_option bad[] = {
        {.long_name = "help", .kind = IMG_OPTION_FLAG, .help = "twice"},
        {.short_name = 'q', .long_name = "x", .kind = IMG_OPTION_FLAG, .help = "twice"},
        {.long_name = "x", .kind = IMG_OPTION_FLAG, .argument = "X", .help = "flag"},
        {.long_name = "x", .kind = IMG_OPTION_INT, .help = "no argument"},
        {.long_name = "x", .argument = "X", .kind = IMG_OPTION_CHOICE, .help = "no choices"},
        {.long_name = "x", .argument = "X", .kind = IMG_OPTION_INT, .flags = IMG_OPTION_BARE,
         .help = "alone"},
        {.long_name = "x", .kind = IMG_OPTION_FLAG, .help = "full stop."},
        {.long_name = "x", .kind = IMG_OPTION_FLAG},
        {.long_name = "x=", .kind = IMG_OPTION_FLAG, .help = "name"},
        {.long_name = "", .kind = IMG_OPTION_FLAG, .help = "name"},
        {.long_name = "x", .kind = IMG_OPTION_FLAG, .implies = "y", .help = "implies"},
        {.long_name = "x", .argument = "X", .kind = IMG_OPTION_INT, .key = "y", .help = "key"},
        {.long_name = "x", .argument = "X", .kind = IMG_OPTION_INT, .min = 2, .max = 1,
         .help = "range"},
        {.long_name = "x", .kind = IMG_OPTION_FLAG, .commands = 4, .help = "command"},
    };
    program.option_count = 1;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        program.options = &bad[i];
        if (img_options_check(&program, &err))
            fail_msg("row %zu passed", i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_options),  cmocka_unit_test(test_short_options),
        cmocka_unit_test(test_abbreviations), cmocka_unit_test(test_operands),
        cmocka_unit_test(test_bad_values),    cmocka_unit_test(test_settings),
        cmocka_unit_test(test_commands),      cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_numbers),       cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_help),          cmocka_unit_test(test_dump),
        cmocka_unit_test(test_row_check),     cmocka_unit_test(test_value_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
