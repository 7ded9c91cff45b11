#!/usr/bin/env bash
# The model misses the threshold: executors are paid for their work, sellers are not, the buyer has the rest back.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
settings+=(--set devnet.unstake_blocks=1000 --set training.rounds=1 --set market.threshold_bp=9990)
run_job
tests/e2e/check_result.py "$out/latest/result.json" --status unmet --accuracy 0 || fail "the result is not what was expected"
check_money
money 'd["slashed"], d["burned"]' "(0, 0)"
money 'sorted(d["credited"]["executor"].values())' "[300000000000000000, 300000000000000000, 300000000000000000]"
money 'list(d["credited"]["buyer"].values())' "[2100000000000000000]"
money '"seller" in d["credited"]' False
