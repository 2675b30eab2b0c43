/* The kernels beside the matrix products. Built once for each head size:
 *
 *     -DHEAD=64   numbers of an attention head
 *     -DF16=1     activations and matrices are stored in 16 bits; every sum is a float's
 *
 * v is a tower's vectors in one buffer; arguments ending in _at are places in it. */

#if F16
typedef half store;
#define GET(p, i) vload_half(i, p)
#define PUT(p, i, x) vstore_half(x, i, p)
#else
typedef float store;
#define GET(p, i) (p)[i]
#define PUT(p, i, x) (p)[i] = (x)
#endif

#define GROUP 64
#define KEYS 16 /* taken into local memory at once */
#define TILE 64 /* rows and columns of a product that a group computes */
#define DEPTH 16

/* 8-bit pixels [n, size, size, 3] to rows [n * side * side, 3 * patch * patch]: channel, then line,
 * then column. samples [3, 256] are the values of the bytes. */
__kernel void patches(__global const uchar *pixels, __global const float *samples, int size,
                      int side, int patch, __global store *out)
{
    int k = get_global_id(0), row = get_global_id(1), length = 3 * patch * patch;
    if (k >= length)
        return;
    int channel = k / (patch * patch), y = k / patch % patch, x = k % patch;
    int picture = row / (side * side), cell = row % (side * side);
    size_t at = ((size_t)picture * size + cell / side * patch + y) * size + cell % side * patch + x;
    PUT(out, (size_t)row * length + k, samples[channel * 256 + pixels[at * 3 + channel]]);
}

/* Class and patch embeddings, plus their positions, to x [n * tokens, width]. bias_at < 0: none. */
__kernel void embed(__global const store *embedded, __global const float *v, int class_at,
                    int bias_at, int positions_at, int tokens, int width, __global float *x)
{
    int i = get_global_id(0), row = get_global_id(1);
    if (i >= width)
        return;
    int sequence = row / tokens, token = row % tokens;
    float value = v[class_at + i];
    if (token > 0) {
        value = GET(embedded, ((size_t)sequence * (tokens - 1) + token - 1) * width + i);
        if (bias_at >= 0)
            value += v[bias_at + i];
    }
    x[(size_t)row * width + i] = value + v[positions_at + token * width + i];
}

