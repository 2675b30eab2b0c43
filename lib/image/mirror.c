/* The mirror image of a picture. */
#include "image/mirror.h"

#include <string.h>

void img_mirror(uint8_t *pixels, size_t width, size_t height)
{
    for (size_t y = 0; y < height; y++) {
        uint8_t *line = pixels + y * width * 3;
        for (size_t left = 0, right = width; left + 1 < right; left++, right--) {
            uint8_t *a = line + left * 3, *b = line + (right - 1) * 3, pixel[3];
            memcpy(pixel, a, 3);
            memcpy(a, b, 3);
            memcpy(b, pixel, 3);
        }
    }
}
