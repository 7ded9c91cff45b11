#!/usr/bin/env python3
"""Holds a run's result.json against what the demo promises: accuracy, payouts, every wei, and exactly the planted faults.

usage: check_result.py RESULT_JSON [--accuracy 0.97] [--fault KIND@SEGMENT.MEMBER ...] [--gone] [--status settled]
Each --fault must be caught, its executor the member at that position of the segment's set; nobody else may be accused. With
--gone these executors no longer exist: when a later segment draws one again, it does not reveal there either.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import sys

REQUIRED = ["schema_version", "job_id", "status", "metric", "segments", "faults_caught", "payouts", "escrow_wei", "gas",
            "profile", "wall_s"]

# What a fault costs (docs/protocol.md 3): a hard one hard_slash_bp, a soft one soft_slash_bp of a stake of 200 ether.
STAKE_WEI = 200 * 10**18
HARD_BP = {"wrong-digest": 5000, "false-witness": 5000, "equivocation": 5000}
SOFT_BP = {"no-reveal": 100, "late": 100}
SLASH_BP = HARD_BP | SOFT_BP


def planted(text, segments):
    kind, place = text.split("@")
    segment, member = (int(number) for number in place.split("."))
    members = [address for attempt in segments[segment]["attempt_details"] for address in attempt["members"]]
    return kind, segment, members[member], STAKE_WEI * SLASH_BP[kind] // 10_000


def caught(fault):
    return fault["kind"], fault["segment"], fault["executor"], int(fault["slashed_wei"])


def check_money(result, status):
    escrow = int(result["escrow_wei"])
    paid = sum(int(p["wei"]) for p in result["payouts"])
    yield paid == escrow, f"payouts {paid} add up to the escrow {escrow}"
    sellers = sum(int(s["paid_wei"]) for s in result["sellers"])
    corrupted = sum(int(s["paid_wei"]) for s in result["sellers"] if s["corrupted"])
    if status == "settled":
        yield sellers > 0, "sellers were paid"
        yield corrupted * 100 < sellers * 5, f"corrupted sellers got {corrupted} of {sellers}: under 5 %"


def check(result, args):
    for key in REQUIRED:
        yield key in result, f"field {key} is there"
    yield result["status"] == args.status, f"status is {args.status}, got {result['status']}"
    yield result["metric"]["final"] >= args.accuracy, f"accuracy {result['metric']['final']:.4f} >= {args.accuracy}"
    yield len(result["metric"]["by_round"]) == result["spec"]["schedule"]["rounds"], "one metric a round"
    yield from check_money(result, args.status)
    for segment in result["segments"]:
        yield segment["verdict"] == "accepted", f"segment {segment['index']} accepted"
    wanted = sorted(planted(fault, result["segments"]) for fault in args.fault)
    found = sorted(caught(fault) for fault in result["faults_caught"])
    if args.gone:
        gone = {executor: segment for _, segment, executor, _ in wanted}
        found = [f for f in found if f[0] != "no-reveal" or f[1] <= gone.get(f[2], f[1])]
    yield found == wanted, f"caught and slashed: {wanted}" + ("" if found == wanted else f", got {found}")
    yield all(g["gas"] > 0 for g in result["gas"]) and result["gas"], "gas of every transaction"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--accuracy", type=float, default=0.97)
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--gone", action="store_true")
    parser.add_argument("--status", default="settled")
    args = parser.parse_args()
    with open(args.result, encoding="utf-8") as file:
        outcomes = list(check(json.load(file), args))
    for ok, text in outcomes:
        print(("ok   " if ok else "FAIL ") + text)
    return 0 if all(ok for ok, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
