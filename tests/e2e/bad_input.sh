#!/usr/bin/env bash
# What cannot work is refused at once, with a stable exit code, the reason and the way out.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
mkdir -p "$work/bad"

step "help of every command, and no command"
for command in "" "devnet" "devnet up" "devnet down" submit run status verify report doctor withdraw "bench"; do
  # shellcheck disable=SC2086  # "devnet up" is two words
  expect 0 "--help" "$cone" $command --help
done
expect 2 "subcommand" "$cone"
expect 2 "--colour" "$cone" status --colour
expect 2 "loud" "$cone" status --log-level loud

step "configuration"
bad_config() { sed "$1" configs/tiny.toml > "$work/bad/config.toml"; }
bad_config 's/^learning_rate = /learning_rat = /'
expect 2 "learning_rat" "$cone" submit --dry-run --config "$work/bad/config.toml"
line=$(grep -n '^learning_rat ' "$work/bad/config.toml" | cut -d: -f1)
grep -q "config.toml:$line" "$work/said" && grep -q 'hint:.*learning_rate' "$work/said" || { cat "$work/said" >&2; fail "no line or hint"; }
bad_config 's/^executors = 6/executors = "six"/'
expect 2 "execution.executors" "$cone" run --print-ranks --config "$work/bad/config.toml"
expect 2 "training.rounds" "$cone" run --print-ranks "${settings[@]}" --set training.rounds=3 --set training.rounds_per_segment=2
expect 2 "execution.executors" "$cone" run --print-ranks "${settings[@]}" --set execution.executors=2
expect 2 "chain.chain_id" "$cone" run --print-ranks "${settings[@]}" --set chain.chain_id=-1
expect 2 "test keys" "$cone" status "${settings[@]}" --set chain.chain_id=1
expect 2 "none.toml" "$cone" status --config "$work/none.toml"

step "no node"
expect 3 "cone devnet up" "$cone" submit "${settings[@]}"
expect 3 "cone devnet up" "$cone" status "${settings[@]}"
SECONDS=0
expect 3 "cone devnet up" "${launch[@]}" -n 7 "$cone" run "${settings[@]}"
[ "$SECONDS" -lt 60 ] || fail "the executors waited $SECONDS s for a bridge that was gone"

step "wrong number of ranks"
expect 2 "7" "${launch[@]}" -n 3 "$cone" run "${settings[@]}"
grep -q "ranks" "$work/said" || fail "the refusal does not speak of ranks"

step "data files"
cp -r data/mnist "$work/bad/mnist"
expect 3 "$work/bad/nowhere" "$cone" submit "${settings[@]}" --dry-run --set "data.dir=$work/bad/nowhere"
gzip -dc data/mnist/train-images-idx3-ubyte.gz | head -c 1000000 > "$work/bad/mnist/train-images-idx3-ubyte" || true  # SIGPIPE is meant
rm "$work/bad/mnist/train-images-idx3-ubyte.gz"
expect 3 "train-images-idx3-ubyte" "$cone" submit "${settings[@]}" --dry-run --set "data.dir=$work/bad/mnist"
gzip -dc data/mnist/train-labels-idx1-ubyte.gz > "$work/bad/mnist/train-labels-idx1-ubyte"
rm "$work/bad/mnist/train-labels-idx1-ubyte.gz"
cp data/mnist/train-images-idx3-ubyte.gz "$work/bad/mnist/"
rm "$work/bad/mnist/train-images-idx3-ubyte"
printf '\x63' | dd of="$work/bad/mnist/train-labels-idx1-ubyte" bs=1 seek=100 conv=notrunc status=none
expect 3 "label" "$cone" submit "${settings[@]}" --dry-run --set "data.dir=$work/bad/mnist"
expect 2 "300300 images asked" "$cone" submit "${settings[@]}" --dry-run --set data.images_per_seller=50000

step "another chain, and no job yet"
start_chain
"$cone" devnet up "${settings[@]}" --json > "$work/answer.json"
[ "$(json "$work/answer.json" 'd["already_running"]')" = True ] || fail "devnet up twice"
expect 2 "31337" "$cone" status "${settings[@]}" --set chain.chain_id=1337
expect 4 "job" "$cone" status "${settings[@]}"

step "a shard that was changed after the job was made: executors refuse, nothing is trained"
submit_job
job=$out/job-1
root=$("$cone" submit "${settings[@]}" --dry-run --json 2> /dev/null | python3 -c 'import json,sys; print(json.load(sys.stdin)["command"])')
[ "$root" = submit ] || fail "submit --dry-run --json"
python3 - "$out/store" <<'PY'
import pathlib, sys
shard = sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.stat().st_size == 471052)[0]
content = bytearray(shard.read_bytes())
content[200000] ^= 1
shard.write_bytes(content)
PY
code=0
train || code=$?
[ "$code" -eq 75 ] || fail "exit $code, not 75"
[ "$(json "$out/latest/result.json" 'd["status"], len(d["rounds"])')" = "('failed', 0)" ] || fail "the result does not say failed"
grep -q 'seller [0-5]: ' "$work/run.log" || fail "the seller is not named"
grep -q 'metric' "$work/run.log" && fail "something was trained"
grep -q 'no executor joined' "$work/run.log" || fail "the reason is not said"

step "a job spec of random bytes"
head -c 400 /dev/urandom > "$job/job-spec.pb"
expect 3 "job-spec.pb" "${launch[@]}" -n 7 "$cone" run "${settings[@]}"

step "doctor"
"$cone" doctor "${settings[@]}" --json > "$work/answer.json" 2> "$work/said" || true
[ "$(json "$work/answer.json" 'd["schema_version"]')" = 1 ] || fail "doctor --json"
