#!/usr/bin/env bash
# The node answers nobody for a while in the middle of the job: the job settles and nothing was sent twice. usage: BUILD_DIR [SECONDS]
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
pause=${2:-10}
use_config configs/tiny.toml
start_chain
submit_job
anvil=$(anvil_pid)
train &
job=$!
for ((i = 0; i < 900; i++)); do
  grep -q 'round 0, metric' "$work/run.log" 2>/dev/null && break
  sleep 0.1
done
kill -STOP "$anvil"
sleep "$pause"
kill -CONT "$anvil"
code=0
wait "$job" || code=$?
tail -n 40 "$work/run.log"
[ "$code" -eq 0 ] || fail "cone run left with $code"
check_result
# The bridge's account sends nothing but the job's transactions: its nonce counts them.
first=$(json "$out/latest/result.json" 'min(d["gas"], key=lambda g: g["block"])["tx"]')
bridge=$(cast tx --rpc-url "$(node_url)" "$first" from)
block=$(json "$out/latest/result.json" 'min(g["block"] for g in d["gas"])')
nonce() { cast nonce --rpc-url "$(node_url)" --block "$1" "$bridge"; }
sent=$(($(nonce latest) - $(nonce $((block - 1)))))
told=$(json "$out/latest/result.json" 'len({g["tx"] for g in d["gas"]})')
listed=$(json "$out/latest/result.json" 'len(d["gas"])')
calls=$(json "$out/latest/result.json" 'len({(g["call"], g["detail"]) for g in d["gas"]})')
[ "$sent" -eq "$told" ] && [ "$told" -eq "$listed" ] && [ "$calls" -eq "$listed" ] || fail "$sent sent, $told in the gas table of $listed rows, $calls different"
printf 'ok   %s transactions, each once, over %s s of silence\n' "$sent" "$pause"
