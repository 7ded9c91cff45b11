// The plain loop is what the libtorch tutorial shows, module by module.
// SPDX-License-Identifier: Apache-2.0
#include "cone/libtorch/plain_loop.hpp"

#include <memory>

#include "cone/libtorch/plain_network.hpp"
#include "cone/libtorch/torch_pch.hpp"
#include "cone/model/network.hpp"

namespace cone::libtorch {
namespace {

/// One epoch as users of libtorch write it.
class PlainLoop {
public:
    PlainLoop(const model::Network& network, const data::Shard& shard, std::uint32_t batch, torch::MemoryFormat layout)
        : network_(network.graph),
          optimiser_(network_.parameters(), torch::optim::SGDOptions(0.01).momentum(0.9)),
          images_(torch::tensor(at::ArrayRef<std::uint8_t>(shard.pixels), torch::kByte)
                      .view({shard.images, shard.channels, shard.height, shard.width})),
          labels_(torch::tensor(at::ArrayRef<std::uint8_t>(shard.labels), torch::kByte).to(torch::kLong)),
          batch_(batch),
          layout_(layout) {
        for (auto& parameter : network_.parameters()) {
            if (parameter.dim() == 4) {
                parameter.set_data(parameter.contiguous(layout));
            }
        }
    }

    void epoch() {
        const auto order = torch::randperm(images_.size(0), torch::kLong);
        for (std::int64_t first = 0; first < images_.size(0); first += batch_) {
            const auto rows = order.slice(0, first, first + batch_);
            const auto images =
                images_.index_select(0, rows).to(torch::kFloat).div_(255.0).sub_(0.1307).div_(0.3081).contiguous(layout_);
            optimiser_.zero_grad();
            const auto loss = torch::nn::functional::cross_entropy(network_.forward(images), labels_.index_select(0, rows));
            loss.backward();
            optimiser_.step();
        }
    }

private:
    PlainNetwork network_;
    torch::optim::SGD optimiser_;
    torch::Tensor images_;
    torch::Tensor labels_;
    std::int64_t batch_;
    torch::MemoryFormat layout_;
};

}  // namespace

model::Epoch plain_epoch(const model::TrainBenchSpec& spec, bool channels_last) {
    const auto layout = channels_last ? torch::MemoryFormat::ChannelsLast : torch::MemoryFormat::Contiguous;
    const auto loop =
        std::make_shared<PlainLoop>(model::make_network(spec.model), model::bench_shard(spec), spec.batch, layout);
    return [loop] { loop->epoch(); };
}

}  // namespace cone::libtorch
