#!/usr/bin/env python3
"""Our engine beside ONNX Runtime and OpenVINO: encoding alone, float32, the same model.

    compare.py --bench PROGRAM --embed PROGRAM --model FOLDER --cache FOLDER

Every runtime's answers are first held against ours. Then a short trial picks the fastest way of each
runtime; then all take turns, round after round, and what is printed is the median of the rounds'
ratios: what disturbs the machine disturbs all of them.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile

import numpy as np
import onnx
from PIL import Image

from clip_onnx import Tower
from runtimes import OnnxRuntime, OpenVino, Ours

MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
LIMIT = 1e-5  # norm of the difference over the norm: the same arithmetic in another order
TARGETS = {1: 1.2, 32: 1.1}  # times faster than either runtime


def normalised(pictures):
    values = (pictures.astype(np.float32) / 255 - np.float32(MEAN)) / np.float32(STD)
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2), np.float32)


def our_features(embed, model, pictures, folder):
    """Through the program itself: a picture of the model's size is seen as it is."""
    paths = [os.path.join(folder, f"{i}.png") for i in range(len(pictures))]
    for path, picture in zip(paths, pictures):
        Image.fromarray(picture).save(path)
    out = subprocess.run([embed, "-q", "-m", model, "--no-normalize", *paths],
                         stdout=subprocess.PIPE, check=True, text=True).stdout
    return np.array([json.loads(line)["embedding"] for line in out.splitlines()], np.float32)


def distance(got, want):
    return max(np.linalg.norm(g - w) / np.linalg.norm(w) for g, w in zip(got, want))


def check(runtime, pixels, want):
    far = distance(runtime.features(pixels), want)
    if not far < LIMIT:
        raise SystemExit(f"{runtime.name} computes something else: distance {far:.1e}")
    return far


def ways(graphs, batch, threads):
    """The ways of each runtime that are worth a trial; made one after the other, to save memory."""
    whole = graphs[batch]
    yield [lambda: OnnxRuntime(whole, threads, fused=True),
           lambda: OnnxRuntime(whole, threads, fused=False)]
    openvino = [lambda: OpenVino(whole, threads, "LATENCY")]
    if batch % threads == 0 and threads > 1:
        openvino.append(lambda: OpenVino(graphs[batch // threads], threads, "THROUGHPUT", threads))
    yield openvino


def fastest(makers, pixels, want, runs):
    best = None
    for make in makers:
        runtime = make()
        far = check(runtime, pixels, want)
        runtime.runs(pixels, 1)
        took = min(runtime.runs(pixels, runs))
        print(f"    trial: {runtime.name}: {took:.1f} ms, {far:.0e} from ours", flush=True)
        if best is None or took < best[0]:
            best = (took, runtime)
    return best[1]


def take_turns(ours, peers, pixels, rounds, runs):
    """For ours and then for each peer the times of every round, as lists."""
    times = [[] for _ in range(1 + len(peers))]
    batch = len(pixels)
    for _ in range(rounds):
        ours.runs(batch, 1)  # the others have emptied the caches
        times[0].append(ours.runs(batch, runs))
        for peer, of_peer in zip(peers, times[1:]):
            peer.runs(pixels, 1)
            of_peer.append(peer.runs(pixels, runs))
    return times


def compare(ours, graphs, batch, pixels, want, args):
    runs = max(2, args.pictures // batch)
    print(f"batch {batch}, {args.threads} threads, {args.rounds} rounds of {runs} runs each", flush=True)
    peers = [fastest(makers, pixels, want, min(runs, 5))
             for makers in ways(graphs, batch, args.threads)]
    times = take_turns(ours, peers, pixels, args.rounds, runs)
    own = [statistics.median(t) for t in times[0]]
    for runtime, of_runtime in zip([ours] + peers, times):
        medians = [statistics.median(t) for t in of_runtime]
        took, best = statistics.median(medians), min(map(min, of_runtime))
        print(f"  {runtime.name:<36} {took / batch:6.2f} ms a picture (at best {best / batch:.2f}), "
              f"{1e3 * batch / took:.1f} pictures/s", flush=True)
        if runtime is not ours:
            ratio = statistics.median(t / o for t, o in zip(medians, own))
            met = "met" if ratio >= TARGETS[batch] else "MISSED"
            print(f"    ours is {ratio:.2f} times as fast (wanted {TARGETS[batch]}: {met}); best "
                  f"against best {best / min(map(min, times[0])):.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("bench", "embed", "model", "cache"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--pictures", type=int, default=64, help="a round and runtime, at least")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 32], choices=[1, 32])
    args = parser.parse_args()
    tower = Tower(args.model)
    pictures = np.random.default_rng(4).integers(
        0, 256, (max(args.batches), tower.size, tower.size, 3), np.uint8)
    pixels = normalised(pictures)
    with tempfile.TemporaryDirectory(prefix="img-tools-peers-") as folder:
        want = our_features(args.embed, args.model, pictures, folder)
        graphs = {}
        for batch in sorted({b for n in args.batches for b in (n, max(1, n // args.threads))}):
            graphs[batch] = os.path.join(folder, f"{batch}.onnx")
            onnx.save(tower.model(batch), graphs[batch])
        ours = Ours(args.bench, args.model, args.cache, args.threads)
        for batch in args.batches:
            compare(ours, graphs, batch, pixels[:batch], want[:batch], args)
        ours.close()


if __name__ == "__main__":
    main()
