#!/usr/bin/env bash
# The same whole job on geth, the node that most of the network runs: it mines by its clock and keeps the network's limits.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
command -v geth >/dev/null || { printf 'skipped: no geth (CONE_WITH_GETH=1 scripts/setup)\n'; exit 77; }
use_config configs/tiny.toml wrong-digest@1.1
settings+=(--set devnet.node=geth --set chain.chain_id=1337)
run_job
check_result --fault wrong-digest@1.1
[ "$(json "$out/latest/result.json" '[s["set_sizes"] for s in d["segments"]]')" = "[[3], [3, 6]]" ] || fail "the set did not double"
expect 0 "equal: 2 segments" "$cone" verify --receipt "$out/latest/receipt.json" --data "$out/store"
version=$(cast client --rpc-url "$(node_url)")
[[ $version == Geth/* ]] || fail "the job ran on $version"
# EIP-7825: no transaction may take more than 2^24 gas; far from it.
most=$(json "$out/latest/result.json" 'max(g["gas"] for g in d["gas"])')
[ "$most" -lt $((1 << 24)) ] || fail "a transaction took $most gas"
printf 'ok   %s: settled, at most %s gas a transaction\n' "${version%%-*}" "$most"
