// From layers to steps.
// SPDX-License-Identifier: Apache-2.0
#include "plan.hpp"

#include <algorithm>

#include "product_plans.hpp"

namespace cone::kernels::cpu {
namespace {

class Planner {
public:
    Planner(const Network& network, const Operators& operators, const float* weights, float* gradient, Plan& plan)
        : network_(network),
          ops_(operators),
          weights_(weights),
          gradient_(gradient),
          plan_(plan),
          fusions_(fusions_of(network)),
          maps_(lay_out(network, fusions_, plan.blocks, plan.by_layer, plan.arena)),
          has_gradient_(network.layers.size() + 1) {}

    void plan() {
        plan_input();
        for (std::size_t i = 0; i < network_.layers.size(); ++i) {
            plan_forward(i);
        }
        plan_.logits = maps_.back().values;
        plan_loss();
        for (std::size_t i = network_.layers.size(); i-- > 0;) {
            plan_backward(i);
        }
    }

private:
    /// Everything that steps of layer i have in common. Values of the last layer of a fusion are what it makes.
    Step step_of(std::size_t i) const {
        const Layer& l = network_.layers[i];
        Step step;
        step.layer = l;
        step.number = i;
        step.units = l.out.channels;
        step.x = maps_[l.input].values;
        step.y = maps_[i + 1].values;
        step.dx = maps_[l.input].gradient;
        step.dy = maps_[i + 1].gradient;
        step.other = l.op == Op::Add ? maps_[l.other].values : Map{};
        if (weight_values(l) > 0) {
            step.w = weights_ + l.weight;
            step.b = weights_ + l.bias;
            step.dw = gradient_ + l.weight;
            step.db = gradient_ + l.bias;
        }
        return step;
    }

    static void add_step(std::vector<Step>& steps, Step step, Run run, std::size_t units) {
        step.run = run;
        step.units = units;
        steps.push_back(step);
    }

    /// A step that needs all blocks, and makes a gradient of parameters.
    void add_weights(Step step, Run run, std::size_t units) {
        add_step(plan_.weights, step, run, units);
        if (plan_.by_layer) {
            step.is_shared = true;
            add_step(plan_.backward, step, run, units);
        }
    }

    /// The products of a convolution and the step that packs their weights: before all others, or in `pass` before it.
    void set_packed_products(Step& step, std::vector<Product> products, std::vector<Step>& pass) {
        float* room = packed_room(step.layer);
        for (Product& product : products) {
            product.packed = room;
            room += product.outputs * product.links;
        }
        set_products(step, std::move(products));
        step.is_shared = plan_.by_layer;
        add_step(plan_.by_layer ? pass : plan_.prepare, step, ops_.pack, step.products[0].tiles);
        step.is_shared = false;
    }

    float* packed_room(const Layer& l) {
        if (!plan_.by_layer) {
            return plan_.arena.floats(weight_values(l));
        }
        if (shared_room_ == nullptr) {
            std::size_t most = 0;
            for (const Layer& layer : network_.layers) {
                most = std::max(most, layer.op == Op::Conv ? weight_values(layer) : 0);
            }
            shared_room_ = plan_.arena.floats(most);
        }
        return shared_room_;
    }

    void set_products(Step& step, std::vector<Product> products) const {
        const auto& kept = plan_.arena.keep(std::move(products));
        step.products = kept.data();
        step.product_count = kept.size();
    }

    void plan_input() {
        Step step;
        step.layer.out = network_.input;
        step.y = maps_[0].values;
        add_step(plan_.forward, step, ops_.input, network_.input.channels);
    }

    void plan_loss() {
        Step step;
        step.layer.out = network_.layers.back().out;
        step.x = maps_.back().values;
        step.dx = maps_.back().gradient;
        add_step(plan_.backward, step, ops_.loss, 1);
    }

