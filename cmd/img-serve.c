/* img-serve: embeddings, metadata and search over HTTP. */
#include "config/config.h"
#include "serve/serve.h"

#define FIELD(name) offsetof(struct img_serve_options, name)

enum { MAX_FILE_SIZE = 10485760 }; /* bytes; strangers' pictures are not the user's own */

static const struct img_option rows[] = {
    {.long_name = "listen", .argument = "ADDRESS", .kind = IMG_OPTION_LIST, .field = FIELD(listen),
     .help = "listen on HOST:PORT, [ADDRESS]:PORT or unix:PATH (repeatable; default: "
             "127.0.0.1:8080)"},
    {.long_name = "root", .argument = "FOLDER", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FOLDER, .key = "root",
     .help = "take image paths in requests, of files below this folder"},
    {.short_name = 'c', .long_name = "collection", .argument = "[NAME=]FOLDER",
     .kind = IMG_OPTION_LIST, .flags = IMG_OPTION_FOLDER, .field = FIELD(collections),
     .help = "let this collection be searched (repeatable)"},
    {.long_name = "token-file", .argument = "FILE", .kind = IMG_OPTION_STRING,
     .flags = IMG_OPTION_FILE, .field = FIELD(token_file),
     .help = "answer only who sends the token in this file's first line"},
    {.long_name = "insecure", .kind = IMG_OPTION_FLAG, .field = FIELD(insecure),
     .help = "answer other machines without a token"},
    {.long_name = "allow-host", .argument = "NAME", .kind = IMG_OPTION_LIST, .field = FIELD(hosts),
     .help = "let browsers call this server by another name than localhost (repeatable)"},
    {.long_name = "allow-url", .kind = IMG_OPTION_FLAG, .field = FIELD(allow_url),
     .help = "fetch pictures that requests give by URL, from the public internet"},
    {.long_name = "max-wait-ms", .argument = "MS", .kind = IMG_OPTION_FLOAT, .min = 0, .max = 1000,
     .field = FIELD(max_wait_ms),
     .help = "let a batch wait so long for pictures that are being decoded (default: 5)"},
    {.long_name = "max-requests", .argument = "N", .kind = IMG_OPTION_INT, .min = 1, .max = 100000,
     .field = FIELD(queue), .help = "work on so many requests at a time (default: 256)"},
    {.long_name = "max-connections", .argument = "N", .kind = IMG_OPTION_INT, .min = 1,
     .max = 100000, .field = FIELD(connections), .help = "keep so many connections (default: 512)"},
    {.long_name = "max-client-connections", .argument = "N", .kind = IMG_OPTION_INT, .min = 1,
     .max = 100000, .field = FIELD(client_connections),
     .help = "keep so many connections of one address (default: 128)"},
    {.long_name = "max-images", .argument = "N", .kind = IMG_OPTION_INT, .min = 1, .max = 100000,
     .field = FIELD(images), .help = "take so many pictures or texts a request (default: 1000)"},
    {.long_name = "max-body-memory", .argument = "SIZE", .kind = IMG_OPTION_SIZE, .min = 1048576,
     .max = 1099511627776.0, .field = FIELD(memory),
     .help = "keep so many bytes of requests in memory (default: 256M)"},
    {.long_name = "drain-seconds", .argument = "N", .kind = IMG_OPTION_INT, .min = 0, .max = 3600,
     .field = FIELD(drain), .help = "let requests so much time at the end (default: 30)"},
};

static const struct img_program program = {
    .name = "img-serve",
    .usage = "[OPTION]...",
    .about = "Answer HTTP requests for embeddings, metadata and similar pictures.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .common = IMG_TAKES_MODEL | IMG_TAKES_JOBS | IMG_TAKES_NO_CACHE | IMG_TAKES_PRECISION |
              IMG_TAKES_ENGINE,
};

struct state {
    struct img_cli cli;
    struct img_config config;
    struct img_serve_options opt;
    struct img_setup setup;
    struct img_serve serve;
};

static bool check_usage(const struct state *s, struct img_err *err)
{
    return s->cli.parsed.operand_count == 0 ||
           img_err_set(err, IMG_ERR_USAGE, "'%s' is one word too many",
                       s->cli.parsed.operands[0].value);
}

static bool open_all(struct state *s, struct img_err *err)
{
    return img_setup_model(&s->setup, &s->config, &s->cli, err) &&
           img_setup_embedder(&s->setup, &s->config, &s->cli, s->setup.settings.decoders, err) &&
           img_serve_open(&s->serve, &s->opt, &s->config, &s->setup, &s->cli.report, err);
}

int main(int argc, char **argv)
{
    struct state s = {.opt = {.max_wait_ms = 5, .queue = 256, .connections = 512,
                                     .client_connections = 128, .images = 1000,
                                     .memory = 256 << 20, .drain = 30}};
    struct img_err err = {0};
    bool ok = img_cli_begin(&s.cli, &program, argc, argv, &s.opt, &err) &&
              img_config_begin(&s.config, &s.cli, &err) && check_usage(&s, &err);
    if (ok && !img_config_asked(&s.config, IMG_KEY_max_file_size))
        s.config.v.max_file_size = MAX_FILE_SIZE;
    ok = ok && open_all(&s, &err) && img_serve_run(&s.serve, &s.config, &err);
    img_serve_close(&s.serve);
    img_setup_close(&s.setup);
    return img_cli_end(&s.cli, ok, NULL, &err);
}