/* The sum over a group's items. */
float group_sum(float value, __local float *sums)
{
    int lane = get_local_id(0);
    sums[lane] = value;
    for (int half_way = GROUP / 2; half_way > 0; half_way /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < half_way)
            sums[lane] += sums[lane + half_way];
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    float sum = sums[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return sum;
}

/* x += bias (bias_at < 0: none) in place, and mean and 1 / deviation of the row. */
float2 add_and_measure(__global float *x, __global const float *v, int bias_at, int width,
                       float epsilon, __local float *sums)
{
    float sum = 0, squares = 0;
    for (int i = get_local_id(0); i < width; i += GROUP) {
        if (bias_at >= 0)
            x[i] += v[bias_at + i];
        sum += x[i];
    }
    float mean = group_sum(sum, sums) / width;
    for (int i = get_local_id(0); i < width; i += GROUP)
        squares += (x[i] - mean) * (x[i] - mean);
    return (float2)(mean, 1 / sqrt(group_sum(squares, sums) / width + epsilon));
}

/* Layer norm of rows of x, a group a row. */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void norm(__global float *x, __global const float *v, int bias_at, int weight_at, int shift_at,
          int width, float epsilon, __global store *out)
{
    __local float sums[GROUP];
    size_t row = (size_t)get_group_id(0) * width;
    float2 m = add_and_measure(x + row, v, bias_at, width, epsilon, sums);
    for (int i = get_local_id(0); i < width; i += GROUP)
        PUT(out, row + i, (x[row + i] - m.x) * m.y * v[weight_at + i] + v[shift_at + i]);
}

/* The same to floats; out may be x. */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void norm_wide(__global float *x, __global const float *v, int bias_at, int weight_at,
               int shift_at, int width, float epsilon, __global float *out)
{
    __local float sums[GROUP];
    size_t row = (size_t)get_group_id(0) * width;
    float2 m = add_and_measure(x + row, v, bias_at, width, epsilon, sums);
    for (int i = get_local_id(0); i < width; i += GROUP)
        out[row + i] = (x[row + i] - m.x) * m.y * v[weight_at + i] + v[shift_at + i];
}

/* softmax(q k / sqrt(HEAD)) v of one head, an item a query; keys and values go through local memory
 * and the softmax is kept up to date as they come ("Online normalizer calculation for softmax",
 * Milakov and Gimelshein). qkv [n * tokens, 3 * width], without its bias. pooled: of each sequence
 * only the query at pool[sequence], to out [n, width]. */
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void attention(__global const store *qkv, __global const float *v, int bias_at,
               __global const int *pool, int pooled, int tokens, int width, int causal,
               __global store *out)
{
    __local float keys[KEYS * HEAD], values[KEYS * HEAD];
    int query = get_global_id(0), column = get_global_id(1) * HEAD, sequence = get_global_id(2);
    int lane = get_local_id(0), queries = pooled ? 1 : tokens;
    int at = pooled ? pool[sequence] : min(query, tokens - 1);
    int last = pooled ? at : min((int)get_group_id(0) * GROUP + GROUP, tokens) - 1;
    int seen = causal ? at + 1 : tokens, end = causal ? last + 1 : tokens;
    size_t rows = (size_t)sequence * tokens, stride = 3 * (size_t)width;
    float q[HEAD], sum[HEAD], scores[KEYS], highest = -INFINITY, total = 0;
    for (int d = 0; d < HEAD; d++) {
        q[d] = (GET(qkv, (rows + at) * stride + column + d) + v[bias_at + column + d]) *
               (1 / sqrt((float)HEAD));
        sum[d] = 0;
    }
    for (int first = 0; first < end; first += KEYS) {
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = lane; i < KEYS * HEAD; i += GROUP) {
            int token = min(first + i / HEAD, tokens - 1), d = column + i % HEAD;
            size_t from = (rows + token) * stride + width + d;
            keys[i] = GET(qkv, from) + v[bias_at + width + d];
            values[i] = GET(qkv, from + width) + v[bias_at + 2 * width + d];
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        int count = min(KEYS, seen - first);
        float high = highest;
        for (int j = 0; j < count; j++) {
            float score = 0;
            for (int d = 0; d < HEAD; d++)
                score += q[d] * keys[j * HEAD + d];
            scores[j] = score;
            high = max(high, score);
        }
        if (count > 0) {
            float shrink = exp(highest - high);
            highest = high;
            total *= shrink;
            for (int d = 0; d < HEAD; d++)
                sum[d] *= shrink;
        }
        for (int j = 0; j < count; j++) {
            float weight = exp(scores[j] - highest);
            total += weight;
            for (int d = 0; d < HEAD; d++)
                sum[d] += weight * values[j * HEAD + d];
        }
    }
    if (query < queries)
        for (int d = 0; d < HEAD; d++)
            PUT(out, ((size_t)sequence * queries + query) * width + column + d, sum[d] / total);
}

/* hidden = activation(hidden + bias) in place, [rows, length]. */
__kernel void activate(__global store *hidden, __global const float *v, int bias_at, int length,
                       int exact)
{
    int i = get_global_id(0);
    size_t at = (size_t)get_global_id(1) * length + i;
    if (i >= length)
        return;
    float x = GET(hidden, at) + v[bias_at + i];
    PUT(hidden, at, exact ? 0.5f * x * (1 + erf(x * 0.70710678f)) : x / (1 + exp(-1.702f * x)));
}

/* Row pool[sequence] of each sequence of x. */
__kernel void gather(__global const float *x, __global const int *pool, int tokens, int width,
                     __global float *out)
{
    int i = get_global_id(0), sequence = get_global_id(1);
    if (i < width)
        out[(size_t)sequence * width + i] =
            x[((size_t)sequence * tokens + pool[sequence]) * width + i];
}

#if F16
__kernel void narrow(__global const float *in, __global half *out)
{
    size_t i = get_global_id(0);
    vstore_half(in[i], i, out);
}

/* A tile of a [m, k] times w [k, n]: 16 x 16 items, each 4 x 4 elements that lie 16 apart. */
void multiply(__global const half *a, __global const half *w, int m, int n, int k,
              __local float *as, __local float *ws, float sum[4][4])
{
    int x = get_local_id(0), y = get_local_id(1), item = y * 16 + x;
    int row = get_group_id(1) * TILE, col = get_group_id(0) * TILE;
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
            sum[i][j] = 0;
    for (int depth = 0; depth < k; depth += DEPTH) {
        for (int i = item; i < TILE * DEPTH; i += 256) {
            int r = row + i / DEPTH, d = depth + i % DEPTH;
            as[i % DEPTH * (TILE + 1) + i / DEPTH] =
                r < m && d < k ? vload_half((size_t)r * k + d, a) : 0;
            int c = col + i % TILE;
            d = depth + i / TILE;
            ws[i] = c < n && d < k ? vload_half((size_t)d * n + c, w) : 0;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int d = 0; d < DEPTH; d++)
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 4; j++)
                    sum[i][j] += as[d * (TILE + 1) + y + 16 * i] * ws[d * TILE + x + 16 * j];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
}

__kernel __attribute__((reqd_work_group_size(16, 16, 1)))
void product(__global const half *a, __global const half *w, int m, int n, int k,
             __global half *out)
{
    __local float as[DEPTH * (TILE + 1)], ws[DEPTH * TILE];
    float sum[4][4];
    multiply(a, w, m, n, k, as, ws, sum);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            int row = get_group_id(1) * TILE + get_local_id(1) + 16 * i;
            int col = get_group_id(0) * TILE + get_local_id(0) + 16 * j;
            if (row < m && col < n)
                vstore_half(sum[i][j], (size_t)row * n + col, out);
        }
}

/* To floats, or added to what is there. */
__kernel __attribute__((reqd_work_group_size(16, 16, 1)))
void product_wide(__global const half *a, __global const half *w, int m, int n, int k, int add,
                  __global float *out)
{
    __local float as[DEPTH * (TILE + 1)], ws[DEPTH * TILE];
    float sum[4][4];
    multiply(a, w, m, n, k, as, ws, sum);
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            int row = get_group_id(1) * TILE + get_local_id(1) + 16 * i;
            int col = get_group_id(0) * TILE + get_local_id(0) + 16 * j;
            size_t at = (size_t)row * n + col;
            if (row < m && col < n)
                out[at] = add ? out[at] + sum[i][j] : sum[i][j];
        }
}
#endif
