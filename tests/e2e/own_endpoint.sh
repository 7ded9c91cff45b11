#!/usr/bin/env bash
# Every executor sees for itself that a root is in a block; one cannot reach its node. It keeps its vote back, and the job goes on. usage: BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
# The liar makes the set of segment 1 the whole pool, so the one that is cut off is in it, wherever the draw puts it.
use_config configs/tiny.toml wrong-digest@1.1
start_chain
submit_job

# member COUNT URL: so many ranks with this endpoint of their own, as mpirun takes them.
member() { printf '%s\n' -n "$1" "$cone" run "${settings[@]}" --set "chain.member_rpc_url=$2"; }
mapfile -t bridge < <(member 1 "")
mapfile -t cut_off < <(member 1 http://127.0.0.1:1)
mapfile -t others < <(member 5 "$(node_url)")
"${launch[@]}" "${bridge[@]}" : "${cut_off[@]}" : "${others[@]}" > "$work/run.log" 2>&1 \
  || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $?"; }

why='executor 0 failed in segment 1: our endpoint: node cannot be reached'
grep -q "$why.*: nothing is revealed" "$work/run.log" || { tail -n 60 "$work/run.log" >&2; fail "no '$why'"; }
grep -q 'executor [1-5] failed' "$work/run.log" && fail "an executor whose endpoint works kept its vote back"
# Whoever is accused: the one that is cut off, of not revealing, and the liar, unless they are the same.
accused='(d["status"], len({f["executor"] for f in d["faults_caught"] if f["kind"] == "no-reveal"}),
  sorted({(f["kind"], f["segment"]) for f in d["faults_caught"]} - {("no-reveal", 0), ("wrong-digest", 1)}))'
accused=$(json "$out/latest/result.json" "${accused//$'\n'/}")
[ "$accused" = "('settled', 1, [('no-reveal', 1)])" ] || fail "the accused: $accused"
expect 0 "equal: 2 segments" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
printf 'ok   one kept its vote back, five looked and voted\n'
