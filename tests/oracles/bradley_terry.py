"""Writes bradley-terry.json: comparisons with the strengths, effects, covariance and likelihood that fit them best.

Python 3.11 with requirements.txt and mpmath==1.4.1; run `python bradley_terry.py` in this folder. Everything is seeded.
The likelihood is written here as the papers write the probabilities; SciPy finds its highest point roughly, Newton's method in
mpmath with 34 digits and numerical derivatives exactly. Davidson's model without a prior is a Poisson regression too (Fienberg and
Larntz, 1976): there statsmodels is asserted to give the same estimates and covariance to 1e-9.
"""
import json
import math
import random
import warnings
from pathlib import Path

import mpmath as mp
import numpy as np
import statsmodels.api as sm
from scipy.optimize import minimize

mp.mp.dps = 34
LENGTHS = [50, 100, 300]


def draw(seed, models, rounds, tie_share, position, length, spread, votes=1):
    """Comparisons as [item, a, b, outcome, displayed, length a, length b]."""
    rng = random.Random(seed)
    strengths = [spread * (i - (models - 1) / 2) + 0.2 * rng.gauss(0, 1) for i in range(models)]
    nu = 2 * tie_share / (1 - tie_share)
    rows = []
    for item in range(rounds):
        a, b = rng.sample(range(models), 2)
        la, lb = rng.choice(LENGTHS), rng.choice(LENGTHS)
        for _ in range(votes):
            shown = rng.choice(["ab", "ba", "ab", "ba", None])
            theta = strengths[a] - strengths[b] + position * {"ab": 1, "ba": -1, None: 0}[shown] + length * math.log2((la + 1) / (lb + 1))
            weights = [math.exp(theta / 2), math.exp(-theta / 2), nu]
            rows.append([item, a, b, rng.choices(["a", "b", "tie"], weights)[0], shown, la, lb])
    return rows


def effects_of(row, effects):
    _, _, _, _, shown, la, lb = row
    each = {"position": {"ab": 1, "ba": -1, None: 0}[shown], "length": mp.log((mp.mpf(la) + 1) / (lb + 1), 2)}
    return [each[name] for name in effects]


class Likelihood:
    """Parameters: strengths of all models but the first (which has 0) where there is no prior, else of all; effects; the tie parameter."""

    def __init__(self, rows, models, ties, effects, prior):
        cells = {}
        for row in rows:
            xs = effects_of(row, effects)
            cells.setdefault((*row[1:4], *map(str, xs)), [*row[1:4], xs, 0])[4] += 1
        self.cells = list(cells.values())
        self.models, self.ties, self.effects, self.prior = models, ties, effects, prior
        self.tied = any(cell[2] == "tie" for cell in self.cells)
        self.free = models if prior else models - 1
        self.size = self.free + len(effects) + (1 if self.tied else 0)

    def __call__(self, parameters, exp=mp.exp, log=mp.log, sqrt=mp.sqrt):
        strengths = list(parameters[: self.free]) if self.prior else [0, *parameters[: self.free]]
        gammas = parameters[self.free : self.free + len(self.effects)]
        tie = parameters[-1] if self.tied else None
        total = 0
        for a, b, outcome, xs, count in self.cells:
            worth_a = exp(strengths[a] + sum(g * x for g, x in zip(gammas, xs)))
            worth_b = exp(strengths[b])
            if not self.tied:
                p = {"a": worth_a / (worth_a + worth_b), "b": worth_b / (worth_a + worth_b)}
            elif self.ties == "davidson":
                between = exp(tie) * sqrt(worth_a * worth_b)
                whole = worth_a + worth_b + between
                p = {"a": worth_a / whole, "b": worth_b / whole, "tie": between / whole}
            else:
                kappa = exp(tie)
                p = {"a": worth_a / (worth_a + kappa * worth_b), "b": worth_b / (worth_b + kappa * worth_a)}
                p["tie"] = 1 - p["a"] - p["b"]
            total += count * log(p[outcome])
        self.plain = total
        if self.prior:
            total -= sum(value**2 for value in [*strengths, *gammas]) / (2 * mp.mpf(self.prior) ** 2)
        return total


