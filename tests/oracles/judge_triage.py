"""Writes judge-triage.json: exact bounds, thresholds, audit sizes and whole triages, computed another way.

Python 3.11 with requirements.txt; run `python judge_triage.py` in this folder. Everything is seeded, so a second run writes
the same bytes.
- bounds: scipy.stats.beta.ppf (Clopper and Pearson as quantiles of beta distributions)
- thresholds: the binomial test itself, scipy.stats.binom.cdf(wrong, settled, error) <= 1 - confidence, in the fixed sequence
- audit sizes: scipy's interval, n counted up
- triages: votes to decisions, in exact rational numbers
"""
import json
import math
import random
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

from scipy import stats

VERDICTS = ["a", "b", "tie", "both_bad"]


def upper(count, n, miss):
    return 1.0 if count >= n else float(stats.beta.ppf(1 - miss, count + 1, n - count))


def lower(count, n, miss):
    return 0.0 if count == 0 else float(stats.beta.ppf(miss, count, n - count + 1))


def bounds():
    counts = [(0, 1), (1, 1), (0, 20), (3, 20), (20, 20), (16, 177), (8, 88), (11, 16), (100, 104), (161, 177), (1, 1000), (500, 1000), (999, 1000), (123, 50_000), (49_000, 50_000)]
    return [
        {"count": k, "n": n, "miss": miss, "upper": upper(k, n, miss), "low": lower(k, n, miss)}
        for k, n in counts
        for miss in (0.2, 0.05, 0.005, 1e-6)
    ]


def calibrate(pairs, target, n_known, n_target, error, confidence):
    """pairs: (confidence, right) of known pairs with an opinion; target: confidences of the others."""
    needed = 2 * math.ceil(math.log(1 - confidence) / math.log(1 - error))
    grid, last = [], 0
    for level in sorted(set(target), reverse=True):
        settles = sum(one >= level for one in target)
        enough = settles >= max(needed / (n_known / n_target), len(target) * 0.05) if not grid else settles >= last * 1.05
        if enough or level == min(target):
            grid.append(level)
            last = settles
    best, tested = None, []
    for threshold in grid:
        settled = [right for one, right in pairs if one >= threshold]
        wrong = settled.count(False)
        passed = bool(settled) and bool(stats.binom.cdf(wrong, len(settled), error) <= 1 - confidence)
        tested.append({"threshold": float(threshold), "settled": len(settled), "wrong": wrong, "passed": passed})
        if not passed:
            break
        best = threshold
    return best, tested


def thresholds():
    rng = random.Random(5)
    cases = []
    for _ in range(40):
        error, confidence = rng.choice([0.05, 0.1, 0.15, 0.3]), rng.choice([0.8, 0.9, 0.95])
        known, others, step = rng.randint(1, 400), rng.randint(1, 300), rng.choice([1, 4, 20, 1000])
        skill = rng.choice([0.02, 0.1, 0.3])

        def draw():
            return rng.randint(0, step) / step

        pairs = [(one, rng.random() > skill * (1.5 - one)) for one in (draw() for _ in range(known))]
        target = [draw() for _ in range(others)]
        best, tested = calibrate(pairs, target, known, others, error, confidence)
        cases.append({"error": error, "confidence": confidence, "pairs": pairs, "target": target, "threshold": best, "tested": tested})
    return cases


def audits():
    cases = []
    for settled, precision, error, confidence in [(0, 0.1, 0.15, 0.9), (1, 0.1, 0.15, 0.9), (82, 0.1, 0.15, 0.9), (10_000, 0.1, 0.15, 0.9), (10_000, 0.03, 0.05, 0.95), (400, 0.05, 0.05, 0.95), (1_000, 0.5, 0.5, 0.9)]:
        n = 1
        while upper(math.ceil(error * n), n, (1 - confidence) / 2) - lower(math.ceil(error * n), n, (1 - confidence) / 2) > 2 * precision:
            n += 1
        size = 0 if settled == 0 else min(settled, math.ceil(Fraction(n) / (1 + Fraction(n - 1, settled))))
        cases.append({"settled": settled, "precision": precision, "error": error, "confidence": confidence, "size": size})
    return cases


def opinion(votes, states):
    """The verdict and its confidence, or the reason why there is none. Confidences are in sixteenths, so sums are exact."""
    voices = defaultdict(Fraction)
    for vote in votes:
        if vote["ab"] is not None and vote["ab"] == vote["ba"]:
            weight = 1 if vote["judge"] not in states else Fraction(vote["confidence"] or 0)
            voices[vote["ab"]] += weight
    if not voices:
        answered = any(vote["ab"] is not None and vote["ba"] is not None for vote in votes)
        return None, "order_unstable" if answered else "unanswered"
    verdict = max(voices, key=voices.get)
    lead = 2 * voices[verdict] - sum(voices.values())
    if len(voices) > 1 and lead <= 0:
        return None, "judges_disagree"
    return (None, "both_bad") if verdict == "both_bad" else (verdict, lead)


def triage(votes, gold, error, confidence):
    states = {vote["judge"] for vote in votes if vote["confidence"] is not None}
    by_item = defaultdict(list)
    for vote in votes:
        by_item[vote["item"]].append(vote)
    opinions = {item: opinion(own, states) for item, own in by_item.items()}
    pairs = [(lead, verdict in gold[item]) for item, (verdict, lead) in opinions.items() if verdict and item in gold]
    others = {item: one for item, one in opinions.items() if item not in gold}
    best, _ = calibrate(pairs, [lead for verdict, lead in others.values() if verdict], len(opinions) - len(others), len(others), error, confidence)
    decisions = {}
    for item, (verdict, lead) in others.items():
        if verdict is None:
            decisions[item] = lead
        else:
            decisions[item] = verdict if best is not None and lead >= best else "not_confident"
    return {"threshold": None if best is None else float(best), "decisions": decisions}


def triages():
    rng = random.Random(7)
    cases = []
    for _ in range(8):
        judges = {f"j{index}": rng.choice([0.05, 0.2, 0.4]) for index in range(rng.randint(1, 4))}
        states = {judge for judge in judges if rng.random() < 0.5}
        votes, gold = [], {}
        for index in range(rng.randint(60, 160)):
            item, truth = f"p{index}", rng.choices(VERDICTS, [8, 8, 2, 1])[0]
            if rng.random() < 0.6:
                gold[item] = sorted({truth, "tie"}) if rng.random() < 0.1 else [truth]
            for judge, noise in judges.items():
                if rng.random() < 0.05:
                    continue
                says = [None if rng.random() < 0.02 else truth if rng.random() > noise else rng.choice(VERDICTS) for _ in range(2)]
                confidence = rng.randint(0, 16) / 16 if judge in states and rng.random() < 0.95 else None
                votes.append({"item": item, "judge": judge, "ab": says[0], "ba": says[1], "confidence": confidence})
        error, confidence = rng.choice([0.1, 0.2, 0.3]), rng.choice([0.8, 0.95])
        cases.append({"votes": votes, "gold": gold, "error": error, "confidence": confidence, **triage(votes, gold, error, confidence)})
    return cases


document = {"bounds": bounds(), "thresholds": thresholds(), "audits": audits(), "triages": triages()}
lines = [f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]" for name, cases in document.items()]
Path("judge-triage.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
