// A coordinator whose executors and chain are played by the test, call by call.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "cone/comm/communicator.hpp"
#include "cone/node/coordinator.hpp"
#include "cone/node/rules.hpp"
#include "cone/node/vote.hpp"
#include "tests/support/alphabet_job.hpp"
#include "tests/support/fake_votes.hpp"

namespace cone::test {

using namespace cone::node;

inline constexpr Millis kNow{1000};
inline constexpr std::size_t kExecutors = 6;

class Play : public testing::Test {
protected:
    Play() : terms(alphabet_terms(kExecutors, 2, 3)), coordinator(terms, options(), verifier) {
        (void)coordinator.start(kNow);
        for (std::size_t i = 0; i < kExecutors; ++i) {
            take(coordinator.on_message(kNow, i, Join{address_of(i)}));
        }
    }

    static CoordinatorOptions options() {
        CoordinatorOptions made;
        made.executors = kExecutors;
        return made;
    }

    void take(const Actions& actions) {
        for (const auto& action : actions) {
            kept += std::holds_alternative<Keep>(action) ? 1U : 0U;
            if (const auto* submit = std::get_if<Submit>(&action)) {
                submitted.push_back(submit->action);
            } else if (const auto* tell = std::get_if<Tell>(&action)) {
                told.push_back(*tell);
            }
        }
    }
    void message(std::size_t executor, const ToBridge& body) { take(coordinator.on_message(kNow, executor, body)); }
    void event(const ChainEventBody& body) { take(coordinator.on_chain(kNow, {1, {}, body})); }
    void tick(std::uint64_t head, Millis now = kNow) {
        take(coordinator.on_head(now, head));
        take(coordinator.on_time(now));
    }

    const Attempt& attempt(std::uint32_t segment = 0) const { return coordinator.state().segments.at(segment).attempts.back(); }
    /// Number of the executor at a position of the newest attempt.
    std::size_t member(std::size_t position, std::uint32_t segment = 0) const {
        return attempt(segment).members.at(position).executor.value();
    }
    bool failed() const { return coordinator.state().status == RunStatus::Failed; }
    template <class Kind>
    std::size_t count() const {
        std::size_t n = 0;
        for (const auto& action : submitted) {
            n += std::holds_alternative<Kind>(action) ? 1U : 0U;
        }
        return n;
    }

    template <class Kind>
    std::size_t count_told() const {
        std::size_t n = 0;
        for (const auto& tell : told) {
            n += std::holds_alternative<Kind>(tell.message) ? 1U : 0U;
        }
        return n;
    }

    /// An honest reveal of segment 0, attempt 0; `flavour` makes its digest and witness another's.
    Reveal reveal(std::size_t executor, std::uint8_t flavour = 0) const {
        comm::SoloCommunicator solo;
        AlphabetEngine engine(terms.job_hash);
        const auto result =
            engine.run({SegmentIndex(0), AttemptIndex(0), terms.job_hash,
                        hash::attempt_seed(hash::segment_seed(terms.job_seed, terms.job_hash), AttemptIndex(0))},
                       engine.initial_state(), solo, {});
        Reveal made;
        made.opening = result.opening;
        made.opening.state_root.bytes[0] ^= flavour;
        made.digest = hash::segment_digest(made.opening);
        made.witness = result.witness;
        made.salt.bytes.fill(static_cast<std::uint8_t>(executor + 1));
        made.trace = result.trace;
        sign(made, executor);
        return made;
    }
    void sign(Reveal& made, std::size_t executor) const {
        made.signature =
            FakeSigner(address_of(executor))
                .sign_vote(terms.domain_separator, terms.job, made.segment, made.attempt, made.digest, made.witness);
    }
    Hash32 commitment(std::size_t executor, const Reveal& shown) const {
        return commitment_of({terms.domain_separator, terms.job},
                             {shown.segment, shown.attempt, address_of(executor), shown.digest, shown.witness, shown.salt});
    }
    void commit(std::size_t position, std::uint8_t flavour = 0) { commit_to(position, reveal(member(position), flavour)); }
    void commit_to(std::size_t position, const Reveal& shown) {
        const std::size_t executor = member(position);
        message(executor, Commitment{SegmentIndex(0), AttemptIndex(0), commitment(executor, shown)});
    }
    void open_window() {
        event(CommitmentsPosted{SegmentIndex(0), AttemptIndex(0), attempt().root, 12, 60});
        tick(11);
    }
    void reach_reveals() {
        for (std::size_t position = 0; position < 3; ++position) {
            commit(position);
        }
        open_window();
    }

    JobTerms terms;
    FakeVerifier verifier;
    Coordinator coordinator;
    std::vector<ChainAction> submitted;
    std::vector<Tell> told;
    std::size_t kept = 0;
};

}  // namespace cone::test
