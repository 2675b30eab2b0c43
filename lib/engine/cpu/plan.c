/* Laying out the block of packed weights. */
#include "engine/cpu/plan.h"

#include "base/size.h"
#include "kernel/kernel.h"

/* A place that moves on as things are laid out; sticks at overflow. */
struct place {
    size_t at;
    bool overflow;
};

size_t img_plan_pad(size_t n)
{
    return img_size_align(n, IMG_LANES);
}

static size_t take(struct place *place, size_t rows, size_t cols)
{
    size_t from = place->at, size;
    if (!img_size_mul(rows, cols, &size) || size > SIZE_MAX / 2 / sizeof(float) ||
        !img_size_add(place->at, img_plan_pad(size), &place->at))
        place->overflow = true;
    return from;
}

static size_t take_panels(struct place *place, size_t out, size_t in)
{
    return take(place, img_plan_pad(out), in);
}

static struct img_plan_layer lay_layer(const struct img_tower *tower, bool pairs,
                                       struct place *outer)
{
    struct place place = {0};
    size_t width = tower->width, padded = img_plan_pad(width), hidden = tower->hidden;
    size_t depth = img_plan_depth(pairs, width);
    struct img_plan_layer layer = {
        .norm1_w = take(&place, 1, width),
        .norm1_b = take(&place, 1, width),
        .qkv = take_panels(&place, 3 * padded, depth),
        .qkv_b = take(&place, 3, padded),
        .out = take_panels(&place, width, depth),
        .out_b = take(&place, 1, padded),
        .norm2_w = take(&place, 1, width),
        .norm2_b = take(&place, 1, width),
        .fc1 = take_panels(&place, hidden, depth),
        .fc1_b = take(&place, 1, img_plan_pad(hidden)),
        .fc2 = take_panels(&place, width, img_plan_depth(pairs, hidden)),
        .fc2_b = take(&place, 1, padded),
    };
    layer.size = place.at;
    outer->overflow |= place.overflow;
    return layer;
}

static void lay_layers(struct img_plan_tower *plan, const struct img_tower *tower,
                       struct place *place)
{
    plan->layer = lay_layer(tower, plan->pairs, place);
    plan->layers = take(place, tower->layers, plan->layer.size);
    plan->post_norm_w = take(place, 1, tower->width);
    plan->post_norm_b = take(place, 1, tower->width);
}

static void lay_image(struct img_plan_tower *plan, const struct img_arch *arch, struct place *place)
{
    size_t width = arch->image.width, grid = arch->image_size / arch->patch;
    plan->patch = take_panels(place, width, (size_t)3 * arch->patch * arch->patch);
    plan->patch_bias = take(place, 1, img_plan_pad(width));
    plan->class = take(place, 1, width);
    plan->positions = take(place, 1 + grid * grid, width);
    plan->pre_norm_w = take(place, 1, width);
    plan->pre_norm_b = take(place, 1, width);
    lay_layers(plan, &arch->image, place);
    plan->projection = take_panels(place, arch->has_projection ? arch->dimension : 0, width);
    plan->head = take_panels(place, arch->classes, width);
    plan->head_b = take(place, 1, img_plan_pad(arch->classes));
}

static void lay_text(struct img_plan_tower *plan, const struct img_arch *arch, struct place *place)
{
    plan->tokens = take(place, arch->vocab_size, arch->text.width);
    plan->positions = take(place, arch->context, arch->text.width);
    lay_layers(plan, &arch->text, place);
    plan->projection = take_panels(place, arch->dimension, arch->text.width);
}

bool img_plan_make(struct img_plan *plan, const struct img_arch *arch, bool pairs,
                   struct img_err *err)
{
    struct place place = {0};
    *plan = (struct img_plan){.pairs = pairs, .image.pairs = pairs, .text.pairs = pairs};
    plan->logit_scale = take(&place, 1, 1);
    if (arch->image.layers > 0)
        lay_image(&plan->image, arch, &place);
    if (arch->text.layers > 0)
        lay_text(&plan->text, arch, &place);
    plan->size = place.at;
    if (place.overflow || plan->size > SIZE_MAX / 2 / sizeof(float))
        return img_err_set(err, IMG_ERR_MODEL_INVALID, "the model's sizes are absurd");
    return true;
}
