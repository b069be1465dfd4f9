"""
Oracle of the selection strategies beside the hybrid, each as defined in docs/pairs-and-selection.md, computed
plainly: every distance again at every step, every gain from all rows, sums one number after another in float64.

    python3 tests/oracles/strategies.py        writes strategies-cases.json (inputs: hybrid-cases.json) and
                                               strategies-5000.json (inputs: hybrid-5000.json) beside this file

Needs NumPy (made with 2.4.6, Python 3.11). For the large case nearest distances are kept from step to step,
which is the same minimum; tests/oracles/strategies.py --check runs both ways on a middle-sized case and compares.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
from hybrid import distances, small_cases
from integer_noise import bell, clustered, noise

HERE = pathlib.Path(__file__).parent
M64, M32 = 2**64 - 1, 2**32 - 1
SEED = 7


def splitmix64(state: int):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & M64
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & M64
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & M64
        yield z ^ (z >> 31)


def xoshiro128starstar(s):
    rotl = lambda x, n: ((x << n) | (x >> (32 - n))) & M32
    s = list(s)
    while True:
        yield rotl(s[1] * 5 & M32, 7) * 9 & M32
        t = s[1] << 9 & M32
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)


def fractions(seed: int):
    """Numbers from [0, 1) of 53 bits: the upper 27 of one 32-bit output, then the upper 26 of the next."""
    first, second = (lambda g: (next(g), next(g)))(splitmix64(seed))
    words = xoshiro128starstar([first & M32, first >> 32, second & M32, second >> 32])
    while True:
        yield ((next(words) >> 5) * 2**26 + (next(words) >> 6)) / 2**53


def squared(rows, point):
    total = np.zeros(len(rows))
    for column in range(rows.shape[1]):
        difference = rows[:, column] - point[column]
        total = total + difference * difference
    return total


def nearest_to(x, picks, measure):
    return np.min([measure(x, x[s]) for s in picks], axis=0)


def k_center(x, u, k, keep=False):
    picks, scores = [int(np.argmax(u))], [0.0]
    nearest = np.full(len(x), np.inf)
    while len(picks) < min(k, len(x)):
        nearest = np.minimum(nearest, distances(x, x[picks[-1]])) if keep else nearest_to(x, picks, distances)
        value = nearest.copy()
        value[picks] = -1
        picks.append(int(np.argmax(value)))
        scores.append(float(value[picks[-1]]))
    return picks, scores


def facility_location(x, k):
    between = np.array([distances(x, point) for point in x])
    best = np.full(len(x), between.max())
    picks, scores = [], []
    while len(picks) < min(k, len(x)):
        gains = np.zeros(len(x))
        for i in range(len(x)):
            gains = gains + np.maximum(0.0, best[i] - between[i])
        gains[picks] = -1
        pick = int(np.argmax(gains))
        picks.append(pick)
        scores.append(float(gains[pick]))
        best = np.minimum(best, between[pick])
    return picks, scores


def kmeans_seeds(x, k, random, keep=False):
    rows = len(x)
    seeds = [int(next(random) * rows)]
    nearest = np.full(rows, np.inf)
    while len(seeds) < min(k, rows):
        nearest = np.minimum(nearest, squared(x, x[seeds[-1]])) if keep else nearest_to(x, seeds, squared)
        up_to = np.cumsum(nearest)
        chance = next(random)
        if up_to[-1] == 0:
            seeds.append(min(set(range(rows)) - set(seeds)))
        else:
            seeds.append(int(np.argmax(up_to > chance * up_to[-1])))
    return seeds


def kmeans(x, k, keep=False):
    """Each seed's cluster, its centre after one Lloyd step, and the member nearest to that."""
    seeds = kmeans_seeds(x, k, fractions(SEED), keep)
    # argmin takes the first: ties to the earliest seed
    of = np.argmin(np.array([squared(x, x[s]) for s in seeds]), axis=0)
    picks, sizes = [], []
    for place in range(len(seeds)):
        members = np.flatnonzero(of == place)
        sizes.append(len(members))
        if len(members) == 0:
            picks.append(None)
            continue
        total = np.zeros(x.shape[1])
        for member in members:
            total = total + x[member]
        picks.append(int(members[np.argmin(squared(x[members], total / len(members)))]))
    for place, pick in enumerate(picks):
        if pick is None:
            picks[place] = min(set(range(len(x))) - set(picks))
    return picks, sizes


def highest(u, k):
    picks = [int(i) for i in np.argsort(-u, kind="stable")[:k]]
    return picks, [float(u[i]) for i in picks]


def random(rows, k):
    stream = fractions(SEED)
    return highest(np.array([next(stream) for _ in range(rows)]), k)


def all_of(x, u, k, keep=False):
    x, u = x.astype(np.float64), u.astype(np.float64)
    return {
        "k-center": k_center(x, u, k, keep),
        "facility-location": facility_location(x, k),
        "kmeans++": kmeans(x, k, keep),
        "uncertainty": highest(u, k),
        "random": random(len(x), k),
    }


def write_small():
    lines = []
    for name, x, u, k, _ in small_cases():
        results = {key: dict(indices=indices, scores=scores) for key, (indices, scores) in all_of(x, u, k).items()}
        lines.append(json.dumps(dict(name=name, seed=SEED, results=results)))
    (HERE / "strategies-cases.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


def write_large():
    lines = []
    u = noise(22, 5000) / 2**32
    for name, x in (("clustered", clustered(20, 5000, 384, 300)), ("noise", bell(21, 5000 * 384).astype(np.float32).reshape(5000, 384))):
        results = {
            key: dict(indices=indices, scores_sha256=hashlib.sha256(np.array(scores, "<f8").tobytes()).hexdigest())
            for key, (indices, scores) in all_of(np.asfortranarray(x, np.float64), u, 1200, keep=True).items()
        }
        lines.append(json.dumps(dict(name=name, seed=SEED, k=1200, results=results)))
    (HERE / "strategies-5000.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


def check():
    known = xoshiro128starstar([1, 2, 3, 4])
    assert [next(known) for _ in range(5)] == [11520, 0, 5927040, 70819200, 2031721883]
    known = splitmix64(1234567)
    assert [next(known) for _ in range(2)] == [6457827717110365317, 3203168211198807973]
    for x in (clustered(30, 300, 16, 20), bell(31, 300 * 16).astype(np.float32).reshape(300, 16)):
        u = noise(32, 300) / 2**32
        assert all_of(x, u, 150) == all_of(x, u, 150, keep=True)
    print("both ways agree")


if __name__ == "__main__":
    if "--check" in sys.argv:
        check()
    else:
        write_small()
        write_large()
