#!/usr/bin/env bash
# A watcher whose own execution is wrong challenges a right verdict: the larger set says the same, and the bond is lost.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
settings+=(--set devnet.unstake_blocks=1000 --set training.rounds=1 --set agreement.fault_share=0.2 --set agreement.error_target=0.3 --set devnet.challenge_blocks=60)
start_chain
submit_job
start_watch --plant-wrong-execution 0
train &
job=$!
wait_for "$work/watch.log" "our challenge did not change the verdict"
mine 80
wait "$job" || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $?"; }
code=0
wait "$watch" || code=$?
tail -n 1 "$work/watch.log"
[ "$code" -eq 5 ] || fail "cone watch left with $code, not 5"

check_result
[ "$(json "$out/latest/result.json" '[s["set_sizes"] for s in d["segments"]]')" = "[[3, 6]]" ] || fail "the set did not grow"
said=$(decisions | paste -sd ' ')
[ "$said" = "0 challenge/none 0 sent 0 abstain/already-challenged 0 abstain/challenged-before" ] || fail "the decisions: $said"

# Half of the bond to the three who re-executed, half burned; nothing to the buyer, nothing back.
check_money
money 'd["slashed"]' 0
money '"challenger" in d["credited"]' False
money 'sorted(d["credited"]["checker"].values())' "[166666666666666666, 166666666666666666, 166666666666666666]"
money 'd["burned"]' 500000000000000002
