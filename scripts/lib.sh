# Shared by the scripts in this folder: where things are, how to say what is going on.
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail

CONE_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CONE_TOOLS=${CONE_TOOLS:-$CONE_ROOT/.tools}
CONE_VENV=$CONE_TOOLS/venv
CONE_PRESET=${CONE_PRESET:-release}
CONE_BUILD=$CONE_ROOT/build/$CONE_PRESET
CONE_JOBS=${CONE_JOBS:-$(nproc)}
FOUNDRY_BIN=$CONE_TOOLS/bin

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 3; }

# Puts the private tools first in PATH and lets Open MPI run as root inside a container.
use_tools() {
  export PATH="$CONE_TOOLS/bin:$CONE_VENV/bin:$PATH"
  if [ "$(id -u)" -eq 0 ]; then
    export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  fi
  export CMAKE_PREFIX_PATH="${CMAKE_PREFIX_PATH:-}"
}

# Sets `launch`: the launcher of the MPI that was built against, told that a dead rank is not a dead job, in the words of its version.
find_launcher() {
  local mpirun
  mpirun=$(sed -n 's/^MPIEXEC_EXECUTABLE:[A-Z]*=//p' "$CONE_BUILD/CMakeCache.txt" 2>/dev/null) || true
  launch=("${mpirun:-mpirun}" --oversubscribe --bind-to none)
  case "$("${launch[0]}" --version)" in
    *'Open MPI) '[1-4].* | *'OpenRTE) '[1-4].*) launch+=(--enable-recovery) ;;
    *) launch+=(--with-ft ulfm) ;;
  esac
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }

# The pinned CUDA compiler, for those who ask for it: CONE_WITH_CUDA=1 scripts/setup, scripts/gpu-check.
install_cuda() {
  local list="$CONE_ROOT/scripts/requirements-cuda.txt" stamp="$CONE_TOOLS/stamp/cuda" python=python3
  [ ! -x "$CONE_VENV/bin/python" ] || python=$CONE_VENV/bin/python
  [ "$(cat "$stamp" 2>/dev/null)" = "$(sha256sum < "$list")" ] && [ -x "$CONE_TOOLS/cuda/nvidia/cu13/bin/nvcc" ] && return 0
  say "pip: CUDA 13.0 compiler into $CONE_TOOLS/cuda (250 MB)"
  mkdir -p "$CONE_TOOLS/stamp"
  rm -rf "$CONE_TOOLS/cuda"
  "$python" -m pip install --quiet --no-deps --require-hashes --only-binary=:all: --disable-pip-version-check \
    --root-user-action=ignore --target "$CONE_TOOLS/cuda" -r "$list"
  sha256sum < "$list" > "$stamp"
}
