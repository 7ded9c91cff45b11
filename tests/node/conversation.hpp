// A conversation with one executor: the test is the bridge, the executor's ranks are threads.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <numeric>
#include <string>
#include <vector>

#include "cone/base/errors.hpp"
#include "cone/comm/backoff.hpp"
#include "cone/comm/thread_world.hpp"
#include "cone/node/executor.hpp"
#include "cone/node/vote.hpp"
#include "tests/support/alphabet_job.hpp"
#include "tests/support/fake_votes.hpp"
#include "tests/support/memory_state_store.hpp"

namespace cone::node {

inline Welcome welcome() {
    const JobTerms terms = test::alphabet_terms(6, 3, 3);
    Welcome message{terms.job,
                    terms.spec_hash,
                    terms.job_hash,
                    terms.job_seed,
                    terms.domain_separator,
                    job::canonical_bytes(test::alphabet_spec(3)),
                    {}};
    for (const auto& seller : terms.sellers) {
        message.shard_roots.push_back(seller.shard_root);
    }
    return message;
}

inline RunSegment first_segment() {
    RunSegment order;
    order.previous_digest = welcome().job_hash;
    return order;
}

/// A conversation with one executor: the test is the bridge (rank 0), ranks 1 to w are the team.
class Conversation {
public:
    explicit Conversation(comm::ThreadRank& self) : mailbox_(self.mailbox) {}

    void say(const ToExecutor& order) { mailbox_.send(1, encode(order)); }
    /// The next message that is not Progress.
    ToBridge hear() {
        const SteadyClock clock;
        const Deadline deadline = Deadline::in(clock, Millis{10000});
        for (comm::Backoff backoff; !deadline.passed(clock); backoff.wait()) {
            while (const auto mail = mailbox_.try_receive()) {
                auto message = decode_to_bridge(mail->bytes);
                if (!std::holds_alternative<Progress>(message)) {
                    return message;
                }
            }
        }
        throw CommError("the executor says nothing");
    }
    template <class Message>
    Message expect() {
        auto message = hear();
        if (auto* wanted = std::get_if<Message>(&message)) {
            return *wanted;
        }
        if (const auto* failed = std::get_if<Failed>(&message)) {
            throw DataError("failed: " + failed->reason);
        }
        if (const auto* refused = std::get_if<Refused>(&message)) {
            throw DataError("refused: " + refused->reason);
        }
        throw DataError("another message: kind " + std::to_string(message.index()));
    }
    /// The executor is let in.
    void join() {
        say(welcome());
        (void)expect<Join>();
    }
    /// The job is over.
    void stop() {
        say(Stop{"done", 1});
        (void)expect<Goodbye>();
    }

private:
    comm::Mailbox& mailbox_;
};

struct Setting {
    int team = 1;
    std::vector<PlannedFault> faults;
    EngineFactory make_engine = [](const Welcome& message) { return std::make_unique<test::AlphabetEngine>(message.job_hash); };
    Millis timeout{10000};
    OwnEndpoint* endpoint = nullptr;
    Millis root_patience{50};
    NotebookFactory open_notebook{};
};

/// One rank of the executor, from start to end; rank 0 of the team leads.
inline ExecutorEnd run_member(const Setting& setting, comm::Communicator& team, comm::Mailbox& mailbox, StateStore& store) {
    const SteadyClock clock;
    const test::FakeSigner signer(test::address_of(0));
    const bool leads = team.rank() == 0;
    const ExecutorPorts ports{team,
                              leads ? &mailbox : nullptr,
                              leads ? &signer : nullptr,
                              store,
                              clock,
                              setting.make_engine,
                              leads ? setting.endpoint : nullptr,
                              nullptr,
                              leads ? setting.open_notebook : NotebookFactory{}};
    ExecutorOptions options;
    options.heartbeat = Millis{1};
    options.give_up = Deadline::in(clock, Millis{20000});
    options.faults = setting.faults;
    options.root_patience = setting.root_patience;
    return run_executor(ports, options);
}

/// Runs `talk` as the bridge against one executor; returns how each of its ranks ended.
inline std::vector<ExecutorEnd> converse(const Setting& setting, const std::function<void(Conversation&)>& talk) {
    std::vector<ExecutorEnd> ends(static_cast<std::size_t>(setting.team));
    test::MemoryStateStore store;
    std::once_flag made;
    std::vector<std::unique_ptr<comm::Communicator>> team;
    comm::spawn(
        setting.team + 1,
        [&](comm::ThreadRank& self) {
            std::call_once(made, [&] {
                std::vector<int> ranks(ends.size());
                std::iota(ranks.begin(), ranks.end(), 1);
                team = self.world.make_group(ranks);
            });
            if (self.comm.rank() == 0) {
                Conversation conversation(self);
                talk(conversation);
                return;
            }
            const auto index = static_cast<std::size_t>(self.comm.rank() - 1);
            ends[index] = run_member(setting, *team[index], self.mailbox, store);
        },
        setting.timeout);
    return ends;
}

inline CommitmentsOnChain posted(const std::vector<Address>& members, const std::vector<Hash32>& commitments) {
    return {SegmentIndex(0), AttemptIndex(0), commitments_root(members, commitments), members, commitments};
}

}  // namespace cone::node