    void plan_forward(std::size_t i) {
        const Layer& l = network_.layers[i];
        Step step = step_of(i);
        switch (l.op) {
            case Op::Conv:
                return plan_conv(i, step);
            case Op::Linear:
                set_products(step, {linear_product(l, step.x, step.y, step.w, step.b, ops_.widest_tile, plan_.arena)});
                return add_step(plan_.forward, step, fusions_[i].relu ? ops_.product_relu : ops_.product,
                                step.products[0].tiles);
            case Op::Relu:
                return fusions_[i].done_before ? void() : add_step(plan_.forward, step, ops_.relu, l.out.channels);
            case Op::MaxPool:
                return fusions_[i].done_before ? void() : add_step(plan_.forward, step, ops_.max_pool, l.out.channels);
            case Op::AvgPool:
                return add_step(plan_.forward, step, ops_.avg_pool, l.out.channels);
            case Op::GroupNorm:
                set_extra(i, 2 * (l.groups + l.in.channels), step);
                return add_step(plan_.forward, step, ops_.group_norm, l.groups);
            case Op::LayerNorm:
                set_extra(i, 2 * std::size_t{l.in.height} * l.in.width, step);
                return add_step(plan_.forward, step, ops_.layer_norm, std::size_t{l.in.height} * l.in.width);
            case Op::Add:
                return add_step(plan_.forward, step, ops_.add, l.out.channels);
            case Op::Embedding:
                return add_step(plan_.forward, step, ops_.embedding, l.out.channels);
            case Op::Attention:
                set_extra(i, (std::size_t{l.groups} * (l.in.width + 1) + l.in.channels) * l.in.width, step);
                return add_step(plan_.forward, step, ops_.attention, l.groups);
            case Op::Dropout:
                return add_step(plan_.forward, step, ops_.dropout, 1);
        }
    }

    void plan_conv(std::size_t i, Step& step) {
        const Layer& l = network_.layers[i];
        const auto pool = fusions_[i].pool;
        const TensorMaps& end = maps_[pool ? *pool + 1 : i + 1];
        Product product = conv_product(l, step.x, end.values, step.w, step.b, ops_.widest_tile, plan_.arena);
        if (pool) {
            product = pooled(product, network_.layers[*pool].out, end.values, end.sources, plan_.arena);
        }
        set_packed_products(step, {product}, plan_.forward);
        const Run run = pool ? ops_.product_relu_pool : fusions_[i].relu ? ops_.product_relu : ops_.product;
        add_step(plan_.forward, step, run, step.products[0].tiles);
    }

    /// `vectors` for each block, shared by the layer's steps.
    void set_extra(std::size_t i, std::size_t vectors, Step& step) {
        extras_.resize(network_.layers.size());
        step.extra_block = vectors * kLanes;
        step.extra = extras_[i] = plan_.arena.floats(plan_.blocks * step.extra_block);
    }

    /// The gradient of the tensor read: whether anybody wants it, and whether it has a value.
    bool wants_gradient(std::uint32_t tensor, Step& step) {
        step.add = has_gradient_[tensor];
        step.dx = maps_[tensor].gradient;
        if (tensor > 0) {
            has_gradient_[tensor] = true;
        }
        return tensor > 0;
    }

    /// A step of layer i that finds the scratch of its forward pass.
    Step backward_step_of(std::size_t i) const {
        Step step = step_of(i);
        for (const Step& earlier : plan_.forward) {
            if (earlier.number == i && earlier.extra != nullptr) {
                step.extra = earlier.extra;
                step.extra_block = earlier.extra_block;
            }
        }
        return step;
    }

    void plan_backward(std::size_t i) {
        const Layer& l = network_.layers[i];
        Step step = backward_step_of(i);
        switch (l.op) {
            case Op::Conv:
                return plan_conv_backward(i, step);
            case Op::Linear:
                return plan_linear_backward(i, step);
            case Op::Relu:
                return fusions_[i].undone_by_pool ? void() : plan_gradient(l, step, ops_.relu_gradient);
            case Op::MaxPool:
                return plan_max_pool_backward(i, step);
            case Op::AvgPool:
                return plan_gradient(l, step, ops_.avg_pool_gradient);
            case Op::GroupNorm:
            case Op::LayerNorm:
                return plan_norm_backward(l, step);
            case Op::Add:
                return plan_add_backward(i, step);
            case Op::Embedding:
                return add_weights(step, ops_.embedding_weights, l.out.channels);
            case Op::Attention:
                return plan_if_wanted(l.input, step, ops_.attention_gradient, l.groups);
            case Op::Dropout:
                return plan_if_wanted(l.input, step, ops_.dropout_gradient, 1);
        }
    }

    /// Where the gradient of `tensor` is wanted at all.
    void plan_if_wanted(std::uint32_t tensor, Step step, Run run, std::size_t units) {
        if (wants_gradient(tensor, step)) {
            add_step(plan_.backward, step, run, units);
        }
    }

