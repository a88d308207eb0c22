#!/usr/bin/env bash
# compare.sh PYTHON [reference|chat]
#
# Selects with the bundled data and model, exports a fine-tune job, trains it with TRL on the CPU, and compares
# the tokens and the mask that TRL learns with those of the selection. PYTHON has torch, transformers, peft, trl
# and datasets installed.
set -euo pipefail

python=$(realpath -s "$1")
form=${2:-reference}
root=$(cd "$(dirname "$0")/../../../../.." && pwd)
here=$root/deploy/local/src/test/trl
sluice=$root/deploy/sluice
work=$(mktemp -d)
echo "Working in $work"

"$sluice" bundled --out "$work/bundled" >/dev/null
model=$work/bundled/base
if [[ $form == chat ]]; then
  cat >"$model/chat_template.jinja" <<'E'
{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content | trim }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}
{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}
E
fi

setsid "$sluice" quickstart --keep --data "$work/stack" --out "$work/out" --text-form "$form" --budget 50,100 \
  --candidates "$work/bundled/candidates.jsonl.gz" --task "$work/bundled/target-arithmetic.json" \
  --model "$model" --checkpoint "$work"/bundled/warmup/checkpoint-* >"$work/quickstart.log" 2>&1 &
quickstart=$!
trap 'kill -TERM $quickstart 2>/dev/null || true; wait $quickstart 2>/dev/null || true' EXIT
until grep -q "Ctrl-C" "$work/quickstart.log"; do
  kill -0 "$quickstart" || { cat "$work/quickstart.log"; exit 1; }
  sleep 1
done
config=$work/stack/stack.properties
# The selection is complete, so the job of each budget has fired; the id is the last column.
job=$("$sluice" jobs --config "$config" | awk '$3 == 50 { print $NF }')
"$sluice" dataset "$job" --out "$work/dataset" --model "$model" --config "$config"
"$sluice" tokens --model "$model" --in "$work/dataset/train.jsonl" --text-form "$form" --json >"$work/tokens.jsonl"

cd "$work/dataset/trl"
"$(dirname "$python")/trl" sft --config trl.yaml
rm -r output
"$python" "$here/compare.py" "$work/tokens.jsonl"
