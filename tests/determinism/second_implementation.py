"""exact/1 a second time, from docs/determinism.md and the headers it names, for small networks: plain Python, no library.

Not in it: norms, pooling by average, attention, embedding, `from` and `as`.
SPDX-License-Identifier: Apache-2.0
"""
import math
from fractions import Fraction

from exact_arithmetic import add, bits, chain, f32, fma32, fma64, lanes, loss_gradient, mul, philox, sum32, uniform, words


# "Layers" and "Parameters". A shape is (channels, height, width).
def values_of(shape):
    return shape[0] * shape[1] * shape[2]


class Layer:
    def __init__(self, line, shape, classes):
        word, *rest = line.split(" ")
        self.word, self.inside, self.out, self.names = word, shape, shape, None
        if word == "conv":
            options = dict(zip(rest[2::2], map(int, rest[3::2])))
            self.side, self.stride, self.pad = int(rest[1]), options.get("stride", 1), options.get("pad", 0)
            sides = [(n + 2 * self.pad - self.side) // self.stride + 1 for n in shape[1:]]
            self.out = (int(rest[0]), *sides)
        elif word == "linear":
            self.out = (classes if rest[0] == "classes" else int(rest[0]), 1, 1)
        elif word == "maxpool":
            self.side = int(rest[0])
            self.out = (shape[0], shape[1] // self.side, shape[2] // self.side)
        elif word == "dropout":
            self.rate = f32(f32(int(rest[0])) / 100)

    def fan_in(self):
        return self.inside[0] * self.side * self.side if self.word == "conv" else values_of(self.inside)


class Network:
    def __init__(self, model):
        self.layers = []
        shape = (model["channels"], model["height"], model["width"])
        for line in model["layers"]:
            self.layers.append(Layer(line, shape, model["classes"]))
            shape = self.layers[-1].out
        self.crop()
        self.place()

    def crop(self):
        for i, conv in enumerate(self.layers):
            relu = i + 1 < len(self.layers) and self.layers[i + 1].word == "relu"
            at = i + 2 if relu else i + 1
            if conv.word == "conv" and at < len(self.layers) and self.layers[at].word == "maxpool":
                pool = self.layers[at]
                pool.inside = conv.out = (conv.out[0], pool.out[1] * pool.side, pool.out[2] * pool.side)
                if relu:
                    self.layers[i + 1].inside = self.layers[i + 1].out = conv.out

    def place(self):
        """names: name -> (first value, values, fan in)."""
        counts, found = {"conv": 0, "fc": 0}, {}
        for layer in self.layers:
            if layer.word in ("conv", "linear"):
                kind = "conv" if layer.word == "conv" else "fc"
                counts[kind] += 1
                layer.names = f"{kind}{counts[kind]}.weight", f"{kind}{counts[kind]}.bias"
                found[layer.names[0]] = layer.out[0] * layer.fan_in(), layer.fan_in()
                found[layer.names[1]] = layer.out[0], layer.fan_in()
        self.names, self.values = {}, 0
        for name in sorted(found):
            self.names[name] = self.values, *found[name]
            self.values += found[name][0]

    def part(self, values, name):
        first, count, _ = self.names[name]
        return values[first : first + count]

    def initial(self, seed):
        values = []
        for t, (_, count, fan_in) in enumerate(self.names.values()):
            bound = 1 / math.sqrt(fan_in)
            values += [f32((2 * uniform(seed, 1, t, j) - 1) * bound) for j in range(count)]
        return values


# operators.hpp; a tensor is one list for each sample, in canonical order
def at(tensor, shape, c, h, w):
    inside = 0 <= h < shape[1] and 0 <= w < shape[2]
    return tensor[(c * shape[1] + h) * shape[2] + w] if inside else 0.0


def places(shape):
    return [(c, h, w) for c in range(shape[0]) for h in range(shape[1]) for w in range(shape[2])]


def conv_forward(a, x, weight, bias):
    taps = places((a.inside[0], a.side, a.side))
    return [
        chain(bias[m], [(at(x, a.inside, c, i * a.stride + r - a.pad, j * a.stride + s - a.pad), weight[m * len(taps) + k])
                        for k, (c, r, s) in enumerate(taps)])
        for m, i, j in places(a.out)]


def conv_data(a, dy, weight):
    kernel = (a.inside[0], a.side, a.side)

    def element(c, h, w):
        pairs = []
        for m, r, s in places((a.out[0], a.side, a.side)):
            up, left = h + a.pad - r, w + a.pad - s
            if up % a.stride == 0 and left % a.stride == 0:
                place = ((m * kernel[0] + c) * a.side + r) * a.side + s
                pairs.append((at(dy, a.out, m, up // a.stride, left // a.stride), weight[place]))
        return chain(0.0, pairs)

    return [element(*place) for place in places(a.inside)]


def conv_parameters(a, xs, dys):
    def lane(n, m, term):
        acc = 0.0
        for sample in range(n, len(xs), 8):
            for _, i, j in places((1, a.out[1], a.out[2])):
                acc = term(acc, sample, i, j, at(dys[sample], a.out, m, i, j))
        return acc

    def weight(m, c, r, s):
        return lanes([lane(n, m, lambda acc, k, i, j, d: fma32(
            at(xs[k], a.inside, c, i * a.stride + r - a.pad, j * a.stride + s - a.pad), d, acc)) for n in range(8)])

    dw = [weight(m, *tap) for m in range(a.out[0]) for tap in places((a.inside[0], a.side, a.side))]
    return dw, [lanes([lane(n, m, lambda acc, k, i, j, d: add(acc, d)) for n in range(8)]) for m in range(a.out[0])]


def linear_forward(x, weight, bias):
    return [chain(b, zip(x, weight[o * len(x) : (o + 1) * len(x)])) for o, b in enumerate(bias)]


def linear_data(a, dy, weight):
    n = values_of(a.inside)
    return [chain(0.0, [(d, weight[o * n + k]) for o, d in enumerate(dy)]) for k in range(n)]


def linear_parameters(a, xs, dys):
    dw = [chain(0.0, [(x[k], dy[o]) for x, dy in zip(xs, dys)]) for o in range(a.out[0]) for k in range(values_of(a.inside))]
    return dw, [sum32(0.0, [dy[o] for dy in dys]) for o in range(a.out[0])]


def pool_sources(a, x):
    """For each value of the result, where in x it comes from."""
    sources = []
    for c, i, j in places(a.out):
        best = None
        for h in range(i * a.side, (i + 1) * a.side):
            for w in range(j * a.side, (j + 1) * a.side):
                place = (c * a.inside[1] + h) * a.inside[2] + w
                best = place if best is None or x[place] > x[best] else best
        sources.append(best)
    return sources


def dropout(a, index, seed, stream, samples, xs):
    key = philox((*words(stream), index, 0), words(seed))[:2]
    threshold, scale = math.ceil(Fraction(a.rate) * 2**32), f32(1 / (1 - a.rate))
    return [[mul(x, scale) if philox((v // 4, sample, 0, 0), key)[v % 4] >= threshold else 0.0 for v, x in enumerate(row)]
            for sample, row in zip(samples, xs)]


def pixels(row):
    return [f32((x / 255 - 0.1307) / 0.3081) for x in row]


def forward(network, weights, rows, samples, seed, stream):
    tensors = [[pixels(row) for row in rows]]
    for index, a in enumerate(network.layers):
        xs = tensors[-1]
        if a.names:
            weight, bias = (network.part(weights, name) for name in a.names)
            make = (lambda x: conv_forward(a, x, weight, bias)) if a.word == "conv" else (lambda x: linear_forward(x, weight, bias))
            tensors.append([make(x) for x in xs])
        elif a.word == "relu":
            tensors.append([[v if v > 0 else 0.0 for v in x] for x in xs])
        elif a.word == "maxpool":
            tensors.append([[x[place] for place in pool_sources(a, x)] for x in xs])
        else:
            tensors.append(dropout(a, index, seed, stream, samples, xs))
    return tensors


def backward(network, weights, tensors, dys, samples, seed, stream):
    gradient = [0.0] * network.values
    for index in range(len(network.layers) - 1, -1, -1):
        a, xs, ys = network.layers[index], tensors[index], tensors[index + 1]
        if a.names:
            parts = (conv_parameters if a.word == "conv" else linear_parameters)(a, xs, dys)
            for name, part in zip(a.names, parts):
                first, count, _ = network.names[name]
                gradient[first : first + count] = part
            weight = network.part(weights, a.names[0])
            dys = [(conv_data if a.word == "conv" else linear_data)(a, dy, weight) for dy in dys] if index else []
        elif a.word == "relu":
            dys = [[d if y > 0 else 0.0 for y, d in zip(y, dy)] for y, dy in zip(ys, dys)]
        elif a.word == "maxpool":
            dys = [pool_gradient(a, x, dy) for x, dy in zip(xs, dys)]
        else:
            dys = dropout(a, index, seed, stream, samples, dys)
    return gradient


def pool_gradient(a, x, dy):
    dx = [0.0] * len(x)
    for place, d in zip(pool_sources(a, x), dy):
        dx[place] = d
    return dx


def gradient_of(network, weights, job, indices, divisor, stream):
    """Of one batch or virtual shard, filled up to a multiple of 8 by its row 0."""
    samples = indices + [indices[0]] * (-len(indices) % 8)
    tensors = forward(network, weights, [job["images"][i] for i in samples], samples, job["training_seed"], stream)
    dys = [loss_gradient(row, job["labels"][i], divisor) for row, i in zip(tensors[-1], indices)]
    dys += [[0.0] * len(dys[0])] * (len(samples) - len(indices))
    return backward(network, weights, tensors, dys, samples, job["training_seed"], stream)


# fixed_point.hpp
def shard_sum(gradients, block):
    total = []
    for first in range(0, len(gradients[0]), block):
        parts = [gradient[first : first + block] for gradient in gradients]
        largest = max(abs(x) for part in parts for x in part)
        if largest == 0:
            total += [0.0] * len(parts[0])
            continue
        exponent = math.frexp(largest)[1]
        mantissas = [[round(Fraction(x) * Fraction(2) ** (31 - exponent)) for x in part] for part in parts]  # ties to even
        total += [f32(0.0 + float(sum(column)) * 2.0 ** (exponent - 31)) for column in zip(*mantissas)]
    return total


# optimiser.hpp
class Optimiser:
    def __init__(self, job, values):
        rate = job["learning_rate"]
        for _ in range(job["round"]):
            rate *= job["learning_rate_decay"]
        self.kind, self.rate, self.momentum = job["optimiser"], f32(rate), f32(job["momentum"])
        self.decay, self.max_norm = f32(job["weight_decay"]), f32(job["max_gradient_norm"])
        self.first, self.second, self.steps = [0.0] * values, [0.0] * values, 0

    def clip(self, g):
        square = 0.0
        for x in g:
            square = fma64(x, x, square)
        norm = math.sqrt(square)
        factor = f32(self.max_norm / norm) if self.max_norm > 0 and norm > self.max_norm else None
        return g if factor is None else [mul(x, factor) for x in g]

    def step(self, w, g):
        self.steps += 1
        g = self.clip(g)
        if self.kind == "adamw":
            w = [fma32(-mul(self.rate, self.decay), x, x) for x in w]
        else:
            g = [fma32(self.decay, x, d) for x, d in zip(w, g)]
        return self.sgd(w, g) if self.kind == "sgd" else self.adam(w, g)

    def sgd(self, w, g):
        self.first = [fma32(self.momentum, v, d) for v, d in zip(self.first, g)]
        return [fma32(-self.rate, v, x) for v, x in zip(self.first, w)]

    def adam(self, w, g):
        beta1, beta2, epsilon = f32(0.9), f32(0.999), f32(1e-8)
        power1 = power2 = 1.0
        for _ in range(self.steps):
            power1, power2 = power1 * beta1, power2 * beta2
        c1, c2 = f32(1 - power1), f32(1 - power2)
        rest1, rest2 = f32(1 - beta1), f32(1 - beta2)
        self.first = [fma32(beta1, m, mul(rest1, d)) for m, d in zip(self.first, g)]
        self.second = [fma32(beta2, u, mul(mul(rest2, d), d)) for u, d in zip(self.second, g)]
        quotient = -f32(self.rate / c1)
        return [fma32(quotient, f32(m / add(f32(math.sqrt(f32(u / c2))), epsilon)), x)
                for m, u, x in zip(self.first, self.second, w)]


# "Order of images"
def epoch_order(job, epoch):
    order = list(range(len(job["images"])))
    for i in range(len(order), 1, -1):
        number = bits(job["training_seed"], 3, job["round"], job["seller"] << 44 | epoch << 32 | i)
        other = number * i >> 64
        order[i - 1], order[other] = order[other], order[i - 1]
    return order


def train(model, job):
    """The initial weights, and those after every step."""
    network = Network(model)
    weights = network.initial(model["init_seed"])
    optimiser, history = Optimiser(job, network.values), [weights]
    shards = job["virtual_shards"]
    for epoch in range(job["epochs"]):
        order = epoch_order(job, epoch)
        stream = job["round"] << 32 | job["seller"] << 12 | epoch
        for first in range(0, len(order), job["batch"]):
            batch = order[first : first + job["batch"]]
            size = job["batch"] // shards
            pieces = [batch[v : v + size] for v in range(0, len(batch), size)]
            gradients = [gradient_of(network, weights, job, piece, len(batch), stream) for piece in pieces]
            weights = optimiser.step(weights, gradients[0] if shards == 1 else shard_sum(gradients, 1024))
            history.append(weights)
    return history
