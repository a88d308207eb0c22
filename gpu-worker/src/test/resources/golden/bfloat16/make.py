"""Computes losses and gradients with base models in bfloat16, by transformers and PEFT.

For each small model of the golden data: the base is loaded with dtype bfloat16, the adapter stays in
32 bits as PEFT keeps it, and the loss of one example at a time is the mean over its learnt tokens.
MODEL-losses.npy has the losses of all examples, MODEL-gradient.npy the gradient of the first one,
in the order of lora_parameters.json.

python make.py FOLDER sdpa, with the folder golden/arch of the shared golden data, and
python make.py ../arch eager tiny-gemma2 tiny-gemma3 tiny-granite tiny-olmo2 tiny-phi3
("sdpa" leaves out the limit of attention scores of Gemma 2).
"""
import json
import sys
from pathlib import Path

import numpy as np
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

here = Path(__file__).parent
attention, names = sys.argv[2], sys.argv[3:]
for folder in sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir()):
    if names and folder.name not in names:
        continue
    base = AutoModelForCausalLM.from_pretrained(
        folder / "base", attn_implementation=attention, dtype=torch.bfloat16)
    model = PeftModel.from_pretrained(base, folder / "adapter", is_trainable=True)
    parameters = {name: value for name, value in model.named_parameters() if value.requires_grad}
    order = json.loads((folder / "lora_parameters.json").read_text())
    losses = []
    for index, example in enumerate(json.loads((folder / "examples.json").read_text())):
        ids = torch.tensor([example["input_ids"]])
        loss = model(input_ids=ids, labels=torch.tensor([example["labels"]])).loss
        losses.append(loss.item())
        if index == 0:
            loss.backward()
            gradient = torch.cat([parameters[each["name"]].grad.flatten() for each in order])
            np.save(here / f"{folder.name}-gradient.npy", gradient.numpy())
    np.save(here / f"{folder.name}-losses.npy", np.array(losses, dtype=np.float32))
    print(folder.name, parameters[order[0]["name"]].dtype, losses[0])
