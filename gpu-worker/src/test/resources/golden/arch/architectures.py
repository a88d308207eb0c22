"""Makes small random models of dense decoders, and what transformers and PEFT compute with them.

The models of this folder (see MODELS) are those of the builds' tests:
    python architectures.py --out .
Random variations of every kind, for the test with -Dsluice.variations=FOLDER:
    python architectures.py --out FOLDER --variations 20

A model's folder has the files that ../README.txt describes. All values are computed in 32-bit floats,
with attn_implementation="eager", because "sdpa" leaves out the limit of attention scores of Gemma 2.
Needs torch, transformers, peft and numpy.
"""

import argparse
import json
import pathlib
import random

import numpy as np
import torch
import transformers
from peft import LoraConfig, get_peft_model

SMALL = dict(vocab_size=96, hidden_size=32, intermediate_size=40, num_attention_heads=4,
             num_key_value_heads=2, pad_token_id=2, bos_token_id=0, eos_token_id=1)
LENGTHS = (21, 34, 9, 48)

# name: class, settings, and what older versions of transformers write in place of some of them
MODELS = {
    "tiny-gemma2": ("Gemma2Config", dict(
        num_hidden_layers=3, head_dim=12, query_pre_attn_scalar=10, sliding_window=10,
        attn_logit_softcapping=2.0, final_logit_softcapping=6.0, rope_parameters=dict(rope_type="default", rope_theta=10000.0)),
        dict(rope_theta=10000.0, hidden_act="gelu_pytorch_tanh")),
    "tiny-gemma3": ("Gemma3TextConfig", dict(
        num_hidden_layers=3, head_dim=12, query_pre_attn_scalar=20, sliding_window=10, sliding_window_pattern=3,
        rope_parameters=dict(full_attention=dict(rope_type="linear", factor=4.0, rope_theta=1e6),
                             sliding_attention=dict(rope_type="default", rope_theta=5000.0))),
        dict(rope_theta=1e6, rope_local_base_freq=5000.0, rope_scaling=dict(rope_type="linear", factor=4.0),
             sliding_window_pattern=3, layer_types=None)),
    "tiny-phi3": ("Phi3Config", dict(
        num_hidden_layers=2, hidden_size=40, sliding_window=20, tie_word_embeddings=False,
        max_position_embeddings=96, original_max_position_embeddings=24,
        rope_parameters=dict(rope_type="longrope", rope_theta=10000.0, partial_rotary_factor=0.6,
                             short_factor=[1.0, 1.2, 1.5], long_factor=[1.5, 2.5, 4.0],
                             original_max_position_embeddings=24)),
        dict(rope_theta=10000.0, partial_rotary_factor=0.6,
             rope_scaling=dict(type="longrope", short_factor=[1.0, 1.2, 1.5], long_factor=[1.5, 2.5, 4.0]))),
    "tiny-granite": ("GraniteConfig", dict(
        num_hidden_layers=2, attention_bias=True, mlp_bias=True, embedding_multiplier=3.0, attention_multiplier=0.2,
        residual_multiplier=0.4, logits_scaling=2.5, tie_word_embeddings=True,
        rope_parameters=dict(rope_type="default", rope_theta=10000.0)), dict(rope_theta=10000.0)),
    "tiny-olmo2": ("Olmo2Config", dict(
        num_hidden_layers=2, tie_word_embeddings=False, rope_parameters=dict(rope_type="default", rope_theta=5e5)),
        dict(rope_theta=5e5)),
}


