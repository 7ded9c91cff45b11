# What the end-to-end tests share: a folder and a local chain of their own, a whole job, checks that say what was expected.
# Source it; a test is over, and nothing of it is left running, when its script ends. usage: TEST.sh BUILD_DIR
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
use_tools
cd "$CONE_ROOT"

CONE_BUILD=${1:-$CONE_BUILD}
cone=$CONE_BUILD/cone/cli/cone
work=$(mktemp -d "${TMPDIR:-/tmp}/cone-e2e.XXXXXX")
config=$work/job.toml
out=$work/out
settings=(--config "$config" --set "output.dir=$out")
find_launcher

# Whatever this test starts, and whatever that starts in turn, carries the test's folder in its environment.
export CONE_E2E_FOLDER=$work

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
step() { printf -- '-- %s\n' "$*" >&2; }

# started_here: the processes this test started that still run, whether or not a pid file or a parent knows them.
started_here() {
  local file
  for file in $(env -u CONE_E2E_FOLDER grep -lszxF "CONE_E2E_FOLDER=$work" /proc/[0-9]*/environ); do
    file=${file#/proc/}
    printf '%s\n' "${file%/environ}"
  done
}

clean_up() {
  local code=$? pids i
  set +e
  for ((i = 0; i < 50; i++)); do
    pids=$(started_here)
    [ -n "$pids" ] || break
    # shellcheck disable=SC2086  # one word a process
    kill -KILL $pids 2>/dev/null
    sleep 0.1
  done
  if [ "$code" -ne 0 ] || [ -n "${CONE_E2E_KEEP:-}" ]; then printf 'kept: %s\n' "$work" >&2; else rm -rf "$work"; fi
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# use_config FILE [KIND@SEGMENT.MEMBER...]: a copy of a configuration with these faults planted.
use_config() {
  cp "$1" "$config"
  shift
  local fault place
  for fault in "$@"; do
    place=${fault#*@}
    printf '\n[[faults]]\nsegment = %s\nmember = %s\nkind = "%s"\n' "${place%.*}" "${place#*.}" "${fault%@*}" >> "$config"
  done
}

start_chain() { "$cone" devnet up "${settings[@]}" "$@" > "$work/devnet.log" 2>&1 || { cat "$work/devnet.log" >&2; fail "devnet up"; }; }
stop_chain() { "$cone" devnet down "${settings[@]}" >/dev/null; }
anvil_pid() { cat "$out/devnet/node.pid"; }
node_url() { cat "$out/devnet/node.url"; }

submit_job() { "$cone" submit "${settings[@]}" "$@" > "$work/submit.log" 2>&1 || { cat "$work/submit.log" >&2; fail "submit"; }; }

# train [--set ...]: the job under mpirun; its output is $work/run.log, its exit code the function's.
train() {
  local ranks
  ranks=$("$cone" run --print-ranks "${settings[@]}" "$@")
  "${launch[@]}" -n "$ranks" "$cone" run "${settings[@]}" "$@" > "$work/run.log" 2>&1
}

# run_job [--set ...]: chain, market and training; fails with the log when the job does not end well.
run_job() {
  start_chain "$@"
  submit_job "$@"
  train "$@" || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $?"; }
}

# check_result [...]: holds the newest result against tests/e2e/check_result.py.
check_result() { tests/e2e/check_result.py "$out/latest/result.json" --accuracy 0.3 "$@" || fail "the result is not what was expected"; }

# final_digest: the digest of the last segment.
final_digest() { json "$out/latest/result.json" 'd["segments"][-1]["digest"]'; }

# json FILE EXPRESSION: what a Python expression makes of the document `d`.
json() { python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$1" "$2"; }

# expect CODE TEXT COMMAND...: the command leaves with CODE and its output has TEXT in it.
expect() {
  local want=$1 text=$2 code=0
  shift 2
  "$@" > "$work/said" 2>&1 || code=$?
  [ "$code" -eq "$want" ] || { tail -n 40 "$work/said" >&2; fail "exit $code, not $want: $*"; }
  grep -qF -- "$text" "$work/said" || { tail -n 40 "$work/said" >&2; fail "no '$text' from: $*"; }
  printf 'ok   exit %s, "%s"\n' "$want" "$text"
}

# wait_for FILE TEXT [SECONDS]: until TEXT is in FILE.
wait_for() {
  local i
  for ((i = 0; i < ${3:-120} * 10; i++)); do
    grep -qF -- "$2" "$1" 2>/dev/null && return 0
    sleep 0.1
  done
  tail -n 40 "$1" >&2
  fail "no '$2' in ${1##*/}"
}

# mine BLOCKS: the local chain makes them at once.
mine() { cast rpc --rpc-url "$(node_url)" anvil_mine "$(printf '0x%x' "$1")" > /dev/null; }

# check_money: everybody takes out what is theirs; $work/money.json has what was credited, by role and payee. The chain's clock jumps.
check_money() { tests/e2e/check_money.py "$(node_url)" "$out/devnet/deployment.json" --out "$work/money.json" || fail "the money does not add up"; }

# money EXPRESSION WANTED: what a Python expression makes of the document `d` in $work/money.json.
money() {
  local got
  got=$(json "$work/money.json" "$1")
  [ "$got" = "$2" ] || fail "$1 is $got, not $2"
  printf 'ok   %s = %s\n' "$1" "$2"
}

# start_watch [OPTION...]: cone watch in the background, its pid in `watch`. The second endpoint is the same node under another name:
# the chain of a test has one.
start_watch() {
  local url
  url=$(node_url)
  "$cone" watch "${settings[@]}" --set "chain.second_rpc_url=${url/127.0.0.1/localhost}" "$@" > "$work/watch.log" 2>&1 &
  watch=$!
}

# decisions: "SEGMENT VERDICT/REASON" a line of the watcher's log, and what became of a challenge. Whether it also looked while
# the larger set had not voted yet (no-verdict) is chance.
decisions() {
  python3 -c 'import json,sys
for d in map(json.loads, open(sys.argv[1])):
    d.get("reason") == "no-verdict" or print(d["segment"], d["verdict"] + "/" + d["reason"] if d["kind"] == "decision" else "sent" if d["transaction"] else "refused")' \
    "$out/latest/decisions.jsonl"
}

# From here on: hands on the local chain, whose accounts sign for everybody.
rpc() { cast rpc --rpc-url "$(node_url)" "$@"; }
contract() { json "$out/devnet/deployment.json" "d['contracts']['$1']['address']"; }
# account INDEX: of the test accounts; buyers begin at 2, sellers at 70, executors at 330 (cone/cli/roles.cpp).
account() { rpc eth_accounts | python3 -c 'import json,sys; print(json.load(sys.stdin)[int(sys.argv[1])])' "$1"; }
# send FROM CONTRACT DATA [WEI]: fails unless it is mined and succeeds.
send() {
  local hash
  hash=$(rpc eth_sendTransaction "{\"from\": \"$1\", \"to\": \"$2\", \"data\": \"$3\", \"value\": \"$(printf '0x%x' "${4:-0}")\"}")
  case "$(cast receipt --rpc-url "$(node_url)" "${hash//\"/}" status)" in
    true | 1*) ;;
    *) fail "a transaction of $1 reverted" ;;
  esac
}
# first_log CONTRACT SIGNATURE [TOPIC2]: the first event of a kind, as JSON.
first_log() {
  rpc eth_getLogs "{\"fromBlock\": \"0x0\", \"address\": \"$1\", \"topics\": [\"$(cast keccak "$2")\"${3:+, null, \"$3\"}]}" \
    | python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin)[0]))'
}
