#!/usr/bin/env bash
# A watcher that is started again goes on where it stopped, executes anew what was damaged, and holds a lease on its key.
# usage: BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
run_job
segments=$(json "$out/latest/result.json" 'len(d["segments"])')

# watch_once: trained, known: how many rounds and segments the two executions ran, and took from the memory.
watch_once() {
  start_watch
  wait "$watch" || { cat "$work/watch.log" >&2; fail "cone watch left with $?"; }
  grep -q "$segments of $segments segments agree" "$work/watch.log" || { cat "$work/watch.log" >&2; fail "not all agree"; }
  known=$(grep -c 'known from an earlier start' "$work/watch.log" || true)
  trained=$(grep -c 'execution [12], round' "$work/watch.log" || true)
}

step "the first time"
watch_once
rounds=$trained
[ "$known" -eq 0 ] && [ "$rounds" -gt 0 ] || fail "$known known, $rounds rounds"
step "again"
watch_once
[ "$known" -eq $((2 * segments)) ] && [ "$trained" -eq 0 ] || fail "$known known, $trained rounds"
step "one execution's last state is damaged"
state=$(ls -t "$out"/job-1/notes-*/watch-0/state-* | head -n 1)
printf x >> "$state"
watch_once
[ "$known" -eq $((2 * segments - 1)) ] && [ "$trained" -gt 0 ] && [ "$trained" -lt "$rounds" ] || fail "$known known, $trained rounds"
printf 'ok   %s segments executed twice once, %s rounds after the damage\n' "$segments" "$trained"

kept=$(find "$out/journal" -name '*.lease' | wc -l)
[ "$kept" -eq 2 ] || fail "$kept leases, not the bridge's and the challenger's"
