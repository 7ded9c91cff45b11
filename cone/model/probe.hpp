// The known-answer training step that decides whether a machine computes a profile's bits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "cone/model/trainer.hpp"

namespace cone::model {

using MakeTrainer = std::function<std::unique_ptr<Trainer>(const job::ModelSpec&)>;

/// Two SGD steps of "lenet5" and "cnn" on 48 synthetic images (RngStream::Probe) with momentum and decay, and the logits after:
/// the digest of all weights and logits.
[[nodiscard]] Hash32 execution_probe(const MakeTrainer& make_trainer);

}  // namespace cone::model
