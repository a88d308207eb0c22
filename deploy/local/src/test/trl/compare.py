"""Trains with TRL from a folder that `dataset --model` wrote, and compares what TRL learns with a selection.

Usage, in the folder: compare.py TOKENS, with the output of `sluice tokens --json` for the same examples.
"""

import json
import sys

import trl
from trl.scripts import sft

prepared = []
train = trl.SFTTrainer.train


def keep_and_train(self, *args, **kwargs):
    rows = self.train_dataset
    prepared.extend({"ids": row["input_ids"], "labels": row["labels"]} for row in rows)
    return train(self, *args, **kwargs)


trl.SFTTrainer.train = keep_and_train
tokens = sys.argv[1]
parser = sft.make_parser()
sft.main(*parser.parse_args_and_config(["--config", "trl.yaml"], fail_with_unknown_args=False))

expected = [json.loads(line) for line in open(tokens, encoding="utf-8")]
expected = [one for one in expected if "refused" not in one]
if len(prepared) != len(expected):
    sys.exit(f"TRL trains on {len(prepared)} examples, not on {len(expected)}")
learnt = 0
for number, (actual, one) in enumerate(zip(prepared, expected), 1):
    # The first token is never predicted, whatever its label.
    mask = [0] + [int(label != -100) for label in actual["labels"][1:]]
    if actual["ids"] != one["ids"] or mask != one["learn"]:
        sys.exit(f"example {number} differs:\n{actual['ids']}\n{one['ids']}\n{mask}\n{one['learn']}")
    learnt += sum(mask)
print(f"Equal: {len(expected)} examples, {sum(len(one['ids']) for one in expected)} tokens, {learnt} learnt")
