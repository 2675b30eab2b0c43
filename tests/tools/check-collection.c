/* Says whether folders are collections as the contract has them.
 *
 * usage: check-collection [--no-stamps] DIR…
 * Prints a line a folder; status 1 when one is not. */
#include <stdio.h>
#include <string.h>

#include "support/collection_check.h"

int main(int argc, char **argv)
{
    bool stamps = true, good = true;
    for (int i = 1; i < argc; i++) {
        struct collection_checked checked;
        if (strcmp(argv[i], "--no-stamps") == 0) {
            stamps = false;
        } else if (collection_check(argv[i], stamps, &checked)) {
            printf("%s: %zu rows of dimension %zu, %zu dropped, %zu failures\n", argv[i],
                   checked.count, checked.dimension, checked.dropped, checked.failures);
        } else {
            printf("%s: %s\n", argv[i], checked.why);
            good = false;
        }
    }
    return argc > 1 && good ? 0 : 1;
}
