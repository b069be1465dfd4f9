"""Writes agreement.json: votes with what independent libraries say about their agreement.

Python 3.11 with requirements.txt, then `pip install --no-deps irrCAC==0.4.4` (it asks for an older SciPy and pandas
than it needs); run `python agreement.py` in this folder. Everything is seeded, so a second run
writes the same bytes.
- Krippendorff's alpha: krippendorff (nominal, ordinal, interval)
- Cohen's kappa: scikit-learn (plain, linear, quadratic; labels = all values of the case), plain again by statsmodels
- Fleiss' kappa: irrCAC (5 decimals), again plainly to the last digit; statsmodels too where each item has as many votes
- Gwet's AC1: irrCAC (5 decimals), again plainly to the last digit; both on the items with at least two votes
- percent agreement: counted pair by pair
- bootstrap: scipy.stats.bootstrap, percentile method
"""
import itertools
import json
import math
import random
import warnings
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
from irrCAC.raw import CAC
from scipy import stats
from sklearn.metrics import cohen_kappa_score, confusion_matrix
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa

TEXTS = ["a", "b", "tie", "both_bad", "skip"]
RESAMPLES_HERE = 99_999
RESAMPLES_THERE = 20_000


def draw(seed, raters, items, categories, noise, missing, numeric, skew=0.0):
    """One list of values per rater, None where the vote is missing; raters repeat a common truth with some noise."""
    rng = random.Random(seed)
    values = numeric or TEXTS[:categories]
    weights = [math.exp(-skew * index) for index in range(len(values))]
    rows = [[] for _ in range(raters)]
    for _ in range(items):
        truth = rng.choices(values, weights)[0]
        for rater, row in enumerate(rows):
            value = rng.choices(values, weights)[0] if rng.random() < noise * (1 + rater / raters) else truth
            row.append(None if rng.random() < missing else value)
    return rows


def alpha(rows, values, level):
    place = {value: index for index, value in enumerate(values)}
    data = [[math.nan if v is None else (place[v] if level == "nominal" else v) for v in row] for row in rows]
    used = {v for column in zip(*rows) for v in column if sum(x is not None for x in column) > 1 and v is not None}
    if len(used) < 2:
        return None
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement=level))


def percent(rows):
    agree = pairs = alike = items = 0
    for column in zip(*rows):
        votes = [v for v in column if v is not None]
        if len(votes) < 2:
            continue
        items += 1
        alike += len(set(votes)) == 1
        for one, other in itertools.combinations(votes, 2):
            pairs += 1
            agree += one == other
    return (agree / pairs, alike / items, items) if pairs else (None, None, 0)


def kappas(rows, values):
    found = []
    for (i, first), (j, second) in itertools.combinations(enumerate(rows), 2):
        shared = [(a, b) for a, b in zip(first, second) if a is not None and b is not None]
        if not shared:
            continue
        entry = {"raters": [i, j], "items": len(shared), "plain": None, "linear": None, "quadratic": None}
        if len({v for pair in shared for v in pair}) > 1:
            place = {value: index for index, value in enumerate(values)}
            ys = [[place[pair[side]] for pair in shared] for side in (0, 1)]
            labels = list(range(len(values)))
            for name, weights in (("plain", None), ("linear", "linear"), ("quadratic", "quadratic")):
                entry[name] = float(cohen_kappa_score(*ys, labels=labels, weights=weights))
            second_opinion = cohens_kappa(confusion_matrix(*ys, labels=labels), return_results=False)
            assert abs(second_opinion - entry["plain"]) < 1e-12
        found.append(entry)
    return found


def fleiss_and_ac1(rows):
    """Plain sums over the items with at least two votes, asserted against the libraries; None where every vote is alike."""
    columns = [votes for column in zip(*rows) if len(votes := [v for v in column if v is not None]) > 1]
    values = sorted({v for votes in columns for v in votes})
    if len(values) < 2:
        return {"fleiss": None, "ac1": None}
    counts = [[votes.count(v) for v in values] for votes in columns]
    seen = math.fsum(sum(n * (n - 1) for n in row) / (sum(row) * (sum(row) - 1)) for row in counts) / len(counts)
    shares = [math.fsum(row[k] / sum(row) for row in counts) / len(counts) for k in range(len(values))]
    chance = {"fleiss": math.fsum(p * p for p in shares), "ac1": math.fsum(p * (1 - p) for p in shares) / (len(values) - 1)}
    found = {name: (seen - expected) / (1 - expected) for name, expected in chance.items()}
    place = {value: float(index) for index, value in enumerate(values)}
    shared = [column for column in zip(*rows) if sum(v is not None for v in column) > 1]
    frame = pd.DataFrame([[math.nan if v is None else place[v] for v in column] for column in shared])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cac = CAC(frame, digits=5, categories=[float(index) for index in range(len(values))])  # else NaN is one
        theirs = {"fleiss": cac.fleiss(), "ac1": cac.gwet()}
    for name, result in theirs.items():
        assert abs(result["est"]["coefficient_value"] - found[name]) < 5.1e-6, (name, result["est"], found)
    if len({sum(row) for row in counts}) == 1:
        assert abs(fleiss_kappa(np.array(counts), method="fleiss") - found["fleiss"]) < 1e-12
    return found


def case(name, rows, numeric):
    values = sorted({v for row in rows for v in row if v is not None})
    agree, alike, items = percent(rows)
    levels = ["nominal", "ordinal", "interval"] if numeric else ["nominal"]
    return {
        "name": name,
        "rows": rows,
        "numeric": bool(numeric),
        "expected": {
            "percent": agree,
            "all_agree": alike,
            "items": items,
            "alpha": {level: alpha(rows, values, level) for level in levels},
            "kappa": kappas(rows, values),
            **fleiss_and_ac1(rows),
        },
    }


