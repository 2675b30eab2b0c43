/* Makes copies of pictures, of every kind that finding duplicates must know, and pictures that only
 * look like them.
 *
 * usage: make-copies FOLDER PICTURE...
 *
 * Picture number N gives, in FOLDER,
 *     N-original.EXT and N-identical.EXT   its bytes
 *     N-pixels-*   the same pixels in other files
 *     N-picture-*  re-encoded, resized, turned, mirrored, with 2 % cut off, and several of these
 *     N-burst-*    what the camera may have taken a moment before or after: no duplicates */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vips/vips.h>

struct copier {
    const char *folder;
    unsigned number;
};

static void fail(const char *what)
{
    fprintf(stderr, "make-copies: %s: %s\n", what, vips_error_buffer());
    exit(1);
}

/* Takes the picture, which may be NULL. */
static void write_as(const struct copier *c, const char *kind, VipsImage *picture,
                     const char *suffix, const char *options)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%03u-%s%s%s", c->folder, c->number, kind, suffix, options);
    if (!picture || vips_image_write_to_file(picture, path, NULL) != 0)
        fail(path);
    g_object_unref(picture);
}

static VipsImage *crop(VipsImage *in, double left, double top, double right, double bottom)
{
    VipsImage *out = NULL;
    int width = in->Xsize, height = in->Ysize;
    int x = (int)(width * left + 0.5), y = (int)(height * top + 0.5);
    int wide = width - x - (int)(width * right + 0.5);
    int high = height - y - (int)(height * bottom + 0.5);
    return vips_crop(in, &out, x, y, wide, high, NULL) == 0 ? out : NULL;
}

static VipsImage *resize(VipsImage *in, double scale)
{
    VipsImage *out = NULL;
    return vips_resize(in, &out, scale, NULL) == 0 ? out : NULL;
}

static VipsImage *rotate(VipsImage *in, VipsAngle angle)
{
    VipsImage *out = NULL;
    return vips_rot(in, &out, angle, NULL) == 0 ? out : NULL;
}

static VipsImage *flip(VipsImage *in, VipsDirection direction)
{
    VipsImage *out = NULL;
    return vips_flip(in, &out, direction, NULL) == 0 ? out : NULL;
}

/* Takes the first. */
static VipsImage *then(VipsImage *first, VipsImage *second)
{
    if (first)
        g_object_unref(first);
    return second;
}

/* The camera moved and turned a little, the light changed, and there is noise. */
static VipsImage *retake(VipsImage *in, double angle, double dx, double dy, double light)
{
    VipsImage *turned = NULL, *cut, *lit = NULL, *noise = NULL, *sum = NULL, *out = NULL;
    if (vips_similarity(in, &turned, "angle", angle, "scale", 1.08, NULL) != 0)
        return NULL;
    int x = (int)((turned->Xsize - in->Xsize) / 2 + dx * in->Xsize);
    int y = (int)((turned->Ysize - in->Ysize) / 2 + dy * in->Ysize);
    x = x < 0 ? 0 : x > turned->Xsize - in->Xsize ? turned->Xsize - in->Xsize : x;
    y = y < 0 ? 0 : y > turned->Ysize - in->Ysize ? turned->Ysize - in->Ysize : y;
    if (vips_crop(turned, &cut, x, y, in->Xsize, in->Ysize, NULL) != 0 ||
        vips_linear1(cut, &lit, light, 0, NULL) != 0 ||
        vips_gaussnoise(&noise, in->Xsize, in->Ysize, "mean", 0.0, "sigma", 6.0, "seed", 7,
                        NULL) != 0 ||
        vips_add(lit, noise, &sum, NULL) != 0 ||
        vips_cast(sum, &out, VIPS_FORMAT_UCHAR, NULL) != 0)
        fail("a retake");
    g_object_unref(turned);
    g_object_unref(cut);
    g_object_unref(lit);
    g_object_unref(noise);
    g_object_unref(sum);
    return out;
}

static VipsImage *same(VipsImage *in)
{
    g_object_ref(in);
    return in;
}

static void copy_bytes(const struct copier *c, const char *kind, const char *path)
{
    char to[4096], block[65536];
    const char *suffix = strrchr(path, '.');
    snprintf(to, sizeof to, "%s/%03u-%s%s", c->folder, c->number, kind, suffix ? suffix : "");
    FILE *in = fopen(path, "rb"), *out = fopen(to, "wb");
    size_t len;
    if (!in || !out)
        fail(to);
    while ((len = fread(block, 1, sizeof block, in)) > 0)
        fwrite(block, 1, len, out);
    fclose(in);
    if (fclose(out) != 0)
        fail(to);
}

