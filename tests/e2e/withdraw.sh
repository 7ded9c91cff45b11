#!/usr/bin/env bash
# Everybody gets out what is theirs, by `cone withdraw` alone: nothing stays with the contracts. A job that nobody runs gives its bid back.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
settings+=(--set devnet.unstake_blocks=1000 --set training.rounds=1 --set execution.executors=3)
run_job

withdraw() { "$cone" withdraw "${settings[@]}" "$@"; }
held() { cast balance --rpc-url "$(node_url)" "$(contract "$1")"; }

step "an outbid buyer, once"
expect 0 "nothing was sent (--dry-run)" withdraw --role buyer --dry-run
expect 0 "withdrawn: 2 ether" withdraw --role buyer
expect 0 "withdrawn: 0 ether" withdraw --role buyer

step "a job that nobody runs"
submit_job
expect 0 "job 2 is stalled: not now: JobBoard: NotStalled(" withdraw --role buyer --index 1
mine 1001
expect 0 "withdrawn: 5 ether" withdraw --role buyer --all
expect 0 "job 2: Void" "$cone" status "${settings[@]}"

step "sellers and executors"
withdraw --role seller --all --json > "$work/sellers.json"
[ "$(json "$work/sellers.json" 'd["withdrawn_wei"]')" = 2100000000000000000 ] || fail "sellers were not paid 70 % of 3 ether"
[ "$(json "$work/sellers.json" 'all(e["why_not"] == "" and e["transaction"].startswith("0x") for e in d["exits"])')" = True ] || fail "an exit is shut"
expect 0 "exit announced" withdraw --role executor --all --stake
[ "$(held Settlement)" = 0 ] || fail "$(held Settlement) wei are left in Settlement"
expect 0 "stake of 200 ether: not now: ExecutorRegistry: StakeLocked(" withdraw --role executor --stake
mine 1001
expect 0 "withdrawn: 600 ether" withdraw --role executor --all --stake
[ "$(held ExecutorRegistry)" = 0 ] || fail "$(held ExecutorRegistry) wei are left in ExecutorRegistry"

step "what cannot be"
expect 2 "--role" withdraw --role miner
expect 2 "--all" withdraw --all --index 1
expect 2 "executor" withdraw --role executor --index 70