def random_cases():
    shapes = [(2, 40, 2), (2, 150, 3), (3, 60, 3), (3, 200, 4), (4, 50, 5), (5, 80, 3), (6, 40, 4), (2, 7, 3)]
    scales = [[1, 2, 3, 4, 5], [0, 1], [-2.5, 0.1, 0.3, 7], [1, 2, 4, 8, 1000], [1e-3, 2e-3, 5e5]]
    seed = 0
    for raters, items, categories in shapes:
        for missing in (0.0, 0.25, 0.6):
            for noise, skew in ((0.15, 0.0), (0.9, 1.2)):
                seed += 1
                rows = draw(seed, raters, items, categories, noise, missing, None, skew)
                yield case(f"seed {seed}: {raters} raters, {items} items, {categories} texts, {missing} missing", rows, None)
    for scale in scales:
        for raters, items, missing in ((2, 50, 0.0), (3, 70, 0.3), (6, 30, 0.5)):
            seed += 1
            rows = draw(seed, raters, items, 0, 0.4, missing, scale, 0.3)
            yield case(f"seed {seed}: {raters} raters, {items} items on {scale}, {missing} missing", rows, scale)
    rng = random.Random(1234)
    rows = [[round(rng.gauss(0, 1), 3) for _ in range(60)] for _ in range(3)]
    yield case("measurements, hardly any value twice", rows, True)
    yield case("measurements far from zero", [[1e6 + v for v in row] for row in rows], True)


def known_cases():
    worked = [[42, 3, 1], [4, 38, 2], [2, 1, 27]]
    pairs = [(i, j) for i, row in enumerate(worked) for j, count in enumerate(row) for _ in range(count)]
    yield case("worked example 42 3 1 / 4 38 2 / 2 1 27", [[TEXTS[p[side]] for p in pairs] for side in (0, 1)], None)
    n = None
    krippendorff_2011 = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
        [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n],
    ]
    yield case("Krippendorff (2011), four observers, section C", krippendorff_2011, True)
    yield case("perfect agreement", [["a", "b", "tie", "b"]] * 3, None)
    yield case("systematic disagreement", [["a", "b", "a", "b"], ["b", "a", "b", "a"]], None)
    yield case("one rater never varies", [["a"] * 6, ["a", "b", "a", "a", "b", "a"]], None)
    yield case("one value only", [["a"] * 5, ["a"] * 5], None)
    yield case("no item shared", [["a", None, "b", None], [None, "a", None, "b"]], None)


def intervals():
    """Quantiles of SciPy's bootstrap distribution, as a band for another bootstrap with fewer resamples."""
    for seed, (raters, items, categories, noise) in enumerate([(2, 40, 3, 0.3), (3, 120, 3, 0.2), (4, 25, 4, 0.5)], 500):
        rows = draw(seed, raters, items, categories, noise, 0.0, None)
        values = sorted({v for row in rows for v in row})
        codes = np.array([[values.index(v) for v in row] for row in rows])
        counts = np.stack([(codes == k).sum(axis=0) for k in range(len(values))])
        statistics = {
            "alpha": lambda index: alpha_of_counts(counts, index),
            "kappa": lambda index: kappa_of_codes(codes, len(values), index),
            "percent": lambda index: ((counts * (counts - 1)).sum(axis=0) / (raters * (raters - 1)))[index].mean(axis=-1),
        }
        for name, statistic in statistics.items():
            result = stats.bootstrap(
                (np.arange(items),),
                lambda index, axis=-1, statistic=statistic: statistic(index),
                n_resamples=RESAMPLES_HERE, method="percentile", batch=4000, vectorized=True, rng=np.random.default_rng(seed),
            )
            bands = []
            for probability in (0.025, 0.975):
                error = 4 * math.sqrt(probability * (1 - probability) * (1 / RESAMPLES_HERE + 1 / RESAMPLES_THERE))
                bands.append([float(q) for q in np.nanquantile(result.bootstrap_distribution, [probability - error, probability + error])])
            yield {"name": f"{name}, seed {seed}", "rows": rows, "statistic": name, "resamples": RESAMPLES_THERE,
                   "low": bands[0], "high": bands[1],
                   "scipy": [float(result.confidence_interval.low), float(result.confidence_interval.high)]}


def alpha_of_counts(counts, index):
    drawn = counts[:, index]
    votes = counts.sum(axis=0)[index]
    observed = ((votes**2 - (drawn**2).sum(axis=0)) / (votes - 1)).sum(axis=-1)
    totals = drawn.sum(axis=-1)
    n = totals.sum(axis=0)
    return 1 - (n - 1) * observed / (n**2 - (totals**2).sum(axis=0))


def kappa_of_codes(codes, categories, index):
    first, second = codes[0][index], codes[1][index]
    seen = (first == second).mean(axis=-1)
    chance = sum((first == k).mean(axis=-1) * (second == k).mean(axis=-1) for k in range(categories))
    return (seen - chance) / (1 - chance)


def main():
    warnings.simplefilter("error")
    document = {"cases": [*known_cases(), *random_cases()], "intervals": list(intervals())}
    lines = lambda rows: ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
    text = f'{{"cases": [\n{lines(document["cases"])}\n],\n"intervals": [\n{lines(document["intervals"])}\n]}}\n'
    Path(__file__).with_name("agreement.json").write_text(text, encoding="utf-8")
    print(f'{len(document["cases"])} cases, {len(document["intervals"])} intervals, {len(text)} bytes')


main()
