#!/usr/bin/env bash
# The bridge is killed in the middle of a job, mpirun is started again: the job settles with its known digest, nobody is slashed, and each call had
# its effect once. usage: BUILD_DIR [all]
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
. tests/e2e/known_digests.sh
use_config configs/tiny.toml
settings+=(--set devnet.reveal_blocks=30)  # time to start again before the votes are too late, on a busy machine as well
segments=2 calls_a_segment=3  # postCommitments, castVotes, finalize; and settle once

# bridge_pid: world rank 0 of the running job, not its guard.
bridge_pid() {
  local pid
  for pid in $(started_here); do
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = cone ] && grep -qszx OMPI_COMM_WORLD_RANK=0 "/proc/$pid/environ"; then
      printf '%s\n' "$pid"
      return
    fi
  done
  return 1
}

# What the bridge says when a segment has got so far.
line_of() { # PHASE SEGMENT
  case $1 in
    asked) printf 'segment %s, attempt 0: . members run' "$2" ;;
    training) printf 'round %s, metric' "$2" ;;
    posted) printf 'segment %s, attempt 0: commitments are in a block' "$2" ;;
    cast) printf 'segment %s, attempt 0: . of . votes' "$2" ;;
    accepted) printf 'segment %s: accepted' "$2" ;;
  esac
}

# kill_at PHASE SEGMENT: the job up to there, then SIGKILL to the bridge.
kill_at() {
  local job line i
  line=$(line_of "$1" "$2")
  rm -f "$work/run.log"
  train &
  job=$!
  for ((i = 0; i < 3000; i++)); do
    grep -q "$line" "$work/run.log" 2>/dev/null && break
    kill -0 "$job" 2>/dev/null || { tail -n 40 "$work/run.log" >&2; fail "the job ended before '$line'"; }
    sleep 0.02
  done
  kill -KILL "$(bridge_pid)" || fail "no bridge to kill"
  wait "$job" && { tail -n 40 "$work/run.log" >&2; fail "a job without a bridge left with 0"; }
  mv "$work/run.log" "$work/first-life.log"
}

# restart_at PHASE SEGMENT: a whole job on a chain of its own, killed there once.
restart_at() {
  local phase=$1 segment=$2 first bridge sent
  step "killed in segment $segment: $phase"
  rm -rf "$out"
  start_chain
  submit_job
  first=$(cast block-number --rpc-url "$(node_url)")
  kill_at "$phase" "$segment"
  train || { tail -n 60 "$work/run.log" >&2; fail "the second life left with $?"; }
  check_result
  [ "$(final_digest)" = "$tiny_digest" ] || fail "another digest: $(final_digest)"
  [ "$(json "$out/latest/result.json" 'd["faults_caught"], [s["set_sizes"] for s in d["segments"]]')" = "([], [[3], [3]])" ] || fail "faults, or a set that grew"
  case $phase in
    posted | cast | accepted) grep -q "round $segment, metric" "$work/run.log" && fail "segment $segment was trained again" ;;
  esac
  expect 0 "equal: $segments segments executed again" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
  bridge=$(cast tx --rpc-url "$(node_url)" "$(json "$out/latest/result.json" 'd["gas"][-1]["tx"]')" from)
  nonce() { cast nonce --rpc-url "$(node_url)" --block "$1" "$bridge"; }
  sent=$(($(nonce latest) - $(nonce "$first")))
  [ "$sent" -eq $((segments * calls_a_segment + 1)) ] || fail "the bridge sent $sent transactions"
  stop_chain
  printf 'ok   %s transactions over both lives, each once\n' "$sent"
}

if [ "${2:-}" != all ]; then
  restart_at posted 0
  exit
fi
done_so_far=0
for ((segment = 0; segment < segments; segment++)); do
  for phase in asked training posted cast accepted; do
    restart_at "$phase" "$segment"
    done_so_far=$((done_so_far + 1))
  done
done
printf 'FIGURE bridge killed and restarted %s/%s\n' "$done_so_far" $((segments * 5))
