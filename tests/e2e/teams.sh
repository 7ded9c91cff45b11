#!/usr/bin/env bash
# Teams of one, two and three ranks train the same job: w changes speed, never a bit.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
digests=()
for w in 1 2 3; do
  step "$w ranks an executor"
  out=$work/out-$w
  settings=(--config "$config" --set "output.dir=$out" --set "execution.ranks_per_executor=$w")
  run_job
  check_result
  digests+=("$(json "$out/latest/result.json" '[s["digest"] for s in d["segments"]]')")
  stop_chain
done
[ "${digests[0]}" = "${digests[1]}" ] && [ "${digests[0]}" = "${digests[2]}" ] || fail "digests differ: ${digests[*]}"
printf 'ok   one chain of digests: %s\n' "${digests[0]}"
