// The parent's side: child processes, the node's controls, and the examination of what is left.
// SPDX-License-Identifier: Apache-2.0
#include "tests/bridge/crash/crash_run.hpp"

#include <algorithm>
#include <set>
#include <sstream>
#include <stdexcept>

#include "bridge/adapter/intent.hpp"
#include "bridge/adapter/translate.hpp"
#include "bridge/eth/key_source.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/sender/sqlite_journal.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::test {
namespace {

constexpr int kKilled = -1;
constexpr std::uint64_t kBlocksAfter = 3;  ///< until nothing that was sent can still be waiting

class Play {
public:
    Play(PreparedJob& job, DueAction& due, const CrashRun& run)
        : net_(job.net()), due_(due), run_(run), call_(adapter::translate(due.action).call) {
        job.go_back_to(due);
        bridge_ = dev_account(kBridge).address();
        nonce_before_ = rpc::transaction_count(client(), bridge_);
        block_before_ = rpc::block_number(client());
        const auto genesis = rpc::block_header(client(), std::uint64_t{0});
        owner_ = {eth::kAnvilChainId, genesis->hash, bridge_};
    }

    std::vector<std::string> to_the_end() {
        live_and_die();
        const Finished last = live("none", true);
        if (last.exit_code != 0) {
            complain("the restarted bridge ended with " + std::to_string(last.exit_code) + ": " + last.errors);
        }
        net_.mine(kBlocksAfter);
        examine_chain();
        examine_journal();
        examine_words(last.output);
        return problems_;
    }

private:
    rpc::Client& client() { return net_.client(); }
    void complain(const std::string& problem) { problems_.push_back(problem); }

