"""
Oracle of what `pairloop select` can be told beyond the strategy: cosine, centres, priority, least distance. As
defined in docs/pairs-and-selection.md, computed plainly: every distance again at every step.

    python3 tests/oracles/hybrid_options.py        writes hybrid-options.json beside this file

Needs NumPy (made with 2.4.6, Python 3.11).
"""
import json
import pathlib

import numpy as np
from hybrid import distances, normalise
from integer_noise import bell, clustered, noise


def unit_rows(x):
    """In float64, squares added in ascending column, then back to the precision the rows came in."""
    total = np.zeros(len(x))
    for column in range(x.shape[1]):
        total = total + x[:, column].astype(np.float64) ** 2
    length = np.where(total == 0, 1.0, np.sqrt(total))
    return (x.astype(np.float64) / length[:, None]).astype(x.dtype)


def select(x, u, k, strategy, w=0.6, v=0.0, p=None, centers=(), min_distance=0.0, cosine=False):
    x = (unit_rows(x) if cosine else x).astype(np.float64)
    u = u.astype(np.float64)
    term = w * normalise(u) if v == 0 else w * normalise(u) + v * normalise(p.astype(np.float64))
    diversity = max(0.0, 1 - w - v)
    taken = list(dict.fromkeys(centers))
    remains = np.ones(len(x), bool)
    remains[taken] = False
    picks, scores, left_out = [], [], 0
    while True:
        nearest = np.min([distances(x, x[s]) for s in taken], axis=0) if taken else np.full(len(x), np.inf)
        near = remains & (nearest < min_distance)
        left_out += int(near.sum())
        remains &= ~near
        rows = np.flatnonzero(remains)
        if len(rows) == 0:
            break
        if not taken:
            pick = int(np.argmax(u if v == 0 or strategy == "k-center" else term))
            score = term[pick] if strategy == "hybrid" else 0.0
        else:
            value = nearest[rows] if strategy == "k-center" else term[rows] + diversity * normalise(nearest[rows])
            best = int(np.argmax(value))
            pick, score = int(rows[best]), value[best]
        picks.append(pick)
        scores.append(float(score))
        taken.append(pick)
        remains[pick] = False
        if len(picks) == k:
            break
    return dict(indices=picks, scores=scores, left_out=left_out)


def cases():
    u = lambda seed, n: noise(seed, n) / 2**32
    x = clustered(51, 60, 8, 6)
    copies = np.repeat(clustered(52, 12, 5, 4), 4, axis=0)
    zeros = np.concatenate([np.zeros((4, 6), np.float32), clustered(53, 26, 6, 4)])
    wide = bell(54, 40 * 9).reshape(40, 9) / 3
    both = ("hybrid", "k-center")
    for strategy in both:
        yield "cosine", x, u(151, 60), 40, strategy, dict(cosine=True)
        yield "cosine in float64", wide, u(154, 40), 40, strategy, dict(cosine=True)
        yield "cosine with zero rows", zeros, u(153, 30), 30, strategy, dict(cosine=True)
        yield "centers", x, u(151, 60), 30, strategy, dict(centers=[5, 17, 3, 5, 40])
        yield "one center, all the rest picked", x, u(151, 60), 60, strategy, dict(centers=[59])
        yield "least distance", x, u(151, 60), 40, strategy, dict(min_distance=1.3)
        yield "least distance among copies", copies, u(152, 48), 48, strategy, dict(min_distance=1e-6)
        yield "least distance that leaves one", x, u(151, 60), 10, strategy, dict(min_distance=1e6)
        yield "centers and least distance", x, u(151, 60), 40, strategy, dict(centers=[0, 1, 2], min_distance=1.1)
        yield "centers that leave nothing", x, u(151, 60), 40, strategy, dict(centers=[0], min_distance=1e6)
        yield "cosine, centers, least distance", x, u(151, 60), 40, strategy, dict(cosine=True, centers=[7, 8], min_distance=0.55)
    p = u(155, 60)
    yield "priority", x, u(151, 60), 40, "hybrid", dict(v=0.2, p=p)
    yield "priority and uncertainty alone", x, u(151, 60), 60, "hybrid", dict(w=0.5, v=0.5, p=p)
    yield "priority alone", x, u(151, 60), 60, "hybrid", dict(w=0.0, v=1.0, p=p)
    yield "weights whose sum is rounded", x, u(151, 60), 60, "hybrid", dict(w=0.9, v=0.1, p=p)
    yield "constant priority", x, u(151, 60), 40, "hybrid", dict(v=0.3, p=np.full(60, 2.5))
    yield "everything", x, u(151, 60), 40, "hybrid", dict(w=0.4, v=0.3, p=p, cosine=True, centers=[9], min_distance=0.55)


lines = []
for name, x, u, k, strategy, told in cases():
    inputs = dict(name=name, strategy=strategy, dtype=str(x.dtype), rows=x.shape[0], columns=x.shape[1], k=k,
                  embeddings=[float(n) for n in x.ravel()], uncertainty=[float(n) for n in u])
    options = dict(weight=told.get("w", 0.6), priority_weight=told.get("v", 0.0), priority=[float(n) for n in told["p"]] if "p" in told else None,
                   centers=told.get("centers", []), min_distance=told.get("min_distance", 0.0), cosine=told.get("cosine", False))
    lines.append(json.dumps({**inputs, **options, **select(x, u, k, strategy, **told)}))
(pathlib.Path(__file__).parent / "hybrid-options.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
