"""Writes rater-policy.json: how likely the sequential policy's two tests have paused a rater after a number of checks.

Python 3.11, standard library only; run `python rater_policy.py` in this folder. Nothing is random. Everything follows from the
definitions: the fresh test is a truncated SPRT (Wald 1945), the drift test a CUSUM (Page 1954), S = max(0, S + ratio of the
check); a rater is looked at after every check, and whichever test reaches its threshold first pauses. Up to EXACT checks the
probabilities are sums of fractions, so exact; beyond they are sums of floats, and where both exist they are asserted to agree.
"""
import json
import math
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

EXACT = 45
AT = [1, 4, 8, 12, 25, 26, 45, 100, 250, 500]
DEFAULT = dict(freshPause=3.76, freshPass=-4.59, freshGolds=25, freshFailedMax=7, driftPause=8.09)
OTHER = dict(freshPause=3.14, freshPass=-4.59, freshGolds=25, freshFailedMax=5, driftPause=7.3)


def paused(good, bad, thresholds, start, passes, checks, number):
    fail = math.log((1 - bad) / (1 - good))
    ok = math.log(bad / good)
    chance = {True: number(passes), False: 1 - number(passes)}
    # (failed and passed checks in the CUSUM, failed in the fresh test or None when it is over) -> probability
    states = {(0, 0, 0 if start == "fresh" else None): number(1)}
    result = [number(0)]
    for check in range(1, checks + 1):
        following = defaultdict(number)
        gone = result[-1]
        for (failed, passed, fresh), share in states.items():
            for passing in (True, False):
                weight = share * chance[passing]
                f, p = (failed, passed + 1) if passing else (failed + 1, passed)
                cusum = f * fail + p * ok
                if cusum <= 1e-9:
                    f = p = 0
                stop = cusum >= thresholds["driftPause"] - 1e-9
                now = fresh
                if fresh is not None:
                    now = fresh + (not passing)
                    ratio = now * fail + (check - now) * ok
                    if ratio >= thresholds["freshPause"] - 1e-9:
                        stop = True
                    elif check == thresholds["freshGolds"]:
                        stop = stop or now >= thresholds["freshFailedMax"]
                        now = None
                    elif ratio <= thresholds["freshPass"] + 1e-9:
                        now = None
                if stop:
                    gone += weight
                else:
                    following[f, p, now] += weight
        states = following
        result.append(gone)
    return result


def case(good, bad, thresholds, start, passes):
    floats = paused(good, bad, thresholds, start, float(passes), max(AT), float)
    exact = paused(good, bad, thresholds, start, Fraction(passes), EXACT, Fraction)
    assert all(abs(float(e) - f) < 1e-13 for e, f in zip(exact, floats))
    values = {n: float(exact[n]) if n <= EXACT else floats[n] for n in AT}
    return dict(hypotheses=dict(good=good, bad=bad), thresholds=thresholds, **{"from": start}, passes=float(passes), paused=values)


cases = [
    case(0.9, 0.6, DEFAULT, start, passes)
    for start in ("fresh", "settled")
    for passes in ("0.95", "0.9", "0.75", "0.6", "0.25")
] + [case(0.95, 0.8, OTHER, start, passes) for start in ("fresh", "settled") for passes in ("0.95", "0.8")]
Path(__file__).with_name("rater-policy.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
