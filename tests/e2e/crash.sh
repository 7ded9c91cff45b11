#!/usr/bin/env bash
# A member's process dies in the middle of a segment: that costs its vote, not the job.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml crash@0.1
# mpirun reports the dead rank with its own exit code; the result says how the job ended.
start_chain
submit_job
code=0
train || code=$?
tail -n 40 "$work/run.log"
check_result --fault no-reveal@0.1 --gone
grep -q 'its process died' "$work/run.log" || fail "the loss is not reported"
[ "$(json "$out/latest/result.json" 'd["segments"][0]["set_sizes"][-1] > 3')" = True ] || fail "the set did not grow past the dead member"
stop_chain
left=$(started_here)
[ -z "$left" ] || fail "left behind: $left"
printf 'ok   mpirun left with %s\n' "$code"
