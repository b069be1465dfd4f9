"""Writes ledger.json: canonical JSON, Merkle trees with proofs, signed notes and a small ledger, made without Pairloop's code.

Python 3.11 with rfc8785==0.1.4 and cryptography==50.0.2; run `python ledger.py` in this folder. Everything is seeded.
- Numbers and objects: what the package rfc8785 makes of random doubles (bit patterns) and random objects.
- Trees: RFC 6962's definitions, written down as they stand there, over the eight leaves that Certificate Transparency's own tests use;
  their published roots are asserted. Also over leaves "0", "1", ... up to 40.
- Notes: the example of https://c2sp.org/signed-note and the one of golang.org/x/mod/sumdb/note are verified here with `cryptography`, and a
  checkpoint is signed with a key made of a fixed seed.
- Ledger: a file of six entries, with the chain, the root and the signature computed here.
"""
import base64
import hashlib
import json
import random
import struct
from pathlib import Path

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
C2SP_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def sha256(data):
    return hashlib.sha256(data).digest()


def power_below(n):
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def tree(leaves):
    """RFC 6962, 2.1: MTH."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    k = power_below(len(leaves))
    return sha256(b"\x01" + tree(leaves[:k]) + tree(leaves[k:]))


def inclusion(m, leaves):
    """RFC 6962, 2.1.1: PATH."""
    if len(leaves) == 1:
        return []
    k = power_below(len(leaves))
    if m < k:
        return inclusion(m, leaves[:k]) + [tree(leaves[k:])]
    return inclusion(m - k, leaves[k:]) + [tree(leaves[:k])]


def subproof(m, leaves, whole):
    """RFC 6962, 2.1.2: SUBPROOF."""
    if m == len(leaves):
        return [] if whole else [tree(leaves)]
    k = power_below(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], whole) + [tree(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [tree(leaves[:k])]


def tree_case(leaves, indexes, firsts):
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "root": tree(leaves).hex(),
        "inclusion": [{"index": m, "proof": [h.hex() for h in inclusion(m, leaves)]} for m in indexes],
        "consistency": [{"first": m, "root": tree(leaves[:m]).hex(), "proof": [h.hex() for h in subproof(m, leaves, True)]} for m in firsts],
    }


def key_id(name, public):
    return sha256(name.encode() + b"\n\x01" + public)[:4]


def verify_note(note, vkey):
    name, identity, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    assert raw[0] == 1 and key_id(name, raw[1:]).hex() == identity
    text, line = note.rsplit("\n\n", 1)
    dash, signer, signature = line.rstrip("\n").split(" ")
    signed = base64.b64decode(signature)
    assert dash == "—" and signer == name and signed[:4].hex() == identity
    Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signed[4:], (text + "\n").encode())
    return {"note": note, "key": vkey, "text": text + "\n"}


def sign(text, name, key):
    public = key.public_key().public_bytes_raw()
    signed = key_id(name, public) + key.sign(text.encode())
    return f"{text}\n— {name} {base64.b64encode(signed).decode()}\n"


def signed_checkpoint(leaves):
    seed = sha256(b"pairloop ledger oracle")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    name = "pairloop/oracle"
    public = key.public_key().public_bytes_raw()
    identity = key_id(name, public).hex()
    encode = lambda data: base64.b64encode(b"\x01" + data).decode()
    vkey = f"{name}+{identity}+{encode(public)}"
    root = tree(leaves)
    note = sign(f"{name}\n{len(leaves)}\n{base64.b64encode(root).decode()}\n", name, key)
    skey = f"PRIVATE+KEY+{name}+{identity}+{encode(seed)}\n"
    return {"signing_key": skey, "key": vkey, "size": len(leaves), "root": root.hex(), "note": note}


def canonical(value):
    return rfc8785.dumps(value).decode()


def ledger():
    previous, lines = "0" * 64, []
    for seq in range(6):
        facts = {"pair": f"päir-{seq}", "share": seq / 3, "raters": [f"r{r}" for r in range(seq)], "first": seq == 0, "batch": None}
        entry = {"v": 1, "seq": seq, "kind": "vote.counted", "at": f"2026-01-0{seq + 1}T00:00:00.000Z", "sealed_at": "2026-02-01T00:00:00.000Z"}
        line = canonical({**entry, "facts": facts, "previous": previous})
        previous = sha256(b"\x00" + line.encode()).hex()
        lines.append(line)
    checkpoint = signed_checkpoint([line.encode() for line in lines])
    head = canonical({"pairloop_ledger": 1, "key": checkpoint["key"]})
    closing = canonical({"checkpoint": checkpoint["note"], "previous": previous})
    return {**checkpoint, "file": "\n".join([head, *lines, closing]) + "\n"}


def random_numbers(rng, count):
    numbers = []
    while len(numbers) < count:
        value = struct.unpack(">d", rng.randbytes(8))[0] if rng.random() < 0.7 else round(rng.uniform(-1e6, 1e6), rng.randrange(8))
        if value == value and abs(value) != float("inf"):
            numbers.append({"bits": struct.pack(">d", value).hex(), "text": canonical(value)})
    return numbers


def random_value(rng, depth):
    choice = rng.randrange(6 if depth > 0 else 4)
    if choice == 0:
        return rng.choice([None, True, False])
    if choice == 1:
        return rng.randrange(-(2**53) + 1, 2**53)
    if choice < 4:
        return "".join(rng.choice("aAé€😂דּ\n\"\\\x0f\x7f/1 ") for _ in range(rng.randrange(6)))
    if choice == 4:
        return [random_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {"".join(rng.choice("aé€😂דּ1\n") for _ in range(3)): random_value(rng, depth - 1) for _ in range(5)}


def main():
    rng = random.Random(8785)
    ct = [bytes.fromhex(leaf) for leaf in CT_LEAVES]
    for size, root in enumerate(CT_ROOTS, 1):
        assert tree(ct[:size]).hex() == root
    trees = [tree_case(ct[:size], range(size), range(1, size + 1)) for size in range(9)]
    for size in [9, 13, 16, 17, 31, 33, 40]:
        leaves = [str(i).encode() for i in range(size)]
        trees.append(tree_case(leaves, sorted(rng.sample(range(size), 4)), sorted(rng.sample(range(1, size), 4))))
    values = [random_value(rng, 4) for _ in range(60)]
    oracle = {
        "numbers": random_numbers(rng, 300),
        "values": [{"json": json.dumps(value), "canonical": canonical(value)} for value in values],
        "trees": trees,
        "notes": [verify_note(C2SP_NOTE, C2SP_KEY), verify_note(GO_NOTE, GO_KEY)],
        "ledger": ledger(),
    }
    verify_note(oracle["ledger"]["note"], oracle["ledger"]["key"])
    Path("ledger.json").write_text(json.dumps(oracle, separators=(",", ":")) + "\n")


main()
