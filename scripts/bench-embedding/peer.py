"""
The same work in scikit-learn, for scripts/bench-embedding.mjs.

    python peer.py speed TEXTS.json                       CPU seconds of hashing words (1, 2) and characters in words (3, 4), as JSON
    python peer.py fitted POOL.json TEXTS.json OUT        TF-IDF of the same n-grams, fitted on POOL, of TEXTS, projected to 384, as float32

TEXTS.json is a list of texts.
"""
import json
import pathlib
import sys
import time

from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer
from sklearn.pipeline import make_union
from sklearn.preprocessing import normalize
from sklearn.random_projection import SparseRandomProjection

NGRAMS = {"word": (1, 2), "char_wb": (3, 4)}


def union(vectorizer, **options):
    return make_union(*(vectorizer(analyzer=analyzer, ngram_range=ngrams, **options) for analyzer, ngrams in NGRAMS.items()))


def texts_in(path: str):
    return json.loads(pathlib.Path(path).read_text())


def speed(path: str):
    texts = texts_in(path)
    hashing = union(HashingVectorizer)
    hashing.transform(texts[:10])
    begun = time.process_time()
    hashing.transform(texts)
    print(json.dumps({"seconds": time.process_time() - begun}))


def fitted(pool: str, path: str, out: str):
    tfidf = union(TfidfVectorizer, sublinear_tf=True).fit(texts_in(pool))
    weighed = normalize(tfidf.transform(texts_in(path)))
    projected = SparseRandomProjection(384, random_state=5, dense_output=True).fit_transform(weighed)
    normalize(projected).astype("<f4").tofile(out)


if sys.argv[1] == "speed":
    speed(sys.argv[2])
else:
    fitted(*sys.argv[2:])
