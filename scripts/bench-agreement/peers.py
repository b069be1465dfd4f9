"""The same figures from the Python libraries, with their times, for `npm run bench:agreement`.

    python peers.py FOLDER ITEMS RATERS VALUES REPEATS
FOLDER holds item.bin, rater.bin, value.bin: the votes by number (int32). Prints one JSON document; the posteriors of
Dawid-Skene go to posterior.bin (float64, [item][value]). What a library is given is made before its clock starts.
"""
import importlib.metadata as metadata
import json
import sys
import time
import warnings
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene
from sklearn.metrics import cohen_kappa_score

ITERATIONS = 20


def measure(work, repeats):
    """The result, and the seconds of CPU and of the clock of each call after a first one that warms up."""
    result = work()
    seconds = []
    for _ in range(repeats):
        begun = time.process_time(), time.perf_counter()
        work()
        seconds.append([time.process_time() - begun[0], time.perf_counter() - begun[1]])
    return result, seconds


def main():
    folder, items, raters, values, repeats = Path(sys.argv[1]), *map(int, sys.argv[2:6])
    item, rater, value = (np.fromfile(folder / f"{name}.bin", dtype=np.int32) for name in ("item", "rater", "value"))
    codes = np.full((raters, items), -1, dtype=np.int8)
    codes[rater, item] = value
    matrix = np.where(codes < 0, np.nan, codes.astype(float))
    counts = np.zeros((items, values), dtype=np.int64)
    np.add.at(counts, (item, value), 1)
    pairs = []
    for one in range(raters):
        for other in range(one + 1, raters):
            shared = (codes[one] >= 0) & (codes[other] >= 0)
            pairs.append((codes[one][shared], codes[other][shared]))
    labels = list(range(values))
    frame = pd.DataFrame({"task": item, "worker": rater, "label": value})
    warnings.simplefilter("ignore")

    of_data, data_seconds = measure(lambda: krippendorff.alpha(reliability_data=matrix, level_of_measurement="nominal"), repeats)
    of_counts, counts_seconds = measure(lambda: krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"), repeats)
    kappas, kappa_seconds = measure(lambda: [float(cohen_kappa_score(a, b, labels=labels)) for a, b in pairs], 1)
    probas, consensus_seconds = measure(lambda: DawidSkene(n_iter=ITERATIONS, tol=-np.inf).fit(frame).probas_, min(repeats, 3))
    probas.sort_index().sort_index(axis=1).to_numpy().astype(np.float64).tofile(folder / "posterior.bin")
    print(json.dumps({
        "versions": {"python": sys.version.split()[0]} | {name: metadata.version(name) for name in ("krippendorff", "scikit-learn", "crowd-kit", "numpy", "pandas")},
        "alpha": float(of_data),
        "alpha_of_counts": float(of_counts),
        "kappas": kappas,
        "seconds": {"alpha": data_seconds, "alpha_of_counts": counts_seconds, "kappas": kappa_seconds, "consensus": consensus_seconds},
    }, allow_nan=False))


main()
