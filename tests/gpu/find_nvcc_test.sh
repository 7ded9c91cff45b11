#!/usr/bin/env bash
# Which nvcc is taken where there are several: never one older than CUDA 13.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake=$(command -v cmake)

# nvcc DIR TEXT: one that says TEXT.
nvcc() {
    mkdir -p "$work/$1"
    printf '#!/bin/sh\necho "%s"\n' "$2" > "$work/$1/nvcc"
    chmod +x "$work/$1/nvcc"
}

# found PREFIX TOOLS PATH: what is taken, or "refused".
found() {
    PATH=$3:/usr/bin:/bin "$cmake" -DCONE_CUDA_PREFIX="$1" -DCONE_TOOLS_DIR="$work/$2" -P "$root/cmake/ConeNvcc.cmake" \
        2> "$work/said" > /dev/null || { echo refused; return; }
    sed "s|$work/||" "$work/said"
}

expect() {
    [ "$1" = "$2" ] || { echo "expected $2, found $1:"; cat "$work/said"; exit 1; }
}

nvcc old 'Cuda compilation tools, release 12.4, V12.4.131'
nvcc new 'Cuda compilation tools, release 13.0, V13.0.88'
nvcc newer 'Cuda compilation tools, release 14.1, V14.1.2'
nvcc odd 'no version at all'
nvcc tools/cuda/nvidia/cu13/bin 'Cuda compilation tools, release 13.0, V13.0.88'
nvcc stale/cuda/nvidia/cu13/bin 'Cuda compilation tools, release 12.9, V12.9.1'
nvcc site/bin 'Cuda compilation tools, release 13.2, V13.2.1'
nvcc oldsite/bin 'Cuda compilation tools, release 12.4, V12.4.131'

expect "$(found '' tools "$work/old:$work/new")" tools/cuda/nvidia/cu13/bin/nvcc
expect "$(found '' none "$work/old:$work/new")" new/nvcc
expect "$(found '' none "$work/odd:$work/old:$work/newer:$work/new")" newer/nvcc
expect "$(found '' stale "$work/new")" new/nvcc
expect "$(found "$work/site" tools "$work/new")" site/bin/nvcc
expect "$(found "$work/oldsite" tools "$work/new")" refused
grep -q "oldsite/bin/nvcc is not of CUDA 13" "$work/said"
expect "$(found "$work/nowhere" tools "$work/new")" refused
