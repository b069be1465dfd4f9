"""
Oracle of the built-in featuriser: its documentation, written again in Python (3.11.2, Unicode 14).

    python3 tests/oracles/hashed_ngrams.py        writes hashed-ngrams.json beside this file
"""
import json
import math
import pathlib
import struct
import unicodedata

D = 384


def hash32(feature: str) -> int:
    h = 0x811C9DC5
    for byte in feature.encode():
        h = ((h ^ byte) * 0x01000193) & 0xFFFFFFFF
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return h ^ (h >> 16)


def tokens(text: str):
    run = ""
    for c in unicodedata.normalize("NFKC", text).lower():
        if c == "_" or unicodedata.category(c)[0] in "LMN":
            run += c
            continue
        if run:
            yield run
        run = ""
        if not c.isspace():
            yield c
    if run:
        yield run


def features(text: str):
    found = list(tokens(text))
    for i, token in enumerate(found):
        yield "w" + token
        if i:
            yield "b" + found[i - 1] + " " + token
        padded = " " + token + " "
        for n in (3, 4):
            for start in range(len(padded) - n + 1):
                yield "c" + padded[start : start + n]


def unit(vector):
    squares = 0.0
    for x in vector:
        squares += x * x
    length = math.sqrt(squares)
    return [x / length for x in vector] if length else vector


def embed_text(text: str):
    counts = {}
    for feature in features(text):
        h = hash32(feature)
        counts[h] = counts.get(h, 0) + 1
    vector = [0.0] * D
    for h, count in counts.items():
        vector[(h >> 1) % D] += math.sqrt(count) if h % 2 == 0 else -math.sqrt(count)
    return [struct.unpack("<f", struct.pack("<f", v))[0] for v in unit(vector)]


def sign(place: int) -> int:
    h = place + 1
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return -1 if (h ^ (h >> 16)) & 1 else 1


def embed_pair(prompt: str, a: str, b: str):
    p, x, y = (unit(embed_text(text)) for text in (prompt, a, b))
    joined = [p[i] + sign(2 * i) * ((x[i] + y[i]) / 2) + sign(2 * i + 1) * (abs(x[i] - y[i]) / 2) for i in range(D)]
    return [struct.unpack("<f", struct.pack("<f", v))[0] for v in unit(joined)]


def sparse(vector):
    """Places and numbers of what is not zero."""
    return [[i, v] for i, v in enumerate(vector) if v]


CASES = [
    ["Why is my invoice late?", "It was sent on Monday; the bank holiday delayed it.", "I do not know."],
    ["def add(a, b):\n    return a+b  # sum", "x = add(1, 2)", "x = add(1,2)\nprint(x)"],
    ["", "", ""],
    ["", "only one answer", ""],
    ["Ｆｕｌｌ ｗｉｄｔｈ ﬁne ①", "İstanbul STRASSE straße", "naïve naïve"],
    ["請求書はいつ届きますか", "明日です。", "わかりません 🙂👍🏽"],
    ["same", "same same same", "same same same"],
    [" \t\n\u00a0", "...", "a"],
]

cases = [{"prompt": p, "responseA": a, "responseB": b, "promptVector": sparse(embed_text(p)), "pairVector": sparse(embed_pair(p, a, b))} for p, a, b in CASES]
lines = ",\n".join(json.dumps(case) for case in cases)
(pathlib.Path(__file__).parent / "hashed-ngrams.json").write_text(f"[\n{lines}\n]\n")
