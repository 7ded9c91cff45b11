#!/usr/bin/env python3
"""The engine and the implementation written from its documents give the same bits. usage: check_second_implementation.py PRINT_BITS

SPDX-License-Identifier: Apache-2.0
"""
import json
import math
import pathlib
import random
import re
import struct
import subprocess
import sys
from fractions import Fraction

import exact_arithmetic as exact
import second_implementation as second

HEADERS = pathlib.Path(__file__).resolve().parents[2] / "kernels/include/cone_kernels"
RANDOM = random.Random(20261122)
PROBLEMS = []


def expect(what, got, expected):
    if got != expected:
        PROBLEMS.append(f"{what}: {str(got)[:200]} is not {str(expected)[:200]}")


def hex64(values):
    return [struct.pack(">d", x).hex() for x in values]


def hex32(values):
    return [struct.pack(">f", x).hex() for x in values]


def double_of(word):
    return struct.unpack(">d", word.to_bytes(8, "big"))[0]


def any_float():
    return struct.unpack(">f", RANDOM.getrandbits(32).to_bytes(4, "big"))[0]


class Engine:
    """Asks the C++ program; a request is one line, and so is its answer."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, name, body):
        self.process.stdin.write(json.dumps({name: body}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def check_rounding():
    """fma32 by rounding to odd against one rounding of the rational."""
    for _ in range(2000):
        a, b, c = any_float(), any_float(), any_float()
        if RANDOM.random() < 0.5:
            c = exact.f32(-a * b * (1 + RANDOM.choice([0, 1, -1, 2]) * 2.0**-24))
        if RANDOM.random() < 0.2:  # a product a hair from half a unit in the last place of c, too fine for double to see
            a, b = RANDOM.choice([1, -1]) * 2.0**-12 * (1 + 2.0**-23), 2.0**-12 * (1 - 2.0**-23)
            c = 1 + RANDOM.getrandbits(23) * 2.0**-23
        if not all(map(math.isfinite, (a, b, c))):
            continue
        value = Fraction(a) * Fraction(b) + Fraction(c)
        got = exact.fma32(a, b, c)
        if not math.isfinite(got):
            continue
        neighbours = [struct.unpack("f", struct.pack("I", bits))[0] for bits in neighbours_of(got)]
        distance = abs(Fraction(got) - value)
        closest = min((abs(Fraction(x) - value) for x in neighbours if math.isfinite(x)), default=distance)
        even = struct.unpack("I", struct.pack("f", got))[0] % 2 == 0
        expect(f"fma32({a}, {b}, {c}) is nearest", distance < closest or (distance == closest and even), True)


def neighbours_of(x):
    bits = struct.unpack("I", struct.pack("f", x))[0]
    return [other for other in (bits - 1, bits + 1, 1 if x == 0 else bits - 1, 0x80000001 if x == 0 else bits + 1)
            if 0 <= other < 2**32 and other != 0x7FFFFFFF]


def check_coefficients():
    """The hexadecimal numbers in elementary.hpp are the ones used here."""
    text = (HEADERS / "elementary.hpp").read_text()
    table = {}
    for kind, lines in re.findall(r"([eo])\[n\] = [^\n]*\n((?://\s+\d+ 0x[^\n]*\n)+)", text):
        table[kind] = {int(n): float.fromhex(x) for n, x in re.findall(r"(\d+) (0x1\.[0-9a-f]+p[+-]\d+)", lines)}
    expect("1 / n!", table.get("e"), {n: 1 / math.factorial(n) for n in range(2, 14)})
    expect("2 / n", table.get("o"), {n: 2 / n for n in range(3, 22, 2)})
    for name, value in (("A", exact.LN2_HIGH), ("B", exact.LN2_LOW), ("C", exact.INVERSE_LN2), ("w", exact.SQRT_HALF)):
        found = re.search(rf"\b{name} = (0x1\.[0-9a-f]+p[+-]\d+)", text)
        expect(name, found and float.fromhex(found[1]), value)


def check_elementary(engine):
    special = [0.0, -0.0, math.inf, -math.inf, math.nan, double_of(0xFFF8000000000001), 1.0, -1.0, 5e-324, 2.0**-1022, 2.0**-1023,
               709.78, 709.79, 710.0, 710.1, -708.4, -744.4, -745.13, -745.14, -746.0, -746.1, 1e308, exact.SQRT_HALF,
               math.nextafter(exact.SQRT_HALF, 0), 2 * exact.SQRT_HALF, math.nextafter(1, 2), math.nextafter(1, 0)]
    exponents = [RANDOM.uniform(-750, 715) for _ in range(500)] + [RANDOM.gauss(0, 2) for _ in range(500)]
    logs = [double_of(RANDOM.getrandbits(63)) for _ in range(500)] + [RANDOM.lognormvariate(0, 1) for _ in range(500)]
    for name, function, values in (("exp", exact.exp_exact, exponents), ("log", exact.log_exact, logs)):
        values = special + values
        for x, got, own in zip(values, engine.ask(name, hex64(values)), hex64(map(function, values)), strict=True):
            expect(f"{name}({x!r})", own, got)


def check_loss(engine):
    rows = [[1000.0, 0.0, -2.0], [0.0, 0.0, 0.0], [3e38, -3e38, 1.0], [88.0, 88.5, -104.0]]
    rows += [[RANDOM.gauss(0, 4) for _ in range(3)] for _ in range(60)]
    for row in ([exact.f32(z) for z in row] for row in rows):
        for label in range(3):
            total, gradient = engine.ask("loss", {"logits": hex32(row), "labels": [label], "classes": 3, "divisor": 7})
            expect(f"loss of {row}, {label}", hex64([exact.loss(row, label)])[0], total)
            expect(f"gradient of {row}, {label}", hex32(exact.loss_gradient(row, label, 7)), gradient)
    total, _ = engine.ask("loss", {"logits": hex32([1.0, math.inf]), "labels": [0], "classes": 2, "divisor": 1})
    expect("loss of an infinite row", hex64([exact.loss([1.0, math.inf], 0)])[0], total)


def check_osmd(engine):
    for n in [1, 2, 3, 7, 20, 60]:
        for alpha in [0.01, 0.5, 1.0]:
            for _ in range(4):
                weights = [RANDOM.choice([1.0, 2.0, RANDOM.random()]) for _ in range(n)]
                p = [w / sum(weights) for w in weights]
                feedback = [RANDOM.choice([0.0, 2.0, -2.0, RANDOM.gauss(0, 1), -1e300]) for _ in range(n)]
                got = engine.ask("osmd", {"p": hex64(p), "feedback": hex64(feedback), "eta": hex64([0.7])[0], "alpha": hex64([alpha])[0]})
                if set(feedback) == {-1e300}:
                    continue
                expect(f"projection of {n} with alpha {alpha}", hex64(exact.osmd_step(p, feedback, 0.7, alpha)), got)


def model_of(height, width, *layers):
    return {"layers": list(layers), "channels": 1, "height": height, "width": width, "classes": 3, "init_seed": 0x1_0000_0007}


def job_of(model, images, **other):
    size = model["channels"] * model["height"] * model["width"]
    job = {"images": [[RANDOM.randrange(256) for _ in range(size)] for _ in range(images)],
           "labels": [RANDOM.randrange(model["classes"]) for _ in range(images)],
           "epochs": 1, "batch": 4, "learning_rate": 0.05, "momentum": 0.9, "weight_decay": 0.0, "learning_rate_decay": 1.0,
           "optimiser": "sgd", "max_gradient_norm": 0.0, "virtual_shards": 1, "training_seed": 0x9_8765_4321, "round": 0, "seller": 0}
    return {**job, **other}


def cases():
    """(name, model, job, weights, steps): a wrong number of steps or weights is a case that tests something else."""
    pooled = model_of(6, 6, "conv 2 3", "relu", "maxpool 2", "linear classes")
    yield "two steps of SGD with momentum", pooled, job_of(pooled, 8, seller=2), 47, 2
    cropped = model_of(5, 5, "conv 4 3", "relu", "maxpool 2", "linear classes")
    yield "a cropped convolution, a last batch of 2", cropped, job_of(cropped, 10, seller=5, round=3, learning_rate_decay=0.9), 55, 3
    deep = model_of(6, 5, "conv 3 3 pad 1", "relu", "conv 2 3 stride 2 pad 1", "relu", "linear 5", "dropout 30", "relu", "linear classes")
    yield ("Adam, clipped, with dropout and virtual shards", deep,
           job_of(deep, 11, epochs=2, batch=6, optimiser="adam", max_gradient_norm=0.5, weight_decay=0.01, virtual_shards=3, round=70000,
                  learning_rate=0.002, learning_rate_decay=0.99999, seller=1048575), 199, 4)
    wide = model_of(8, 20, "linear 12", "relu", "maxpool 1", *["linear 4"] * 9, "linear classes")
    yield ("AdamW on names of two digits and two blocks", wide,
           job_of(wide, 12, batch=12, optimiser="adamw", weight_decay=0.1, virtual_shards=2, epochs=2), 2159, 2)


def check_training(engine):
    for name, model, job, values, steps in cases():
        own = [hex32(weights) for weights in second.train(model, job)]
        expect(f"{name}: weights", len(own[0]), values)
        expect(f"{name}: steps", len(own) - 1, steps)
        shapes = [list(layer.out) for layer in second.Network(model).layers]
        expect(f"{name}: shapes", shapes, engine.ask("shapes", model))
        for implementation in ("reference", "best"):
            got = engine.ask("train", {"model": model, "job": job, "implementation": implementation})
            for step, (a, b) in enumerate(zip(own, got, strict=True)):
                expect(f"{name}, {implementation}, weights after {step} steps", a, b)


def main():
    engine = Engine(sys.argv[1])
    check_rounding()
    check_coefficients()
    for check in (check_elementary, check_loss, check_osmd, check_training):
        check(engine)
    print("\n".join(PROBLEMS[:20]) or "every bit agrees")
    sys.exit(1 if PROBLEMS else 0)


if __name__ == "__main__":
    main()
