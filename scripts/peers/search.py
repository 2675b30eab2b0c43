#!/usr/bin/env python3
"""Our exact search beside FAISS, NumPy and usearch: 500,000 vectors of 512, one query and 64, top 10.

    search.py --bench PROGRAM --work FOLDER

All take turns, round after round, with the same number of threads; what is printed is the median of
the rounds' ratios. Every answer is held against NumPy's in float64.
"""
import argparse
import os
import statistics
import subprocess
import time

parser = argparse.ArgumentParser()
for name in ("bench", "work"):
    parser.add_argument("--" + name, required=True)
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
parser.add_argument("--rounds", type=int, default=9)
parser.add_argument("--rows", type=int, default=500_000)
parser.add_argument("--dimension", type=int, default=512)
args = parser.parse_args()
for name in ("OMP", "OPENBLAS", "MKL"):
    os.environ[name + "_NUM_THREADS"] = str(args.threads)  # before the libraries are loaded

import faiss  # noqa: E402
import numpy as np  # noqa: E402
from usearch.index import MetricKind, search  # noqa: E402

TOP, MANY = 10, 64
# Times faster than FAISS: with the derived file and without; for 64 queries with it.
TARGETS = {(1, True): 4, (1, False): 1.5, (MANY, True): 2, (MANY, False): None}


def unit(seed, count):
    x = np.random.default_rng(seed).standard_normal((count, args.dimension), np.float32)
    return x / np.linalg.norm(x, axis=1, keepdims=True)


class Ours:
    def __init__(self, derived):
        self.name = "ours, " + ("derived file" if derived else "float32 vectors")
        self.derived = derived

    def ask(self, queries, first):
        serving.stdin.write(f"{len(queries)} {first} {int(self.derived)}\n")
        serving.stdin.flush()
        took, *rows = serving.stdout.readline().split()
        return float(took), [int(row) for row in rows]


class Peer:
    def __init__(self, name, top):
        self.name, self.top = name, top

    def ask(self, queries, first):
        begin = time.perf_counter()
        rows = self.top(queries)
        return (time.perf_counter() - begin) * 1e3, [int(row) for row in rows[0]]


def numpy_top(queries):
    scores = queries @ vectors.T
    best = np.argpartition(-scores, TOP, axis=1)[:, :TOP]
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1)
    return np.take_along_axis(best, order, axis=1)


def usearch_top(queries):
    found = search(vectors, queries, TOP, MetricKind.IP, exact=True, threads=args.threads)
    return np.atleast_2d(found.keys)


def compare(count, sides):
    times = [[] for _ in sides]
    for i in range(args.rounds):
        first = i % MANY if count == 1 else 0
        asked = queries[first:first + count]
        for side, of_side in zip(sides, times):
            took, rows = side.ask(asked, first)
            of_side.append(took)
            if rows != truth[first]:
                print(f"  {side.name}: other rows for query {first}: {rows}, not {truth[first]}")
    print(f"{count} of {MANY} queries, {args.threads} threads, {args.rounds} rounds")
    for side, of_side in zip(sides, times):
        line = (f"  {side.name:<24} {statistics.median(of_side):8.1f} ms"
                f" (at best {min(of_side):.1f})")
        if isinstance(side, Ours):
            ratio = statistics.median(f / t for f, t in zip(times[-1], of_side))
            wanted = TARGETS[count, side.derived]
            line += f", {ratio:.1f} times as fast as FAISS"
            if wanted:
                line += f" (wanted {wanted}: {'met' if ratio >= wanted else 'MISSED'})"
        print(line, flush=True)


vectors, queries = unit(1, args.rows), unit(2, MANY)
vectors.tofile(os.path.join(args.work, "vectors.f32"))
queries.tofile(os.path.join(args.work, "queries.f32"))
exact = queries.astype(np.float64)
scores = np.concatenate([exact @ vectors[i:i + 50_000].astype(np.float64).T
                         for i in range(0, args.rows, 50_000)], axis=1)
truth = [list(np.lexsort((np.arange(args.rows), -row))[:TOP]) for row in scores]
del scores

faiss.omp_set_num_threads(args.threads)
index = faiss.IndexFlatIP(args.dimension)
index.add(vectors)
serving = subprocess.Popen([args.bench, "-s", "-n", str(args.rows), "-d", str(args.dimension), "-t",
                            str(args.threads), args.work],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
sides = [Ours(True), Ours(False), Peer("NumPy", numpy_top), Peer("usearch, exact", usearch_top),
         Peer("FAISS IndexFlatIP", lambda asked: index.search(asked, TOP)[1])]
for side in sides:
    side.ask(queries[:1], 0)  # the first one of each opens files, starts threads
compare(1, sides)
args.rounds = max(3, args.rounds // 3)
compare(MANY, sides)
serving.stdin.close()
serving.wait()
