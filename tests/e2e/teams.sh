#!/usr/bin/env bash
# Teams of one, two and three ranks train the same job, sharing out sellers or the pieces of each batch: speed, never a bit.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
digests=()
for shape in 1-sellers 2-sellers 3-shards 2-shards; do
  w=${shape%-*}
  step "$w ranks an executor share out ${shape#*-}"
  out=$work/out-$shape
  settings=(--config "$config" --set "output.dir=$out" --set "execution.ranks_per_executor=$w" --set "training.virtual_shards=2"
    --set "execution.split=${shape#*-}" --set "execution.threads=$w")
  run_job
  check_result
  digests+=("$(json "$out/latest/result.json" '[s["digest"] for s in d["segments"]]')")
  stop_chain
done
[ "$(printf '%s\n' "${digests[@]}" | sort -u | wc -l)" -eq 1 ] || fail "digests differ: ${digests[*]}"
printf 'ok   one chain of digests: %s\n' "${digests[0]}"
