"""Trains adapters on the base of tiny-llama in 32 bits and in bfloat16, by the Hugging Face Trainer and PEFT.

The settings are those of tiny-llama/run, which the run in 32 bits repeats. Writes the adapter after the last
step of the run in bfloat16 to training-adapter.npy, the parameters one after another in the order of their
names in the adapter file, and the losses of its steps to training-losses.npy.

python train.py
"""
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from peft import LoraConfig, get_peft_model
from safetensors.numpy import load_file
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments, set_seed

here = Path(__file__).parent
golden = here.parent / "tiny-llama"
examples = json.loads((golden / "encoded.json").read_text())["candidates"][:60]


def collate(rows):
    longest = max(len(row["input_ids"]) for row in rows)

    def padded(key, value):
        return torch.tensor([row[key] + [value] * (longest - len(row[key])) for row in rows])

    mask = [[1] * len(row["input_ids"]) + [0] * (longest - len(row["input_ids"])) for row in rows]
    return {"input_ids": padded("input_ids", 2), "labels": padded("labels", -100),
            "attention_mask": torch.tensor(mask)}


def train(dtype):
    set_seed(0)
    model = AutoModelForCausalLM.from_pretrained(golden / "base", dtype=dtype)
    model = get_peft_model(model, LoraConfig(
        r=8, lora_alpha=32, lora_dropout=0.0, task_type="CAUSAL_LM",
        target_modules=["q_proj", "k_proj", "v_proj", "o_proj"]))
    with TemporaryDirectory() as folder:
        trainer = Trainer(
            model=model, train_dataset=examples, data_collator=collate,
            args=TrainingArguments(
                folder, seed=0, per_device_train_batch_size=12, num_train_epochs=4,
                learning_rate=2e-3, warmup_steps=1, lr_scheduler_type="linear", logging_steps=1,
                report_to=[], save_strategy="no", use_cpu=True, remove_unused_columns=False))
        trainer.train()
        model.save_pretrained(folder)
        tensors = load_file(Path(folder) / "adapter_model.safetensors")
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return losses, np.concatenate([tensors[name].flatten() for name in sorted(tensors)])


wide, adapter = train(torch.float32)
reference = [entry["loss"] for entry in json.loads(
    (golden / "run/checkpoint-20/trainer_state.json").read_text())["log_history"]]
print(max(abs(a / b - 1) for a, b in zip(wide, reference)), "from the reference's losses")
narrow, rounded = train(torch.bfloat16)
print(np.linalg.norm(rounded - adapter) / np.linalg.norm(adapter), "between the adapters")
np.save(here / "training-adapter.npy", rounded.astype(np.float32))
np.save(here / "training-losses.npy", np.array(narrow, dtype=np.float32))
