/* Normalising and averaging embeddings. */
#include "engine/vector.h"

#include <math.h>

void img_vector_normalize(float *vector, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)vector[i] * (double)vector[i];
    double norm = sqrt(squares);
    if (norm > 0)
        for (size_t i = 0; i < n; i++)
            vector[i] = (float)((double)vector[i] / norm);
}

void img_vector_average(float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        a[i] = (float)(((double)a[i] + (double)b[i]) / 2);
}
