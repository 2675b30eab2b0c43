/* The plug-in: a model on a device, pictures going up while others are computed. */
#include <stdlib.h>
#include <string.h>

#include "opencl/forward.h"
#include "opencl/product.h"

/* Pictures on their way to the device, or embeddings on theirs back. */
struct slot {
    cl_mem pixels, out; /* on the device */
    cl_mem pinned_pixels, pinned_out;
    void *from, *to; /* the host's sides of these */
    cl_event done;   /* the embeddings are back; NULL: nothing is under way */
    float *wanted;   /* where they belong */
    size_t count;
};

struct img_gpu_net {
    struct img_cl cl;
    struct img_cl_tower image, text;
    struct img_cl_work images, texts;
    struct slot slots[2];
    cl_mem text_out;
};

static const struct img_cl_tower *tower_of(const struct img_gpu_net *net, enum img_side side)
{
    return side == IMG_IMAGE_TOWER ? &net->image : &net->text;
}

static void forget(struct img_gpu_net *net, cl_event *event)
{
    if (!*event)
        return;
    clReleaseEvent(*event);
    *event = NULL;
    net->cl.objects--;
}

static void close_slot(struct img_gpu_net *net, struct slot *slot)
{
    forget(net, &slot->done);
    img_cl_unpin(&net->cl, &slot->pinned_pixels, &slot->from);
    img_cl_unpin(&net->cl, &slot->pinned_out, &slot->to);
    img_cl_release(&net->cl, &slot->pixels);
    img_cl_release(&net->cl, &slot->out);
    *slot = (struct slot){0};
}

static void unreserve(struct img_gpu_net *net, enum img_side side)
{
    (void)clFinish(net->cl.upload);
    (void)clFinish(net->cl.queue);
    if (side == IMG_TEXT_TOWER) {
        img_cl_work_close(&net->cl, &net->texts);
        img_cl_release(&net->cl, &net->text_out);
        return;
    }
    img_cl_work_close(&net->cl, &net->images);
    close_slot(net, &net->slots[0]);
    close_slot(net, &net->slots[1]);
}

static void net_close(struct img_gpu_net *net)
{
    if (net->cl.queue && net->cl.upload) {
        unreserve(net, IMG_IMAGE_TOWER);
        unreserve(net, IMG_TEXT_TOWER);
    }
    img_cl_tower_close(&net->cl, &net->image);
    img_cl_tower_close(&net->cl, &net->text);
    img_cl_close(&net->cl);
    free(net);
}

static bool open_all(struct img_gpu_net *net, const struct img_gpu_device *device,
                     const struct img_gpu_spec *spec, struct img_err *err)
{
    struct img_cl *cl = &net->cl;
    if (!img_cl_open(cl, device->id, spec->memory, err))
        return false;
    cl->report = spec->report;
    cl->measured = spec->measured;
    img_cl_products_init(cl);
    return (spec->arch->image.layers == 0 ||
            img_cl_tower_open(cl, &net->image, IMG_IMAGE_TOWER, spec, err)) &&
           (spec->arch->text.layers == 0 ||
            img_cl_tower_open(cl, &net->text, IMG_TEXT_TOWER, spec, err));
}

static bool net_open(struct img_gpu_net **net, const struct img_gpu_device *device,
                     const struct img_gpu_spec *spec, struct img_err *err)
{
    *net = calloc(1, sizeof **net);
    if (!*net)
        return img_err_set(err, IMG_ERR_OUT_OF_MEMORY, "out of memory for a model on a device");
    if (open_all(*net, device, spec, err))
        return true;
    net_close(*net);
    *net = NULL;
    return img_err_in(err, "%s", device->name);
}

/* A quarter of the device is left to others, and to what drivers need. */
static size_t fits(const struct img_gpu_net *net, enum img_side side, size_t tokens, size_t most)
{
    size_t largest, each = img_cl_work_each(tower_of(net, side), tokens, &largest);
    uint64_t usable = net->cl.limit - net->cl.limit / 4;
    uint64_t room = usable > net->cl.bytes ? (usable - net->cl.bytes) / each : 1;
    if (room > net->cl.largest / largest)
        room = net->cl.largest / largest;
    return room < 1 ? 1 : room < most ? (size_t)room : most;
}

