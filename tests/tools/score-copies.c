/* How well groups of duplicates fit what make-copies made.
 *
 * usage: img-sim dupes -c COLLECTION | score-copies LIST
 *
 * LIST has the paths that were embedded, one a line. A group says of each of its members that it and
 * the one that is kept are copies of its tier. Writes for each tier how many of these links are right,
 * and how many of the copies that there are were linked to their original, in this tier or a surer
 * one; and how many pictures that are no copies were called so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/scan.h"

enum { TIERS = 3, FILES = 100000 };

static const char *const tiers[TIERS] = {"identical", "same_pixels", "same_picture"};

struct file {
    char path[256];
    unsigned number;
    int kind;     /* 0 original or identical, 1 pixels, 2 picture, -1 no copy */
    bool original;
    size_t group; /* towards the one that is kept, by the tiers so far */
};

static struct file files[FILES];
static size_t count;

static struct file read_path(const char *path)
{
    struct file file = {.kind = -1};
    const char *name = strrchr(path, '/'), *dash;
    snprintf(file.path, sizeof file.path, "%s", path);
    file.number = (unsigned)strtoul(name ? name + 1 : path, NULL, 10);
    dash = strchr(name ? name : path, '-');
    file.original = dash && strncmp(dash, "-original", 9) == 0;
    if (file.original || (dash && strncmp(dash, "-identical", 10) == 0))
        file.kind = 0;
    else if (dash && strncmp(dash, "-pixels", 7) == 0)
        file.kind = 1;
    else if (dash && strncmp(dash, "-picture", 8) == 0)
        file.kind = 2;
    return file;
}

static size_t find(const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(files[i].path, path) == 0)
            return i;
    fprintf(stderr, "score-copies: %s is not in the list\n", path);
    exit(2);
}

static size_t group_of(size_t at)
{
    while (files[at].group != at)
        at = files[at].group;
    return at;
}

/* The tier that two files truly are copies of each other in; -1: they are none. */
static int truth(const struct file *a, const struct file *b)
{
    if (a->number != b->number || a->kind < 0 || b->kind < 0)
        return -1;
    if (a->kind == 0 && b->kind == 0)
        return 0;
    return a->kind == 2 || b->kind == 2 ? 2 : 1;
}

struct score {
    size_t links, right, wrong, copies, linked;
};

static const char *string_of(const struct img_json_object *object, const char *key,
                             struct img_arena *arena)
{
    const struct img_json_value *value = img_json_find(object, key);
    const char *text;
    struct img_err err;
    if (!value || !img_json_get_string(value, arena, &text, NULL, &err)) {
        fprintf(stderr, "score-copies: no %s\n", key);
        exit(2);
    }
    return text;
}

static void take_group(const char *line, size_t len, int wanted, struct score *score)
{
    struct img_arena arena = {0};
    struct img_json_object group, member;
    const struct img_json_value *elements, *members;
    struct img_err err;
    size_t n;
    if (!img_json_scan(line, len, &arena, &group, &err) ||
        !(members = img_json_find(&group, "members")) ||
        !img_json_elements(members, &arena, &elements, &n, &err))
        exit(2);
    if (strcmp(string_of(&group, "tier", &arena), tiers[wanted]) == 0) {
        size_t kept = find(string_of(&group, "keeper", &arena));
        for (size_t i = 0; i < n; i++) {
            if (!img_json_enter(&elements[i], &arena, &member, &err))
                exit(2);
            size_t at = find(string_of(&member, "image_path", &arena));
            if (at == kept)
                continue;
            int true_tier = truth(&files[kept], &files[at]);
            score->links++;
            score->right += true_tier == wanted;
            score->wrong += true_tier < 0;
            if (true_tier < 0)
                fprintf(stderr, "no copies: %s %s\n", files[kept].path, files[at].path);
            files[group_of(at)].group = group_of(kept);
        }
    }
    img_arena_clear(&arena);
}

static void count_copies(int tier, struct score *score)
{
    size_t original = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; files[original].number != files[i].number || !files[original].original;)
            original = j++;
        if (files[i].original || files[i].kind != tier)
            continue;
        bool linked = group_of(i) == group_of(original);
        score->copies++;
        score->linked += linked;
        if (!linked)
            fprintf(stderr, "missed: %s\n", files[i].path);
    }
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t room = 0, lines = 0;
    ssize_t len;
    static char *groups[FILES];
    FILE *list = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!list)
        return 2;
    while ((len = getline(&line, &room, list)) > 0 && count < FILES) {
        line[len - 1] = '\0';
        files[count] = read_path(line);
        files[count].group = count;
        count++;
    }
    fclose(list);
    for (; (len = getline(&line, &room, stdin)) > 0 && lines < FILES; lines++)
        groups[lines] = strndup(line, (size_t)len);
    free(line);
    for (int tier = 0; tier < TIERS; tier++) {
        struct score score = {0};
        for (size_t i = 0; i < lines; i++)
            take_group(groups[i], strlen(groups[i]), tier, &score);
        count_copies(tier, &score);
        printf("%s links %zu precision %.4f copies %zu recall %.4f strangers %zu\n", tiers[tier],
               score.links, score.links ? (double)score.right / (double)score.links : 1.0,
               score.copies,
               score.copies ? (double)score.linked / (double)score.copies : 1.0, score.wrong);
    }
    for (size_t i = 0; i < lines; i++)
        free(groups[i]);
    return 0;
}
