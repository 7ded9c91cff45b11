// A bridge that decides one thing, sends it, and may be killed at a named point. One line of output an event:
//   sent RAW                  before the bytes go to the node
//   recovered|outcome success|reverted|refused HASH
// SPDX-License-Identifier: Apache-2.0
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "bridge/eth/key_source.hpp"
#include "bridge/rpc/calls.hpp"
#include "bridge/rpc/curl_transport.hpp"
#include "bridge/sender/sender.hpp"
#include "bridge/sender/sqlite_journal.hpp"
#include "tests/bridge/contracts/devnet.hpp"
#include "tests/bridge/sender/faulty_disk.hpp"

namespace cone::test {
namespace {

/// Dies when the program comes to the point that it was told.
struct Fate {
    std::string point;
    void reach(std::string_view here) const {
        if (here == point) {
            ::kill(::getpid(), SIGKILL);
        }
    }
};

/// The chain moves while the bridge waits, when it may.
class MiningPause final : public rpc::Pause {
public:
    MiningPause(ManualClock& clock, rpc::Client& control, bool mines) : clock_(clock), control_(control), mines_(mines) {}
    bool wait(Millis span) override {
        clock_.advance(span);
        if (mines_) {
            (void)control_.ask("evm_mine");
        }
        return true;
    }

private:
    ManualClock& clock_;
    rpc::Client& control_;
    bool mines_;
};

class KillingTransport final : public rpc::Transport {
public:
    KillingTransport(rpc::Transport& inner, const Fate& fate) : inner_(inner), fate_(fate) {}
    rpc::HttpReply post(const std::string& body) override {
        const rpc::Json question = rpc::Json::parse(body);
        const std::string method = question["method"];
        if (method == "eth_sendRawTransaction") {
            std::cout << "sent " << question["params"][0].get<std::string>() << std::endl;
        }
        rpc::HttpReply reply = inner_.post(body);
        if (method == "eth_sendRawTransaction") {
            fate_.reach("after-broadcast");
        } else if (method == "eth_getTransactionReceipt" && rpc::Json::parse(reply.body)["result"].is_null()) {
            fate_.reach("while-waiting");
        }
        return reply;
    }

private:
    rpc::Transport& inner_;
    const Fate& fate_;
};

/// Passes on, and dies in between.
class KillingJournal : public sender::Journal {
public:
    KillingJournal(sender::Journal& inner, const Fate& fate, FaultyDisk& disk) : inner_(inner), fate_(fate), disk_(disk) {}

    void intend(const std::string& intent, const std::string& label) override {
        fate_.reach("before-intent");
        inner_.intend(intent, label);
        fate_.reach("after-intent");
    }
    void append(const sender::JournalEntry& entry) override {
        fate_.reach("before-signed");
        disk_.on_write = [this, writes = 0]() mutable {
            if (++writes == 2) {
                fate_.reach("inside-signed-write");
            }
        };
        inner_.append(entry);
        disk_.on_write = {};
        fate_.reach("after-signed");
        if (++versions_ == 2) {
            fate_.reach("between-versions");
        }
    }
    void advance(const Hash32& transaction, sender::Stage stage, const rpc::BlockRef& block) override {
        if (stage == sender::Stage::Mined) {
            fate_.reach("before-mined");
        }
        inner_.advance(transaction, stage, block);
        fate_.reach(stage == sender::Stage::Sent ? "after-sent" : "after-mined");
    }
    void abandon(std::uint64_t nonce) override { inner_.abandon(nonce); }
    [[nodiscard]] std::vector<sender::JournalEntry> since(std::uint64_t nonce) const override { return inner_.since(nonce); }
    [[nodiscard]] std::vector<sender::JournalEntry> of(const std::string& intent) const override { return inner_.of(intent); }

private:
    sender::Journal& inner_;
    const Fate& fate_;
    FaultyDisk& disk_;
    int versions_ = 0;
};

/// What must not be: keeps the signed bytes only when they have been sent. The matrix has to notice.
class LateJournal final : public sender::Journal {
public:
    explicit LateJournal(sender::Journal& inner) : inner_(inner) {}
    void intend(const std::string& intent, const std::string& label) override { inner_.intend(intent, label); }
    void append(const sender::JournalEntry& entry) override { late_[entry.signed_bytes.hash] = entry; }
    void advance(const Hash32& transaction, sender::Stage stage, const rpc::BlockRef& block) override {
        if (const auto late = late_.extract(transaction)) {
            inner_.append(late.mapped());
        }
        inner_.advance(transaction, stage, block);
    }
    void abandon(std::uint64_t nonce) override { inner_.abandon(nonce); }
    [[nodiscard]] std::vector<sender::JournalEntry> since(std::uint64_t nonce) const override { return inner_.since(nonce); }
    [[nodiscard]] std::vector<sender::JournalEntry> of(const std::string& intent) const override { return inner_.of(intent); }

private:
    sender::Journal& inner_;
    std::map<Hash32, sender::JournalEntry> late_;
};

void tell(const char* what, const sender::Outcome& outcome) {
    if (const auto* receipt = std::get_if<rpc::Receipt>(&outcome)) {
        std::cout << what << " success " << to_hex(receipt->transaction) << std::endl;
    } else {
        std::cout << what << (std::holds_alternative<sender::Reverted>(outcome) ? " reverted 0x" : " refused 0x") << std::endl;
    }
}

/// URL JOURNAL GENESIS TO DATA INTENT POINT MINES BROKEN GAS
int act(const std::vector<std::string>& arguments) {
    const Fate fate{arguments.at(6)};
    ManualClock clock;
    rpc::StoppablePause real_time;
    rpc::CurlTransport control_wire({.url = arguments.at(0)});
    rpc::Client control(control_wire, real_time);
    MiningPause pause(clock, control, arguments.at(7) == "mines");
    rpc::CurlTransport wire({.url = arguments.at(0)});
    KillingTransport transport(wire, fate);
    rpc::Client client(transport, real_time);
    eth::LocalSigner signer(dev_account(kBridge));

    FaultyDisk disk;
    sender::SqliteJournal kept(arguments.at(1),
                               {eth::kAnvilChainId, *fixed_from_hex<Hash32>(arguments.at(2)), signer.address()});
    LateJournal late(kept);
    sender::Journal& tried = arguments.at(8) == "late" ? static_cast<sender::Journal&>(late) : kept;
    KillingJournal journal(tried, fate, disk);
    sender::Sender sender(client, signer, journal, clock, pause, {.chain_id = eth::kAnvilChainId});

    sender.recover();
    for (const auto& recovered : sender.take_recovered()) {
        tell("recovered", recovered.outcome);
    }
    tell("outcome", sender.send({.label = "call",
                                 .to = fixed_from_hex<Address>(arguments.at(3)),
                                 .data = *bytes_from_hex(arguments.at(4)),
                                 .gas_limit = std::stoull(arguments.at(9)),
                                 .intent = arguments.at(5)}));
    return 0;
}

}  // namespace
}  // namespace cone::test

int main(int argc, char** argv) {
    try {
        return cone::test::act({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
