#!/usr/bin/env bash
# configs/demo.toml trained without a chain gives its known digest, whatever shares the work out and computes it.
# usage: digest.sh TRAIN_LOCAL few | all
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/e2e/known_digests.sh
train_local=$1 tier=$2 failed=0

# gives DIGEST ARGUMENTS...
gives() {
  local wanted=$1 got
  shift
  got=$("$train_local" configs/demo.toml "$@" | sed -n 's/^digest //p')
  if [ "$got" = "$wanted" ]; then printf 'ok   %s\n' "$*"; else printf 'FAIL %s: %s, not %s\n' "$*" "$got" "$wanted"; failed=1; fi
}

has() { grep -qw "$1" /proc/cpuinfo; }

gives "$demo_digest" --ranks 3 execution.threads=2
gives "$demo_four_shards_digest" --ranks 2 training.virtual_shards=4 execution.split=shards
[ "$tier" = few ] && exit "$failed"
for ranks in 1 2 3; do
  for threads in 1 2; do
    gives "$demo_digest" --ranks "$ranks" "execution.threads=$threads"
  done
  gives "$demo_four_shards_digest" --ranks "$ranks" training.virtual_shards=4
  gives "$demo_four_shards_digest" --ranks "$ranks" training.virtual_shards=4 execution.split=shards
done
if has avx2; then gives "$demo_digest" --implementation avx2; fi
if has avx512f; then gives "$demo_digest" --implementation avx512; fi
gives "$demo_digest" --ranks 2 --implementation reference
gives "$demo_digest" --ranks 2 --implementation portable
exit "$failed"
