#!/usr/bin/env bash
# The kernels built by clang++ give the known bits too. Exit status 77 (skipped) where there is no clang++.
# same_bits_clang.sh FLAGS...
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
for name in clang++ clang++-19 clang++-18 clang++-17 clang++-16 clang++-15 clang++-14; do
    clang=$(command -v "$name") && break
done
if [ -z "${clang:-}" ]; then
    echo "no clang++ here"
    exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$clang" -std=c++20 -ffp-contract=off "$@" -I"$root/kernels/include" -I"$root/tests/kernels" \
    "$root"/kernels/reference/*.cpp "$root"/tests/kernels/bits_{probe,main}.cpp -o "$work/bits"
echo "$("$clang" --version | head -1), $*:"
"$work/bits"
