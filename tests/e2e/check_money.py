#!/usr/bin/env python3
"""Takes the money out: every credit and, after the unstaking delay, every stake; then holds what is left against what was burned.

usage: check_money.py RPC_URL DEPLOYMENT_JSON [--out FILE]
Checks that the till holds exactly credits, escrows, bonds and burned ether; that every payee can withdraw to the wei; that in the end
the till holds the burned ether and the register nothing. Only on anvil, whose accounts sign for everybody. --out: what was
credited, by role and payee, and what was slashed and burned, as JSON, for a scenario's own checks.
SPDX-License-Identifier: Apache-2.0
"""
import argparse
import collections
import functools
import json
import subprocess
import sys
import urllib.request

ROLES = ["bidder", "buyer", "seller", "executor", "challenger", "checker"]

GAS = 300_000  # given, not estimated: what one call of a block costs depends on the calls before it


class Node:
    def __init__(self, url):
        self.url = url

    def ask_all(self, questions):
        body = [{"jsonrpc": "2.0", "id": i, "method": m, "params": p} for i, (m, p) in enumerate(questions)]
        request = urllib.request.Request(self.url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as reply:
            answers = {a["id"]: a for a in json.load(reply)}
        for i, (method, _) in enumerate(questions):
            if "error" in answers[i]:
                raise SystemExit(f"FAIL {method}: {answers[i]['error']['message']}")
        return [answers[i]["result"] for i in range(len(questions))]

    def ask(self, method, *params):
        return self.ask_all([(method, list(params))])[0]

    def balance(self, address):
        return int(self.ask("eth_getBalance", address, "latest"), 16)

    def views(self, contract, signature, words):
        """One number a row of `words`."""
        calls = [("eth_call", [{"to": contract, "data": selector(signature) + "".join(row)}, "latest"]) for row in words]
        return [int(r, 16) for r in self.ask_all(calls)] if calls else []

    def send(self, senders, contract, signature):
        """The call from each sender; all must succeed."""
        call = {"to": contract, "data": selector(signature), "gas": hex(GAS)}
        sent = self.ask_all([("eth_sendTransaction", [call | {"from": s}]) for s in senders]) if senders else []
        self.ask("anvil_mine", "0x1")
        receipts = self.ask_all([("eth_getTransactionReceipt", [h]) for h in sent]) if sent else []
        for sender, receipt in zip(senders, receipts):
            if int(receipt["status"], 16) != 1:
                raise SystemExit(f"FAIL {signature} of {sender} reverted")


@functools.cache
def cast(*arguments):
    return subprocess.run(["cast", *arguments], check=True, capture_output=True, text=True).stdout.strip()


def selector(signature):
    return cast("sig", signature)


def word(value):
    return f"{value if isinstance(value, int) else int(value, 16):064x}"


class Books:
    def __init__(self, node, deployment):
        self.node = node
        self.till, self.register, self.board, self.house = (
            deployment["contracts"][n]["address"] for n in ("Settlement", "ExecutorRegistry", "JobBoard", "AuctionHouse"))
        self.accounts = node.ask("eth_accounts")

    def logs(self, contract, signature):
        topic = cast("keccak", signature)
        return self.node.ask("eth_getLogs", {"fromBlock": "0x0", "address": contract, "topics": [topic]})

    def jobs(self):
        count = self.node.views(self.house, "auctionCount()", [[]])[0]
        return [[word(i + 1)] for i in range(count)]

    def credits(self):
        return dict(zip(self.accounts, self.node.views(self.till, "creditOf(address)", [[word(a)] for a in self.accounts])))

    def stakes(self):
        answers = self.node.ask_all([("eth_call", [{"to": self.register, "data": selector("executor(address)") + word(a)},
                                                   "latest"]) for a in self.accounts])
        return {a: (int(r[2:66], 16), int(r[194:258], 16)) for a, r in zip(self.accounts, answers)}

    def burned(self):
        return self.node.views(self.till, "burnedWei()", [[]])[0]

    def summary(self):
        by_role = collections.defaultdict(lambda: collections.defaultdict(int))
        for log in self.logs(self.till, "Credited(uint64,address,uint8,uint256)"):
            role, wei = ROLES[int(log["data"][2:66], 16)], int(log["data"][66:130], 16)
            by_role[role]["0x" + log["topics"][2][26:]] += wei
        slashed = sum(int(log["data"][66:130], 16)
                      for log in self.logs(self.register, "Slashed(uint64,address,uint8,uint256,uint256)"))
        return {"credited": {role: dict(payees) for role, payees in by_role.items()}, "slashed": slashed, "burned": self.burned()}


def check(books):
    node = books.node
    credits, burned = books.credits(), books.burned()
    held = sum(node.views(books.till, "escrowOf(uint64)", books.jobs()))
    bonds = sum(node.views(books.till, "bondsOf(uint64)", books.jobs()))
    till = node.balance(books.till)
    yield till == sum(credits.values()) + held + bonds + burned, (
        f"the till's {till} wei are credits {sum(credits.values())}, escrows {held}, bonds {bonds}, burned {burned}")
    stakes = books.stakes()
    register = node.balance(books.register)
    yield register == sum(wei for _, wei in stakes.values()), f"the register's {register} wei are stakes"

    payees = [a for a, wei in credits.items() if wei > 0]
    node.send(payees, books.till, "withdraw()")
    yield sum(books.credits().values()) == 0, f"{len(payees)} payees withdrew {sum(credits.values())} wei"
    yield held + bonds == 0 and node.balance(books.till) == burned, f"the till is left with the burned {burned} wei"

    staked = [a for a, (status, _) in stakes.items() if status != 0]
    node.send([a for a in staked if stakes[a][0] == 1], books.register, "announceExit()")
    node.ask("anvil_mine", hex(node.views(books.register, "unstakeDelayBlocks()", [[]])[0]))
    node.send([a for a in staked if stakes[a][1] > 0], books.register, "withdrawStake()")
    yield node.balance(books.register) == 0, f"{len(staked)} executors took their stakes, the register is empty"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("deployment")
    parser.add_argument("--out")
    args = parser.parse_args()
    with open(args.deployment, encoding="utf-8") as file:
        books = Books(Node(args.url), json.load(file))
    summary = books.summary()
    outcomes = list(check(books))
    for ok, text in outcomes:
        print(("ok   " if ok else "FAIL ") + text)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            json.dump(summary, file)
    return 0 if all(ok for ok, _ in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
