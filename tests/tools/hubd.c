/* A hub for end-to-end tests: serves the files of a folder as one repository, misbehaving on
 * request, until standard input ends.
 *
 *   hubd FOLDER REPO COMMIT LOG [cut=BYTES] [slow=MICROSECONDS] [status=N] [times=N] [token=TEXT]
 *
 * Prints its port; appends a line for each request to LOG. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "support/hub_server.h"

enum { LARGE = 1 << 20 /* bytes: from here on a file is lfs */ };

static struct hub_server server;
static struct img_map maps[HUB_FILES];
static char names[HUB_FILES][256];

static bool add_files(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && count < HUB_FILES && (entry = readdir(folder));) {
        char whole[4096];
        struct img_err err;
        snprintf(whole, sizeof whole, "%.3800s/%s", path, entry->d_name);
        if (!img_map_open(&maps[count], whole, &err))
            continue;
        snprintf(names[count], sizeof names[count], "%.255s", entry->d_name);
        hub_server_add(&server, names[count], maps[count].data, maps[count].size,
                       maps[count].size >= LARGE);
        count++;
    }
    if (folder)
        closedir(folder);
    return count > 0;
}

static bool take_fault(struct hub_faults *faults, const char *word)
{
    const char *value = strchr(word, '=');
    size_t len = value ? (size_t)(value++ - word) : 0;
    long number = value ? strtol(value, NULL, 10) : 0;
    if (len == 3 && memcmp(word, "cut", 3) == 0) {
        faults->cuts = 1;
        faults->cut_after = (size_t)number;
    } else if (len == 4 && memcmp(word, "slow", 4) == 0) {
        faults->slow_us = (unsigned)number;
    } else if (len == 6 && memcmp(word, "status", 6) == 0) {
        faults->status = (int)number;
        faults->times = 1000;
    } else if (len == 5 && memcmp(word, "times", 5) == 0) {
        faults->times = (int)number;
    } else if (len == 5 && memcmp(word, "token", 5) == 0) {
        faults->token = value;
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    char byte;
    if (argc < 5 || !hub_server_start(&server, 0, argv[2], argv[3]))
        return 2;
    server.log = open(argv[4], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    bool ok = server.log > 0 && add_files(argv[1]);
    for (int i = 5; ok && i < argc; i++)
        ok = take_fault(&server.faults, argv[i]);
    if (ok)
        printf("%u\n", httpd_port(server.httpd));
    fflush(stdout);
    while (ok && read(STDIN_FILENO, &byte, 1) > 0)
        continue;
    hub_server_stop(&server);
    for (size_t i = 0; i < HUB_FILES; i++)
        img_map_close(&maps[i]);
    return ok ? 0 : 2;
}
