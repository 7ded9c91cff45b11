// Looks at the own endpoint until it shows the bridge's root, contradicts it, or patience ends.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/own_endpoint.hpp"

#include <utility>

#include "cone/base/errors.hpp"

namespace cone::node {
namespace {

constexpr Millis kBetweenLooks{100};

}  // namespace

RootStanding standing_of(const std::optional<AttemptOnChain>& seen, const Hash32& root) {
    if (!seen) {
        return RootStanding::NotInBlock;
    }
    if (seen->root != root) {
        return RootStanding::OtherRoot;
    }
    return seen->head + 1 < seen->reveal_from_block ? RootStanding::StillCommitting : RootStanding::Bound;
}

void RootWatch::expect(JobId job, CommitmentsOnChain posted) {
    watched_.push_back({job, std::move(posted), Deadline::in(clock_, patience_), Deadline::in(clock_, Millis{0})});
}

std::vector<RootWatch::Outcome> RootWatch::look() {
    std::vector<Outcome> decided;
    for (auto at = watched_.begin(); at != watched_.end();) {
        auto refusal = at->next_look.passed(clock_) ? judge(*at) : std::nullopt;
        if (refusal) {
            decided.push_back({std::move(at->posted), std::move(*refusal)});
            at = watched_.erase(at);
        } else {
            ++at;
        }
    }
    return decided;
}

/// Why not, empty for yes; nothing while it is worth looking again.
std::optional<std::string> RootWatch::judge(Watched& watched) {
    std::string why;
    try {
        const auto seen = endpoint_.find_attempt(watched.job, watched.posted.segment, watched.posted.attempt);
        switch (standing_of(seen, watched.posted.root)) {
            case RootStanding::Bound:
                return std::string();
            case RootStanding::OtherRoot:
                return "our endpoint shows the root " + to_hex(seen->root) + ", the bridge says " + to_hex(watched.posted.root);
            case RootStanding::NotInBlock:
                why = "our endpoint shows no commitments of this attempt in a block";
                break;
            case RootStanding::StillCommitting:
                why = "our endpoint is at block " + std::to_string(seen->head) + ", commitments are taken until block " +
                      std::to_string(seen->reveal_from_block - 1);
                break;
        }
    } catch (const ConfigError& error) {
        return std::string("our endpoint: ") + error.what();
    } catch (const Error& error) {
        why = std::string("our endpoint: ") + error.what();
    }
    watched.next_look = Deadline::in(clock_, kBetweenLooks);
    return watched.until.passed(clock_) ? std::optional(std::move(why)) : std::nullopt;
}

}  // namespace cone::node
