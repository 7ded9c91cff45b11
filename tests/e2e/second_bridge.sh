#!/usr/bin/env bash
# Two bridges with one key: the second is told who has it and leaves with 75, the first's job settles, nothing is sent twice. usage: BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
# Long enough that the first is still at work when the second comes.
sed -i "s/^rounds = .*/rounds = 16/; s/^rounds_per_segment = .*/rounds_per_segment = 2/" "$config"
start_chain
submit_job
train &
job=$!
for ((i = 0; i < 900; i++)); do
  grep -q 'round 0, metric' "$work/run.log" 2>/dev/null && break
  kill -0 "$job" 2>/dev/null || { cat "$work/run.log" >&2; fail "the first run ended before it trained"; }
  sleep 0.1
done

step "a second one, while the first is at work"
holder=$(sed -n 's/^\(pid [0-9]*\) on .*/\1/p' "$out"/journal/*.lease)
started_here | grep -x "${holder#pid }" >/dev/null || fail "the lease names '$holder', none of our processes"
ranks=$("$cone" run --print-ranks "${settings[@]}")
expect 75 "another bridge uses this key: $holder on" "${launch[@]}" -n "$ranks" "$cone" run "${settings[@]}"

step "the first"
code=0
wait "$job" || code=$?
[ "$code" -eq 0 ] || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $code"; }
[ "$(json "$out/latest/result.json" 'd["status"]')" = settled ] || fail "the job did not settle"
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
