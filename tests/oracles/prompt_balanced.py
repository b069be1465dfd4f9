"""
Oracle of prompt-balanced margin as defined in ml-backend/selection/prompt-balanced-margin.ts, computed plainly: at every pick all
prompts are compared again, by their labels counted afresh.

    python3 tests/oracles/prompt_balanced.py        writes prompt-balanced.json beside this file

Needs NumPy (made with 2.4.6, Python 3.11), for the numbers of integer_noise.py only.
"""
import json
import pathlib

from integer_noise import noise
from strategies import fractions


def pick(uncertainty, prompts, k, candidates, centers, seed):
    rows = len(prompts)
    draw = fractions(seed)
    of_row = [next(draw) for _ in range(rows)]
    of_prompt = {prompt: next(draw) for prompt in sorted(set(prompts))}
    picked = []
    while len(picked) < min(k, rows - len(set(centers))):
        done = set(centers) | set(picked)
        left = [row for row in range(rows) if row not in done]
        labels = {prompt: sum(prompts[row] == prompt for row in done) for prompt in of_prompt}
        prompt = min({prompts[row] for row in left}, key=lambda p: (labels[p], -of_prompt[p], p))
        own = sorted((row for row in left if prompts[row] == prompt), key=lambda row: (-of_row[row], row))[:candidates]
        picked.append(max(own, key=lambda row: (uncertainty[row], -own.index(row))))
    return dict(indices=picked, scores=[uncertainty[row] for row in picked])


def cases():
    few = [int(n) % 7 for n in noise(300, 60)]
    steps = [int(n) % 5 / 4 for n in noise(301, 60)]
    fine = [int(n) / 2**32 for n in noise(302, 60)]
    yield "all rows, seven prompts", fine, few, 60, 8, [], 0
    yield "the same, uncertainties that tie", steps, few, 60, 8, [], 1
    yield "two candidates", fine, few, 40, 2, [], 2
    yield "one candidate: balanced random", fine, few, 40, 1, [], 2
    yield "more candidates than rows", fine, few, 40, 1000, [], 3
    yield "constant uncertainty", [0.25] * 60, few, 40, 8, [], 2
    yield "labelled rows, one prompt with many", fine, few, 40, 4, [row for row in range(60) if few[row] == 3] + [1, 5, 1], 4
    yield "every row its own prompt", fine, list(range(60)), 30, 8, [], 5
    yield "one prompt", fine, [7] * 60, 30, 5, [2, 3], 6
    yield "prompts with large and negative numbers", fine, [(-(10**12), 5, 10**15)[p % 3] for p in few], 60, 3, [], 9007199254740991
    yield "one row", [0.5], [1], 3, 8, [], 0
    yield "1,000 rows, 40 prompts of unlike size", [int(n) / 2**32 for n in noise(310, 1000)], [int(n) % (1 + int(m) % 40) for n, m in zip(noise(311, 1000), noise(312, 1000))], 700, 12, list(range(0, 1000, 17)), 11


lines = [json.dumps(dict(name=name, uncertainty=u, prompts=p, k=k, candidates=c, centers=centers, seed=seed, **pick(u, p, k, c, centers, seed))) for name, u, p, k, c, centers, seed in cases()]
(pathlib.Path(__file__).parent / "prompt-balanced.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
