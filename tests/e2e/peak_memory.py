#!/usr/bin/env python3
"""Prints a line whenever this test's processes together hold more memory than ever before: MiB and how many they are.

Runs until it is killed. A process belongs to the test when CONE_E2E_FOLDER in its environment is the test's (lib.sh); pages
that several of them share count once (PSS). SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import time

PAUSE_S = 0.25


def proportional_kib(process, mark):
    """0 for a process that is another's, or gone."""
    try:
        if int(process.name) == os.getpid() or mark not in (process / "environ").read_bytes().split(b"\0"):
            return 0
        for line in (process / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def main():
    mark = b"CONE_E2E_FOLDER=" + os.fsencode(os.environ["CONE_E2E_FOLDER"])
    peak = 0
    while True:
        held = [kib for p in pathlib.Path("/proc").glob("[0-9]*") if (kib := proportional_kib(p, mark)) > 0]
        if sum(held) > peak:
            peak = sum(held)
            print(peak // 1024, len(held), flush=True)
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main()
