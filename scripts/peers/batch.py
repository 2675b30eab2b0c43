#!/usr/bin/env python3
"""Whole folders: img-batch beside Pillow threads with ONNX Runtime, the way of rclip and fastembed.

    batch.py --batch PROGRAM --model FOLDER --work FOLDER [--pictures FOLDER]

Ours is timed as a process, from its start to its end, on packed weights and without the cache of
embeddings; the peer from the first file to the last vector, with everything imported and loaded.
Both use all processors; files are in the page cache. They take turns, round after round.
"""
import argparse
import concurrent.futures
import json
import os
import statistics
import subprocess
import time

import numpy as np
import onnx
from PIL import Image

from clip_onnx import Tower
from compare import normalised
from photograph import photograph
from runtimes import OnnxRuntime

AT_ONCE = 32
AGREE = 0.999  # cosine, where both see all of a picture's pixels


def prepared(path, size):
    """What CLIP's own preprocessing does: shortest edge, then the middle."""
    with Image.open(path) as file:
        picture = file.convert("RGB")
    width, height = (n * size // min(picture.size) for n in picture.size)
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, top = (width - size) // 2, (height - size) // 2
    picture = picture.crop((left, top, left + size, top + size))
    return normalised(np.asarray(picture)[None])[0]


class Peer:
    """The pool prepares ahead of the session: the next batch while this one is encoded."""

    def __init__(self, tower, count, folder):
        self.size = tower.size
        self.pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
        self.sessions = {}
        for n in {min(count, AT_ONCE), count % AT_ONCE} - {0}:
            path = os.path.join(folder, f"batch-{n}.onnx")
            onnx.save(tower.model(n), path)
            self.sessions[n] = OnnxRuntime(path, len(os.sched_getaffinity(0)), fused=True)

    def embed(self, paths):
        """Seconds, and the vectors, of length 1."""
        begin = time.perf_counter()
        coming = self.pool.map(lambda path: prepared(path, self.size), paths)
        found = []
        for first in range(0, len(paths), AT_ONCE):
            pixels = np.stack([next(coming) for _ in paths[first:first + AT_ONCE]])
            features = self.sessions[len(pixels)].features(pixels)
            found.append(features / np.linalg.norm(features, axis=1, keepdims=True))
        return time.perf_counter() - begin, np.concatenate(found)


def ours(args, folder):
    """Seconds, the share of them the encoder waited, and the vectors in the order of names."""
    stats, records = (os.path.join(args.work, name) for name in ("stats.json", "records.jsonl"))
    command = [args.batch, "-q", "--no-cache", "--stats-json", stats, "-m", args.model, "-r", folder]
    with open(records, "wb") as out:
        begin = time.perf_counter()
        subprocess.run(command, stdout=out, check=True)
        took = time.perf_counter() - begin
    with open(stats, encoding="utf-8") as file:
        told = json.load(file)
    with open(records, encoding="utf-8") as file:
        vectors = np.array([json.loads(line)["embedding"] for line in file], np.float32)
    return took, told["encoder_waited_seconds"] / told["seconds"], vectors


def compare(args, tower, title, folder, wanted, agree):
    paths = sorted((entry.path for entry in os.scandir(folder)), key=os.fsencode)
    size = sum(map(os.path.getsize, paths)) / len(paths)
    print(f"{title}: {len(paths)} of {size / 1e6:.2f} MB on average, {args.rounds} rounds, "
          f"load {os.getloadavg()[0]:.2f}", flush=True)
    peer = Peer(tower, len(paths), args.work)
    _, want = peer.embed(paths)
    _, _, got = ours(args, folder)  # packs the weights, if that is still to be done
    cosine = (got * want).sum(axis=1)
    print(f"  cosine between the two: least {cosine.min():.6f}, mean {cosine.mean():.6f}", flush=True)
    if agree and cosine.min() < AGREE:
        raise SystemExit("the peer computes something else")
    own, other, waited = [], [], []
    for _ in range(args.rounds):
        took, share, _ = ours(args, folder)
        own.append(took)
        waited.append(share)
        other.append(peer.embed(paths)[0])
    for name, times in (("img-batch", own), ("Pillow threads, ONNX Runtime", other)):
        print(f"  {name:<30} {len(paths) / statistics.median(times):6.1f} pictures/s "
              f"(at best {len(paths) / min(times):.1f})")
    print(f"  of its time our encoder waited for pictures {100 * statistics.median(waited):.1f} %")
    ratio = statistics.median(p / o for p, o in zip(other, own))
    met = "met" if ratio >= wanted else "MISSED"
    print(f"  ours is {ratio:.2f} times as fast (wanted {wanted}: {met}); "
          f"load {os.getloadavg()[0]:.2f}", flush=True)


def draw(folder, count, width, height):
    """So many parts of one drawing, each with a sensor's noise: as large as a camera's files."""
    os.makedirs(folder)
    whole = np.asarray(photograph(width * 5 // 4, height * 5 // 4), np.float32)
    random = np.random.default_rng(11)
    grain = random.normal(0, 10, whole.shape).astype(np.float32)
    for i in range(count):
        y, x = random.integers(0, height // 4), random.integers(0, width // 4)
        v, u = random.integers(0, height // 4), random.integers(0, width // 4)
        part = whole[y:y + height, x:x + width] + grain[v:v + height, u:u + width]
        Image.fromarray(part.clip(0, 255).astype(np.uint8)).save(
            os.path.join(folder, f"{i:03}.jpg"), quality=90)
    return folder


def main():
    parser = argparse.ArgumentParser()
    for name in ("batch", "model", "work"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--pictures", help="a folder of photographs; without, they are drawn")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--large", type=int, default=24, help="how many of 12 megapixels")
    args = parser.parse_args()
    tower = Tower(args.model)
    pictures = args.pictures or draw(os.path.join(args.work, "small"), 200, 500, 400)
    compare(args, tower, "photographs", pictures, 1.2, True)
    large = draw(os.path.join(args.work, "large"), args.large, 4000, 3000)
    compare(args, tower, "12-megapixel JPEGs", large, 2, False)


if __name__ == "__main__":
    main()
