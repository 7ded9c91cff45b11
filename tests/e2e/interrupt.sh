#!/usr/bin/env bash
# Ctrl-C in the middle of training: scripts/demo leaves with 130 and none of its processes is left.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml

# Job control gives the script a group of its own and default signals, as a terminal does.
set -m
scripts/demo --no-build --config "$config" --out "$out" > "$work/demo.log" 2>&1 &
demo=$!
set +m
for ((i = 0; i < 1200; i++)); do
  grep -q 'round 0, metric' "$work/demo.log" && break
  kill -0 "$demo" 2>/dev/null || { cat "$work/demo.log" >&2; fail "the demo ended before it trained"; }
  sleep 0.1
done
# Not `grep -q`: it leaves at the first match, and with pipefail a writer it left behind fails the pipe.
started_here | grep -x "$(anvil_pid)" >/dev/null || fail "anvil is not among the processes of this test"
SECONDS=0
kill -INT -- "-$demo"
code=0
wait "$demo" || code=$?
[ "$code" -eq 130 ] || { cat "$work/demo.log" >&2; fail "exit $code, not 130"; }
[ "$SECONDS" -lt 8 ] || fail "it took $SECONDS s"
grep -q "interrupted" "$work/demo.log" || fail "it does not say that it was interrupted"
left=$(started_here)
# shellcheck disable=SC2086  # one word a process
[ -z "$left" ] || { ps -o pid,args -p ${left//$'\n'/,} >&2; fail "left behind: $left"; }
printf 'ok   130 after %s s, nothing left\n' "$SECONDS"
