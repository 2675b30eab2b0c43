/* Bounds on scores from reduced rows; reduced.h has the derivation.
 *
 * What rounding adds. In double precision every sum of n <= 2^16 products is off by less than 2^-36
 * of the product of both lengths, whether in the score that is bounded or here; norms to float32 are
 * off by 2^-24 of themselves; the float32 sift takes fewer than sixteen roundings of 2^-24 each of
 * numbers that, where its sum is near zero, are below 2 |y| (|mean| + reach + error). Together less
 * than SLACK of |y| (|mean| + reach + error), where |mean| + reach + error >= |x|. */
#include "search/bounds.h"

#include <math.h>
#include <string.h>

#define SLACK 0x1p-18

void img_reduced_ask(const struct img_reduced *reduced, enum img_metric metric, const float *query,
                     struct img_reduced_query *asked, int16_t *codes)
{
    size_t n = reduced->dimension;
    int levels = img_reduced_levels(reduced->depth);
    double square = 0, mean_dot = 0, rest = 0, largest = 0;
    *asked = (struct img_reduced_query){0};
    memset(codes, 0, reduced->depth * sizeof *codes);
    for (size_t i = 0; i < n; i++) {
        square += (double)query[i] * (double)query[i];
        mean_dot += (double)query[i] * (double)reduced->mean[i];
        largest = fmax(largest, fabs((double)query[i]));
    }
    double norm = sqrt(square), unit = 1;
    if (metric == IMG_METRIC_COSINE) {
        unit = 1 / norm;
        norm = norm > 0 && isfinite(norm) ? 1 : 0;
    }
    if (!(norm >= IMG_REDUCED_NORM_MIN && norm <= IMG_REDUCED_NORM_MAX))
        return;
    float step = (float)(largest * unit / levels);
    for (size_t i = 0; i < n; i++) {
        double y = (double)query[i] * unit;
        long code = lrint(y / (double)step);
        code = code > levels ? levels : code < -levels ? -levels : code;
        double left = y - (double)step * (double)code;
        rest += left * left;
        codes[i] = (int16_t)code;
    }
    double slack = SLACK * norm;
    *asked = (struct img_reduced_query){
        .usable = true, .norm = norm, .mean_dot = mean_dot * unit, .step = step,
        .constant = slack * reduced->mean_norm, .by_reach = sqrt(rest) * (1 + SLACK) + slack,
        .by_error = norm + slack};
}

void img_reduced_bounds(const struct img_reduced_query *asked, enum img_metric metric,
                        const struct img_reduced_rows *rows, size_t in_block, int32_t sum,
                        double *lower, double *upper)
{
    double norm = (double)rows->norm[in_block];
    double dot = asked->mean_dot + (double)rows->scale[in_block] * (double)asked->step * sum;
    double off = asked->constant + asked->by_reach * (double)rows->reach[in_block] +
                 asked->by_error * (double)rows->error[in_block];
    double low = dot - off, high = dot + off;
    if (metric == IMG_METRIC_COSINE) {
        double both = norm * asked->norm;
        low = low / both;
        high = high / both;
        low = fmin(low - fabs(low) * SLACK, 1);
        high = fmax(high + fabs(high) * SLACK, -1);
    } else if (metric == IMG_METRIC_EUCLIDEAN) {
        double squares = norm * norm + asked->norm * asked->norm;
        double nearest = squares * (1 - SLACK) - 2 * high, farthest = squares * (1 + SLACK) - 2 * low;
        high = nearest > 0 ? -sqrt(nearest) * (1 - SLACK) : 0;
        low = -sqrt(farthest) * (1 + SLACK);
    }
    *lower = low;
    *upper = high;
}

void img_reduced_terms(const struct img_reduced_query *asked, enum img_metric metric, double least,
                       float *terms, size_t lane)
{
    double constant = -INFINITY, by_weight = 0;
    if (!asked->usable) {
        constant = -INFINITY;
    } else if (!(least > -INFINITY)) {
        constant = INFINITY;
    } else {
        constant = asked->mean_dot + asked->constant;
        if (metric == IMG_METRIC_DOT) {
            constant -= least;
        } else if (metric == IMG_METRIC_COSINE) {
            by_weight = -fmin(1, fmax(-1, least)) * asked->norm;
        } else {
            constant -= asked->norm * asked->norm * (0.5 - SLACK) - least * least / 2;
            by_weight = SLACK - 0.5;
        }
    }
    terms[lane] = (float)constant;
    terms[IMG_CODE_PANEL + lane] = (float)by_weight;
    terms[2 * IMG_CODE_PANEL + lane] = (float)asked->by_reach;
    terms[3 * IMG_CODE_PANEL + lane] = (float)asked->by_error;
    terms[4 * IMG_CODE_PANEL + lane] = asked->step;
}
