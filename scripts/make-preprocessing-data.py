#!/usr/bin/env python3
"""Makes tests/data/preprocessing: pictures with colour profiles, and what Little CMS makes of them.

usage: make-preprocessing-data.py FOLDER      (needs Pillow with ImageCms)

Writes pictures with profiles of our own, and for each NAME.* a NAME.ppm with the sRGB pixels that
Pillow's ImageCms gives (relative colorimetric, no black point compensation); and the eight EXIF
orientations of one picture. Everything is made here, so the files are ours."""
import io
import os
import struct
import sys
import zlib

from PIL import Image, ImageCms


def s15(value):
    return struct.pack(">i", round(value * 65536))


def xyz(x, y, z):
    return b"XYZ \0\0\0\0" + s15(x) + s15(y) + s15(z)


def gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256)) + b"\0\0"


def text(value):
    value = value.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(value)) + value + b"\0" * (4 + 4 + 2 + 1 + 67)


def profile(kind, space, connection, tags):
    """An ICC profile of version 2.1 with these tags."""
    tags = {b"desc": text("of img-tools' tests"), b"cprt": b"text\0\0\0\0none\0",
            b"wtpt": xyz(0.9642, 1, 0.8249), **tags}
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"none", 0x02100000, kind, space, connection)
    head += struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + b"acsp"
    head = head.ljust(68, b"\0") + s15(0.9642) + s15(1) + s15(0.8249)
    return head.ljust(128, b"\0") + table + body


def wide_rgb():
    """Red and green far beyond sRGB's, gamma 1.8, adapted to D50."""
    return profile(b"mntr", b"RGB ", b"XYZ ", {
        b"rXYZ": xyz(0.7977, 0.2880, 0.0000), b"gXYZ": xyz(0.1352, 0.7119, 0.0000),
        b"bXYZ": xyz(0.0313, 0.0001, 0.8249),
        b"rTRC": gamma(1.8), b"gTRC": gamma(1.8), b"bTRC": gamma(1.8)})


def linear_grey():
    return profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": gamma(1.0)})


def inks():
    """Four inks to Lab through a table of the sixteen corners."""
    identity = bytes(range(256))
    corners = b""
    for corner in range(16):
        c, m, y, k = corner >> 3 & 1, corner >> 2 & 1, corner >> 1 & 1, corner & 1
        light = (100 - 30 * c - 38 * m - 8 * y) * (0.12 if k else 1)
        a = (-36 * c + 72 * m - 4 * y) * (0.1 if k else 0.8)
        b = (-48 * c - 6 * m + 86 * y) * (0.1 if k else 0.8)
        corners += bytes((round(max(light, 0) * 255 / 100), round(a + 128), round(b + 128)))
    table = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0))
    table += b"".join(s15(float(i % 4 == 0)) for i in range(9))
    table += identity * 4 + corners + identity * 3
    return profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table, b"A2B1": table})


def blocks(mode, bands, side=16, block=8):
    """Flat blocks, which survive JPEG, with a different colour in each."""
    picture = Image.new(mode, (side, side))
    number = 0
    for top in range(0, side, block):
        for left in range(0, side, block):
            number += 1
            value = tuple((number * (37 + 50 * i) + 60 * i) % 200 + 20 for i in range(bands))
            picture.paste(value if bands > 1 else value[0], (left, top, left + block, top + block))
    return picture


def expect(folder, name, path, icc):
    """Little CMS, on the pixels as Pillow decodes them."""
    with Image.open(path) as picture:
        picture.load()
        done = ImageCms.profileToProfile(
            picture, ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB", flags=0)
    done.save(os.path.join(folder, name + ".ppm"))


def plain(folder, name, path):
    with Image.open(path) as picture:
        picture.convert("RGB").save(os.path.join(folder, name + ".ppm"))


def make_profiles(folder):
    wide, grey, cmyk = wide_rgb(), linear_grey(), inks()
    for name, picture, icc, options in (
            ("wide.png", blocks("RGB", 3, 16, 4), wide, {}),
            ("wide.jpg", blocks("RGB", 3), wide, {"quality": 95, "subsampling": 0}),
            ("wide.tiff", blocks("RGB", 3, 16, 4), wide, {"compression": "tiff_deflate"}),
            ("wide_alpha.png", blocks("RGB", 3, 16, 4), wide, {}),
            ("grey.png", blocks("L", 1, 16, 4), grey, {}),
            ("grey.jpg", blocks("L", 1), grey, {"quality": 95}),
            ("inks.jpg", blocks("CMYK", 4), cmyk, {"quality": 95}),
            ("inks.tiff", blocks("CMYK", 4, 16, 4), cmyk, {"compression": "tiff_deflate"})):
        path = os.path.join(folder, name)
        if name == "wide_alpha.png":
            seen = picture.convert("RGBA")
            seen.putalpha(128)
            seen.save(path, icc_profile=icc)
            picture.save(path + ".tmp.png", icc_profile=icc)
            expect(folder, name, path + ".tmp.png", icc)
            os.remove(path + ".tmp.png")
            continue
        picture.save(path, icc_profile=icc, **options)
        expect(folder, name, path, icc)
    for name, mode, bands, icc in (("torn.jpg", "RGB", 3, wide[:300]),
                                   ("torn.png", "RGB", 3, wide[:300]),
                                   ("torn_inks.jpg", "CMYK", 4, cmyk[:400]),
                                   ("nonsense.jpg", "RGB", 3, b"no profile at all" * 20),
                                   ("foreign.jpg", "RGB", 3, cmyk),
                                   ("foreign_grey.jpg", "L", 1, wide)):
        path = os.path.join(folder, name)
        options = {"quality": 95, "subsampling": 0} if name.endswith("jpg") and bands == 3 else {}
        blocks(mode, bands).save(path, icc_profile=icc, **options)
        plain(folder, name, path)


def make_orientations(folder):
    """One picture as a camera held eight ways stores it."""
    seen = Image.new("RGB", (60, 44))
    for y in range(44):
        for x in range(60):
            seen.putpixel((x, y), (x * 4, y * 5, (x * y * 7 // 13) % 256))
    stored = {1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
              4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
              6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
              8: Image.Transpose.ROTATE_270}
    for number, operation in stored.items():
        picture = seen if operation is None else seen.transpose(operation)
        exif = Image.Exif()
        exif[0x0112] = number
        picture.save(os.path.join(folder, f"orientation_{number}.png"), exif=exif.tobytes())


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def make_depths(folder):
    """16-bit grey and colour, and half of it see-through."""
    side = 16
    for name, kind, bands in (("deep_grey.png", 0, 1), ("deep_rgb.png", 2, 3), ("deep_la.png", 4, 2)):
        rows = b""
        for y in range(side):
            rows += b"\0" + b"".join(
                struct.pack(">H", ((y * side + x) * 257 + 77 * band) % 65536 if band < 3 and
                            not (kind == 4 and band == 1) else 32768 if x < 8 else 65535)
                for x in range(side) for band in range(bands))
        with open(os.path.join(folder, name), "wb") as file:
            file.write(b"\x89PNG\r\n\x1a\n" +
                       chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 16, kind, 0, 0, 0)) +
                       chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    make_profiles(folder)
    make_orientations(folder)
    make_depths(folder)


main()