def randomize(model, seed):
    """Weights of a size at which every detail of the architecture changes the logits."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        values = torch.randn(parameter.shape, generator=generator)
        if "norm" in name:
            around = 0.0 if "gemma" in model.config.model_type else 1.0
            values = around + 0.2 * values
        else:
            values *= 0.3 if "embed_tokens" in name or "bias" in name else 0.15
        parameter.data.copy_(values)


def examples(seed, lengths, vocabulary):
    rng = np.random.default_rng(seed)
    made = []
    for length in lengths:
        ids = rng.integers(0, vocabulary, length).tolist()
        ids[length // 3] = SMALL["pad_token_id"]
        begin = int(rng.integers(1, max(2, length // 2)))
        labels = [-100] * begin + ids[begin:]
        if length > 20:
            labels[begin + 4:begin + 8] = [-100] * 4
        made.append(dict(input_ids=ids, labels=labels))
    return made


def loss(model, example):
    ids = torch.tensor([example["input_ids"]])
    return model(input_ids=ids, labels=torch.tensor([example["labels"]]))


def save(folder, name, array):
    np.save(folder / (name + ".npy"), np.asarray(array, dtype=np.float32))


def older(config, changes):
    """The config as transformers 4 writes it."""
    config = {k: v for k, v in config.items() if k not in ("rope_parameters", "dtype", "_sliding_window_pattern")}
    config["torch_dtype"] = "float32"
    config["transformers_version"] = "4.50.0"
    for key, value in changes.items():
        config.pop(key, None)
        if value is not None:
            config[key] = value
    return config


def make(folder, kind, settings, changes, seed, lengths, lora=dict(r=2, lora_alpha=8)):
    torch.manual_seed(seed)
    config = getattr(transformers, kind)(**{**SMALL, **settings})
    model = transformers.AutoModelForCausalLM.from_config(
        config, attn_implementation="eager", dtype=torch.float32)
    randomize(model, seed)
    model.save_pretrained(folder / "base")
    (folder / "base/generation_config.json").unlink(missing_ok=True)
    written = json.loads((folder / "base/config.json").read_text())
    if changes is not None:
        (folder / "base/config.v4style.json").write_text(json.dumps(older(written, changes), indent=2))
    # The weights and the config as written: what a file cannot hold must not be in the results.
    model = transformers.AutoModelForCausalLM.from_pretrained(
        folder / "base", attn_implementation="eager", dtype=torch.float32)
    model.config._name_or_path = folder.name + "/base"

    data = examples(seed, lengths, config.vocab_size)
    (folder / "examples.json").write_text("[" + ",\n".join(map(json.dumps, data)) + "]\n")
    model.train()
    with torch.no_grad():
        save(folder, "loss_base", [loss(model, e).loss.item() for e in data])
        pooled = []
        for i, e in enumerate(data):
            out = model(input_ids=torch.tensor([e["input_ids"]]), output_hidden_states=True)
            state = out.hidden_states[-1][0]
            if i == 0:
                save(folder, "hidden_states_base_0", torch.stack([h[0] for h in out.hidden_states]))
            if i in (0, 3):
                save(folder, f"logits_base_{i}", out.logits[0])
            weights = torch.arange(1, len(state) + 1, dtype=torch.float32)
            mean = (state * weights[:, None]).sum(0) / weights.sum()
            pooled.append((mean / mean.norm()).numpy())
        save(folder, "rds", np.stack(pooled))

    # The gradient of all weights, of which files hold only the length and the sum for each parameter.
    model.zero_grad()
    loss(model, data[0]).loss.backward()
    (folder / "full_gradient_0.json").write_text("{" + ",\n".join(
        f"{json.dumps(n)}: [{p.grad.norm().item()}, {p.grad.sum().item()}]" for n, p in model.named_parameters()) + "}\n")
    model.zero_grad()

    names = sorted({n.split(".")[-1] for n, m in model.named_modules()
                    if isinstance(m, torch.nn.Linear) and "lm_head" not in n})
    adapted = get_peft_model(model, LoraConfig(
        target_modules=names, task_type="CAUSAL_LM", lora_dropout=0.0, **lora))
    generator = torch.Generator().manual_seed(seed + 1)
    trained = [(n, p) for n, p in adapted.named_parameters() if p.requires_grad]
    for _, parameter in trained:
        parameter.data.copy_(0.1 * torch.randn(parameter.shape, generator=generator))
    adapted.save_pretrained(folder / "adapter")
    (folder / "adapter/README.md").unlink(missing_ok=True)
    offset, order = 0, []
    for name, parameter in trained:
        order.append(dict(name=name, shape=list(parameter.shape), offset=offset, numel=parameter.numel()))
        offset += parameter.numel()
    (folder / "lora_parameters.json").write_text("[" + ",\n".join(map(json.dumps, order)) + "]\n")
    losses, gradients = [], []
    adapted.train()
    for i, e in enumerate(data):
        adapted.zero_grad()
        out = loss(adapted, e)
        out.loss.backward()
        losses.append(out.loss.item())
        gradients.append(np.concatenate([p.grad.flatten().numpy() for _, p in trained]))
        if i in (0, 3):
            save(folder, f"logits_adapter_{i}", out.logits[0].detach())
    save(folder, "loss_adapter", losses)
    save(folder, "grads_raw", np.stack(gradients))
    return folder


def variation(rng):
    """Settings of a random model: other shapes, windows, factors, biases and rope scalings."""
    kind = rng.choice(["Gemma2Config", "Gemma3TextConfig", "Phi3Config", "GraniteConfig", "Olmo2Config"])
    heads = rng.choice([2, 3, 4, 6])
    layers = rng.randint(1, 7)
    size = rng.choice([8, 10, 16])
    settings = dict(
        num_attention_heads=heads, num_key_value_heads=rng.choice([d for d in (1, 2, 3, 6) if heads % d == 0]),
        hidden_size=heads * rng.choice([8, 12, 20]), num_hidden_layers=layers, head_dim=size,
        intermediate_size=rng.choice([24, 52]), vocab_size=rng.choice([64, 130]), rms_norm_eps=rng.choice([1e-5, 1e-6]),
        tie_word_embeddings=rng.random() < 0.5, max_position_embeddings=rng.choice([64, 256]))
    if rng.random() < 0.3:
        del settings["head_dim"]
        if kind.startswith("Gemma"):
            settings["head_dim"] = size
    size = settings.get("head_dim", settings["hidden_size"] // heads)
    theta = rng.choice([1e4, 5e5, 777.0])
    original = settings["max_position_embeddings"] // 4
    scaled = rng.choice([
        dict(rope_type="default"), dict(rope_type="linear", factor=rng.choice([2.0, 7.5])),
        dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
             original_max_position_embeddings=original),
        dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=original),
        dict(rope_type="dynamic", factor=2.0)])
    if scaled["rope_type"] == "dynamic":
        settings["max_position_embeddings"] = 256
    long = dict(rope_type="longrope", original_max_position_embeddings=original,
                short_factor=[rng.uniform(1, 2) for _ in range(size // 2)],
                long_factor=[rng.uniform(1, 5) for _ in range(size // 2)])
    if rng.random() < 0.2 and kind != "Gemma3TextConfig":
        scaled = long
    window = rng.choice([3, 8, 30, 500])
    if kind.startswith("Gemma"):
        settings.update(
            query_pre_attn_scalar=rng.choice([3, 16, 256]), sliding_window=window,
            final_logit_softcapping=rng.choice([None, 3.0, 30.0]), attention_bias=rng.random() < 0.3,
            hidden_activation=rng.choice(["gelu_pytorch_tanh", "gelu_pytorch_tanh", "gelu", "silu"]))
        if rng.random() < 0.4:
            settings["layer_types"] = [rng.choice(["sliding_attention", "full_attention"]) for _ in range(layers)]
    if kind == "Gemma2Config":
        settings.update(attn_logit_softcapping=rng.choice([None, 1.5, 50.0]))
    if kind == "Gemma3TextConfig":
        settings.update(sliding_window_pattern=rng.choice([2, 3, 6]))
        settings["rope_parameters"] = dict(
            full_attention=dict(scaled, rope_theta=theta), sliding_attention=dict(rope_type="default", rope_theta=300.0))
        if scaled["rope_type"] == "dynamic":
            settings["rope_parameters"]["full_attention"] = dict(rope_type="default", rope_theta=theta)
    else:
        settings["rope_parameters"] = dict(scaled, rope_theta=theta)
    if kind == "Phi3Config":
        settings.pop("head_dim", None)
        size = settings["hidden_size"] // heads
        share = rng.choice([s for s in (1.0, 0.75, 0.5, 0.4) if int(size * s) % 2 == 0])
        pairs = int(size * share) // 2
        settings["original_max_position_embeddings"] = original
        settings["sliding_window"] = rng.choice([None, window])
        settings["rope_parameters"] = rng.choice([
            dict(rope_type="default", rope_theta=theta, partial_rotary_factor=share),
            dict(long, rope_theta=theta, partial_rotary_factor=share,
                 short_factor=[rng.uniform(1, 2) for _ in range(pairs)],
                 long_factor=[rng.uniform(1, 5) for _ in range(pairs)])])
    if kind == "GraniteConfig":
        settings.update(
            attention_bias=rng.random() < 0.5, mlp_bias=rng.random() < 0.5,
            embedding_multiplier=rng.choice([1.0, 12.0]), attention_multiplier=rng.choice([1.0, 0.0625]),
            residual_multiplier=rng.choice([1.0, 0.22]), logits_scaling=rng.choice([1.0, 8.0]))
    if kind == "Olmo2Config":
        settings.update(attention_bias=rng.random() < 0.5)
    return kind, settings


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder for the models' folders")
    parser.add_argument("--variations", type=int, default=0, help="make so many random models instead")
    parser.add_argument("--seed", type=int, default=1, help="seed of the variations")
    arguments = parser.parse_args()
    transformers.logging.set_verbosity_error()
    if arguments.variations == 0:
        for i, (name, (kind, settings, changes)) in enumerate(MODELS.items()):
            print(make(arguments.out / name, kind, settings, changes, 100 + i, LENGTHS))
    for i in range(arguments.variations):
        seed = 1000 * arguments.seed + i
        rng = random.Random(seed)
        kind, settings = variation(rng)
        lengths = [rng.randint(3, 90) for _ in range(4)]
        name = f"{seed}-{kind.removesuffix('Config').lower()}"
        print(make(arguments.out / name, kind, settings, None, seed, lengths,
                   dict(r=rng.choice([1, 4]), lora_alpha=8, use_rslora=rng.random() < 0.3)))


if __name__ == "__main__":
    main()
