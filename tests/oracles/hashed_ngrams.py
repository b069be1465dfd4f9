"""
Oracle of the built-in featuriser and of a pair's vector: their documentation, written again in Python (3.11, Unicode 14).

    python3 tests/oracles/hashed_ngrams.py        writes hashed-ngrams.json beside this file
"""
import base64
import collections
import json
import math
import pathlib
import re
import struct
import unicodedata

D = 384
HERE = pathlib.Path(__file__).parent
SPACES = set("\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff") | {chr(c) for c in range(0x2000, 0x200B)}
UNSPACED = [(0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]
COMMON_SOURCE = (HERE / "../../ml-backend/embedding/common-words.ts").read_text()
COMMON_WORDS = set(re.search(r"`([^`]*)`", COMMON_SOURCE.split("COMMON_WORDS")[1])[1].split())


def finish(h: int) -> int:
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
    return h ^ (h >> 16)


def hash32(items) -> int:
    h = 0x811C9DC5
    for item in items:
        h = ((h ^ item) * 0x01000193) & 0xFFFFFFFF
    return finish(h)


def read(text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * 20_000]
    cut = units.decode("utf-16-le", "surrogatepass")
    return unicodedata.normalize("NFKC", cut).lower()[:20_000]


def tokens_of(text: str):
    """(token, where it begins, where it ends) of a text as read."""
    found = []
    run = None
    for i, c in enumerate(text + " "):
        unspaced = any(first <= ord(c) <= last for first, last in UNSPACED)
        letter = not unspaced and (c == "_" or unicodedata.category(c)[0] in "LMN")
        if letter and run is None:
            run = i
        if not letter and run is not None:
            found.append((text[run:i], run, i))
            run = None
        if not letter and c not in SPACES:
            found.append((c, i, i + 1))
    return found


def is_common(token: str) -> bool:
    symbol = len(token) == 1 and ord(token) < 128 and not token.isalnum() and token != "_"
    return symbol or token in COMMON_WORDS


def features(text: str):
    """(hash, weight) of every occurrence."""
    plain = read(text)
    found = tokens_of(plain)
    common = {(start, end): is_common(token) for token, start, end in found}
    hashes = [hash32([1, *map(ord, token)]) for token, _, _ in found]
    for i, (token, _, _) in enumerate(found):
        yield hashes[i], 4 * (1 if is_common(token) else 5)
        if i:
            yield hash32([2, hashes[i - 1], hashes[i]]), 1 if is_common(token) and is_common(found[i - 1][0]) else 5
    stream = [(" ", True)]
    at = 0
    for (start, end), plain_token in common.items():
        if start > at and stream[-1][0] != " ":
            stream.append((" ", True))
        stream += [(c, plain_token) for c in plain[start:end]]
        at = end
    if stream[-1][0] != " ":
        stream.append((" ", True))
    for n in (3, 4):
        for start in range(len(stream) - n + 1):
            gram = stream[start : start + n]
            yield hash32([3, *(ord(c) for c, _ in reversed(gram))]), 1 if all(flag for _, flag in gram) else 5


def float32(x: float) -> float:
    return struct.unpack("<f", struct.pack("<f", x))[0]


def unit(vector):
    squares = 0.0
    for x in vector:
        squares += float(x) * float(x)
    length = math.sqrt(squares)
    return [x / length for x in vector] if length else vector


def embed_text(text: str):
    counts = collections.Counter()
    weights = {}
    for h, weight in features(text):
        counts[h] += 1
        weights[h] = max(weights.get(h, 0), weight)
    sums = [0] * D
    for h, count in counts.items():
        value = weights[h] * math.floor(math.sqrt(count) * 64 + 0.5)
        bits = h
        for block in range(4):
            bits = (bits * 0x9E3779B1 + 0x7F4A7C15) & 0xFFFFFFFF
            place = 96 * block + ((bits >> 17) * 96 >> 15)
            sums[place] += -value if bits & 0x10000 else value
    return [float32(v) for v in unit(sums)]


def sign(place: int) -> int:
    return -1 if finish(place + 1) & 1 else 1


def embed_pair(prompt: str, a: str, b: str):
    p, x, y = (unit(embed_text(text)) for text in (prompt, a, b))
    joined = [p[i] + sign(2 * i) * ((x[i] + y[i]) / 2) + sign(2 * i + 1) * (abs(x[i] - y[i]) / 2) for i in range(D)]
    return [float32(v) for v in unit(joined)]


ONCE = [1, 1, 1]
# Prompt, response A, response B, and how often each is repeated.
CASES = [
    [["the word ", "long 🙂 ", "請"], [300, 3_000, 25_000]],
    [["Why is my invoice late?", "It was sent on Monday; the bank holiday delayed it.", "I do not know."], ONCE],
    [["def add(a, b):\n    return a+b  # sum", "x = add(1, 2)", "x = add(1,2)\r\nprint(x)"], ONCE],
    [["", "", ""], ONCE],
    [["", "only one answer", ""], ONCE],
    [["Ｆｕｌｌ ｗｉｄｔｈ ﬁne ①", "İstanbul STRASSE straße ΟΔΟΣ", "naïve nai\u0308ve"], ONCE],
    [["請求書はいつ届きますか", "明日です。𠮷野家", "わかりません 🙂👍🏽 ใบแจ้งหนี้"], ONCE],
    [["same", "same same same", "same same same"], ONCE],
    [[" \t\n\u00a0", "...", "a"], ONCE],
    [["lone \ud83d surrogate", "\u200b\u001c zero-width", "don't it's the of"], ONCE],
]


def packed(vector) -> str:
    """float32, little endian, in base64."""
    return base64.b64encode(struct.pack("<384f", *vector)).decode()


cases = [
    {
        "texts": texts,
        "times": times,
        "vectors": [packed(embed_text(text * n)) for text, n in zip(texts, times)],
        "pairVector": packed(embed_pair(*(text * n for text, n in zip(texts, times)))),
    }
    for texts, times in CASES
]
lines = ",\n".join(json.dumps(case) for case in cases)
(HERE / "hashed-ngrams.json").write_text(f"[\n{lines}\n]\n")
