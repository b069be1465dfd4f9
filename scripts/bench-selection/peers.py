"""
What `npm run bench:selection` measures Pairloop against, and the data both work on.

    python peers.py data FOLDER ROWS       clustered-, noise- and uncertainty-ROWS.npy: seeded, ROWS x 384, float32
    python peers.py blas|core-set|kmeans++ FOLDER KIND ROWS K

prints one JSON document: seconds (the selection itself), CPU seconds of the whole process, the picks.
"""
import json
import pathlib
import sys
import time

import numpy as np

COLUMNS, CLUSTERS, WEIGHT = 384, 300, 0.6


def make(folder, rows):
    random = np.random.default_rng(7)
    np.save(folder / f"uncertainty-{rows}.npy", random.random(rows, dtype=np.float32))
    np.save(folder / f"noise-{rows}.npy", random.standard_normal((rows, COLUMNS), dtype=np.float32))
    centres = random.standard_normal((CLUSTERS, COLUMNS), dtype=np.float32)
    x = random.standard_normal((rows, COLUMNS), dtype=np.float32)
    x *= np.float32(0.5)
    x += centres[random.integers(0, CLUSTERS, rows)]
    np.save(folder / f"clustered-{rows}.npy", x)


def blas(x, u, k):
    """The hybrid as it is usually written for speed: one matrix-vector product a step, in float32."""
    u = u.astype(np.float64)
    term = WEIGHT * (u - u.min()) / (u.max() - u.min() + 1e-9)
    norms = np.einsum("ij,ij->i", x, x)
    nearest = np.full(len(x), np.inf, np.float32)
    remains = np.ones(len(x), bool)
    picks = [int(np.argmax(u))]
    while len(picks) < k:
        last = picks[-1]
        remains[last] = False
        squared = x @ x[last]
        squared *= -2
        squared += norms
        squared += norms[last]
        np.minimum(nearest, squared, out=nearest)
        distance = np.sqrt(np.maximum(nearest, 0))
        least = distance.min(where=remains, initial=np.inf)
        most = distance.max(where=remains, initial=0)
        score = (distance - least) * ((1 - WEIGHT) / (most - least + 1e-9)) + term
        score[~remains] = -np.inf
        picks.append(int(np.argmax(score)))
    return picks


def core_set(x, u, k):
    """k-center greedy of scikit-activeml; row 0 is labelled, so that it is the first centre."""
    from skactiveml.pool import k_greedy_center

    y = np.full(len(x), np.nan)
    y[0] = 0
    picks, _ = k_greedy_center(x, y, batch_size=k - 1, random_state=0)
    return [0, *map(int, picks)]


def kmeans(x, u, k):
    """k-means++ seeding of scikit-learn, one candidate a step, as the definition has it; without representatives."""
    from sklearn.cluster import kmeans_plusplus

    kmeans_plusplus(x, k, random_state=0, n_local_trials=1)


def main():
    what, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    if what == "data":
        return make(folder, int(sys.argv[3]))
    kind, rows, k = sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
    x = np.load(folder / f"{kind}-{rows}.npy")
    u = np.load(folder / f"uncertainty-{rows}.npy")
    run = {"blas": blas, "core-set": core_set, "kmeans++": kmeans}[what]
    if what != "blas":
        run(x[:50], u[:50], 5)
    begun = time.perf_counter()
    picks = run(x, u, k)
    print(json.dumps(dict(seconds=time.perf_counter() - begun, coldCpu=time.process_time(), picks=picks)))


main()
