"""Loads an accepted folder as it is and takes two steps of DPO on a tiny, randomly initialised model.

Usage: dpo_step.py FOLDER WORK_FOLDER. Prints one JSON document: the rows and the steps taken.
"""

import json
import sys

from datasets import load_dataset
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer

folder, work = sys.argv[1:]
rows = load_dataset(folder, split="train", cache_dir=f"{work}/cache")

SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]
words = sorted({word for row in rows for side in ("prompt", "chosen", "rejected") for turn in row[side] for word in turn["content"].split()})
vocabulary = {word: index for index, word in enumerate(SPECIAL + words)}
tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>", unk_token="<unk>")
fast.chat_template = "{% for turn in messages %}{{ turn['content'] }} </s> {% endfor %}"

config = LlamaConfig(vocab_size=len(vocabulary), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
                     pad_token_id=0, bos_token_id=1, eos_token_id=2)
LlamaForCausalLM(config).save_pretrained(f"{work}/model")
fast.save_pretrained(f"{work}/model")

arguments = DPOConfig(output_dir=f"{work}/out", max_steps=2, per_device_train_batch_size=2, report_to=[], use_cpu=True, bf16=False, disable_tqdm=True)
trained = DPOTrainer(model=f"{work}/model", args=arguments, train_dataset=rows, processing_class=fast).train()
print(json.dumps({"rows": len(rows), "steps": trained.global_step, "loss": trained.training_loss}))