static bool open_slot(struct img_gpu_net *net, struct slot *slot, size_t sequences,
                      struct img_err *err)
{
    struct img_cl *cl = &net->cl;
    size_t pixels = sequences * net->image.image_size * net->image.image_size * 3;
    size_t floats = sequences * net->image.dimension;
    return img_cl_buffer(cl, pixels, &slot->pixels, err) &&
           img_cl_buffer(cl, floats * sizeof(float), &slot->out, err) &&
           img_cl_pinned(cl, pixels, &slot->pinned_pixels, &slot->from, err) &&
           img_cl_pinned(cl, floats * sizeof(float), &slot->pinned_out, &slot->to, err);
}

/* Pictures are pooled at their first token. */
static bool pool_first(struct img_gpu_net *net, size_t sequences, struct img_err *err)
{
    cl_int zero = 0;
    cl_int status = clEnqueueFillBuffer(net->cl.queue, net->images.pool, &zero, sizeof zero, 0,
                                        sequences * sizeof zero, 0, NULL, NULL);
    return status == CL_SUCCESS || img_cl_fail(status, "filling a buffer", err);
}

static bool reserve(struct img_gpu_net *net, enum img_side side, size_t sequences, size_t tokens,
                    struct img_err *err)
{
    bool image = side == IMG_IMAGE_TOWER;
    struct img_cl_work *work = image ? &net->images : &net->texts;
    unreserve(net, side);
    bool ok = img_cl_work_open(&net->cl, work, tower_of(net, side), sequences, tokens, err);
    if (image)
        ok = ok && open_slot(net, &net->slots[0], sequences, err) &&
             open_slot(net, &net->slots[1], sequences, err) && pool_first(net, sequences, err);
    else
        ok = ok && img_cl_buffer(&net->cl, sequences * net->text.dimension * sizeof(float),
                                 &net->text_out, err);
    if (!ok)
        unreserve(net, side);
    return ok;
}

/* Waits for what is under way in a slot and puts it where it belongs. */
static bool collect(struct img_gpu_net *net, struct slot *slot, struct img_err *err)
{
    if (!slot->done)
        return true;
    cl_int status = clWaitForEvents(1, &slot->done), ran = CL_COMPLETE;
    if (status == CL_SUCCESS)
        status = clGetEventInfo(slot->done, CL_EVENT_COMMAND_EXECUTION_STATUS, sizeof ran, &ran,
                                NULL);
    forget(net, &slot->done);
    if (status != CL_SUCCESS || ran != CL_COMPLETE)
        return img_cl_fail(status != CL_SUCCESS ? status : ran, "the device", err);
    memcpy(slot->wanted, slot->to, slot->count * net->image.dimension * sizeof(float));
    return true;
}

/* Everything for slot's pictures is queued: up, through the tower, and back. */
static bool queue_step(struct img_gpu_net *net, struct slot *slot, struct img_err *err)
{
    struct img_cl *cl = &net->cl;
    const struct img_cl_tower *tower = &net->image;
    size_t bytes = slot->count * tower->image_size * tower->image_size * 3;
    cl_event uploaded = NULL;
    img_cl_stage(cl, IMG_GPU_STAGES);
    cl_int status = clEnqueueWriteBuffer(cl->upload, slot->pixels, CL_FALSE, 0, bytes, slot->from,
                                         0, NULL, &uploaded);
    if (status == CL_SUCCESS)
        status = clFlush(cl->upload);
    cl->objects += uploaded != NULL;
    img_cl_stage(cl, IMG_GPU_UPLOAD);
    bool ok = status == CL_SUCCESS || img_cl_fail(status, "sending pictures", err);
    ok = ok && img_cl_embed(cl, tower, &net->images, slot->pixels, slot->count, uploaded, err) &&
         img_cl_forward(cl, tower, &net->images, slot->count, 1 + tower->grid * tower->grid,
                        slot->out, err);
    forget(net, &uploaded);
    if (!ok)
        return false;
    status = clEnqueueReadBuffer(cl->queue, slot->out, CL_FALSE, 0,
                                 slot->count * tower->dimension * sizeof(float), slot->to, 0, NULL,
                                 &slot->done);
    cl->objects += slot->done != NULL;
    if (status == CL_SUCCESS)
        status = clFlush(cl->queue);
    img_cl_stage(cl, IMG_GPU_DOWNLOAD);
    return status == CL_SUCCESS || img_cl_fail(status, "fetching embeddings", err);
}