def derivatives(function, at):
    """Gradient and second derivatives by central differences with 34 digits: right to about 14."""
    h, n = mp.mpf(10) ** -10, len(at)
    moved = lambda *steps: [value + sum(h * s for place, s in steps if place == index) for index, value in enumerate(at)]
    gradient = mp.matrix([(function(moved((i, 1))) - function(moved((i, -1)))) / (2 * h) for i in range(n)])
    hessian = mp.matrix(n, n)
    for i in range(n):
        for j in range(i + 1):
            value = (function(moved((i, 1), (j, 1))) - function(moved((i, 1), (j, -1))) - function(moved((i, -1), (j, 1))) + function(moved((i, -1), (j, -1)))) / (4 * h * h)
            hessian[i, j] = hessian[j, i] = value
    return gradient, hessian


def fit(likelihood):
    start = [0.0] * likelihood.size
    if likelihood.tied:
        start[-1] = 0.3
    guarded = lambda p: math.log(p) if p > 1e-300 else -700  # a long step may lead to where nothing is defined
    rough = minimize(lambda x: -float(likelihood([min(max(float(v), -50), 50) for v in x], math.exp, guarded, math.sqrt)), start, method="Nelder-Mead" if likelihood.size < 3 else "BFGS")
    at = [mp.mpf(float(v)) for v in rough.x]
    for _ in range(12):
        gradient, hessian = derivatives(likelihood, at)
        step = mp.lu_solve(-hessian, gradient)
        at = [value + step[i] for i, value in enumerate(at)]
        if max(abs(s) for s in step) < mp.mpf(10) ** -12:
            break
    else:
        raise AssertionError("Newton's method did not end")
    covariance = (-derivatives(likelihood, at)[1]) ** -1
    value = likelihood(at)
    return at, covariance, value


def centred(likelihood, at, covariance):
    """All strengths with mean 0 (as they are with a prior), then effects; and the covariance of these."""
    k, free, rest = likelihood.models, likelihood.free, len(likelihood.effects)
    move = mp.zeros(k + rest, likelihood.size)
    for row in range(k):
        for column in range(free):
            model = column if likelihood.prior else column + 1
            move[row, column] = (1 if row == model else 0) - (0 if likelihood.prior else mp.mpf(1) / k)
    for effect in range(rest):
        move[k + effect, free + effect] = 1
    return move * mp.matrix(at), move * covariance * move.T


def confirm(likelihood, values, covariance):
    """Asserts that statsmodels' Poisson regression gives the same."""
    strata = {}
    for a, b, outcome, xs, count in likelihood.cells:
        strata.setdefault((a, b, tuple(float(x) for x in xs)), {})[outcome] = count
    k, rest = likelihood.models, len(likelihood.effects)
    outcomes = ["a", "b", "tie"] if likelihood.tied else ["a", "b"]
    design, counts = [], []
    for index, ((a, b, xs), found) in enumerate(strata.items()):
        for outcome in outcomes:
            row = np.zeros(k - 1 + rest + int(likelihood.tied) + len(strata))
            sign = {"a": 0.5, "b": -0.5, "tie": 0}[outcome]
            for model, side in ((a, 1), (b, -1)):
                if model > 0:
                    row[model - 1] += side * sign
            row[k - 1 : k - 1 + rest] = [sign * x for x in xs]
            if outcome == "tie":
                row[k - 1 + rest] = 1
            row[k - 1 + rest + int(likelihood.tied) + index] = 1
            design.append(row)
            counts.append(found.get(outcome, 0))
    result = sm.GLM(np.array(counts), np.array(design), family=sm.families.Poisson()).fit(tol=1e-15, maxiter=200, tol_criterion="params")
    free = k - 1 + rest
    move = np.zeros((k + rest, free))
    move[:k, : k - 1] = np.vstack([np.zeros(k - 1), np.eye(k - 1)]) - 1 / k
    move[k:, k - 1 :] = np.eye(rest)
    theirs = move @ result.params[:free]
    spread = move @ result.cov_params()[:free, :free] @ move.T
    ours = np.array([float(v) for v in values])
    assert np.abs(theirs - ours).max() < 1e-9, np.abs(theirs - ours).max()
    mine = np.array([[float(covariance[i, j]) for j in range(k + rest)] for i in range(k + rest)])
    assert np.abs(spread - mine).max() < 1e-9, np.abs(spread - mine).max()


