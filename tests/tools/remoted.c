/* A server that embeds, for end-to-end tests, until standard input ends.
 *
 *   remoted ollama|openai|img-serve LOG [fault=NAME] [status=N] [from=N] [times=N] [slow=MS]
 *           [token=TEXT] [dimension=N] [fingerprint=HEX] [texts-only=1] [port=N]
 *
 * Prints its port; appends a line for each request to LOG. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/embed_server.h"

static bool take(struct embed_server *server, unsigned short *port, const char *name, size_t len,
                 const char *value)
{
    unsigned number = (unsigned)strtoul(value, NULL, 10);
    struct {
        const char *name;
        unsigned *field;
    } numbers[] = {
        {"from", &server->from},
        {"times", &server->times},
        {"slow", &server->slow_ms},
        {"dimension", &server->dimension},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strlen(numbers[i].name) == len && memcmp(name, numbers[i].name, len) == 0) {
            *numbers[i].field = number;
            return true;
        }
    if (strncmp(name, "fault=", 6) == 0)
        server->fault = embed_fault_named(value);
    else if (strncmp(name, "status=", 7) == 0)
        server->status = (int)number;
    else if (strncmp(name, "token=", 6) == 0)
        server->token = value;
    else if (strncmp(name, "fingerprint=", 12) == 0)
        server->fingerprint = value;
    else if (strncmp(name, "texts-only=", 11) == 0)
        server->texts_only = number > 0;
    else if (strncmp(name, "port=", 5) == 0)
        *port = (unsigned short)number;
    else
        return false;
    return server->fault != EMBED_FAULTS;
}

int main(int argc, char **argv)
{
    static struct embed_server server = {
        .dimension = 8, .from = 2, .times = 1000000, .fingerprint = "00112233445566aa"};
    const char *const *shapes = img_key_choices(IMG_KEY_remote_api);
    unsigned short port = 0;
    char byte;
    if (argc < 3)
        return 2;
    for (int i = 1; shapes[i]; i++)
        if (strcmp(shapes[i], argv[1]) == 0)
            server.api = (enum img_remote_choice)i;
    server.log = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    bool ok = server.api != IMG_REMOTE_AUTO && server.log > 0;
    for (int i = 3; ok && i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        ok = value && take(&server, &port, argv[i], (size_t)(value - argv[i]), value + 1);
    }
    if (!ok || !embed_server_start(&server, port))
        return 2;
    printf("%u\n", httpd_port(server.httpd));
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    embed_server_stop(&server);
    return 0;
}
