#!/usr/bin/env bash
# A whole job with one liar, from bid to payout; then what a stranger makes of its receipt, whole and tampered with.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml wrong-digest@1.1

step "a job in which one executor lies once, and each sees the chain with its own eyes"
start_chain
submit_job
train --set "chain.member_rpc_url=$(node_url)" --set execution.trace=operator --set execution.trace_step=1.1.3.2 || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $?"; }
check_result --fault wrong-digest@1.1
[ "$(json "$out/latest/result.json" '[s["set_sizes"] for s in d["segments"]]')" = "[[3], [3, 6]]" ] || fail "the set did not double"

step "machine-readable answers"
json_of() { "$cone" "$@" --json > "$work/answer.json" 2> "$work/said" || fail "cone $1 --json left with $?: $(cat "$work/said")"; }
json_of status "${settings[@]}"
[ "$(json "$work/answer.json" '(d["schema_version"], d["command"])')" = "(1, 'status')" ] || fail "status --json: no envelope"
receipt=$out/latest/receipt.json
verify=("$cone" verify --data "$out/store" --evidence "$work/evidence.json" --receipt)
json_of verify --data "$out/store" --receipt "$receipt" --offline-only
[ "$(json "$work/answer.json" '(d["schema_version"], d["equal"], d["segments_executed"])')" = "(1, True, 0)" ] || fail "verify --json"

step "the receipt as it is"
expect 0 "equal: 2 segments executed again" "$cone" verify --evidence "$work/evidence.json" --receipt "$receipt"  # finds the store

step "one local step of it, operator by operator"
name="1.1.$(json "$receipt" 'd["segments"][1]["trace"][0]["draws"][0]').2"
expect 0 "state root after" "${verify[@]}" "$receipt" --step "$name" --out "$work/step.json"
expect 0 "equal: all" "${verify[@]}" "$receipt" --step "$name" --against "$work/step.json"
left=("$out"/latest/operators-1.1.3.2-executor-*.json)
[ "${#left[@]}" -eq 6 ] || fail "six executors ran segment 1, ${#left[@]} left their operators"
expect 0 "equal: all" "${verify[@]}" "$receipt" --step 1.1.3.2 --against "${left[0]}"
python3 -c 'import json,sys
d = json.load(open(sys.argv[1]))
record = next(r for r in d["operators"] if r["layer"] == 3 and r["pass"] == "weight_gradient")
record["digest"] = "0x" + "00" * 32
json.dump(d, open(sys.argv[2], "w"))' "$work/step.json" "$work/other-step.json"
expect 5 "DIFFERS: first at shard 0, layer 3 (conv), weight_gradient" "${verify[@]}" "$receipt" --step "$name" --against "$work/other-step.json"
head -c 700 "$work/step.json" > "$work/cut-step.json"
expect 3 "$work/cut-step.json: JSON at" "${verify[@]}" "$receipt" --step "$name" --against "$work/cut-step.json"
expect 3 "is the trace of step $name" "${verify[@]}" "$receipt" --step "${name%.2}.1" --against "$work/step.json"
expect 2 "segment 1 has rounds 1 to 1" "${verify[@]}" "$receipt" --step "1.0.0.0"
expect 2 "names no step" "${verify[@]}" "$receipt" --step 1.1.0

# tamper NAME STATEMENT: a copy of the receipt after a Python statement on the document `d`.
tamper() {
  python3 -c 'import json,sys
d = json.load(open(sys.argv[1]))
def flip(text): return text[:-1] + ("0" if text[-1] != "0" else "1")
exec(sys.argv[3])
json.dump(d, open(sys.argv[2], "w"))' "$receipt" "$work/$1.json" "$2"
}

step "the receipt tampered with"
tamper utility 'd["segments"][1]["trace"][0]["utility"] += 1e-9'
expect 5 "FAIL trace: segment 1: the rounds are not what the trace root names" "${verify[@]}" "$work/utility.json"
[ "$(json "$work/evidence.json" '[c["check"] for c in d["checks"] if not c["ok"]]')" = "['trace']" ] || fail "the evidence does not name the check"
tamper gains 'd["segments"][0]["trace"][0]["gains"][0] += 1e-9'
expect 5 "FAIL trace: segment 0: the rounds are not" "${verify[@]}" "$work/gains.json" --offline-only
tamper trace_root 'o = d["segments"][1]["opening"]; o["trace_root"] = flip(o["trace_root"])'
expect 5 "FAIL digest: segment 1" "${verify[@]}" "$work/trace_root.json" --offline-only
tamper state 'd["segments"][0]["trace"][0]["state_root"] = flip(d["segments"][0]["trace"][0]["state_root"])'
expect 5 "FAIL trace: segment 0" "${verify[@]}" "$work/state.json"
tamper signature 'v = d["segments"][1]["attempts"][0]["votes"][0]; v["signature"] = v["signature"][:10] + flip(v["signature"][10:20]) + v["signature"][20:]'
expect 5 "FAIL signatures: segment 1, attempt 0, position 0" "${verify[@]}" "$work/signature.json" --offline-only
tamper vote 'del d["segments"][0]["attempts"][0]["votes"][0]'
expect 5 "FAIL lead: segment 0: 2 to 0 votes" "${verify[@]}" "$work/vote.json" --offline-only
tamper spec 'd["spec"] = flip(d["spec"])'
expect 5 "FAIL spec-hash" "${verify[@]}" "$work/spec.json" --offline-only
head -c 2000 "$receipt" > "$work/cut.json"
expect 3 "$work/cut.json: JSON at" "${verify[@]}" "$work/cut.json"
expect 3 "none.json" "${verify[@]}" "$work/none.json"

step "one byte of a seller's shard changed"
root=$(json "$receipt" 'd["sellers"][3]["shard_root"][2:]')
cp -r "$out/store" "$work/damaged"
printf '\x7f' | dd of="$work/damaged/$root" bs=1 seek=200000 conv=notrunc status=none
cmp -s "$out/store/$root" "$work/damaged/$root" && fail "the byte was that value before"
expect 3 "seller 3" "$cone" verify --receipt "$receipt" --data "$work/damaged"

step "the page drawn again"
rm "$out/latest/report.html"
expect 0 "report.html" "$cone" report --result "$out/latest/result.json"
[ "$(stat -c %s "$out/latest/report.html")" -gt 100000 ] || fail "the page is too small to hold its charts"
