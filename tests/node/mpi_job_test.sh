#!/usr/bin/env bash
# Whole jobs under real mpirun: honest, with a rank killed or frozen, with a wrong rank count, interrupted.
# SPDX-License-Identifier: Apache-2.0
# usage: mpi_job_test.sh MPIRUN MPI_JOB CASE
set -euo pipefail
mpirun=$1 job=$2 case=$3
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# Names the run: it stands on the command line of every process of it, guards included.
store=$(mktemp -d "${TMPDIR:-/tmp}/cone-mpi-job.XXXXXX")
end() { # a failed case must not leave its job behind
    local running
    running=$(jobs -p)
    [[ -z $running ]] || kill $running 2>/dev/null || true
    rm -rf "$store"
}
trap end EXIT
out=$store/output
# How this MPI is told that a dead rank is not a dead job.
case "$("$mpirun" --version)" in
    *'Open MPI) '[1-4].* | *'OpenRTE) '[1-4].*) survive=(--enable-recovery) ;;
    *) survive=(--with-ft ulfm) ;;
esac

fail() { echo "FAILED: $*"; tail -n 40 "$out"; exit 1; }
run() { # RANKS arguments... ; sets rc
    local ranks=$1; shift
    rc=0
    "$mpirun" --oversubscribe "${flags[@]}" -n "$ranks" "$job" --store "$store" "$@" >"$out" 2>&1 || rc=$?
}
field() { sed -n "s/.*RESULT .*$1=\([^ ]*\).*/\1/p" "$out"; }
expect() { [[ $(field "$1") == "$2" ]] || fail "$1 is '$(field "$1")', expected '$2'"; }
expect_rc() { [[ $rc == "$1" ]] || fail "exit code $rc, expected $1"; }
# A process may outlive mpirun by a moment, not longer.
expect_nobody_left() {
    local pid
    for pid in $(pgrep -f "$store" || true); do
        timeout 5 tail --pid="$pid" -f /dev/null || fail "process $pid is left: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
    done
}
wait_for_line() { (set +o pipefail; tail -n +1 -F "$out" 2>/dev/null | grep -q -m1 "$1"); }
bridge_pid() {
    local pid
    for pid in $(pgrep -f "$job --store $store"); do
        if tr '\0' '\n' <"/proc/$pid/environ" 2>/dev/null | grep -x OMPI_COMM_WORLD_RANK=0 >/dev/null; then echo "$pid"; return; fi
    done
}
honest_digest() {
    flags=()
    run 7
    field digest
}

flags=("${survive[@]}")
case $case in
honest)     # no flags at all: what a user types
    flags=()
    run 7
    expect_rc 0; expect code 0; expect attempts 3; expect slashed 0; expect unheard 0 ;;
teams)      # w changes speed, never a bit
    digest=$(honest_digest)
    for team in 2 3; do
        run $((1 + 6 * team)) --team $team
        expect_rc 0; expect digest "$digest"; expect unheard 0
    done ;;
liar)
    digest=$(honest_digest)
    run 7 --fault 1 1 wrong-digest
    expect_rc 0; expect attempts 4; expect slashed 1; expect digest "$digest" ;;
crash)      # SIGKILL in the middle of segment 1
    digest=$(honest_digest)
    run 7 --fault 1 1 crash
    expect_rc 0; expect code 0; expect digest "$digest"; expect unheard 1 ;;
crash-in-team)
    digest=$(honest_digest)
    run 13 --team 2 --fault 1 1 crash
    expect_rc 0; expect code 0; expect digest "$digest"; expect unheard 1 ;;
freeze)     # SIGSTOP: nobody is told, deadlines and the guard see it
    digest=$(honest_digest)
    run 7 --fault 1 1 freeze
    expect_rc 0; expect code 0; expect digest "$digest"; expect unheard 1 ;;
wrong-count)
    flags=()
    run 5
    expect_rc 2
    grep -q '7 (as configured) 13 19' "$out" || fail "the valid counts are not listed" ;;
interrupt-bridge)   # SIGINT to rank 0: everybody is told
    "$mpirun" --oversubscribe "${flags[@]}" -n 7 "$job" --store "$store" --endless >"$out" 2>&1 &
    wait_for_line 'segment 2: accepted'
    kill -INT "$(bridge_pid)"
    rc=0; wait $! || rc=$?
    expect code 130; expect unheard 0
    # Open MPI 4.1 with --enable-recovery ends with 0 whatever its ranks return.
    [[ ${survive[0]} != --with-ft ]] || expect_rc 130 ;;
interrupt-mpirun)   # SIGINT to mpirun, as a terminal's Ctrl-C: Open MPI 5 itself then ends with 1, whatever the ranks say
    # A script's background jobs ignore SIGINT: exec through a program that restores it.
    python3 -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])' \
        "$mpirun" --oversubscribe "${flags[@]}" -n 7 "$job" --store "$store" --endless >"$out" 2>&1 &
    wait_for_line 'segment 2: accepted'
    kill -INT $!
    rc=0; wait $! || rc=$?
    [[ $rc != 0 ]] || fail "an interrupted job ended with 0" ;;
*) echo "unknown case $case"; exit 2 ;;
esac
expect_nobody_left
echo "ok: $case"
