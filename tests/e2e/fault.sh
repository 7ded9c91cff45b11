#!/usr/bin/env bash
# One planted fault, whatever its kind, costs its executor and not the job: a digest that verifies, and the right accusation. usage: BUILD_DIR KIND
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
kind=$2
faults=("$kind@1.1")
case "$kind" in
  silent|freeze|withhold) accused=(--fault no-reveal@1) ;;
  late) accused=(--fault late@1) ;;
  equivocate) accused=(--fault equivocation@1) ;;
  copycat) faults=(wrong-digest@1.1 copycat@1.4); accused=(--fault wrong-digest@1 --fault witness@1) ;;
  *) fail "unknown fault $kind" ;;
esac
use_config configs/tiny.toml "${faults[@]}"
start_chain --set execution.segment_timeout_s=15
submit_job --set execution.segment_timeout_s=15
code=0
train --set execution.segment_timeout_s=15 || code=$?
tail -n 40 "$work/run.log"
check_result "${accused[@]}"
[ "$(json "$out/latest/result.json" 'len(d["faults_caught"]) == '"${#faults[@]}")" = True ] || fail "somebody else is accused too"
expect 0 "equal: 2 segments" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
printf 'ok   %s: mpirun left with %s\n' "$kind" "$code"
