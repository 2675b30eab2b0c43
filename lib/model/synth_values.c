/* The values of a seeded model: a hash of the tensor's name, counted up, mixed, and scaled to a
 * range that keeps activations as lively as a trained model's. */
#include <math.h>
#include <string.h>

#include "model/synth.h"

struct range {
    double mean, half;
};

static bool ends(const char *name, const char *tail)
{
    size_t len = strlen(name), want = strlen(tail);
    return len >= want && strcmp(name + len - want, tail) == 0;
}

static bool has(const char *name, const char *part)
{
    return strstr(name, part) != NULL;
}

static double fan_in(const char *name, const size_t *shape, unsigned dims)
{
    double product = 1;
    if (dims > 0 && ends(name, "proj"))
        return (double)shape[0];
    if (dims > 0 && ends(name, "text_projection"))
        return (double)shape[0];
    for (unsigned d = 1; d < dims; d++)
        product *= (double)shape[d];
    return product;
}

/* The first rule that fits. */
static struct range range_of(const char *name, const size_t *shape, unsigned dims)
{
    const char *dot = strrchr(name, '.');
    const char *last = dot ? dot + 1 : name;
    bool norm = has(name, "norm") || has(name, "ln_") || has(name, "layrnorm");
    if (ends(name, "logit_scale"))
        return (struct range){log(100), 0};
    if (norm && ends(name, ".weight"))
        return (struct range){1, 0.5};
    if (norm && ends(name, ".bias"))
        return (struct range){0, 0.3};
    if (strcmp(last, "bias") == 0 || strcmp(last, "in_proj_bias") == 0)
        return (struct range){0, 0.1};
    if (has(name, "token_embedding") || has(name, "position"))
        return (struct range){0, 0.05};
    if (has(name, "class_embedding"))
        return (struct range){0, 0.5};
    double gain = has(name, "conv1") || has(name, "patch_embedding") ? 3.0 : 1.7;
    return (struct range){0, gain / sqrt(fan_in(name, shape, dims))};
}

/* FNV-1a, 64 bit. */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *p = name; *p; p++)
        hash = (hash ^ (unsigned char)*p) * 0x100000001b3u;
    return hash;
}

/* splitmix64. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

void img_synth_values(const char *name, const size_t *shape, unsigned dims, uint64_t seed,
                      size_t first, size_t count, float *out)
{
    struct range range = range_of(name, shape, dims);
    uint64_t base = hash_name(name) + seed + first;
    for (size_t i = 0; i < count; i++) {
        double u = (double)(mix(base + i) >> 40) * 0x1p-24;
        out[i] = (float)(range.mean + range.half * (2 * u - 1));
    }
}
