/* Embedding records for tests that need many: seeded vectors of length 1 under made-up paths.
 *
 *   make-records COUNT DIMENSION [SEED [FINGERPRINT]]
 *
 * Every third has metadata with a place and a date. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "record/embedding.h"

enum { DIMENSION_MAX = 4096 };

static uint64_t state;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 33) / 2147483648.0 - 0.5;
}

static void fill(float *vector, size_t n)
{
    double squared = 0, values[DIMENSION_MAX];
    for (size_t i = 0; i < n; i++) {
        values[i] = uniform();
        squared += values[i] * values[i];
    }
    for (size_t i = 0; i < n; i++)
        vector[i] = (float)(values[i] / sqrt(squared));
}

int main(int argc, char **argv)
{
    static float vector[DIMENSION_MAX];
    struct img_buf line = {0};
    char path[64], date[40], gps[96];
    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    unsigned long dimension = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
    if (dimension == 0 || dimension > DIMENSION_MAX)
        return 2;
    state = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    for (unsigned long i = 0; i < count; i++) {
        snprintf(path, sizeof path, "/photos/%03lu/%06lu.jpg", i / 1000, i);
        snprintf(date, sizeof date, "2021-%02lu-%02luT10:00:00", i % 12 + 1, i % 28 + 1);
        snprintf(gps, sizeof gps, "{\"latitude\":%.4f,\"longitude\":%.4f}", 90 * uniform(),
                 360 * uniform());
        fill(vector, dimension);
        struct img_id id = img_hash_id(path, strlen(path));
        const struct img_metadata_record metadata = {.image_path = path,
                                                     .image_path_len = strlen(path),
                                                     .width = 100 + i % 900,
                                                     .height = 200,
                                                     .format = i % 2 ? "JPEG" : "PNG",
                                                     .mode = "RGB",
                                                     .size = 1000 + i,
                                                     .creation_date = date,
                                                     .gps_info = gps,
                                                     .known = true};
        const struct img_embedding_record record = {
            .image_path = path,
            .image_path_len = strlen(path),
            .image_id = &id,
            .embedding = vector,
            .model_name = "made-up",
            .model_fingerprint = argc > 4 ? argv[4] : "0123456789abcdef",
            .preprocessing = "00000000",
            .precision = "f32",
            .dimension = dimension,
            .normalized = true,
            .has_confidence = true,
            .confidence = 0.5,
            .metadata = i % 3 == 0 ? &metadata : NULL,
        };
        img_buf_reset(&line);
        img_embedding_put(&line, &record);
        if (line.failed || fwrite(line.data, 1, line.len, stdout) != line.len)
            return 1;
    }
    img_buf_clear(&line);
    return fflush(stdout) ? 1 : 0;
}