    void plan_max_pool_backward(std::size_t i, Step step) {
        const Layer& l = network_.layers[i];
        if (!fusions_[i].done_before) {
            return plan_gradient(l, step, ops_.max_pool_gradient);
        }
        if (!fusions_[network_.layers[l.input - 1].input - 1].squares_late) {
            step.other = maps_[i + 1].sources;
            plan_gradient(l, step, ops_.relu_pool_gradient);
        }
    }

    void plan_norm_backward(const Layer& l, Step step) {
        if (l.op == Op::LayerNorm) {
            plan_if_wanted(l.input, step, ops_.layer_norm_gradient, std::size_t{l.in.height} * l.in.width);
            return add_weights(step, ops_.layer_norm_weights, l.in.channels);
        }
        (void)wants_gradient(l.input, step);  // its sums are also those of the parameters
        add_step(plan_.backward, step, ops_.group_norm_gradient, l.groups);
        add_weights(step, ops_.group_norm_weights, l.in.channels);
    }

    void plan_add_backward(std::size_t i, Step step) {
        const Layer& l = network_.layers[i];
        if (fusions_[i].in_place) {
            (void)wants_gradient(l.input, step);  // it has it already: the two share their memory
        } else {
            plan_gradient(l, step, ops_.pass_gradient);
        }
        plan_if_wanted(l.other, step, ops_.pass_gradient, l.out.channels);
    }

    void plan_gradient(const Layer& l, const Step& step, Run run) { plan_if_wanted(l.input, step, run, l.out.channels); }

    void plan_conv_backward(std::size_t i, Step& step) {
        const Layer& l = network_.layers[i];
        const bool is_late = fusions_[i].squares_late;
        const Map dy = is_late ? plan_squares(i) : step.dy;
        step.conv = conv_weights_plan(l, step.x, dy, step.dw, step.db, plan_.arena);
        step.conv.squares = is_late ? &plan_.squares.back() : nullptr;
        add_weights(step, ops_.conv_weights, is_late ? l.out.channels : step.conv.groups());
        if (wants_gradient(l.input, step)) {
            set_packed_products(step, conv_gradient_products(l, step.dy, step.dx, step.w, ops_.widest_tile, plan_.arena),
                                plan_.backward);
            add_step(plan_.backward, step, step.add ? ops_.product_add : ops_.product, step.products[0].tiles);
        }
    }

    /// Room for the gradient of one block before the pool of convolution i, and the step that fills it.
    Map plan_squares(std::size_t i) {
        const std::size_t pool = *fusions_[i].pool;
        Step squares = step_of(pool);
        squares.other = maps_[pool + 1].sources;
        squares.dx = one_block(network_.layers[i].out, plan_.arena);
        plan_.squares.push_back(squares);
        return squares.dx;
    }

    void plan_linear_backward(std::size_t i, Step& step) {
        const Layer& l = network_.layers[i];
        set_extra(i, l.in.values(), step);
        add_step(plan_.backward, step, ops_.transpose, 1);
        set_products(step, linear_weights_products(l, step.extra, step.dy, step.dw, ops_.widest_tile, plan_.arena));
        add_weights(step, ops_.linear_weights, step.product_count > 0 ? step.products[0].tiles : l.out.channels);
        if (wants_gradient(l.input, step)) {
            set_products(step, {linear_gradient_product(l, step.dy, step.dx, step.w, ops_.widest_tile, plan_.arena)});
            add_step(plan_.backward, step, step.add ? ops_.product_add : ops_.product, step.products[0].tiles);
        }
    }

    const Network& network_;
    const Operators& ops_;
    const float* weights_;
    float* gradient_;
    Plan& plan_;
    std::vector<Fusion> fusions_;
    std::vector<TensorMaps> maps_;
    std::vector<bool> has_gradient_;
    std::vector<float*> extras_;
    float* shared_room_ = nullptr;
};

}  // namespace

std::unique_ptr<Plan> make_plan(const Network& network, const Operators& operators, std::size_t blocks, bool by_layer,
                                const float* weights, float* gradient) {
    auto plan = std::make_unique<Plan>();
    plan->blocks = blocks;
    plan->by_layer = by_layer;
    Planner(network, operators, weights, gradient, *plan).plan();
    return plan;
}

}  // namespace cone::kernels::cpu
