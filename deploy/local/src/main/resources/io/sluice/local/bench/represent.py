"""What `sluice bench represent --against python` compares with: the same gradients in PyTorch, transformers and PEFT.

One example is computed at a time, at one checkpoint after another: the gradient of its mean loss with respect to the
adapter, and of that the update that Adam would make. There is no projection, and texts come as tokens.

Usage: represent.py
  prints the versions of the packages that are needed, or names the one that is missing and ends with 1.

Usage: represent.py MODEL EXAMPLES THREADS VECTORS CHECKPOINT...
  MODEL     folder of the base model
  EXAMPLES  file with one object a line: {"ids": [...], "labels": [...]}
  THREADS   threads of PyTorch
  VECTORS   file to which the vectors of the first example are written, one after another, as little-endian float32
Writes "ready" when the vectors are written. Then each line "BEGIN END" on standard input asks for the examples from BEGIN
to END (exclusive), and is answered by a line with the seconds that they took. Ends with its standard input.
"""

import importlib.metadata
import json
import pathlib
import sys
import time

PACKAGES = ("torch", "transformers", "peft", "safetensors")


def versions():
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            sys.exit(f"there is no package {package}")
    return ", ".join(found)


class Adapter:
    """The adapter of one checkpoint, its parameters in the order of the model, and Adam's moments."""

    def __init__(self, model, name, folder):
        marker = f".{name}."
        self.name = name
        named = [(n.replace(marker, ".default."), p) for n, p in model.named_parameters() if "lora_" in n and marker in n]
        self.parameters = [parameter for _, parameter in named]
        self.first, self.second = moments(folder, [name for name, _ in named])

    def vector(self, model, ids, labels):
        model(input_ids=ids, labels=labels, use_cache=False).loss.backward()
        gradient = torch.cat([parameter.grad.reshape(-1) for parameter in self.parameters])
        for parameter in self.parameters:
            parameter.grad = None
        first = 0.9 * self.first + 0.1 * gradient
        return first / torch.sqrt(0.999 * self.second + 0.001 * gradient * gradient + 1e-8)


def moments(folder, names):
    file = folder / "optimizer_state.safetensors"
    if file.exists():
        state = load_file(str(file))
        values = [[state[f"{name}.{moment}"] for name in names] for moment in ("exp_avg", "exp_avg_sq")]
    else:
        state = torch.load(folder / "optimizer.pt", map_location="cpu", weights_only=True)
        numbers = [number for group in state["param_groups"] for number in group["params"]]
        values = [[state["state"][number][moment] for number in numbers] for moment in ("exp_avg", "exp_avg_sq")]
    return [torch.cat([value.float().reshape(-1) for value in moment]) for moment in values]


def main(folder, examples, threads, vectors, *checkpoints):
    torch.set_num_threads(int(threads))
    lines = [json.loads(line) for line in pathlib.Path(examples).read_text().splitlines()]
    tokens = [(torch.tensor([line["ids"]]), torch.tensor([line["labels"]])) for line in lines]
    base = AutoModelForCausalLM.from_pretrained(folder).float()
    names = [f"checkpoint{i}" for i in range(len(checkpoints))]
    model = PeftModel.from_pretrained(base, checkpoints[0], adapter_name=names[0], is_trainable=True)
    for name, checkpoint in zip(names[1:], checkpoints[1:]):
        model.load_adapter(checkpoint, adapter_name=name, is_trainable=True)
    model.eval()
    adapters = [Adapter(model, name, pathlib.Path(path)) for name, path in zip(names, checkpoints)]

    def each(begin, end):
        for adapter in adapters:
            model.set_adapter(adapter.name)
            for ids, labels in tokens[begin:end]:
                yield adapter.vector(model, ids, labels)

    with open(vectors, "wb") as out:
        for vector in each(0, 1):
            out.write(struct.pack(f"<{len(vector)}f", *vector.tolist()))
    print("ready", flush=True)
    for line in sys.stdin:
        begin, end = map(int, line.split())
        start = time.perf_counter()
        for _ in each(begin, end):
            pass
        print(time.perf_counter() - start, flush=True)


if len(sys.argv) == 1:
    print(versions())
else:
    import struct

    import torch
    from peft import PeftModel
    from safetensors.torch import load_file
    from transformers import AutoModelForCausalLM

    main(*sys.argv[1:])
