#!/usr/bin/env python3
"""Includes point downwards only, and outside libraries stay in the folders that may use them.

The table is docs/architecture.md's; a folder may include itself and what it lists. Also checked: the first two lines of
every source file, `#pragma once`, and that a .cpp includes its own header first (so that every header compiles alone).
SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# folder -> folders it may include. Keep in step with docs/architecture.md.
PROTOCOL = ["cone/base", "cone/hash", "cone/job"]
MAY_INCLUDE = {
    "kernels": [],
    "cone/base": ["kernels"],  # the generator's core, which dropout needs too
    "cone/hash": ["cone/base"],
    "cone/job": ["cone/base", "cone/hash"],
    "cone/config": PROTOCOL,
    "cone/sortition": PROTOCOL,
    "cone/agreement": PROTOCOL + ["cone/sortition"],
    "cone/market": PROTOCOL + ["kernels"],
    "cone/play": PROTOCOL + ["cone/sortition", "cone/agreement", "cone/market"],
    "cone/data": PROTOCOL,
    "cone/comm": ["cone/base"],
    "cone/model": PROTOCOL + ["cone/data", "kernels"],
    "cone/libtorch": PROTOCOL + ["cone/data", "cone/model", "kernels"],
    "cone/training": PROTOCOL + ["cone/comm", "cone/data", "cone/libtorch", "cone/market", "cone/model", "cone/trace",
                                 "kernels"],
    "cone/trace": PROTOCOL + ["cone/data"],
    "cone/report": PROTOCOL + ["cone/data", "cone/sortition", "cone/agreement", "cone/trace", "cone/training"],
    "cone/node": PROTOCOL + ["cone/comm", "cone/sortition", "cone/agreement", "cone/trace", "cone/training", "cone/report"],
    "bridge/eth": ["cone/base", "cone/hash"],
    "bridge/rpc": ["cone/base", "cone/hash", "bridge/eth"],
    "bridge/contracts": PROTOCOL + ["bridge/eth", "bridge/rpc"],
    "bridge/keys": ["cone/base", "cone/hash", "bridge/eth", "bridge/rpc"],
    "bridge/follower": PROTOCOL + ["bridge/eth", "bridge/rpc", "bridge/contracts"],
    "bridge/index": PROTOCOL + ["bridge/eth", "bridge/rpc", "bridge/contracts", "bridge/follower"],
    "bridge/sender": PROTOCOL + ["bridge/eth", "bridge/rpc", "bridge/contracts"],
    "bridge/adapter": PROTOCOL + ["cone/agreement", "cone/node", "bridge/eth", "bridge/rpc", "bridge/contracts", "bridge/follower", "bridge/sender"],
}
APPS = {"cone/cli"}  # wiring: may include everything

# outside header (regex) -> folders that may use it
OUTSIDE = {
    r"torch/|ATen/|c10/": {"cone/libtorch"},
    r"mpi\.h|mpi-ext\.h": {"cone/comm"},
    r"toml\+\+|toml\.hpp": {"cone/config"},
    r"CLI/": {"cone/cli"},
    r"curl/": {"bridge/rpc"},
    r"secp256k1": {"bridge/eth"},
    r"boost/(archive|serialization)": {"cone/comm", "cone/node"},
    r"boost/multiprecision": {"bridge/eth", "bridge/rpc", "bridge/keys", "bridge/contracts", "bridge/follower", "bridge/sender", "bridge/adapter"},
    r"google/protobuf|.*\.pb\.h": {"cone/job"},
    r"zlib\.h": {"cone/data"},
    r"sqlite3\.h": {"bridge/sender"},
    r"openssl/": {"cone/hash", "bridge/eth", "bridge/keys"},
}


def folder_of(path):
    parts = path.relative_to(ROOT).parts
    return parts[0] if parts[0] == "kernels" else "/".join(parts[:2])


def included_folder(name):
    if name.startswith("cone_kernels/"):
        return "kernels"
    parts = name.split("/")
    return "/".join(parts[:2]) if parts[0] in ("cone", "bridge") and len(parts) > 2 else None


def problems_of(path):
    folder, text = folder_of(path), path.read_text()
    lines = text.splitlines()
    if len(lines) < 2 or not lines[0].startswith("//") or "SPDX-License-Identifier: Apache-2.0" not in "".join(lines[:30]):
        yield "the first lines must say what the file is, then the SPDX line"
    if path.suffix in (".hpp", ".cuh") and "#pragma once" not in text:
        yield "header without #pragma once"
    if folder not in MAY_INCLUDE and folder not in APPS:
        yield f"folder {folder} is not in the table of tests/lint/check_includes.py"
        return
    includes = re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', text, re.M)
    own = path.with_suffix(".hpp")
    if path.suffix == ".cpp" and own.exists() and includes and not includes[0].endswith(own.name):
        yield f"must include its own header {own.name} first, not {includes[0]}"
    for name in includes:
        target = included_folder(name)
        if target and folder not in APPS and target != folder and target not in MAY_INCLUDE[folder]:
            yield f"{folder} may not include {name} ({target} is not below it)"
        for pattern, users in OUTSIDE.items():
            if re.match(pattern, name) and folder not in users:
                yield f"{name} may be used in {', '.join(sorted(users))} only"


def main():
    files = [p for top in ("cone", "bridge", "kernels") for p in sorted((ROOT / top).rglob("*"))
             if p.suffix in (".hpp", ".cpp", ".cu", ".cuh")]
    found = [f"{p.relative_to(ROOT)}: {text}" for p in files for text in problems_of(p)]
    print("\n".join(found) if found else f"{len(files)} files, includes point downwards")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
