#!/usr/bin/env bash
# The demo as it is shipped, all of it: accuracy, money, the one liar, memory, and the digests of a run on one's own.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/demo.toml
limit_mib=6144

step "configs/demo.toml, seven ranks"
tests/e2e/peak_memory.py > "$work/memory" &
watch=$!
SECONDS=0
run_job
kill "$watch"
printf 'ok   %s s\n' "$SECONDS"
check_result --accuracy 0.97 --fault wrong-digest@1.1
[ "$(json "$out/latest/result.json" '[s["set_sizes"] for s in d["segments"]]')" = "[[3], [3, 6], [3]]" ] || fail "not the sets that were planned"

read -r peak processes < <(tail -n 1 "$work/memory")
[ "$processes" -ge 9 ] || fail "anvil, mpirun and seven ranks are nine processes, not $processes"
[ "$peak" -lt "$limit_mib" ] || fail "peak memory $peak MiB, not under $limit_mib"
printf 'ok   peak memory of %s processes together: %s MiB\n' "$processes" "$peak"

. tests/e2e/known_digests.sh
[ "$(final_digest)" = "$demo_digest" ] || fail "another digest: $(final_digest)"

step "the three segments again, in one process without a network"
expect 0 "equal: 3 segments executed again" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
