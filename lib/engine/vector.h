/* Small arithmetic on finished embeddings, in a fixed order so that its bits never change. */
#ifndef IMG_ENGINE_VECTOR_H
#define IMG_ENGINE_VECTOR_H

#include <stddef.h>

/* Divides by the Euclidean norm (summed in double); a vector of norm 0 stays. */
void img_vector_normalize(float *vector, size_t n);

/* a = (a + b) / 2, element by element. */
void img_vector_average(float *a, const float *b, size_t n);

#endif