    Finished live(const std::string& point, bool mines) {
        const std::string intent = run_.names_its_intent ? adapter::to_text(adapter::intent_of(due_.action)) : "";
        Finished life = cone::test::run({CONE_CRASH_CHILD, net_.url(), journal_file(), to_hex(owner_.genesis),
                                         to_hex(net_.deployment().address(call_.contract)), to_hex(call_.data), intent, point,
                                         mines ? "mines" : "waits", run_.journal, std::to_string(run_.gas_limit)});
        std::istringstream lines(life.output);
        const std::string sent = "sent ";
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(sent)) {
                sent_.insert(line.substr(sent.size()));
            }
        }
        return life;
    }

    void die_at(const std::string& point, bool mines) {
        const Finished life = live(point, mines);
        if (life.exit_code != kKilled) {
            complain("was to die at " + point + ", but ended with " + std::to_string(life.exit_code) + ": " + life.output +
                     life.errors);
        }
    }

    void live_and_die() {
        if (run_.point == "in-recovery") {
            die_at("after-signed", false);
            die_at("after-broadcast", false);
        } else {
            die_at(run_.point, run_.point == "before-mined" || run_.point == "after-mined");
        }
        meanwhile();
        require_situation();
    }

    void meanwhile() {
        switch (run_.meanwhile) {
            case Meanwhile::Mined:
                net_.mine(1);
                break;
            case Meanwhile::Pending:
                take_out_of_the_chain();
                put_into_the_pool();
                break;
            case Meanwhile::Reorganised:
                net_.mine(1);
                take_out_of_the_chain();
                forget();
                break;
        }
    }

    /// The matrix is only worth its name when the chain really stands like that.
    void require_situation() {
        const auto mined = rpc::transaction_count(client(), bridge_) - nonce_before_;
        const auto known = rpc::transaction_count(client(), bridge_, rpc::BlockTag::Pending) - nonce_before_;
        const bool sent = !sent_.empty();
        const bool as_named = mined == (sent && run_.meanwhile == Meanwhile::Mined ? 1U : 0U) &&
                              known == (sent && run_.meanwhile != Meanwhile::Reorganised ? 1U : 0U);
        if (!as_named) {
            throw std::runtime_error("the chain is not in the situation that is to be tested");
        }
    }

    /// Replaces every block since the run began that may hold it by empty ones.
    void take_out_of_the_chain() {
        const std::uint64_t depth = rpc::block_number(client()) - block_before_;
        if (depth > 0) {
            (void)client().ask("anvil_reorg", {depth, rpc::Json::array()});
        }
        if (rpc::transaction_count(client(), bridge_) != nonce_before_) {
            throw std::runtime_error("the reorganisation left the transaction in the chain");
        }
    }

    void put_into_the_pool() {
        for (const std::string& raw : sent_) {
            try {
                (void)client().ask("eth_sendRawTransaction", {raw});
            } catch (const rpc::NodeError&) {  // it is there
            }
        }
    }

    void forget() {
        for (const std::string& raw : sent_) {
            const auto hash = to_hex(eth::decode_transaction(*bytes_from_hex(raw))->hash);
            (void)client().ask("anvil_dropTransaction", {hash});
        }
    }

    /// INVARIANT of the matrix: one transaction, one event.
    void examine_chain() {
        const auto sent = rpc::transaction_count(client(), bridge_) - nonce_before_;
        if (sent != 1) {
            complain(std::to_string(sent) + " transactions of the bridge are on the chain");
        }
        std::size_t events = 0;
        const auto logs = rpc::logs_in_range(client(), block_before_ + 1, rpc::block_number(client()),
                                             {.addresses = {net_.deployment().address(call_.contract)}});
        for (const auto& log : logs) {
            const auto event = contracts::decode_event(call_.contract, log);
            events += event && event->name == due_.event ? 1U : 0U;
        }
        if (events != 1) {
            complain(std::to_string(events) + " events " + due_.event);
        }
    }

    void examine_journal() {
        std::size_t mined = 0;
        for (const auto& entry : sender::SqliteJournal(journal_file(), owner_).since(0)) {
            mined += entry.stage == sender::Stage::Mined || entry.stage == sender::Stage::Final ? 1U : 0U;
            if (entry.stage == sender::Stage::Signed || entry.stage == sender::Stage::Sent) {
                complain("the journal still waits for a transaction");
            }
        }
        if (mined != 1) {
            complain("the journal holds " + std::to_string(mined) + " mined transactions");
        }
    }

    /// The one that decided must have been told of the transaction that is on the chain.
    void examine_words(const std::string& output) {
        std::istringstream lines(output);
        std::string last = "nothing";
        bool told = false;
        for (std::string line; std::getline(lines, line);) {
            last = line.starts_with("outcome ") ? line : last;
            const std::string success = "outcome success ";
            if (line.starts_with(success)) {
                const auto receipt = rpc::receipt(client(), *fixed_from_hex<Hash32>(line.substr(success.size())));
                told = receipt && receipt->success && receipt->from == bridge_;
            }
        }
        if (!told) {
            complain("the caller was told: " + last);
        }
        const std::size_t allowed = run_.point == "between-versions" ? 2 : 1;
        if (sent_.size() > allowed) {
            complain(std::to_string(sent_.size()) + " different transactions were sent");
        }
    }

    [[nodiscard]] std::string journal_file() const { return (folder_.path() / "bridge.journal").string(); }

    Devnet& net_;
    DueAction& due_;
    const CrashRun& run_;
    contracts::ContractCall call_;
    tests::TemporaryFolder folder_;
    Address bridge_;
    sender::JournalOwner owner_;
    std::uint64_t nonce_before_ = 0;
    std::uint64_t block_before_ = 0;
    std::set<std::string> sent_;
    std::vector<std::string> problems_;
};

}  // namespace

const char* to_string(Meanwhile meanwhile) {
    static constexpr const char* kNames[] = {"mined", "pending", "reorganised"};
    return kNames[static_cast<int>(meanwhile)];
}

std::vector<std::string> play(PreparedJob& job, DueAction& due, const CrashRun& run) {
    return Play(job, due, run).to_the_end();
}

}  // namespace cone::test
