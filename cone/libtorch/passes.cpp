// The operator set "libtorch/1".
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/passes.hpp"

#include <array>
#include <span>
#include <type_traits>

#include "cone/base/ids.hpp"
#include "cone/libtorch/loops.hpp"
#include "cone/libtorch/products.hpp"

namespace cone::libtorch {
namespace {

template <class T>
std::span<T> values(const at::Tensor& tensor) {
    return {tensor.data_ptr<std::remove_const_t<T>>(), narrow<std::size_t>(tensor.numel())};
}

at::Tensor pool_forward(const Step& step, const at::Tensor& x, Tape* tape) {
    const std::int64_t batch = x.size(0);
    auto out = at::empty({batch, step.out, step.height / 2, step.width / 2});
    auto source = at::empty(out.sizes(), at::kByte);
    relu_pool(values<float>(x), narrow<std::size_t>(batch) * step.in, step.height, step.width, values<float>(out),
              values<std::uint8_t>(source));
    if (tape != nullptr) {
        tape->sources.push_back(std::move(source));
    }
    return out;
}

at::Tensor dense_forward(const Step& step, const std::vector<at::Tensor>& parameters, const at::Tensor& x) {
    auto out = at::empty({x.size(0), step.out});
    dense(values<const float>(x), values<const float>(parameters[step.weight]), values<const float>(parameters[step.bias]),
          values<float>(out));
    return out;
}

at::Tensor step_forward(const Step& step, const std::vector<at::Tensor>& parameters, const at::Tensor& x, Tape* tape) {
    const std::int64_t padding = step.padding;
    switch (step.kind) {
        case Step::Kind::Conv:
            return at::conv2d(x, parameters[step.weight], parameters[step.bias], at::IntArrayRef{1, 1}, {padding, padding})
                .contiguous();
        case Step::Kind::ReluPool:
            return pool_forward(step, x, tape);
        case Step::Kind::Dense:
            return dense_forward(step, parameters, x);
        case Step::Kind::Relu:
            relu(values<float>(x));
            return x;
    }
    return {};
}

at::Tensor conv_backward(const Step& step, const at::Tensor& weight, const at::Tensor& x, const at::Tensor& grad, bool first,
                         std::vector<at::Tensor>& gradients) {
    const std::array<std::int64_t, 1> bias{step.out};
    const std::int64_t padding = step.padding;
    auto [grad_x, grad_weight, grad_bias] = at::convolution_backward(
        grad, x, weight, at::IntArrayRef(bias), {1, 1}, {padding, padding}, {1, 1}, false, {0, 0}, 1, {!first, true, true});
    gradients[step.weight].copy_(grad_weight);
    gradients[step.bias].copy_(grad_bias);
    return first ? at::Tensor() : grad_x.contiguous();
}

at::Tensor dense_backward(const Step& step, const at::Tensor& weight, const at::Tensor& x, const at::Tensor& grad,
                          std::vector<at::Tensor>& gradients) {
    const auto batch = narrow<std::size_t>(x.size(0));
    auto grad_x = at::empty(x.sizes());
    dense_weight_gradient(values<const float>(grad), values<const float>(x), batch, values<float>(gradients[step.weight]));
    sum_rows(values<const float>(grad), values<float>(gradients[step.bias]));
    dense_input_gradient(values<const float>(grad), values<const float>(weight), batch, values<float>(grad_x));
    return grad_x;
}

at::Tensor pool_backward(const Step& step, const at::Tensor& x, const at::Tensor& source, const at::Tensor& grad) {
    auto grad_x = at::empty(x.sizes());
    relu_pool_backward(values<const float>(grad), values<const std::uint8_t>(source), narrow<std::size_t>(x.size(0)) * step.in,
                       step.height, step.width, values<float>(grad_x));
    return grad_x;
}

}  // namespace

std::vector<at::Tensor> parameter_views(const model::Network& network, const at::Tensor& flat) {
    std::vector<at::Tensor> views;
    for (const auto& parameter : network.parameters) {
        const std::vector<std::int64_t> sizes(parameter.sizes.begin(), parameter.sizes.end());
        views.push_back(
            flat.narrow(0, narrow<std::int64_t>(parameter.offset), narrow<std::int64_t>(parameter.values)).view(sizes));
    }
    return views;
}

at::Tensor forward(const std::vector<Step>& steps, const std::vector<at::Tensor>& parameters, at::Tensor images, Tape* tape) {
    auto x = std::move(images);
    for (const auto& step : steps) {
        if (tape != nullptr) {
            tape->inputs.push_back(x);
        }
        x = step_forward(step, parameters, x, tape);
    }
    return x;
}

void backward(const std::vector<Step>& steps, const std::vector<at::Tensor>& parameters, const Tape& tape, at::Tensor grad,
              std::vector<at::Tensor>& gradients) {
    auto source = tape.sources.rbegin();
    for (std::size_t i = steps.size(); i-- > 0;) {
        const auto& step = steps[i];
        const auto& x = tape.inputs[i];
        switch (step.kind) {
            case Step::Kind::Conv:
                grad = conv_backward(step, parameters[step.weight], x, grad, i == 0, gradients);
                break;
            case Step::Kind::ReluPool:
                grad = pool_backward(step, x, *source++, grad);
                break;
            case Step::Kind::Dense:
                grad = dense_backward(step, parameters[step.weight], x, grad, gradients);
                break;
            case Step::Kind::Relu:  // in place: the tape's input is the output
                relu_backward(values<const float>(x), values<float>(grad));
                break;
        }
    }
}

}  // namespace cone::libtorch
