"""
A sentence model of a few kilobytes, and what it gives, computed with NumPy and Hugging Face's tokenizers (Rust).

    pip install onnx==1.19.1 numpy==2.4.6 tokenizers==0.23.3
    python tests/oracles/onnx_model.py        writes tests/oracles/onnx-model/ beside this file

A token's vector is a row of a table, times its mask, plus the vector of its type; the text's is their mean, scaled to length 1.
"""
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer

FOLDER = pathlib.Path(__file__).parent / "onnx-model"
FOLDER.mkdir(exist_ok=True)
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "invoice", "parcel", "is", "late", "##ness", ".", "?", "naive", "請", "求", "書", "a", "b", "c", "d"]
DIMENSION = 8
TOKENS_MAX = 12
TEXTS = ["The invoice is late.", "the LATENESS", "parcel?", "", "naïve 請求書 zebra", "a b c d a b c d a b c d"]

rng = np.random.default_rng(5)
table = rng.normal(size=(len(VOCABULARY), DIMENSION)).astype(np.float32)
types = rng.normal(size=(2, DIMENSION)).astype(np.float32)

nodes = [
    helper.make_node("Gather", ["table", "input_ids"], ["tokens"]),
    helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
    helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
    helper.make_node("Mul", ["tokens", "column"], ["masked"]),
    helper.make_node("Gather", ["types", "token_type_ids"], ["typed"]),
    helper.make_node("Add", ["masked", "typed"], ["last_hidden_state"]),
]
inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "sequence"]) for name in ("input_ids", "attention_mask", "token_type_ids")]
outputs = [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "sequence", DIMENSION])]
weights = [numpy_helper.from_array(table, "table"), numpy_helper.from_array(types, "types"), numpy_helper.from_array(np.array([2]), "last")]
model = helper.make_model(helper.make_graph(nodes, "tiny", inputs, outputs, weights), opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.checker.check_model(model)
onnx.save(model, FOLDER / "model.onnx")

special = [{"id": i, "content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} for i, c in enumerate(VOCABULARY[:4])]
tokenizer = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": special,
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}},
    },
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {c: i for i, c in enumerate(VOCABULARY)}},
}
(FOLDER / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False))
(FOLDER / "tokenizer_config.json").write_text(json.dumps({"model_max_length": TOKENS_MAX, "tokenizer_class": "BertTokenizer"}))

rust = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
rust.enable_truncation(TOKENS_MAX)
cases = []
for text in TEXTS:
    ids = rust.encode(text).ids
    mean = (table[ids] + types[0]).astype(np.float64).mean(axis=0)
    cases.append({"text": text, "ids": ids, "vector": (mean / np.linalg.norm(mean)).tolist()})
(FOLDER / "cases.json").write_text("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
