"""Writes narrow_operations.pt beside this file, the operations of NarrowOperations.java.

Run it with any PyTorch whose TorchScript files the pinned version reads:
python narrow_operations.py
"""
from pathlib import Path

import torch


class NarrowOperations(torch.nn.Module):
    def forward(self, x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.linear(x.to(weight.dtype), weight).to(torch.float32)

    @torch.jit.export
    def empty_bfloat16(self, sample: torch.Tensor) -> torch.Tensor:
        return torch.empty_like(sample, dtype=torch.bfloat16)

    @torch.jit.export
    def to_float32(self, array: torch.Tensor) -> torch.Tensor:
        return array.to(torch.float32)

    @torch.jit.export
    def to_bfloat16(self, array: torch.Tensor) -> torch.Tensor:
        return array.to(torch.bfloat16)

    @torch.jit.export
    def to_float16(self, array: torch.Tensor) -> torch.Tensor:
        return array.to(torch.float16)

    @torch.jit.export
    def to_device(self, array: torch.Tensor, destination: torch.Tensor) -> torch.Tensor:
        return array.to(destination.device)


torch.jit.script(NarrowOperations()).save(str(Path(__file__).with_suffix(".pt")))
