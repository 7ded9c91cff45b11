// Fusions, halos, memory.
// SPDX-License-Identifier: Apache-2.0
#include "tensors.hpp"

#include <algorithm>

#include "../reference/halo.hpp"

namespace cone::kernels::cpu {
namespace {

struct Readers {
    std::size_t count = 0;
    std::size_t first = 0;
};

std::vector<Readers> readers_of(const Network& network) {
    std::vector<Readers> readers(network.layers.size() + 1);
    const auto note = [&](std::size_t tensor, std::size_t layer) {
        Readers& r = readers[tensor];
        r.first = r.count++ == 0 ? layer : r.first;
    };
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        note(network.layers[i].input, i);
        if (network.layers[i].op == Op::Add) {
            note(network.layers[i].other, i);
        }
    }
    return readers;
}

/// The layer that alone reads what layer i makes, if it is this operator.
std::optional<std::size_t> only_reader(const Network& network, const std::vector<Readers>& readers, std::size_t i, Op op) {
    const Readers& r = readers[i + 1];
    return r.count == 1 && network.layers[r.first].op == op ? std::optional(r.first) : std::nullopt;
}

/// Whether the gradient of a layer can do without the values it made.
bool forgets_output(Op op) {
    return op == Op::Conv || op == Op::Linear || op == Op::GroupNorm || op == Op::LayerNorm || op == Op::Add;
}

bool is_pool_of_two(const Layer& layer) {
    return layer.kernel_height == 2;
}

constexpr std::size_t kLine = 16;  ///< floats of a cache line

/// A little wider than needed: planes an odd number of cache lines apart spread over the sets of a cache, where those that
/// are a power of two apart would drive each other out.
std::size_t spread(std::size_t plane) {
    constexpr std::size_t kSmall = 8 * kLine;
    if (plane < kSmall) {
        return plane;
    }
    const std::size_t lines = (plane + kLine - 1) / kLine;
    return (lines % 2 == 0 ? lines + 1 : lines) * kLine;
}

/// Four blocks that go side by side stand a quarter of the nearest cache's 64 sets apart: with 64 channels they would all be in
/// the same sets, which hold eight lines.
std::size_t spread_blocks(std::size_t block) {
    constexpr std::size_t kSets = 64;
    const std::size_t lines = (block + kLine - 1) / kLine;
    return (lines + (kSets + kSets / 4 - lines % kSets) % kSets) * kLine;
}

Map make_map(const Shape& shape, const Halo& halo, std::size_t blocks, Arena& arena) {
    Map map;
    map.row = (halo.left + shape.width + halo.right) * kLanes;
    map.plane = spread((halo.top + shape.height + halo.bottom) * map.row);
    map.block = spread_blocks(shape.channels * map.plane);
    map.origin = arena.floats(blocks * map.block) + halo.top * map.row + halo.left * kLanes;
    return map;
}

/// Tensors that share their memory are known by the first of them.
std::vector<std::size_t> roots_of(const Network& network, const std::vector<Fusion>& fusions) {
    std::vector<std::size_t> roots(network.layers.size() + 1);
    for (std::size_t t = 0; t < roots.size(); ++t) {
        roots[t] = t > 0 && fusions[t - 1].in_place ? roots[network.layers[t - 1].input] : t;
    }
    return roots;
}

const Shape& shape_of(const Network& network, std::size_t tensor) {
    return tensor == 0 ? network.input : network.layers[tensor - 1].out;
}

bool needs_gradient(const Network& network, std::size_t tensor) {
    return tensor > 0 || std::any_of(network.layers.begin(), network.layers.end(),
                                     [](const Layer& l) { return l.op == Op::GroupNorm && l.input == 0; });
}

/// Whether a layer may write the gradient of what it reads over that of what it makes: nobody else adds to the one, and the
/// other is of no more use.
bool turns_gradient_in_place(const Network& network, const std::vector<Readers>& readers, std::size_t i) {
    const Layer& l = network.layers[i];
    return l.op == Op::GroupNorm && l.input > 0 && readers[l.input].count == 1;
}

void lay_out_values(const Network& network, const std::vector<Fusion>& fusions, const std::vector<std::size_t>& roots,
                    std::size_t blocks, std::vector<TensorMaps>& maps, Arena& arena) {
    std::vector<Halo> halos(roots.size());
    for (const Layer& l : network.layers) {
        if (l.op == Op::Conv) {
            halos[roots[l.input]].widen(halo_of_input(l));
        }
    }
    for (std::size_t t = 0; t < maps.size(); ++t) {
        if (roots[t] != t) {
            maps[t] = maps[roots[t]];
            continue;
        }
        if (t == 0 || !fusions[t - 1].pool) {
            maps[t].values = make_map(shape_of(network, t), halos[t], blocks, arena);
        }
        if (t > 0 && network.layers[t - 1].op == Op::MaxPool && fusions[t - 1].done_before) {
            maps[t].sources = make_map(shape_of(network, t), halos[t], blocks, arena);
        }
    }
}

/// Tensors that share the memory of their gradients are known by the first of them.
std::vector<std::size_t> gradient_roots(const Network& network, const std::vector<std::size_t>& roots) {
    const auto readers = readers_of(network);
    std::vector<std::size_t> owners(roots.size());
    for (std::size_t t = 0; t < owners.size(); ++t) {
        const bool is_turned = roots[t] == t && t > 0 && turns_gradient_in_place(network, readers, t - 1);
        owners[t] = is_turned ? owners[network.layers[t - 1].input] : roots[t] == t ? t : owners[roots[t]];
    }
    return owners;
}

/// Halos of gradients, one for all tensors of a shape: so that they can stand in for one another.
std::vector<Halo> gradient_halos(const Network& network, const std::vector<std::size_t>& owners) {
    std::vector<Halo> halos(owners.size());
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        for (std::size_t t = 0; t < owners.size() && network.layers[i].op == Op::Conv; ++t) {
            if (shape_of(network, t) == shape_of(network, owners[i + 1])) {
                halos[t].widen(halo_of_gradient(network.layers[i]));
            }
        }
    }
    return halos;
}

