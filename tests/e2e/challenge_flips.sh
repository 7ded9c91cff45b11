#!/usr/bin/env bash
# A verdict of lying members is challenged: the set grows, the verdict flips, the liars pay, the challenger is paid.
# usage: BUILD_DIR [early]; early: another segment was begun on the lie and falls with it.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml wrong-digest@0.0 wrong-digest@0.1
rounds=1 sets="[[3, 6]]" agreed="0 agrees/none"
[ "${2:-}" != early ] || rounds=2 sets="[[3, 6], [3]]" agreed="0 agrees/none 1 agrees/none"
settings+=(--set devnet.unstake_blocks=1000 --set "training.rounds=$rounds" --set agreement.fault_share=0.2 --set agreement.error_target=0.3 --set devnet.challenge_blocks=60)
start_chain
submit_job
start_watch
train &
job=$!
wait_for "$work/watch.log" ": challenged"
wait_for "$work/watch.log" "segment $((rounds - 1)): executed twice, both give"
mine 80
wait "$job" || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $?"; }
wait "$watch" || { cat "$work/watch.log" >&2; fail "cone watch left with $?"; }
tail -n 1 "$work/watch.log"

check_result --fault wrong-digest@0.0 --fault wrong-digest@0.1
[ "$(json "$out/latest/result.json" '[s["set_sizes"] for s in d["segments"]]')" = "$sets" ] || fail "the sets are not $sets"
expect 0 "equal: $rounds segments" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
said=$(decisions | paste -sd ' ')
[ "$said" = "0 challenge/none 0 sent 0 abstain/already-challenged $agreed" ] || fail "the decisions: $said"

# Two liars lose 100 ether each: 30 % to the challenger beside its bond, half of the rest to the three who re-executed.
check_money
money 'd["slashed"]' 200000000000000000000
money 'list(d["credited"]["challenger"].values())' "[61000000000000000000]"
money 'sorted(d["credited"]["checker"].values())' "[23333333333333333333, 23333333333333333333, 23333333333333333333]"
money 'd["burned"]' 70000000000000000001