/* While a slot's pictures are computed, the other's are copied and sent. */
static bool images(struct img_gpu_net *net, const uint8_t *pixels, size_t n, float *out,
                   struct img_err *err)
{
    size_t picture = net->image.image_size * net->image.image_size * 3, at = 0;
    bool ok = true;
    unsigned turn = 0;
    for (size_t step; ok && at < n; at += step, turn ^= 1) {
        struct slot *slot = &net->slots[turn];
        step = n - at < net->images.sequences ? n - at : net->images.sequences;
        ok = collect(net, slot, err);
        if (!ok)
            break;
        slot->count = step;
        slot->wanted = out + at * net->image.dimension;
        memcpy(slot->from, pixels + at * picture, step * picture);
        ok = queue_step(net, slot, err);
    }
    ok = ok && collect(net, &net->slots[turn], err) && collect(net, &net->slots[turn ^ 1], err);
    if (!ok)
        for (int i = 0; i < 2; i++) { /* nothing may write into the slots any more */
            (void)clFinish(net->cl.queue);
            forget(net, &net->slots[i].done);
        }
    return ok;
}

static bool texts(struct img_gpu_net *net, const float *rows, const uint32_t *pool, size_t n,
                  size_t tokens, float *out, struct img_err *err)
{
    struct img_cl *cl = &net->cl;
    size_t bytes = n * tokens * net->text.shape->width * sizeof *rows;
    img_cl_stage(cl, IMG_GPU_STAGES);
    cl_int status = clEnqueueWriteBuffer(cl->queue, net->texts.x, CL_FALSE, 0, bytes, rows, 0,
                                         NULL, NULL);
    if (status == CL_SUCCESS)
        status = clEnqueueWriteBuffer(cl->queue, net->texts.pool, CL_FALSE, 0, n * sizeof *pool,
                                      pool, 0, NULL, NULL);
    img_cl_stage(cl, IMG_GPU_UPLOAD);
    bool ok = status == CL_SUCCESS || img_cl_fail(status, "sending a text", err);
    ok = ok && img_cl_forward(cl, &net->text, &net->texts, n, tokens, net->text_out, err);
    if (ok)
        status = clEnqueueReadBuffer(cl->queue, net->text_out, CL_TRUE, 0,
                                     n * net->text.dimension * sizeof *out, out, 0, NULL, NULL);
    else
        (void)clFinish(cl->queue); /* rows are the caller's */
    img_cl_stage(cl, IMG_GPU_DOWNLOAD);
    return ok && (status == CL_SUCCESS || img_cl_fail(status, "fetching an embedding", err));
}

static void stats(const struct img_gpu_net *net, struct img_gpu_stats *to)
{
    *to = (struct img_gpu_stats){.objects = net->cl.objects, .bytes = net->cl.bytes,
                                 .compiled = net->image.program.compiled ||
                                             net->text.program.compiled};
    memcpy(to->seconds, net->cl.seconds, sizeof to->seconds);
}

__attribute__((visibility("default"))) const struct img_gpu_plugin *img_gpu_plugin(void);

const struct img_gpu_plugin *img_gpu_plugin(void)
{
    static const struct img_gpu_plugin plugin = {
        .interface = IMG_GPU_INTERFACE,
        .version = IMG_VERSION,
        .devices = img_cl_devices,
        .open = net_open,
        .fits = fits,
        .reserve = reserve,
        .images = images,
        .texts = texts,
        .stats = stats,
        .close = net_close,
    };
    return &plugin;
}
