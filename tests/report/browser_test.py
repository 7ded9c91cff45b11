#!/usr/bin/env python3
"""Opens the sample pages in headless chromium: they draw, say nothing on the console and fetch nothing.

The page's content policy forbids every fetch, so an attempt is an error on the console; the last case shows that the
errors would be seen. Exit code 77 (skipped) when there is no chromium; scripts/setup installs it.
SPDX-License-Identifier: Apache-2.0
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom"]
NAMESPACES = ("http://www.w3.org/",)


def open_page(chromium, page):
    """The page's elements after its script ran, and what it said on the console."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run([chromium, *FLAGS, f"--user-data-dir={profile}", page.as_uri()], capture_output=True, text=True,
                              timeout=60, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


def expect(condition, message):
    if not condition:
        sys.exit(f"FAILED: {message}")


def check_demo(dom):
    for section in ("learning", "sellers", "agreement", "money", "timeline", "gas", "job", "verify"):
        expect(f'<section id="{section}"' in dom, f"demo: no section {section}")
    charts = dom.count('baseProfile="full"')
    expect(charts == 4, f"demo: {charts} charts drawn, not 4")
    expect(dom.count('class="member agrees"') == 11, "demo: not 11 members shown as agreeing")
    expect(dom.count('class="member differs"') == 1, "demo: the liar is not marked")
    expect("Every wei is accounted for" in dom, "demo: the balance does not close")
    expect("conv 6 5 pad 2, relu, maxpool 2" in dom, "demo: the network's layers are not shown")


def check_void(dom):
    expect("No round was accepted" in dom, "void: does not say that there is no model")
    expect("Every wei is accounted for" in dom, "void: the refund does not close the balance")


def check_hostile(dom):
    expect("<img" not in dom, "hostile: a name became an element")
    expect("&lt;/script&gt;" in dom, "hostile: the name is not shown as it is")


def check_urls(page):
    urls = re.findall(r"https?://[^\s\"'`<>)\\]*", page.read_text())
    foreign = sorted({url for url in urls if not url.startswith(NAMESPACES)})
    expect(not foreign, f"{page.name}: names {foreign}")


def check_that_errors_are_seen(chromium, folder):
    page = folder / "fetches.html"
    page.write_text((folder / "demo.html").read_text().replace("</main>", '</main><img src="https://cone.invalid/x.png">'))
    _, console = open_page(chromium, page)
    expect(any("Content Security Policy" in line for line in console), "a fetch went unnoticed")


def main():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not chromium:
        print("skipped: chromium is not installed; scripts/setup installs it")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([sys.argv[1], name], check=True)
        for case, check in (("demo", check_demo), ("void", check_void), ("hostile", check_hostile)):
            page = folder / f"{case}.html"
            check_urls(page)
            dom, console = open_page(chromium, page)
            text = re.sub(r"<script.*?</script>|<[^>]*>", " ", dom, flags=re.S)
            expect(not re.search(r"\b(undefined|NaN)\b", text), f"{case}: a value is missing on the page")
            expect(not console, f"{case}: on the console: {console[:3]}")
            check(dom)
        check_that_errors_are_seen(chromium, folder)
    print("3 pages drawn, console silent, nothing fetched")


if __name__ == "__main__":
    main()
