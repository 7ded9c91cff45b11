#!/usr/bin/env bash
# The benchmarks run, measure everybody who was asked for, and refuse who they do not know. How fast is not asked here.
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

step "hashing"
expect 0 "keccak_tree_gbps" "$cone" bench hash --mib 1 --json
python3 - "$work/said" <<'PY'
import json, sys
figures = json.loads("{" + open(sys.argv[1]).read().partition("{")[2])
assert figures["bytes"] == 1 << 20, figures
assert all(value > 0 for name, value in figures.items() if name.endswith("_gbps")), figures
PY

step "training: every side, threads, two that share nothing"
sides=exact,exact:2,exact-portable,exact-twice,plain
expect 0 "images_per_s" "$cone" bench train --network lenet5 --images 64 --repeats 1 --side $sides --json
python3 - "$work/said" "$sides" <<'PY'
import json, sys
(network,) = json.loads("{" + open(sys.argv[1]).read().partition("{")[2])["networks"]
assert [side["side"] for side in network["sides"]] == sys.argv[2].split(","), network
assert all(side["images_per_s"] > 0 and side["memory_mib"] > 0 for side in network["sides"]), network
assert abs(network["ratio"] - network["sides"][-1]["first_over_this"]) < 1e-9, network
PY

step "what cannot be measured"
expect 2 "exact-twice" "$cone" bench train --side fast
expect 2 "exact:2" "$cone" bench train --side plain:2
expect 2 "repeats" "$cone" bench train --repeats 0
expect 2 "mib" "$cone" bench hash --mib 0
