#!/usr/bin/env bash
# The whole pool has voted and nobody leads by enough: the job is void, the buyer has its money back, nobody is slashed.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml wrong-digest@0.1
settings+=(--set devnet.unstake_blocks=1000 --set training.rounds=1 --set execution.executors=3)
start_chain
# With all of the price for the executors of one segment, 1 ether is what a missed reveal costs the poorest of them.
expect 3 "at most 1 ether for 1 segments" "$cone" doctor "${settings[@]}" --set market.executor_share_bp=10000
# 2,000 blocks, one a second, without a transaction: the job is stalled. Half of it: anybody may post.
expect 0 "30 s; without a transaction for some 2000 s a job stalls" "$cone" doctor "${settings[@]}"
expect 0 "anybody can post for a segment that trains longer than half of that" "$cone" doctor "${settings[@]}" --set execution.segment_timeout_s=1001
expect 3 "can void the job while it trains" "$cone" doctor "${settings[@]}" --set execution.segment_timeout_s=2001
expect 2 "buyer 0 bids 2 ether; the contracts take at most 1" "$cone" submit "${settings[@]}" --set market.executor_share_bp=10000
submit_job
code=0
train || code=$?
[ "$code" -eq 4 ] || { tail -n 40 "$work/run.log" >&2; fail "cone run left with $code, not 4"; }
[ "$(json "$out/latest/result.json" 'd["status"]')" = void ] || fail "not void"
expect 0 "job 1: Void" "$cone" status "${settings[@]}"
check_money
money 'd["slashed"], d["burned"]' "(0, 0)"
money 'list(d["credited"]["buyer"].values())' "[3000000000000000000]"
money 'list(d["credited"]["bidder"].values())' "[2000000000000000000]"
money 'sorted(d["credited"])' "['bidder', 'buyer']"
