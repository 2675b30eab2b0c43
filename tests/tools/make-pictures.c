/* Makes many small pictures, all different, the same for every run.
 *
 * usage: make-pictures FOLDER COUNT [SIDE]
 * writes FOLDER/DD/NNNNNN.ppm, a hundred to a subfolder */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static uint32_t next(uint32_t *seed)
{
    return *seed = *seed * 1664525u + 1013904223u;
}

/* Four corners of random colours, blended, with some noise. */
static void draw(FILE *file, unsigned number, unsigned side)
{
    uint32_t seed = number * 2654435761u + 1, corner[4][3];
    for (int i = 0; i < 12; i++)
        corner[i / 3][i % 3] = next(&seed) >> 24;
    fprintf(file, "P6\n%u %u\n255\n", side, side);
    for (unsigned y = 0; y < side; y++)
        for (unsigned x = 0; x < side; x++)
            for (int c = 0; c < 3; c++) {
                uint32_t top = corner[0][c] * (side - x) + corner[1][c] * x;
                uint32_t bottom = corner[2][c] * (side - x) + corner[3][c] * x;
                uint32_t blend = (top * (side - y) + bottom * y) / (side * side);
                fputc((int)((blend * 7 + (next(&seed) >> 24)) / 8), file);
            }
}

int main(int argc, char **argv)
{
    char path[4096];
    if (argc < 3)
        return 2;
    unsigned count = (unsigned)atoi(argv[2]), side = argc > 3 ? (unsigned)atoi(argv[3]) : 48;
    mkdir(argv[1], 0777);
    for (unsigned i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%03u", argv[1], i / 100);
        mkdir(path, 0777);
        snprintf(path, sizeof path, "%s/%03u/%06u.ppm", argv[1], i / 100, i);
        FILE *file = fopen(path, "wb");
        if (!file)
            return 1;
        draw(file, i, side);
        if (fclose(file) != 0)
            return 1;
    }
    return 0;
}
