/* Normalising and averaging embeddings. */
#include "engine/vector.h"

#include <math.h>

bool img_vector_finite(const float *vector, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(vector[i]))
            return false;
    return true;
}

bool img_vector_normalize(float *vector, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)vector[i] * (double)vector[i];
    double norm = sqrt(squares);
    if (!(norm > 0))
        return false;
    for (size_t i = 0; i < n; i++)
        vector[i] = (float)((double)vector[i] / norm);
    return true;
}

void img_vector_average(float *a, const float *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        a[i] = (float)(((double)a[i] + (double)b[i]) / 2);
}
