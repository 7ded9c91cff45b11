#!/usr/bin/env bash
# Two bridges with one key: the second says who has it, watches, and sends nothing while the first is at work; when the first ends the
# job the second leaves, and when it is killed the second goes on. usage: BUILD_DIR [killed]
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
# Long enough that the first is still at work when the second comes.
sed -i "s/^rounds = .*/rounds = 16/; s/^rounds_per_segment = .*/rounds_per_segment = 2/" "$config"
start_chain
submit_job
train &
first=$!
wait_for "$work/run.log" 'round 0, metric'

step "a second one, while the first is at work"
holder=$(sed -n 's/^\(pid [0-9]*\) on .*/\1/p' "$out"/journal/*.lease)
started_here | grep -x "${holder#pid }" >/dev/null || fail "the lease names '$holder', none of our processes"
ranks=$("$cone" run --print-ranks "${settings[@]}")
"${launch[@]}" -n "$ranks" "$cone" run "${settings[@]}" > "$work/second.log" 2>&1 &
second=$!
wait_for "$work/second.log" "another bridge uses this key: $holder on"
wait_for "$work/second.log" "watching job 1: Running, "

if [ "${2:-}" = killed ]; then
  kill -KILL "${holder#pid }"
  wait "$first" && fail "a run without its bridge left with 0"
  wait "$second" || { tail -n 60 "$work/second.log" >&2; fail "the second left with $?"; }
  grep -q "going on after" "$work/second.log" || { cat "$work/second.log" >&2; fail "the second did not go on where the first stopped"; }
else
  wait "$first" || { tail -n 60 "$work/run.log" >&2; fail "the first left with $?"; }
  wait "$second" || { tail -n 60 "$work/second.log" >&2; fail "the second left with $?"; }
  wait_for "$work/second.log" "the other bridge brought the job to its end" 1
  ! grep -q "members run" "$work/second.log" || fail "the second trained too"
fi

step "the job, and the key's transactions"
[ "$(json "$out/latest/result.json" 'd["status"]')" = settled ] || fail "the job did not settle"
expect 0 "equal: 8 segments" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
# What its journal holds is what the chain has of its key since the job's first transaction, each once.
python3 - "$out"/journal/*.journal > "$work/kept" <<'PYTHON'
import sqlite3, sys
rows = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("select nonce, stage, intent from entries order by id").fetchall()
mined = [nonce for nonce, stage, _ in rows if stage in (3, 4)]
wishes = [intent for _, stage, intent in rows if stage in (3, 4)]
assert rows and all(stage in (3, 4, 5) for _, stage, _ in rows), rows
assert mined == list(range(mined[0], mined[0] + len(mined))) and len(set(wishes)) == len(wishes), rows
print(len(mined))
PYTHON
told=$(json "$out/latest/result.json" 'len(d["gas"])')
[ "$(cat "$work/kept")" -eq "$told" ] || fail "$(cat "$work/kept") transactions in the journal, $told in the gas table"
printf 'ok   %s transactions, each once and in the journal\n' "$told"
