#!/usr/bin/env bash
# Every C++ and CUDA file is as .clang-format says. usage: check_format.sh; `--fix` rewrites the files instead.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tool=$(command -v clang-format-14 || true)
[ -n "$tool" ] || { echo "skipped: no clang-format-14 here (scripts/setup installs it)"; exit 77; }
mapfile -t files < <(find bridge cone kernels tests \( -name '*.cpp' -o -name '*.hpp' -o -name '*.cu' -o -name '*.cuh' \))
if [ "${1:-}" = --fix ]; then exec "$tool" -i "${files[@]}"; fi
if ! said=$("$tool" --dry-run --Werror "${files[@]}" 2>&1); then
  printf '%s\n' "$said" | sed -n 's/^\([^:]*\):[0-9]*:.*error:.*/\1/p' | sort -u
  echo "not formatted; tests/lint/check_format.sh --fix rewrites them"
  exit 1
fi
