#!/usr/bin/env bash
# The known digest of configs/demo.toml from builds by other compilers and at other levels of optimisation.
# usage: digest_builds.sh; skipped (77) where there is no clang++
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
. tests/e2e/known_digests.sh
clang=$(compgen -c clang++ | grep -xE 'clang\+\+(-[0-9]+)?' | sort -V | tail -n 1) || true
[ -n "$clang" ] || { echo "skipped: no clang++ here"; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/cone-builds.XXXXXX")
trap 'rm -rf "$work"' EXIT
failed=0
for compiler in g++ "$clang"; do
  for level in -O1 -O3; do
    build=$work/$compiler$level
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS="$level -w" -DCONE_CPU_LEVEL="$level" \
      -DCMAKE_UNITY_BUILD=ON -DCONE_WITH_TORCH=OFF -DCONE_WITH_MPI=OFF > "$build.log" 2>&1 || { tail -n 20 "$build.log"; exit 1; }
    cmake --build "$build" --target train_local >> "$build.log" 2>&1 || { tail -n 30 "$build.log"; exit 1; }
    got=$("$build/tests/tools/train_local" configs/demo.toml | sed -n 's/^digest //p')
    if [ "$got" = "$demo_digest" ]; then printf 'ok   %s %s\n' "$compiler" "$level"; else printf 'FAIL %s %s: %s\n' "$compiler" "$level" "$got"; failed=1; fi
  done
done
exit "$failed"
