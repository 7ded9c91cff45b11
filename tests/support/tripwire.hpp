// Kills a whole run before the n-th thing that anybody outside could notice: a message, a call, a note, a stored state.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include "cone/node/chain.hpp"
#include "cone/node/notebook.hpp"
#include "cone/node/state_store.hpp"
#include "tests/support/bent_mailboxes.hpp"

namespace cone::test {

/// All processes of the run are dead. Not an Error: nobody may catch it on the way.
struct Killed {};

class Tripwire {
public:
    static constexpr int kNever = -1;
    /// So many effects still happen, the next one kills.
    void arm(int effects) { left_ = effects; }
    void touch() {
        if (left_ == 0) {
            left_ = kNever;
            throw Killed{};
        }
        left_ -= left_ > 0 ? 1 : 0;
    }

private:
    int left_ = kNever;
};

class TrippedMailbox final : public WrappedMailbox {
public:
    TrippedMailbox(std::unique_ptr<comm::Mailbox> inner, Tripwire& wire) : WrappedMailbox(std::move(inner)), wire_(wire) {}
    void send(int to, ByteSpan message) override {
        wire_.touch();
        WrappedMailbox::send(to, message);
    }

private:
    Tripwire& wire_;
};

class TrippedChain final : public node::Chain {
public:
    TrippedChain(node::Chain& inner, Tripwire& wire) : inner_(inner), wire_(wire) {}
    [[nodiscard]] node::JobTerms terms() override { return inner_.terms(); }
    [[nodiscard]] std::vector<node::ChainEvent> poll() override { return inner_.poll(); }
    [[nodiscard]] bool caught_up() override { return inner_.caught_up(); }
    void submit(const node::ChainAction& action) override {
        wire_.touch();
        inner_.submit(action);
    }
    [[nodiscard]] bool has_news() override { return inner_.has_news(); }
    [[nodiscard]] std::uint64_t head() override { return inner_.head(); }
    [[nodiscard]] std::vector<node::TransactionCost> costs() override { return inner_.costs(); }

private:
    node::Chain& inner_;
    Tripwire& wire_;
};

class TrippedStore final : public node::StateStore {
public:
    TrippedStore(node::StateStore& inner, Tripwire& wire) : inner_(inner), wire_(wire) {}
    void put(const Hash32& digest, const training::TrainingState& state) override {
        wire_.touch();
        inner_.put(digest, state);
    }
    [[nodiscard]] std::optional<training::TrainingState> get(const Hash32& digest) override { return inner_.get(digest); }

private:
    node::StateStore& inner_;
    Tripwire& wire_;
};

class TrippedNotebook final : public node::Notebook {
public:
    TrippedNotebook(std::unique_ptr<node::Notebook> inner, Tripwire& wire) : inner_(std::move(inner)), wire_(wire) {}
    void keep(const node::Note& note) override {
        wire_.touch();
        inner_->keep(note);
    }
    [[nodiscard]] std::vector<node::Note> read() override { return inner_->read(); }

private:
    std::unique_ptr<node::Notebook> inner_;
    Tripwire& wire_;
};

}  // namespace cone::test
