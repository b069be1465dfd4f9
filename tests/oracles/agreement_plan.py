"""Writes agreement-plan.json: the spread of Krippendorff's nominal alpha over simulated studies.

Python 3.11 with requirements.txt; run `python agreement_plan.py` in this folder. Everything is seeded. Raters are simulated one by
one (each knows the value with probability sqrt(alpha), else guesses by the shares); no pattern is counted in advance and no variance derived.
"""
import json
from pathlib import Path

import numpy as np

STUDIES = 4000
ITEMS = 1500


def alphas(rng, agreement, shares, raters):
    values = len(shares)
    found = []
    for _ in range(STUDIES):
        truth = rng.choice(values, size=(ITEMS, 1), p=shares)
        votes = np.where(rng.random((ITEMS, raters)) < np.sqrt(agreement), truth, rng.choice(values, size=(ITEMS, raters), p=shares))
        counts = np.stack([(votes == value).sum(axis=1) for value in range(values)], axis=1)
        observed = (raters**2 - (counts**2).sum(axis=1)).sum() / (raters - 1)
        totals = counts.sum(axis=0)
        n = ITEMS * raters
        found.append(1 - (n - 1) * observed / (n**2 - (totals**2).sum()))
    return np.array(found)


def main():
    cases = []
    for seed, (agreement, shares, raters) in enumerate([(0.65, [0.5, 0.5], 2), (0.65, [0.45, 0.45, 0.1], 3), (0.8, [0.9, 0.1], 2), (0.3, [0.4, 0.3, 0.2, 0.1], 5), (0.0, [0.6, 0.4], 3), (0.9, [0.7, 0.2, 0.1], 4)]):
        found = alphas(np.random.default_rng(seed), agreement, shares, raters)
        cases.append({"agreement": agreement, "shares": shares, "raters": raters, "items": ITEMS, "studies": STUDIES, "mean": float(found.mean()), "sd": float(found.std(ddof=1))})
    Path(__file__).with_name("agreement-plan.json").write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")


main()
