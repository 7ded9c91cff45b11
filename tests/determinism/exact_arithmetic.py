"""Arithmetic of exact/1 from the headers of kernels/include: rounding, exp and log, random numbers, loss, projection.

Floats of binary32 are Python's doubles that hold their values. Every operation on them is done exactly, or to odd in double, and
rounded once.
SPDX-License-Identifier: Apache-2.0
"""
import math
import struct
from fractions import Fraction

INF = math.inf
NAN = struct.unpack(">d", bytes.fromhex("7ff8000000000000"))[0]


def f32(x):
    try:
        return struct.unpack("f", struct.pack("f", x))[0]
    except OverflowError:
        return math.copysign(INF, x)


def fma64(a, b, c):
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)) or a == 0 or b == 0:
        return a * b + c
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    try:
        return float(exact)  # a quotient of integers, which Python rounds once
    except OverflowError:
        return INF if exact > 0 else -INF


def fma32(a, b, c):
    """The product is exact in double; the sum is rounded to odd there, so that rounding it to float is the only rounding."""
    product = a * b
    total = product + c
    if not math.isfinite(total):
        return f32(total)
    part = total - product
    error = (product - (total - part)) + (c - part)
    if error != 0 and not struct.unpack("Q", struct.pack("d", total))[0] & 1:
        total = math.nextafter(total, INF if error > 0 else -INF)
    return f32(total)


def add(a, b):
    return f32(a + b)


def mul(a, b):
    return f32(a * b)


def chain(start, pairs):
    for x, y in pairs:
        start = fma32(x, y, start)
    return start


def sum32(start, values):
    for x in values:
        start = add(start, x)
    return start


def lanes(q):
    q = [add(q[i], q[i + 4]) for i in range(4)]
    return add(add(q[0], q[2]), add(q[1], q[3]))


# elementary.hpp
LN2_HIGH, LN2_LOW, INVERSE_LN2 = (float.fromhex(x) for x in ("0x1.62e42feep-1", "0x1.a39ef35793c76p-33", "0x1.71547652b82fep+0"))
SQRT_HALF = float.fromhex("0x1.6a09e667f3bcdp-1")
SHIFT = float.fromhex("0x1.8p52")


def exp_exact(x):
    if x != x:
        return NAN
    if x > 710:
        return INF
    if x < -746:
        return 0.0
    k = fma64(x, INVERSE_LN2, SHIFT) - SHIFT
    r = fma64(-k, LN2_LOW, fma64(-k, LN2_HIGH, x))
    s = 1 / math.factorial(13)
    for n in range(12, 1, -1):
        s = fma64(s, r, 1 / math.factorial(n))
    half = int(k / 2)
    return (1 + fma64(r * r, s, r)) * 2.0**half * 2.0 ** (int(k) - half)


def log_exact(x):
    if x != x or x < 0:
        return NAN
    if x == 0:
        return -INF
    if x == INF:
        return INF
    m, k = math.frexp(x)  # m in [1/2, 1)
    if m < SQRT_HALF:
        m, k = 2 * m, k - 1
    f = m - 1
    s = f / (2 + f)
    z = s * s
    t = 2 / 21
    for n in range(19, 1, -2):
        t = fma64(t, z, 2 / n)
    t = t * z
    q = 0.5 * f * f
    low = fma64(s, q + t, k * LN2_LOW)
    return fma64(float(k), LN2_HIGH, f - (q - low))


# philox.hpp and "Random numbers"
def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(p1 >> 32) ^ c[1] ^ k[0], p1 & 0xFFFFFFFF, (p0 >> 32) ^ c[3] ^ k[1], p0 & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def words(value):
    return value & 0xFFFFFFFF, value >> 32


def bits(seed, stream, substream, index):
    block = philox((*words(index), stream, substream), words(seed))
    return block[0] | block[1] << 32


def uniform(seed, stream, substream, index):
    return (bits(seed, stream, substream, index) >> 11) * 2.0**-53


# classification.hpp
def exponentials(row):
    largest = max(row)
    powers = [exp_exact(z - largest) for z in row]
    total = 0.0
    for power in powers:
        total += power
    return largest, powers, total


def loss(row, label):
    if not all(map(math.isfinite, row)):
        return INF
    largest, _, total = exponentials(row)
    return log_exact(total) + (largest - row[label])


def loss_gradient(row, label, divisor):
    _, powers, total = exponentials(row)
    return [f32((power / total - (1 if c == label else 0)) / divisor) for c, power in enumerate(powers)]


# osmd.hpp
def osmd_step(p, feedback, eta, alpha):
    logs = [fma64(eta, f, log_exact(x)) for x, f in zip(p, feedback)]
    n, largest = len(p), max(logs)
    v = [exp_exact(x - largest) for x in logs]
    floor = alpha / n
    order = sorted(range(n), key=lambda i: (v[i], i))
    total, held = 0.0, None
    for b in range(n - 1, -1, -1):
        total += v[order[b]]
        if not v[order[b]] * (1 - floor * b) > floor * total:
            break
        held = b, total
    if held is None:
        return [1 / n] * n
    c, free = held
    result = [floor] * n
    for i in order[c:]:
        result[i] = max(floor, v[i] * (1 - floor * c) / free)
    return result
