#!/usr/bin/env bash
# Keystores on the command line, roles without keys, and a job posted with keys that this program never sees.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
umask 077
printf 'correct horse\n' > "$work/password"
printf 'wrong horse\n' > "$work/wrong"
printf 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80\n' > "$work/test.key"  # anvil's account 0: public
mkdir "$work/keys"

step "a new keystore"
"$cone" key new "$work/keys/bridge.json" --password-fd 3 --json 3< "$work/password" > "$work/new.json" || fail "key new"
[ "$(stat -c %a "$work/keys/bridge.json")" = 600 ] || fail "the keystore is open to others"
address=$(json "$work/new.json" 'd["address"]')
[ "$("$cone" key address "$work/keys/bridge.json" --password-fd 3 3< "$work/password")" = "$address" ] || fail "another address"
"$cone" key address "$work/keys/bridge.json" | grep -q "$address  (not opened" || fail "the claimed address"
expect 2 "is there already" "$cone" key new "$work/keys/bridge.json" --password-file "$work/password"
expect 2 "wrong password" "$cone" key address "$work/keys/bridge.json" --password-file "$work/wrong"
expect 2 "password-fd" "$cone" key new "$work/keys/other.json"
expect 2 "not open" "$cone" key new "$work/keys/other.json" --password-fd 9
chmod 644 "$work/wrong"
expect 2 "open to others" "$cone" key address "$work/keys/bridge.json" --password-file "$work/wrong"
: > "$work/empty"
expect 2 "is empty" "$cone" key new "$work/keys/other.json" --password-file "$work/empty"

step "a key file becomes a keystore"
"$cone" key import "$work/keys/test.json" --from "$work/test.key" --password-file "$work/password" > "$work/said"
grep -q 0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266 "$work/said" || fail "the address of anvil's account 0"
! grep -qi ac0974be "$work/said" "$work/keys/test.json" || fail "the secret is shown"
expect 2 "holds no key" "$cone" key import "$work/keys/other.json" --from "$work/password" --password-file "$work/password"
[ ! -e "$work/keys/other.json" ] || fail "a refused keystore was written"

step "the doctor names the role that lacks its key"
"$cone" doctor "${settings[@]}" --json --set keys.source=keystore --set "keys.dir=$work/keys" --set keys.seller=none \
  --set "keys.executor=file:$work/keys" > "$work/doctor.json" || true
finding() { json "$work/doctor.json" "[c for c in d['checks'] if c['check'] == 'key $1'][0]['$2']"; }
[ "$(finding bridge verdict)" = pass ] && finding bridge detail | grep -q "$address (not opened)" || fail "bridge: $(finding bridge detail)"
[ "$(finding seller verdict)" = pass ] || fail "seller: $(finding seller detail)"
[ "$(finding challenger verdict)" = FAIL ] && finding challenger detail | grep -q challenger.json || fail "challenger: $(finding challenger detail)"
[ "$(finding executor verdict)" = FAIL ] && finding executor detail | grep -q "no key for executor-0" || fail "executor: $(finding executor detail)"

step "the bridge's and the buyers' keys are with another program"
start_chain
url=$(cat "$out/devnet/node.url")
bridge=0x70997970C51812dc3A010C7d01b50e0d17dc79C8
buyers=0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC,0x90F79bf6EB2c4f870365E785982E1f101E93b906
external=(--set "keys.bridge=external:$url#$bridge" --set "keys.buyer=external:$url#$buyers" --set "keys.password_file=$work/nobody's one")
"$cone" submit "${settings[@]}" "${external[@]}" > "$work/submit.log" 2>&1 || { cat "$work/submit.log" >&2; fail "submit"; }
next=$(sed -n 's/^job 1 is running; next: mpirun --oversubscribe -n \([0-9]* cone run .*\)$/\1/p' "$work/submit.log")
[ -n "$next" ] && [ "$(eval "\"$cone\" ${next#* cone} --print-ranks")" = "${next%% *}" ] || fail "the next command does not run: $next"
expect 2 "no key for bridge" "$cone" submit "${settings[@]}" --set keys.bridge=none

step "addresses are shown without the access keys in them"
says_no_key() { ! grep -E 'PATHKEY|PASSWORD' "$work/said" >&2 || fail "an access key was shown"; }
expect 75 "signer of bridge at http://127.0.0.1:9" "$cone" submit "${settings[@]}" --set chain.outage_s=1 \
  --set "keys.bridge=external:http://me:PASSWORD@127.0.0.1:9/PATHKEY#$bridge"
says_no_key
expect 3 "no answer from the node at http://127.0.0.1:9:" "$cone" submit "${settings[@]}" --set chain.rpc_url=http://127.0.0.1:9/PATHKEY
says_no_key
expect 2 "'node.example' is no address of a node" "$cone" submit "${settings[@]}" --set chain.second_rpc_url=node.example/PATHKEY
says_no_key

step "the bridge's key is sent with by one process at a time"
lease=$(ls "$out"/journal/*.lease)
expect 75 "another bridge uses this key: pid" flock "$lease" "$cone" submit "${settings[@]}" "${external[@]}"
! grep -q ' bids ' "$work/said" || fail "a bid was placed without the lease"

step "a password is read by a process that leaves no core file"
mkfifo "$work/slow"
"$cone" key address "$work/keys/bridge.json" --password-fd 3 3< "$work/slow" > "$work/said" 2>&1 &
reader=$!
exec 8> "$work/slow"
for ((i = 0; i < 100; i++)); do
  grep -q '^Max core file size  *[01]  *[01] ' "/proc/$reader/limits" && break
  sleep 0.1
done
((i < 100)) || { cat "/proc/$reader/limits" >&2; fail "a core file may be left"; }
cat "$work/password" >&8
exec 8>&-
wait "$reader" && [ "$(cat "$work/said")" = "$address" ] || fail "the address: $(cat "$work/said")"

step "a signer must know its accounts"
expect 3 "given 1 accounts" "$cone" doctor "${settings[@]}" --set "keys.buyer=external:$url#$bridge"
expect 3 "does not know 0x1111111111111111111111111111111111111111" "$cone" doctor "${settings[@]}" \
  --set "keys.challenger=external:$url#0x1111111111111111111111111111111111111111"
printf 'keys: keystores, roles and an external signer\n'
