#!/usr/bin/env python3
"""Greedy round robin as a batch in numpy: a yardstick for `sluice bench select --write DIR`.

Queries take turns, each takes its most similar candidate not yet taken, the lowest index among equals. Two ways
to do it: look for the best remaining candidate at every slot, or sort the candidates of every query first.

Usage: round_robin.py SCORES.npy SELECTED.txt
  SCORES.npy    float32, shape [queries, candidates]
  SELECTED.txt  an order to compare with, one index a line; its length is the budget
"""

import sys
import time

import numpy as np


def by_looking(scores, budget):
    remaining = scores.copy()
    order = np.empty(budget, dtype=np.int64)
    for slot in range(budget):
        order[slot] = remaining[slot % len(remaining)].argmax()
        remaining[:, order[slot]] = -np.inf
    return order


def by_sorting(scores, budget):
    ranked = np.argsort(-scores, axis=1, kind="stable")
    ahead = [iter(candidates) for candidates in ranked]
    taken = {}
    for slot in range(budget):
        best = next(c for c in ahead[slot % len(ahead)] if c not in taken)
        taken[best] = slot
    return np.fromiter(taken, dtype=np.int64)


def main(scores_file, selected_file):
    scores = np.load(scores_file)
    selected = np.loadtxt(selected_file, dtype=np.int64, ndmin=1)
    same = True
    for rule in (by_looking, by_sorting):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        order = rule(scores, len(selected))
        took, cpu = time.perf_counter() - begin, time.process_time() - begin_cpu
        equal = np.array_equal(order, selected)
        same &= equal
        print(f"{rule.__name__}: {took:.3f} s, processor {cpu:.3f} s, {'the same' if equal else 'ANOTHER'} order")
    return 0 if same else 1


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
