#!/usr/bin/env bash
# A bid in an auction's very last block: it moves the end, wins the job, and the bid it beat is a credit at once.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
use_config configs/tiny.toml
sed -i -z 's/\[\[market.bids\]\]\nbuyer = 1\nether = "3.0"\n//' "$config"
settings+=(--set devnet.unstake_blocks=1000 --set training.rounds=1 --set devnet.auction_blocks=10)
start_chain
house=$(contract AuctionHouse)
submit_job &
submit=$!

# word INDEX: of auction 1; 1 status, 2 opened, 3 end, 4 top bidder.
word() { cast call --rpc-url "$(node_url)" "$house" "auction(uint64)" 1 | cut -c "$((3 + 64 * $1))-$((66 + 64 * $1))"; }
step "up to the block before the last"
wait_for "$work/submit.log" "auction closes"
rpc evm_setIntervalMining 0 > /dev/null
rpc evm_setAutomine true > /dev/null
end=$((16#$(word 3)))
head=$(cast block-number --rpc-url "$(node_url)")
[ "$head" -lt "$end" ] || fail "block $head: too late for the last block $end"
[ "$((head + 1))" -eq "$end" ] || mine $((end - 1 - head))

step "another buyer asks for the same and pays more"
opening=$(first_log "$house" "AuctionOpened(uint64,bytes32,bytes32[],uint64)")
opening=$(cast tx --rpc-url "$(node_url)" "$(python3 -c 'import json,sys; print(json.loads(sys.argv[1])["transactionHash"])' "$opening")" input)
bid=$(cast sig "bid(uint64,(bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,uint16,uint16,address))")
late=$(account 3)
send "$late" "$house" "$bid$(printf '%064x' 1)${opening:74:704}" 3000000000000000000
[ "$(cast block-number --rpc-url "$(node_url)")" -eq "$end" ] || fail "the bid was not in the last block"
[ "$((16#$(word 3)))" -eq $((end + 5)) ] || fail "the end did not move by the extension: $end to $((16#$(word 3)))"
[ "0x$(word 4 | cut -c 25-)" = "$late" ] || fail "another one leads"
credit=$(cast call --rpc-url "$(node_url)" "$(contract Settlement)" "creditOf(address)(uint256)" "$(account 2)")
[ "${credit%% *}" = 2000000000000000000 ] || fail "the bid that was beaten is not a credit: $credit"

step "the job is the late bidder's"
rpc evm_setIntervalMining 1 > /dev/null
wait "$submit" || fail "cone submit left with $?"
train || { tail -n 60 "$work/run.log" >&2; fail "cone run left with $?"; }
check_result
[ "$(json "$out/latest/result.json" 'd["escrow_wei"]')" = 3000000000000000000 ] || fail "not the price of the late bid"
check_money
money 'd["credited"]["bidder"]' "{'$(account 2)': 2000000000000000000}"
