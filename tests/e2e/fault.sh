#!/usr/bin/env bash
# One planted fault, whatever its kind, costs its executor and not the job: a digest that verifies, and what docs/protocol.md 2.4
# and 3 say it costs (check_result.py knows the amounts). usage: BUILD_DIR KIND [missed]
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
kind=$2
faults=("$kind@1.1")
sets="[[3], [3, 6]]"
times=(--set execution.segment_timeout_s=15)
case "$kind${3:+-$3}" in
  silent|freeze|withhold) accused=(--fault no-reveal@1.1) ;;            # soft: no vote in time
  late) accused=() sets="[[3], [3]]" ;;                                 # none: the bridge had stopped waiting, the window is open
  late-missed)                                                          # soft: 15 s after the window opened, which is 13 blocks long
    accused=(--fault late@1.1)
    times+=(--set execution.reveal_timeout_s=10 --set devnet.reveal_blocks=13) ;;
  equivocate) accused=(--fault equivocation@1.1) sets="[[3], [3]]" ;;   # hard: two signatures; the vote that was committed counts
  copycat)                                                              # hard for both: the right digest, and a witness that is proven false
    faults=(wrong-digest@1.1 copycat@1.4)
    accused=(--fault wrong-digest@1.1 --fault false-witness@1.4) ;;
  ring)                                                                 # two of three say the same false witness: the third keeps everything
    faults=(wrong-digest@1.1 copycat@1.3 copycat@1.5)
    accused=(--fault wrong-digest@1.1 --fault false-witness@1.3 --fault false-witness@1.5) ;;
  *) fail "unknown fault $kind" ;;
esac
use_config configs/tiny.toml "${faults[@]}"
start_chain "${times[@]}"
submit_job "${times[@]}"
[ "$kind" != ring ] || start_watch                                     # sees it too, with its own execution
code=0
train "${times[@]}" || code=$?
tail -n 40 "$work/run.log"
check_result "${accused[@]}"
[ "$(json "$out/latest/result.json" '[s["set_sizes"] for s in d["segments"]]')" = "$sets" ] || fail "the sets are not $sets"
if [ "$kind" = ring ]; then
  wait "$watch" || { cat "$work/watch.log" >&2; fail "cone watch left with $?"; }
  tail -n 1 "$work/watch.log" | grep -q "2 of 2 segments agree, 0 challenged, 2 false witnesses" || { cat "$work/watch.log" >&2; fail "cone watch did not find the ring"; }
fi
expect 0 "equal: 2 segments" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
printf 'ok   %s: mpirun left with %s\n' "$kind" "$code"
