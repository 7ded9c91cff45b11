#!/usr/bin/env python3
"""What nvcc made of the kernels rounds as exact/1 says: every operation once, nothing flushed, nothing approximated.

usage: check_ptx.py FILE.ptx...
SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import sys

FLOAT = r"\.f(32|64)\b"
RULES = (
    ("flushes subnormals", r"\.ftz\b"),
    ("is approximate", r"\.approx\b|\.full\b"),
    ("may be contracted: no rounding given", rf"^(add|sub|mul|mad)(\.sat)?{FLOAT}"),
    ("is a contraction of the compiler", r"^mad\.rn\.f(32|64)"),
    ("adds in no order", r"^(atom|red)\.[^;]*\.f(32|64)"),
)


def kernels_of(text):
    """Name and instructions of each entry."""
    for entry in re.split(r"(?m)^\.visible \.entry |^\.weak \.entry |^\.entry ", text)[1:]:
        name = re.match(r"\S+?(?=\()", entry).group(0)
        yield name, [line.strip() for line in entry.splitlines()]


def opcode(line):
    return re.sub(r"^@!?%p\d+\s+", "", line)


def problems_of(name, lines):
    found = []
    for line in lines:
        found += [f"{name}: {line} {what}" for what, rule in RULES if re.search(rule, opcode(line))]
    tile = re.search(r"GemmTileILj(\d+)", name)
    if tile:
        per_thread = (int(tile.group(1)) // 16) ** 2
        count = sum(opcode(line).startswith("fma.rn.f32") for line in lines)
        if count != 9 * per_thread:  # eight steps unrolled, and the loop of the last ones
            found.append(f"{name}: {count} fused multiply-adds, not {9 * per_thread}")
        found += chain_problems(name, lines)
    return found


def chain_problems(name, lines):
    """Every fused multiply-add of a tile adds to a value that no other one adds to: chains, never trees."""
    addends = [re.split(r"[\s,;]+", opcode(line))[4] for line in lines if opcode(line).startswith("fma.rn.f32")]
    return [f"{name}: {one} is added to {addends.count(one)} times" for one in set(addends) if addends.count(one) > 2]


def main():
    texts = [pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:]]
    kernels = [kernel for text in texts for kernel in kernels_of(text)]
    found = [line for name, lines in kernels for line in problems_of(name, lines)]
    tiles = sum("GemmTile" in name for name, _ in kernels)
    for line in found[:20]:
        print(line)
    if tiles < 18:
        print(f"only {tiles} tiles of products: 6 operands in 3 sizes were expected")
    print(f"{len(kernels)} kernels, {tiles} of them products: {len(found)} problems")
    return 1 if found or tiles < 18 else 0


if __name__ == "__main__":
    sys.exit(main())
