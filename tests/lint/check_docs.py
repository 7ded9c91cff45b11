#!/usr/bin/env python3
"""What the documents name exists: paths, links, settings of the configuration, commands of cone and their flags.

Looked at is what stands between backticks, in code blocks and in links. A path begins with a folder of this repository; a stem stands
for its files, * for anything. A script's flag stands in the script. A setting is SECTION.KEY of cone/config. A command begins with
cone and is held against what its --help says; without CONE no command is looked at. usage: check_docs.py [CONE]
SPDX-License-Identifier: Apache-2.0
"""
import functools
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "contracts/README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FILE_ENDS = ("json", "key", "safetensors")
FOLDERS = ("bridge", "cmake", "cone", "configs", "contracts", "data", "docs", "kernels", "scripts", "slurm", "tests", "web")


def code_of(text):
    """What stands between backticks, on one line each, and the lines of code blocks without their comments."""
    fence = re.compile(r"^```.*?^```", re.M | re.S)
    blocks = "\n".join(fence.findall(text)) + "\n".join(re.findall(r"^    (.*)$", text, re.M))
    inline = re.findall(r"`([^`]+)`", fence.sub("", text))
    return [" ".join(code.split()) for code in inline] + [re.sub(r"\s+# .*", "", line) for line in blocks.split("\n")]


def missing_paths(document, text):
    for code in code_of(text):
        for path in re.findall(rf"(?<![\w./<>-])(?:\./)?((?:{'|'.join(FOLDERS)})/[\w./*+-]+)", code):
            path = path.rstrip("./")
            if not any(ROOT.glob(path)) and not any(ROOT.glob(path + ".*")):
                yield f"no {path}"
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in link and not (document.parent / link).exists():
            yield f"a link to {link}, which is not there"


def missing_script_flags(text):
    for code in code_of(text):
        for script, rest in re.findall(r"(?:^|\s)(scripts/[\w-]+)([^;&|]*)", code):
            source = (ROOT / script).read_text() if (ROOT / script).is_file() else ""
            yield from (f"{script} has no {flag}" for flag in re.findall(r"--[a-z-]+", rest) if flag not in source)


@functools.lru_cache(None)
def settings():
    """Sections; all words of the configuration's source, which are the keys among others; ends that keys are made with."""
    source = "\n".join(path.read_text() for path in (ROOT / "cone/config").glob("*.?pp"))
    words = set(re.findall(r'"(\w+)"', source))
    return set(re.findall(r'\{"(\w+)", read_\w+\}', source)), words, tuple(word for word in words if word.startswith("_"))


def missing_settings(text):
    sections, keys, ends = settings()
    for code in code_of(text):
        for section, key in re.findall(r"(?<![\w./-])([a-z]+)\.([a-z_0-9]+)(?![\w./*(-])", code):
            if section in sections and key not in keys and not key.endswith(ends) and key not in FILE_ENDS:
                yield f"no setting {section}.{key}"


@functools.lru_cache(None)
def help_of(cone, words):
    return subprocess.run([cone, *words, "--help"], capture_output=True, text=True, check=False).stdout


def commands_in(code):
    """The commands of cone in a line, without cone; `bench hash | job` are two."""
    for command in re.findall(r"(?<![\w./-])cone ([a-z][^;&<]*)", code):
        choice = re.match(r"((?:[a-z]+ )*)([a-z]+(?: \| [a-z]+)+)(.*)", command)
        yield from (choice[1] + word + choice[3] for word in choice[2].split(" | ")) if choice else [command]


def missing_commands(text, cone):
    for command in (command for code in code_of(text) for command in commands_in(code)):
        words = ()
        for word in command.split():
            page = help_of(cone, words)
            if "\nSubcommands:" not in page:
                break
            if f"\n  {word} " not in page:
                yield f"no command: cone {' '.join((*words, word))}"
                break
            words += (word,)
        for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", command):
            if not re.search(rf"(?<![\w-]){flag}(?![\w-])", help_of(cone, words)):
                yield f"cone {' '.join(words)} has no {flag}"


def main():
    wrong = []
    for document in DOCUMENTS:
        text = document.read_text()
        found = [*missing_paths(document, text), *missing_script_flags(text), *missing_settings(text)]
        found += missing_commands(text, sys.argv[1]) if len(sys.argv) > 1 else []
        wrong += [f"{document.relative_to(ROOT)}: {what}" for what in found]
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
