/* Small arithmetic on finished embeddings, in a fixed order so that its bits never change. */
#ifndef IMG_ENGINE_VECTOR_H
#define IMG_ENGINE_VECTOR_H

#include <stdbool.h>
#include <stddef.h>

/* False when an element is infinite or no number. */
bool img_vector_finite(const float *vector, size_t n);

/* Divides by the Euclidean norm (summed in double). False when that is 0: the vector stays. */
bool img_vector_normalize(float *vector, size_t n);

/* a = (a + b) / 2, element by element. */
void img_vector_average(float *a, const float *b, size_t n);

#endif
