#!/usr/bin/env bash
# A test that fails takes its chain with it, even when nobody can read anvil's pid from a file any more.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

cat > "$work/failing.sh" <<'TEST'
. tests/e2e/lib.sh
use_config configs/tiny.toml
start_chain
printf '%s %s\n' "$(anvil_pid)" "$work"
rm -r "$out/devnet"
fail "on purpose"
TEST
code=0
env -u CONE_E2E_FOLDER bash "$work/failing.sh" "$CONE_BUILD" > "$work/answer" 2> "$work/said" || code=$?
grep -q 'on purpose' "$work/said" && [ "$code" -eq 1 ] || { cat "$work/said" >&2; fail "exit $code: not the failure that was planned"; }
read -r anvil folder < "$work/answer"
rm -rf "${folder:?}"
[ "$anvil" -gt 1 ] || fail "no pid of anvil: $anvil"
state=$(ps -o stat= -p "$anvil" || true)
case "$state" in
  ''|Z*) ;;  # gone, or dead and not yet fetched by the machine's first process
  *) kill -KILL "$anvil"; fail "anvil $anvil still ran: $state" ;;
esac
printf 'ok   anvil %s is gone\n' "$anvil"
