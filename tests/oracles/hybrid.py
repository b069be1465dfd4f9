"""
Oracle of the hybrid selection: its definition, computed plainly. At each step all distances from every
remaining row to every picked row are computed again, column by column in float64.

    python3 tests/oracles/hybrid.py        writes hybrid-cases.json and hybrid-5000.json beside this file

Needs NumPy (made with 2.4.6, Python 3.11.2). The large case keeps the nearest distance from step to step, or
it would take hours; tests/oracles/hybrid.py --check runs both ways on a middle-sized case and compares.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
from integer_noise import bell, clustered, low_dimensional, noise

HERE = pathlib.Path(__file__).parent


def distances(rows: np.ndarray, point: np.ndarray) -> np.ndarray:
    total = np.zeros(len(rows))
    for column in range(rows.shape[1]):
        difference = rows[:, column] - point[column]
        total = total + difference * difference
    return np.sqrt(total)


def normalise(x: np.ndarray) -> np.ndarray:
    return (x - x.min()) / (x.max() - x.min() + 1e-9)


def plain(x: np.ndarray, u: np.ndarray, k: int, w: float):
    x, u = x.astype(np.float64), u.astype(np.float64)
    u_norm = normalise(u)
    picks = [int(np.argmax(u))]
    scores = [w * u_norm[picks[0]]]
    while len(picks) < min(k, len(u)):
        remaining = np.array([i for i in range(len(u)) if i not in picks])
        nearest = np.min([distances(x[remaining], x[s]) for s in picks], axis=0)
        value = w * u_norm[remaining] + (1 - w) * normalise(nearest)
        best = int(np.argmax(value))
        picks.append(int(remaining[best]))
        scores.append(value[best])
    return picks, [float(s) for s in scores]


def keeping(x: np.ndarray, u: np.ndarray, k: int, w: float):
    x, u = x.astype(np.float64), u.astype(np.float64)
    columns = np.ascontiguousarray(x.T)
    u_norm = normalise(u)
    picks = [int(np.argmax(u))]
    scores = [w * u_norm[picks[0]]]
    nearest = np.full(len(u), np.inf)
    left = np.ones(len(u), bool)
    while len(picks) < min(k, len(u)):
        left[picks[-1]] = False
        nearest = np.minimum(nearest, distances(columns.T, x[picks[-1]]))
        remaining = np.flatnonzero(left)
        value = w * u_norm[remaining] + (1 - w) * normalise(nearest[remaining])
        best = int(np.argmax(value))
        picks.append(int(remaining[best]))
        scores.append(value[best])
    return picks, [float(s) for s in scores]


def small_cases():
    f32 = np.float32
    u = lambda seed, n: noise(seed, n) / 2**32
    low = np.zeros((60, 12), f32)
    low[:, :2] = bell(3, 120).reshape(60, 2)
    grid = np.array([[i % 5, i // 5] for i in range(25)], f32)
    duplicates = np.repeat(clustered(5, 10, 4, 10), 4, axis=0)
    yield "clustered", clustered(1, 80, 8, 6), u(101, 80), 40, 0.6
    yield "clustered, all picked", clustered(2, 30, 5, 3), u(102, 30), 30, 0.6
    yield "low dimension", low, u(103, 60), 25, 0.6
    yield "noise", bell(4, 70 * 16).astype(f32).reshape(70, 16), u(104, 70), 35, 0.6
    yield "noise in float64", bell(14, 40 * 7).reshape(40, 7) / 3, u(114, 40), 40, 0.35
    yield "ties: a grid, constant uncertainty", grid, np.zeros(25), 25, 0.6
    yield "ties: a grid, two levels of uncertainty", grid, np.arange(25) % 2 * 1.0, 25, 0.6
    yield "duplicates", duplicates, u(105, 40), 40, 0.6
    yield "duplicates, constant uncertainty", duplicates, np.full(40, 0.25), 15, 0.6
    yield "constant uncertainty", clustered(6, 50, 6, 5), np.full(50, 7.5), 30, 0.6
    yield "one row", clustered(7, 1, 3, 1), np.array([0.4]), 5, 0.6
    yield "k above the rows", clustered(8, 4, 3, 2), u(108, 4), 10, 0.6
    yield "k equals the rows", clustered(9, 12, 3, 2), u(109, 12), 12, 0.6
    yield "zero vectors", np.zeros((9, 4), f32), u(110, 9), 9, 0.6
    yield "some zero vectors", np.concatenate([np.zeros((6, 4), f32), clustered(11, 14, 4, 3)]), u(111, 20), 20, 0.6
    yield "diversity alone", clustered(12, 40, 6, 5), u(112, 40), 20, 0.0
    yield "uncertainty alone", clustered(13, 40, 6, 5), u(113, 40), 20, 1.0
    yield "one column", bell(15, 30).astype(f32).reshape(30, 1), u(115, 30), 30, 0.6
    yield "tiny numbers", clustered(16, 30, 6, 4) * f32(1e-20), u(116, 30), 20, 0.6
    yield "numbers whose squares underflow", clustered(17, 30, 6, 4).astype(np.float64) * 2.0**-520, u(117, 30), 20, 0.6
    yield "large numbers", clustered(18, 30, 6, 4) * f32(1e30), u(118, 30), 20, 0.6
    yield "negative and large uncertainty", clustered(19, 30, 6, 4), (noise(119, 30).astype(np.float64) - 2**31) * 1e6, 20, 0.6


def write_small():
    cases = []
    for name, x, u, k, w in small_cases():
        picks, scores = plain(x, u, k, w)
        cases.append(
            dict(name=name, dtype=str(x.dtype), rows=x.shape[0], columns=x.shape[1], k=k, weight=w,
                 embeddings=[float(v) for v in x.ravel()], uncertainty=[float(v) for v in u], indices=picks, scores=scores)
        )
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "hybrid-cases.json").write_text(f"[\n{lines}\n]\n")


def write_large():
    cases = []
    kinds = {
        "clustered": clustered(20, 5000, 384, 300),
        "noise": bell(21, 5000 * 384).astype(np.float32).reshape(5000, 384),
        "low-dimensional": low_dimensional(23, 5000, 384, 8),
    }
    for name, x in kinds.items():
        u = (noise(22, 5000) / 2**32).astype(np.float64)
        picks, scores = keeping(x, u, 1200, 0.6)
        digest = hashlib.sha256(x.astype("<f4").tobytes() + u.astype("<f8").tobytes()).hexdigest()
        cases.append(dict(name=name, inputs_sha256=digest, k=1200, weight=0.6, indices=picks, scores_sha256=hashlib.sha256(np.array(scores, "<f8").tobytes()).hexdigest()))
    (HERE / "hybrid-5000.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


def check():
    for x in (clustered(30, 300, 16, 20), bell(31, 300 * 16).astype(np.float32).reshape(300, 16)):
        u = noise(32, 300) / 2**32
        assert plain(x, u, 150, 0.6) == keeping(x, u, 150, 0.6)
    print("both ways agree")


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
    else:
        write_small()
        write_large()
