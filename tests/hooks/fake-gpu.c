/* A plug-in without a device, which fails on demand. */
#include "hooks/fake-gpu.h"

#include <stdlib.h>

struct img_gpu_net {
    const struct img_arch *arch;
    size_t picture;
};

__attribute__((visibility("default"))) extern struct fake_gpu fake_gpu;
__attribute__((visibility("default"))) const struct img_gpu_plugin *img_gpu_plugin(void);

static bool devices(struct img_gpu_device *found, size_t most, size_t *count, struct img_err *err)
{
    if (fake_gpu.devices_fail)
        return img_err_set(err, fake_gpu.devices_fail, "no fake device today");
    *count = most > 0;
    found[0] = (struct img_gpu_device){.id = "opencl:0:0", .name = "Fake Card", .memory = 1 << 20};
    return true;
}

static bool net_open(struct img_gpu_net **net, const struct img_gpu_device *device,
                     const struct img_gpu_spec *spec, struct img_err *err)
{
    *net = NULL;
    if (fake_gpu.open_fails)
        return img_err_set(err, fake_gpu.open_fails, "%s does not open", device->name);
    *net = calloc(1, sizeof **net);
    if (!*net)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory");
    (*net)->arch = spec->arch;
    (*net)->picture = (size_t)spec->image_size * spec->image_size * 3;
    fake_gpu.nets++;
    return true;
}

static size_t fits(const struct img_gpu_net *net, enum img_side side, size_t tokens, size_t most)
{
    (void)net;
    (void)side;
    (void)tokens;
    return most;
}

static bool reserve(struct img_gpu_net *net, enum img_side side, size_t sequences, size_t tokens,
                    struct img_err *err)
{
    (void)net;
    (void)side;
    (void)tokens;
    fake_gpu.reserved = sequences;
    return !fake_gpu.room || sequences <= fake_gpu.room ||
           img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "no room for %zu", sequences);
}

static bool may_go_on(struct img_err *err)
{
    if (++fake_gpu.calls == fake_gpu.lost_at)
        return img_err_set(err, IMG_ERR_DEVICE_LOST, "fell off the bus");
    return !fake_gpu.late_room || fake_gpu.reserved <= fake_gpu.late_room ||
           img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "no room after all");
}

static bool images(struct img_gpu_net *net, const uint8_t *pixels, size_t n, float *out,
                   struct img_err *err)
{
    size_t dimension = net->arch->dimension;
    if (!may_go_on(err))
        return false;
    for (size_t i = 0; i < n * dimension; i++)
        out[i] = fake_gpu_value(pixels + i / dimension * net->picture, i % dimension);
    return true;
}

static bool texts(struct img_gpu_net *net, const float *rows, const uint32_t *pool, size_t n,
                  size_t tokens, float *out, struct img_err *err)
{
    (void)tokens;
    if (!may_go_on(err))
        return false;
    for (size_t i = 0; i < n * net->arch->dimension; i++)
        out[i] = rows[i] + (float)pool[0];
    return true;
}

static void stats(const struct img_gpu_net *net, struct img_gpu_stats *to)
{
    (void)net;
    *to = (struct img_gpu_stats){0};
}

static void net_close(struct img_gpu_net *net)
{
    fake_gpu.nets--;
    free(net);
}

struct fake_gpu fake_gpu = {
    .plugin = {.interface = IMG_GPU_INTERFACE, .version = IMG_VERSION, .devices = devices,
               .open = net_open, .fits = fits, .reserve = reserve, .images = images,
               .texts = texts, .stats = stats, .close = net_close}};

const struct img_gpu_plugin *img_gpu_plugin(void)
{
    return &fake_gpu.plugin;
}
