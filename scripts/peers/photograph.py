#!/usr/bin/env python3
"""Draws a JPEG of a camera's size and of about a photograph's detail, the same every time.

    photograph.py FILE [WIDTH HEIGHT]
"""
import sys

import numpy as np
from PIL import Image


def photograph(width, height):
    """Noise at every scale, the coarse ones strongest, as in natural scenes."""
    random = np.random.default_rng(7)
    picture = np.zeros((height, width, 3), np.float32)
    cells = 2
    while cells < width // 2:
        noise = random.integers(0, 256, (max(2, cells * height // width), cells, 3), np.uint8)
        layer = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        picture += (np.asarray(layer, np.float32) - 128) / cells ** 0.75
        cells *= 2
    picture = 128 + picture * (100 / np.abs(picture).max())
    return Image.fromarray(picture.astype(np.uint8))


def main():
    width, height = (int(n) for n in sys.argv[2:4]) if len(sys.argv) > 2 else (1600, 1200)
    photograph(width, height).save(sys.argv[1], quality=90)


if __name__ == "__main__":
    main()
