#!/usr/bin/env python3
"""Writes tests/data/formats: one small picture for every way of storing one that img-decode reads.

Every picture shows the same: four quadrants, red and green above blue and white. What the test
expects of each is in its table (tests/unit/test_decode_formats.c). Needs Pillow, pillow-heif,
pillow-jxl-plugin, tifffile and imagecodecs from PyPI, and cjpeg (libjpeg-turbo-progs). The files are
committed: only whoever adds one runs this.

usage: scripts/make-format-pictures.py FOLDER
"""

import io
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 (registers itself)
import tifffile
from PIL import Image, ImageCms

WIDTH, HEIGHT = 32, 24
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)]


def scene(width=WIDTH, height=HEIGHT):
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = COLOURS[0]
    pixels[: height // 2, width // 2 :] = COLOURS[1]
    pixels[height // 2 :, : width // 2] = COLOURS[2]
    pixels[height // 2 :, width // 2 :] = COLOURS[3]
    return pixels


def grey(values=(0, 85, 170, 255), dtype=np.uint8, width=WIDTH, height=HEIGHT):
    pixels = np.zeros((height, width), dtype)
    pixels[: height // 2, : width // 2] = values[0]
    pixels[: height // 2, width // 2 :] = values[1]
    pixels[height // 2 :, : width // 2] = values[2]
    pixels[height // 2 :, width // 2 :] = values[3]
    return pixels


def jpeg_bytes(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", quality=95, subsampling=0, **options)
    return out.getvalue()


def jpegs(folder):
    image = Image.fromarray(scene())
    (folder / "progressive.jpg").write_bytes(jpeg_bytes(image, progressive=True))
    image.save(folder / "scene.ppm")
    for name, options in {"arithmetic": ["-arithmetic"], "rgb": ["-rgb"], "restarts": ["-restart", "1B"]}.items():
        data = subprocess.run(["cjpeg", "-quality", "95", "-sample", "1x1", *options, folder / "scene.ppm"],
                              check=True, capture_output=True).stdout
        (folder / f"{name}.jpg").write_bytes(data)
    cmyk = jpeg_bytes(image.convert("CMYK"))
    (folder / "cmyk_adobe.jpg").write_bytes(cmyk)  # inverted, as Adobe's marker says


def pngs(folder):
    image = Image.fromarray(scene())
    frames = [image, Image.fromarray(scene()[::-1].copy())]
    frames[0].save(folder / "animated.png", save_all=True, append_images=frames[1:], duration=100)
    wide = (scene().astype(np.uint16) * 257)
    (folder / "rgb16.png").write_bytes(png16(wide))
    (folder / "interlaced.png").write_bytes(interlaced(scene()))


def chunk(name, body):
    import zlib

    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png16(pixels):
    import zlib

    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def interlaced(pixels):
    import zlib

    height, width, _ = pixels.shape
    rows = b""
    for x, y, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        part = pixels[y::dy, x::dx]
        if part.size:
            rows += b"".join(b"\0" + row.tobytes() for row in part)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 1))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def bmps(folder):
    pixels = scene()
    rows = b"".join(row[:, ::-1].tobytes() for row in pixels)  # 32 * 3 bytes: no padding
    head = struct.pack("<IiiHHIIiiII", 40, WIDTH, -HEIGHT, 1, 24, 0, len(rows), 2835, 2835, 0, 0)
    data = b"BM" + struct.pack("<IHHI", 14 + len(head) + len(rows), 0, 0, 14 + len(head)) + head + rows
    (folder / "top_down.bmp").write_bytes(data)
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    words = ((pixels[..., 0].astype(np.uint16) >> 3) << 11) | ((pixels[..., 1].astype(np.uint16) >> 2) << 5) | (pixels[..., 2] >> 3)
    rows = words[::-1].astype("<u2").tobytes()
    head = struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 16, 3, len(rows), 2835, 2835, 0, 0) + masks
    (folder / "bit_fields.bmp").write_bytes(
        b"BM" + struct.pack("<IHHI", 14 + len(head) + len(rows), 0, 0, 14 + len(head)) + head + rows)


def tiffs(folder):
    pixels = scene()
    write = tifffile.imwrite
    plain = {"metadata": None, "software": False}
    write(folder / "strips.tif", pixels, rowsperstrip=5, compression="deflate", **plain)
    write(folder / "tiles.tif", pixels, tile=(16, 16), compression="lzw", **plain)
    write(folder / "big.tif", pixels, bigtiff=True, compression="deflate", **plain)
    write(folder / "rgb16.tif", pixels.astype(np.uint16) * 257, compression="deflate", **plain)
    write(folder / "grey16.tif", grey((0, 21845, 43690, 65535), np.uint16), compression="deflate", **plain)
    write(folder / "grey32.tif", grey((0, 85, 170, 255), np.int32), compression="deflate", **plain)
    write(folder / "float.tif", grey((0.0, 85.0, 170.0, 255.0), np.float32), compression="deflate", **plain)
    write(folder / "pages.tif", np.stack([pixels, pixels[::-1]]), photometric="rgb", compression="deflate", **plain)
    cmyk = np.array(Image.fromarray(pixels).convert("CMYK"))
    write(folder / "cmyk.tif", cmyk, photometric="separated", compression="deflate", **plain)
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    ImageCms.applyTransform(Image.fromarray(pixels), to_lab).save(folder / "lab.tif", compression="tiff_adobe_deflate")
    Image.fromarray(grey((0, 255, 255, 0))).convert("1").save(folder / "fax4.tif", compression="group4")
    (folder / "old_jpeg.tif").write_bytes(old_jpeg(jpeg_bytes(Image.fromarray(pixels))))


def directory(entries, at, after=0):
    """A classic little-endian directory at offset at; values that do not fit lie behind it."""
    size = 2 + 12 * len(entries) + 4
    body, extra = struct.pack("<H", len(entries)), b""
    for tag, kind, values in sorted(entries):
        if kind == 2:
            data, count = values, len(values)
        elif kind == 7:
            data, count = values, len(values)
        else:
            data = b"".join(struct.pack("<H" if kind == 3 else "<I" if kind != 1 else "<B", v) for v in values)
            count = len(values)
        if len(data) > 4:
            body += struct.pack("<HHII", tag, kind, count, at + size + len(extra))
            extra += data + b"\0" * (len(data) & 1)
        else:
            body += struct.pack("<HHI", tag, kind, count) + data.ljust(4, b"\0")
    return body + struct.pack("<I", after) + extra


def old_jpeg(jpeg):
    """Compression 6 of TIFF 6.0: the whole JPEG in one strip, named by the old tags as well."""
    entries = lambda offset: [
        (256, 4, [WIDTH]), (257, 4, [HEIGHT]), (258, 3, [8, 8, 8]), (259, 3, [6]), (262, 3, [6]),
        (273, 4, [offset]), (277, 3, [3]), (278, 4, [HEIGHT]), (279, 4, [len(jpeg)]),
        (513, 4, [offset]), (514, 4, [len(jpeg)]), (530, 3, [1, 1]),
    ]
    size = len(directory(entries(0), 8))
    return b"II*\0" + struct.pack("<I", 8) + directory(entries(8 + size), 8) + jpeg


def others(folder):
    image = Image.fromarray(scene())
    turned = Image.fromarray(scene()[::-1].copy())
    image.save(folder / "lossless.webp", lossless=True)
    image.save(folder / "animated.webp", save_all=True, append_images=[turned], duration=100, lossless=True)
    image.save(folder / "animated.gif", save_all=True, append_images=[turned], duration=100)
    big = Image.fromarray(scene(64, 48))
    big.save(folder / "scene.avif", quality=95, subsampling="4:4:4")
    pillow_heif.register_heif_opener()
    big.save(folder / "scene.heic", quality=95, chroma=444)
    image.save(folder / "lossless.jxl", lossless=True)
    image.save(folder / "boxes.jp2")
    image.save(folder / "codestream.j2k")
    (folder / "scene.pfm").write_bytes(
        b"Pf\n%d %d\n-1.0\n" % (WIDTH, HEIGHT) + grey((0.0, 85.0, 170.0, 255.0), np.float32)[::-1].tobytes())


def drawings(folder):
    (folder / "scene.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}">'
        '<path fill="#f00" d="M0 0h16v12H0z"/><path fill="#0f0" d="M16 0h16v12H16z"/>'
        '<path fill="#00f" d="M0 12h16v12H0z"/></svg>\n')
    content = b"1 0 0 rg 0 12 16 12 re f 0 1 0 rg 16 12 16 12 re f 0 0 1 rg 0 0 16 12 re f"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R/Resources<<>>>>" % (WIDTH, HEIGHT),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table
    (folder / "scene.pdf").write_bytes(out)


def raws(folder):
    """Raw files as cameras lay them out; where sensor data would be there are a few bytes."""
    small = jpeg_bytes(Image.fromarray(scene()))
    large = jpeg_bytes(Image.fromarray(scene(64, 48)))
    sensor = b"\x5a" * 64

    def layout(magic, first, build):
        """build(places) gives (directory at first, then blobs); run twice so that offsets are known."""
        places = [0] * 8
        for _ in range(2):
            head, blobs = build(places)
            at = first + len(head)
            for i, blob in enumerate(blobs):
                places[i] = at
                at += len(blob)
        return magic + head + b"".join(blobs)

    def with_subdirectories(places):  # as NEF and DNG
        sub_jpeg = lambda at: directory([(254, 4, [1]), (259, 3, [6]), (513, 4, [places[3]]), (514, 4, [len(large)])], at)
        sub_raw = lambda at: directory([(254, 4, [0]), (256, 4, [64]), (257, 4, [48]), (259, 3, [34713]),
                                        (262, 3, [32803]), (273, 4, [places[4]]), (279, 4, [len(sensor)])], at)
        head = directory([(254, 4, [1]), (256, 4, [4]), (257, 4, [3]), (258, 3, [8, 8, 8]), (259, 3, [1]), (262, 3, [2]),
                          (271, 2, b"Script Cameras\0"), (272, 2, b"N 1\0"), (273, 4, [places[2]]), (274, 3, [1]),
                          (277, 3, [3]), (278, 4, [3]), (279, 4, [36]), (330, 4, [places[0], places[1]])], 8)
        return head, [sub_jpeg(places[0]), sub_raw(places[1]), bytes(36), large, sensor]

    (folder / "sub_directories.nef").write_bytes(layout(b"II*\0" + struct.pack("<I", 8), 8, with_subdirectories))

    def with_chain(places):  # as CR2: the large preview in the first directory's strip
        second = directory([(513, 4, [places[2]]), (514, 4, [len(small)])], places[0])
        head = directory([(256, 4, [64]), (257, 4, [48]), (259, 3, [6]), (271, 2, b"Script Cameras\0"), (272, 2, b"C 1\0"),
                          (273, 4, [places[1]]), (274, 3, [6]), (279, 4, [len(large)])], 16, places[0])
        return head, [second, large, small]

    (folder / "chain.cr2").write_bytes(layout(b"II*\0" + struct.pack("<I", 16) + b"CR\x02\0\0\0\0\0", 16, with_chain))

    def panasonic(places):
        return directory([(0x2E, 7, large), (271, 2, b"Script Cameras\0"), (274, 3, [1])], 8), []

    (folder / "scene.rw2").write_bytes(layout(b"IIU\0" + struct.pack("<I", 8), 8, panasonic))

    def olympus(places):  # its preview is named in the maker's own notes only
        return directory([(256, 4, [64]), (271, 2, b"Script Cameras\0"), (273, 4, [places[0]]), (279, 4, [64])], 8), [sensor, large]

    (folder / "scene.orf").write_bytes(layout(b"IIRO" + struct.pack("<I", 8), 8, olympus))
    raf = bytearray(b"FUJIFILMCCD-RAW 0201FF000000Script 1".ljust(148, b"\0"))
    raf[84:92] = struct.pack(">II", len(raf), len(large))
    (folder / "scene.raf").write_bytes(bytes(raf) + large + sensor)

    def box(name, body):
        return struct.pack(">I", 8 + len(body)) + name + body

    cmt1 = b"II*\0" + struct.pack("<I", 8) + directory([(271, 2, b"Script Cameras\0"), (272, 2, b"R 1\0"), (274, 3, [3])], 8)
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    preview = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
    prvw = box(b"PRVW", struct.pack(">IHHHHI", 0, 1, 64, 48, 1, len(large)) + large)
    (folder / "scene.cr3").write_bytes(
        box(b"ftyp", b"crx \0\0\0\1crx isom")
        + box(b"moov", box(b"uuid", canon + box(b"CNCV", b"CanonCR3") + box(b"CMT1", cmt1)))
        + box(b"uuid", preview + bytes(8) + prvw) + box(b"mdat", sensor))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__.strip().splitlines()[-1])
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in (jpegs, pngs, bmps, tiffs, others, drawings, raws):
        make(folder)


main()