/// In the backward pass the loss has turn layers.size(), then come the layers, last first. The turn in which the first step
/// writes the gradient of each owner.
std::vector<std::size_t> first_turns(const Network& network, const std::vector<std::size_t>& owners) {
    std::vector<std::size_t> turns(owners.size());
    turns[owners.back()] = network.layers.size();
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const Layer& l = network.layers[i];
        for (const std::size_t t : {owners[l.input], owners[l.op == Op::Add ? l.other : l.input]}) {
            turns[t] = std::max(turns[t], i);
        }
    }
    return turns;
}

/// Gradients that are done with, by shape.
class Spares {
public:
    void give(const Shape& shape, const Map& map) { maps_.emplace_back(shape, map); }
    std::optional<Map> take(const Shape& shape) {
        const auto found = std::find_if(maps_.begin(), maps_.end(), [&](const auto& spare) { return spare.first == shape; });
        if (found == maps_.end()) {
            return std::nullopt;
        }
        const Map map = found->second;
        maps_.erase(found);
        return map;
    }

private:
    std::vector<std::pair<Shape, Map>> maps_;
};

/// Of a convolution whose pool leaves rows or columns out: nobody writes the gradient there, which is +0 from the beginning.
bool has_unwritten_gradient(const Network& network, const std::vector<Fusion>& fusions, std::size_t tensor) {
    if (tensor == 0 || !fusions[tensor - 1].pool) {
        return false;
    }
    const Layer& pool = network.layers[*fusions[tensor - 1].pool];
    return pool.in.height != 2 * pool.out.height || pool.in.width != 2 * pool.out.width;
}

void lay_out_gradients(const Network& network, const std::vector<Fusion>& fusions, const std::vector<std::size_t>& roots,
                       std::size_t blocks, bool reuses, std::vector<TensorMaps>& maps, Arena& arena) {
    const auto owners = gradient_roots(network, roots);
    const auto halos = gradient_halos(network, owners);
    const auto turns = first_turns(network, owners);
    Spares spares;
    for (std::size_t turn = network.layers.size() + 1; turn-- > 0;) {
        for (std::size_t t = 0; t < maps.size(); ++t) {
            const bool is_late = t > 0 && fusions[t - 1].squares_late;
            if (owners[t] == t && turns[t] == turn && !is_late && needs_gradient(network, t)) {
                const Shape& shape = shape_of(network, t);
                const auto spare = has_unwritten_gradient(network, fusions, t) ? std::nullopt : spares.take(shape);
                maps[t].gradient = spare ? *spare : make_map(shape, halos[t], blocks, arena);
            }
        }
        const std::size_t done = turn + 1;  // the tensor that this layer made
        if (reuses && done < maps.size() && owners[done] == done && maps[done].gradient.origin != nullptr &&
            !has_unwritten_gradient(network, fusions, done)) {
            spares.give(shape_of(network, done), maps[done].gradient);
        }
    }
    for (std::size_t t = 0; t < maps.size(); ++t) {
        maps[t].gradient = maps[owners[t]].gradient;
    }
}

}  // namespace

std::vector<Fusion> fusions_of(const Network& network) {
    std::vector<Fusion> fusions(network.layers.size());
    const auto readers = readers_of(network);
    for (std::size_t i = 0; i < network.layers.size(); ++i) {
        const Op op = network.layers[i].op;
        const auto sum = only_reader(network, readers, i, Op::Add);
        if (sum && forgets_output(op) && network.layers[*sum].input == i + 1) {
            fusions[*sum].in_place = true;
        }
        const auto relu = only_reader(network, readers, i, Op::Relu);
        if (!relu || !forgets_output(op)) {
            continue;
        }
        fusions[*relu].in_place = true;
        fusions[i].relu = op == Op::Conv || op == Op::Linear;
        fusions[*relu].done_before = fusions[i].relu;
        const auto pool = only_reader(network, readers, *relu, Op::MaxPool);
        if (op == Op::Conv && pool && is_pool_of_two(network.layers[*pool])) {
            fusions[i].pool = pool;
            fusions[i].squares_late = network.layers[i].input == 0;
            fusions[*relu].undone_by_pool = true;
            fusions[*pool].done_before = true;
        }
    }
    return fusions;
}

std::vector<TensorMaps> lay_out(const Network& network, const std::vector<Fusion>& fusions, std::size_t blocks, bool by_layer,
                                Arena& arena) {
    const auto roots = roots_of(network, fusions);
    std::vector<TensorMaps> maps(roots.size());
    lay_out_values(network, fusions, roots, blocks, maps, arena);
    lay_out_gradients(network, fusions, roots, blocks, by_layer, maps, arena);
    return maps;
}

Map one_block(const Shape& shape, Arena& arena) {
    Map map = make_map(shape, {}, 1, arena);
    map.block = 0;
    return map;
}

std::vector<std::uint32_t> places_of(const Map& map, const Shape& shape) {
    std::vector<std::uint32_t> places;
    for (std::size_t c = 0; c < shape.channels; ++c) {
        for (std::size_t h = 0; h < shape.height; ++h) {
            for (std::size_t w = 0; w < shape.width; ++w) {
                places.push_back(static_cast<std::uint32_t>(c * map.plane + h * map.row + w * kLanes));
            }
        }
    }
    return places;
}

}  // namespace cone::kernels::cpu
