#!/usr/bin/env python3
"""Holds a run's result.json against what the demo promises: accuracy, payouts, the faulty executor, every wei.

usage: check_result.py RESULT_JSON [--accuracy 0.97] [--fault KIND@SEGMENT ...] [--no-faults] [--status settled]
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import sys

REQUIRED = ["schema_version", "job_id", "status", "metric", "segments", "faults_caught", "payouts", "escrow_wei", "gas",
            "profile", "wall_s"]


def check(result, args):
    for key in REQUIRED:
        yield key in result, f"field {key} is there"
    yield result["status"] == args.status, f"status is {args.status}, got {result['status']}"
    yield result["metric"]["final"] >= args.accuracy, f"accuracy {result['metric']['final']:.4f} >= {args.accuracy}"
    yield len(result["metric"]["by_round"]) == result["spec"]["schedule"]["rounds"] if "schedule" in result.get("spec", {}) else True, \
        "one metric a round"
    escrow = int(result["escrow_wei"])
    paid = sum(int(p["wei"]) for p in result["payouts"])
    yield paid == escrow, f"payouts {paid} add up to the escrow {escrow}"
    sellers = sum(int(s["paid_wei"]) for s in result["sellers"])
    corrupted = sum(int(s["paid_wei"]) for s in result["sellers"] if s["corrupted"])
    yield corrupted * 100 < escrow * 5, f"corrupted sellers got {corrupted} of {escrow}: under 5 %"
    yield sellers > 0 or args.status != "settled", "sellers were paid"
    for segment in result["segments"]:
        yield segment["verdict"] == "accepted", f"segment {segment['index']} accepted"
    found = {(f["kind"], f["segment"]) for f in result["faults_caught"]}
    for fault in args.fault:
        kind, segment = fault.split("@")
        yield (kind, int(segment)) in found, f"{kind} in segment {segment} caught; caught: {sorted(found)}"
    if args.no_faults:
        yield not found, f"nobody is accused; caught: {sorted(found)}"
    yield all(g["gas"] > 0 for g in result["gas"]) and result["gas"], "gas of every transaction"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("result")
    parser.add_argument("--accuracy", type=float, default=0.97)
    parser.add_argument("--fault", action="append", default=[])
    parser.add_argument("--no-faults", action="store_true")
    parser.add_argument("--status", default="settled")
    args = parser.parse_args()
    with open(args.result, encoding="utf-8") as file:
        outcomes = list(check(json.load(file), args))
    for ok, text in outcomes:
        print(("ok   " if ok else "FAIL ") + text)
    return 0 if all(ok for ok, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
