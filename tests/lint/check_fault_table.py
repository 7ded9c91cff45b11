#!/usr/bin/env python3
"""The fault tables of docs/security.md are whole, and every test they name exists.

A row begins with a number (M, S, R or P and two digits). All of R01 to R26 and P01 to P42 are there, once. A row names at least one
test between backticks, or says "not covered" or "does not arise". Names: Suite.Case of GoogleTest, Contract.test_name of forge,
e2e.script[.case], vectors.name, a script's path; a trailing * stands for anything. usage: check_fault_table.py [FILE]
SPDX-License-Identifier: Apache-2.0
"""
import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXCUSES = ("not covered", "does not arise")
REQUIRED = [f"R{i:02}" for i in range(1, 27)] + [f"P{i:02}" for i in range(1, 43)]


def gtest_names():
    for path in (ROOT / "tests").rglob("*.cpp"):
        for suite, case in re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", path.read_text(errors="replace"), re.M):
            yield f"{suite}.{case}"


def forge_names():
    for path in (ROOT / "contracts/test").rglob("*.t.sol"):
        for case in re.findall(r"function ((?:test|testFuzz|invariant)\w*)\(", path.read_text()):
            yield f"{path.name[:-len('.t.sol')]}.{case}"


def other_names():
    for path in (ROOT / "tests/e2e").glob("*.sh"):
        yield f"e2e.{path.stem}"
    for path in ROOT.rglob("CMakeLists.txt"):
        if "build" not in path.relative_to(ROOT).parts[:1] and "node_modules" not in path.parts:
            text = path.read_text()
            yield from re.findall(r"add_test\(NAME ([\w.]+)[\s)]", text)
            yield from (f"e2e.{name}" for name in re.findall(r"cone_add_e2e\(([\w.]+)", text))
    for path in (ROOT / "scripts").iterdir():
        yield f"scripts/{path.name}"


def rows_of(text):
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"[MSRP]\d\d", cells[0]):
            yield cells[0], cells[-1]


def problems(text, known):
    rows = list(rows_of(text))
    numbers = [number for number, _ in rows]
    for number in REQUIRED:
        if numbers.count(number) != 1:
            yield f"{number} stands {numbers.count(number)} times in the tables"
    for number, where in rows:
        names = re.findall(r"`([^`]+)`", where)
        if not names and not any(excuse in where for excuse in EXCUSES):
            yield f"{number} names no test and gives no reason"
        for name in names:
            if not fnmatch.filter(known, name):
                yield f"{number} names {name}, which is no test"


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/security.md"
    known = {*gtest_names(), *forge_names(), *other_names()}
    text = path.read_text()
    found = list(problems(text, known))
    print("\n".join(found) if found else f"{len(list(rows_of(text)))} faults, every test named exists ({len(known)} known)")
    return 1 if found or len(known) < 500 else 0


if __name__ == "__main__":
    sys.exit(main())
