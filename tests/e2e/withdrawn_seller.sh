#!/usr/bin/env bash
# A seller leaves the catalogue during the auction and is not in the match; those that leave after it stay in the job and are paid.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
settings+=(--set devnet.unstake_blocks=1000 --set devnet.auction_blocks=8)
start_chain
catalog=$(contract DataCatalog)
# leave SELLER: pauses its entry.
leave() {
  local owner entry
  owner=$(account $((70 + $1)))
  entry=$(first_log "$catalog" "EntryRegistered(bytes32,address,bytes32[],uint32,uint96)" "0x000000000000000000000000${owner:2}")
  send "$owner" "$catalog" "$(cast sig "pause(bytes32)")$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])["topics"][1][2:])' "$entry")"
  printf '%s\n' "$owner"
}
submit_job &
submit=$!
wait_for "$work/submit.log" "auction closes"
early=$(leave 1)
wait "$submit" || fail "cone submit left with $?"
after=
for seller in 0 2 3; do after+=" $(leave $seller)"; done  # every honest one
train || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $?"; }
check_result
sellers=$(json "$out/latest/result.json" '[s["address"] for s in d["sellers"]]')
[[ $sellers != *$early* ]] || fail "$early had left and is in the match"
for owner in $after; do
  [[ $sellers == *$owner* ]] || fail "$owner left after the match and is not in it"
done
expect 0 "equal: 2 segments" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
check_money
money "'$early' in d['credited']['seller']" False
money "sum(d['credited']['seller'].get(owner, 0) for owner in '$after'.split())" 2100000000000000000
