"""Writes dawid-skene.json: votes with the posteriors, prior and errors that EM gives after a number of iterations.

Python 3.11 with requirements.txt and crowd-kit==1.4.2; run `python dawid_skene.py` in this folder. Everything is seeded.
The figures come from a plain NumPy computation, element by element of the papers' formulas, here. Where every rater gives
every value, crowd-kit (same majority vote, floor 1e-10, as many iterations) is asserted to give the same to 1e-11; elsewhere it
differs on purpose: a value that a rater never gave has no row there.
"""
import json
import random
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene, OneCoinDawidSkene

FLOOR = 1e-10
VALUES = ["a", "b", "both_bad", "tie"]


def draw(seed, raters, items, categories, missing):
    """Votes as [item, rater, value] by number; each rater has an own skill, and leans to one value where wrong."""
    rng = random.Random(seed)
    skills = [0.55 + 0.4 * rng.random() for _ in range(raters)]
    votes = []
    for item in range(items):
        truth = rng.choices(range(categories), [1 / (1 + c) for c in range(categories)])[0]
        for rater in range(raters):
            if rng.random() < missing:
                continue
            wrong = rng.choices(range(categories), [3 if c == rater % categories else 1 for c in range(categories)])[0]
            votes.append([item, rater, truth if rng.random() < skills[rater] else wrong])
    names = {item: index for index, item in enumerate(sorted({v[0] for v in votes}))}
    return [[names[item], rater, value] for item, rater, value in votes]


def estimate(votes, raters, categories, model, iterations):
    items = max(v[0] for v in votes) + 1
    posterior = np.zeros((items, categories))
    for item, _, value in votes:
        posterior[item, value] += 1
    posterior /= posterior.sum(axis=1, keepdims=True)
    prior, errors, skills = maximise(votes, posterior, raters, categories, model)
    for _ in range(iterations):
        logs = np.tile(np.log(prior), (items, 1))
        for item, rater, value in votes:
            logs[item] += np.log(errors[rater, :, value])
        peak = logs.max(axis=1, keepdims=True)
        sums = np.exp(logs - peak).sum(axis=1, keepdims=True)
        posterior = np.exp(logs - peak) / sums
        likelihood = float((peak + np.log(sums)).sum())
        prior, errors, skills = maximise(votes, posterior, raters, categories, model)
    return posterior, prior, errors, skills, likelihood


def maximise(votes, posterior, raters, categories, model):
    counts = np.zeros((raters, categories, categories))
    for item, rater, value in votes:
        counts[rater, :, value] += posterior[item]
    skills = np.array([np.trace(c) / c.sum() for c in counts])
    if model == "full":
        errors = np.maximum(counts, FLOOR)
        errors /= errors.sum(axis=2, keepdims=True)
    else:
        right = np.clip(skills, FLOOR, 1 - FLOOR)[:, None, None]
        errors = np.where(np.eye(categories, dtype=bool), right, (1 - right) / (categories - 1))
    return np.maximum(posterior.mean(axis=0), FLOOR), errors, skills


def confirm(votes, raters, categories, model, iterations, found):
    """Asserts that crowd-kit says the same."""
    frame = pd.DataFrame(votes, columns=["task", "worker", "label"])
    peer = (DawidSkene if model == "full" else OneCoinDawidSkene)(n_iter=iterations, tol=-np.inf)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer.fit(frame)
    posterior, prior, errors = found[:3]
    theirs = peer.probas_.sort_index().sort_index(axis=1).to_numpy()  # its loss has put the floor into these, too
    assert np.abs(theirs - np.maximum(posterior, FLOOR)).max() < 1e-11, np.abs(theirs - posterior).max()
    assert np.abs(peer.priors_.sort_index().to_numpy() - prior).max() < 1e-11
    for rater in range(raters):
        for given in range(categories):
            theirs = peer.errors_.loc[(rater, given)].sort_index().to_numpy()
            assert np.abs(theirs - errors[rater, :, given]).max() < (1e-11 if model == "full" else 2e-10)


def case(name, votes, categories, model, iterations):
    raters = max(v[1] for v in votes) + 1
    found = estimate(votes, raters, categories, model, iterations)
    dense = len({(rater, value) for _, rater, value in votes}) == raters * categories
    if dense:
        confirm(votes, raters, categories, model, iterations, found)
    posterior, prior, errors, skills, likelihood = found
    return {"name": f"{name}, {model}, {iterations} iterations", "votes": votes, "values": VALUES[:categories], "model": model,
            "iterations": iterations, "crowdkit": dense, "posterior": posterior.tolist(), "prior": prior.tolist(),
            "errors": errors.tolist(), "skills": skills.tolist(), "log_likelihood": likelihood}


def cases():
    shapes = [(3, 40, 2, 0.0), (3, 60, 3, 0.2), (5, 50, 4, 0.3), (8, 40, 3, 0.6), (2, 30, 2, 0.0), (4, 8, 4, 0.3)]
    for seed, (raters, items, categories, missing) in enumerate(shapes, 900):
        votes = draw(seed, raters, items, categories, missing)
        for model in ("full", "one-coin"):
            for iterations in (1, 5, 40):
                yield case(f"seed {seed}: {raters} raters, {items} items, {categories} values, {missing} missing", votes, categories, model, iterations)


def main():
    made = list(cases())
    text = "[\n" + ",\n".join(json.dumps(one, allow_nan=False) for one in made) + "\n]\n"
    Path(__file__).with_name("dawid-skene.json").write_text(text, encoding="utf-8")
    print(f'{len(made)} cases, {sum(one["crowdkit"] for one in made)} confirmed by crowd-kit, {len(text)} bytes')


main()
