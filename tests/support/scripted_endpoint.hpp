// A member's own endpoint that answers as a test says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

#include "cone/node/own_endpoint.hpp"

namespace cone::test {

class ScriptedEndpoint final : public node::OwnEndpoint {
public:
    using Answer = std::function<std::optional<node::AttemptOnChain>(JobId, SegmentIndex, AttemptIndex)>;

    explicit ScriptedEndpoint(Answer answer) : answer_(std::move(answer)) {}
    [[nodiscard]] std::optional<node::AttemptOnChain> find_attempt(JobId job, SegmentIndex segment,
                                                                   AttemptIndex attempt) override {
        ++looks;
        return answer_(job, segment, attempt);
    }

    [[nodiscard]] node::AttemptHistory read_history(JobId, SegmentIndex segment, AttemptIndex attempt) override {
        return history ? history(segment, attempt) : node::AttemptHistory{};
    }

    std::function<node::AttemptHistory(SegmentIndex, AttemptIndex)> history;
    int looks = 0;

private:
    Answer answer_;
};

}  // namespace cone::test
