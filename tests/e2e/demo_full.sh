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

# The exact engine's digest is one on every machine: this one. It changes only with the configuration, the data or the operator set.
[ "$(final_digest)" = 0x5417feb454bd043e961ea9e19792ad36cab06886b0cb6bb44066a0d8f8aba7e9 ] || fail "another digest: $(final_digest)"

step "the three segments again, in one process without a network"
expect 0 "equal: 3 segments executed again" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
