#!/usr/bin/env bash
# A minority never answers: the others' lead is enough, the silent member pays a little, the set does not grow.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml silent@0.2
settings+=(--set devnet.unstake_blocks=1000 --set training.rounds=1 --set agreement.fault_share=0.2 --set agreement.error_target=0.3 --set agreement.min_size=4
  --set execution.executors=4 --set execution.segment_timeout_s=8)
run_job
check_result --fault no-reveal@0.2
[ "$(json "$out/latest/result.json" '[s["set_sizes"] for s in d["segments"]]')" = "[[4]]" ] || fail "the set grew"
check_money
money 'd["slashed"], d["burned"]' "(2000000000000000000, 2000000000000000000)"
money 'len(d["credited"]["executor"])' 3