static void copy(const struct copier *c, const char *path)
{
    VipsImage *file = vips_image_new_from_file(path, NULL), *in = NULL;
    if (!file || vips_colourspace(file, &in, VIPS_INTERPRETATION_sRGB, NULL) != 0)
        fail(path);
    g_object_unref(file);
    if (in->Bands > 3) {
        VipsImage *opaque = NULL;
        if (vips_extract_band(in, &opaque, 0, "n", 3, NULL) != 0)
            fail(path);
        in = then(in, opaque);
    }
    copy_bytes(c, "original", path);
    copy_bytes(c, "identical", path);
    write_as(c, "pixels", same(in), "-a.png", "[strip]");
    write_as(c, "pixels", same(in), "-b.tif", "[compression=deflate,strip]");
    write_as(c, "pixels", same(in), "-c.ppm", "");
    write_as(c, "picture", same(in), "-q90.jpg", "[Q=90,strip]");
    write_as(c, "picture", same(in), "-q60.jpg", "[Q=60,strip]");
    write_as(c, "picture", same(in), "-q30.jpg", "[Q=30,strip]");
    write_as(c, "picture", same(in), "-q50.webp", "[Q=50,strip]");
    write_as(c, "picture", resize(in, 0.75), "-to75.jpg", "[Q=85,strip]");
    write_as(c, "picture", resize(in, 0.5), "-to50.png", "[strip]");
    write_as(c, "picture", resize(in, 0.35), "-to35.webp", "[Q=80,strip]");
    write_as(c, "picture", rotate(in, VIPS_ANGLE_D90), "-turn90.jpg", "[Q=85,strip]");
    write_as(c, "picture", rotate(in, VIPS_ANGLE_D180), "-turn180.jpg", "[Q=85,strip]");
    write_as(c, "picture", rotate(in, VIPS_ANGLE_D270), "-turn270.png", "[strip]");
    write_as(c, "picture", flip(in, VIPS_DIRECTION_HORIZONTAL), "-mirror.jpg", "[Q=85,strip]");
    write_as(c, "picture", flip(in, VIPS_DIRECTION_VERTICAL), "-upside.png", "[strip]");
    VipsImage *turned = rotate(in, VIPS_ANGLE_D90);
    write_as(c, "picture", then(turned, flip(turned, VIPS_DIRECTION_HORIZONTAL)), "-transpose.jpg",
             "[Q=85,strip]");
    write_as(c, "picture", crop(in, 0.02, 0, 0, 0), "-left.jpg", "[Q=85,strip]");
    write_as(c, "picture", crop(in, 0, 0.02, 0, 0), "-top.png", "[strip]");
    write_as(c, "picture", crop(in, 0.01, 0.01, 0.01, 0.01), "-edges.jpg", "[Q=85,strip]");
    write_as(c, "picture", crop(in, 0.02, 0.02, 0.02, 0.02), "-allround.jpg", "[Q=75,strip]");
    VipsImage *cut = crop(in, 0, 0, 0.02, 0.02);
    cut = then(cut, resize(cut, 0.6));
    write_as(c, "picture", then(cut, rotate(cut, VIPS_ANGLE_D90)), "-several.jpg", "[Q=70,strip]");
    write_as(c, "burst", retake(in, 2, 0.02, 0.0, 1.0), "-a.jpg", "[Q=90,strip]");
    write_as(c, "burst", retake(in, -3, -0.02, 0.03, 1.1), "-b.jpg", "[Q=90,strip]");
    write_as(c, "burst", retake(in, 1, 0.03, -0.03, 0.93), "-c.jpg", "[Q=90,strip]");
    g_object_unref(in);
}

int main(int argc, char **argv)
{
    if (argc < 3 || VIPS_INIT(argv[0]) != 0)
        return 2;
    vips_concurrency_set(1);
    g_mkdir_with_parents(argv[1], 0777);
    for (int i = 2; i < argc; i++) {
        struct copier c = {.folder = argv[1], .number = (unsigned)(i - 2)};
        copy(&c, argv[i]);
    }
    vips_shutdown();
    return 0;
}
