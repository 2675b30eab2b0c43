#!/usr/bin/env python3
"""From process start to exit: one text, and one picture beside its encoding alone.

    start.py --bench PROGRAM --embed PROGRAM --model FOLDER --cache FOLDER --picture FILE

Packed weights and programs are in the page cache, embeddings in none. The encoding alone is timed
in turn with the programs, by a process that has long started.
"""
import argparse
import os
import statistics
import subprocess
import time

from runtimes import Ours

TEXT_MS, PICTURE_MS = 30, 100


def once(command):
    begin = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return 1e3 * (time.perf_counter() - begin)


def figures(times):
    times = sorted(times)
    return f"median {statistics.median(times):.1f} ms, fastest {times[0]:.1f}, " \
           f"slowest tenth from {times[len(times) * 9 // 10]:.1f}"


def verdict(figure, limit):
    return f"{figure:.1f} ms (wanted at most {limit}: {'met' if figure <= limit else 'MISSED'})"


def main():
    parser = argparse.ArgumentParser()
    for name in ("bench", "embed", "model", "cache", "picture"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--runs", type=int, default=60)
    args = parser.parse_args()
    embed = [args.embed, "-q", "--no-cache", "-m", args.model]
    text, picture = embed + ["--text", "a cat"], embed + [args.picture]
    once(text)
    once(picture)
    ours = Ours(args.bench, args.model, args.cache, len(os.sched_getaffinity(0)))
    ours.runs(1, 3)
    texts, pictures, encodings, version = [], [], [], []
    for _ in range(args.runs):
        texts.append(once(text))
        pictures.append(once(picture))
        encodings.append(ours.runs(1, 2)[1])
        version.append(once([args.embed, "--version"]))
    ours.close()
    print(f"from process start, {args.runs} runs each in turn")
    print(f"  img-embed --version   {figures(version)}")
    print(f"  img-embed --text      {figures(texts)}")
    print(f"  img-embed one picture {figures(pictures)}")
    print(f"  its encoding alone    {figures(encodings)}")
    over = statistics.median(p - e for p, e in zip(pictures, encodings))
    print(f"  a text: {verdict(statistics.median(texts), TEXT_MS)}")
    print(f"  a picture over its encoding: {verdict(over, PICTURE_MS)}")


if __name__ == "__main__":
    main()