def case(name, rows, models, ties, effects, prior=None):
    likelihood = Likelihood(rows, models, ties, effects, prior)
    at, covariance, _ = fit(likelihood)
    values, spread = centred(likelihood, at, covariance)
    likelihood(at)
    confirmed = ties == "davidson" and prior is None
    if confirmed:
        confirm(likelihood, values, spread)
    tie = at[-1] if likelihood.tied else None
    share = 0 if tie is None else 1 / (1 + 2 * mp.exp(-tie)) if ties == "davidson" else (mp.exp(tie) - 1) / (mp.exp(tie) + 1)
    size = models + len(effects)
    return {"name": name, "ties": ties, "effects": effects, "prior": prior, "models": models, "statsmodels": confirmed, "rows": rows,
            "values": [float(v) for v in values], "errors": [float(mp.sqrt(spread[i, i])) for i in range(size)],
            "covariance": [[float(spread[i, j]) for j in range(models)] for i in range(models)],
            "tie_share": float(share), "log_likelihood": float(likelihood.plain)}


def cases():
    both = ["position", "length"]
    for ties in ("davidson", "rao-kupper"):
        yield case(f"three models, {ties}", draw(1, 3, 80, 0.25, 0, 0, 0.5), 3, ties, [])
        yield case(f"four models, order and length, {ties}", draw(2, 4, 110, 0.2, 0.4, 0.3, 0.4), 4, ties, both)
        yield case(f"five models, order, three votes each, {ties}", draw(3, 5, 40, 0.15, -0.3, 0, 0.3, 3), 5, ties, ["position"])
        yield case(f"four models, few ties, length, {ties}", draw(4, 4, 100, 0.06, 0, -0.5, 0.6), 4, ties, ["length"])
        yield case(f"a model that never lost, with a prior, {ties}", [[i, 0, 1, "a", "ab", 40, 80] for i in range(6)] + draw(5, 2, 12, 0.3, 0, 0, 0.1), 2, ties, [], 1.5)
        yield case(f"unlinked models, order and length, with a prior, {ties}", draw(6, 2, 40, 0.3, 0.2, 0.2, 0.5) + [[100 + r[0], r[1] + 2, r[2] + 2, *r[3:]] for r in draw(7, 2, 30, 0.2, 0.2, 0.2, 0.5)], 4, ties, both, 0.8)
    yield case("no ties, plain Bradley–Terry", [r for r in draw(8, 4, 120, 0.2, 0.2, 0, 0.5) if r[3] != "tie"], 4, "davidson", ["position"])
    yield case("two models, two votes apart", [[0, 0, 1, "a", None, 1, 1], [1, 0, 1, "a", None, 1, 1], [2, 0, 1, "b", None, 1, 1], [3, 1, 0, "tie", None, 1, 1]], 2, "davidson", [])


def main():
    warnings.simplefilter("ignore")
    made = list(cases())
    text = "[\n" + ",\n".join(json.dumps(one, allow_nan=False) for one in made) + "\n]\n"
    Path(__file__).with_name("bradley-terry.json").write_text(text, encoding="utf-8")
    print(f'{len(made)} cases, {sum(one["statsmodels"] for one in made)} confirmed by statsmodels, {len(text)} bytes')


main()
