/* Names of devices: finding one, and showing them. */
#include <stdio.h>
#include <string.h>

#include "engine/gpu/load.h"
#include "json/string.h"

static const char *const kinds[] = {
    [IMG_GPU_CARD] = "gpu", [IMG_GPU_PROCESSOR] = "cpu", [IMG_GPU_OTHER] = "other"};

static bool is_named(const struct img_gpu_device *device, const char *name)
{
    if (strncmp(name, "cuda:", 5) == 0)
        return strcmp(device->cuda, name) == 0;
    if (strncmp(name, "opencl:", 7) == 0)
        return strcmp(device->id, name) == 0;
    return strcasestr(device->name, name) != NULL;
}

static bool none(const struct img_gpu_device *devices, size_t count, const char *name,
                 struct img_err *err)
{
    char list[256] = "";
    for (size_t i = 0, at = 0; i < count && at < sizeof list; i++) {
        const struct img_gpu_device *d = &devices[i];
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%s (%s%s%s)", i ? ", " : "", d->id,
                               d->cuda, d->cuda[0] ? ", " : "", d->name);
    }
    if (!name)
        return img_err_set(err, IMG_ERR_SYSTEM, "no GPU is here, only %s", list);
    return img_err_set(err, IMG_ERR_SYSTEM, "there is no device '%.100s'; there is %s", name, list);
}

bool img_gpu_choose(const struct img_gpu_device *devices, size_t count, const char *name,
                    bool others, size_t *chosen, struct img_err *err)
{
    size_t card = count;
    for (size_t i = count; i-- > 0;)
        if (name ? is_named(&devices[i], name) : devices[i].kind == IMG_GPU_CARD)
            card = i;
    for (size_t i = count; !name && i-- > 0;)
        if (devices[i].cuda[0])
            card = i;
    if (card == count && !name && others && count > 0)
        card = 0;
    *chosen = card;
    return card < count || none(devices, count, name, err);
}

static void put_size(uint64_t bytes, struct img_buf *out)
{
    img_buf_printf(out, "%.1f GiB", (double)bytes / (1 << 30));
}

void img_gpu_put_text(const struct img_gpu_device *device, struct img_buf *out)
{
    img_buf_printf(out, "%s%s%s  %s\n  platform   %s\n  kind       %s\n  memory     ", device->id,
                   device->cuda[0] ? "  " : "", device->cuda, device->name, device->platform,
                   kinds[device->kind]);
    put_size(device->memory, out);
    img_buf_printf(out, "\n  driver     %s\n  precision  f32%s\n", device->driver,
                   device->f16 ? ", f16" : "");
}

static void put_field(const char *key, const char *value, struct img_buf *out)
{
    img_buf_printf(out, "\"%s\":", key);
    if (value[0])
        img_json_put_text(out, value);
    else
        img_buf_puts(out, "null");
    img_buf_putc(out, ',');
}

void img_gpu_put_json(const struct img_gpu_device *device, struct img_buf *out)
{
    img_buf_putc(out, '{');
    put_field("device", device->id, out);
    put_field("cuda", device->cuda, out);
    put_field("name", device->name, out);
    put_field("platform", device->platform, out);
    put_field("kind", kinds[device->kind], out);
    img_buf_printf(out, "\"memory\":%llu,", (unsigned long long)device->memory);
    put_field("driver", device->driver, out);
    img_buf_printf(out, "\"precisions\":[\"f32\"%s]}\n", device->f16 ? ",\"f16\"" : "");
}
