// How many looks it takes until the follower stands where the chain does, once what lay between them is well again.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "tests/bridge/proxy/proxy.hpp"

namespace cone::test {
namespace {

/// What the chain did while we could not see it.
struct Meanwhile {
    std::uint64_t reorganised = 0;  ///< its newest blocks, replaced by others
    std::uint8_t added = 0;         ///< blocks with a log each
};

constexpr Meanwhile kMeanwhile[] = {{0, 1}, {0, 7}, {0, 40}, {1, 1}, {2, 1}, {3, 2}, {7, 1}, {32, 1}, {64, 1}};
constexpr Ill kIlls[] = {Ill::None,    Ill::Down, Ill::TooMany, Ill::BadGateway, Ill::Truncated,
                         Ill::WrongId, Ill::Html, Ill::OldHead, Ill::Nothing};
constexpr int kIllLooks = 3;
constexpr int kGiveUp = 20;

class Converging : public Proxy {
protected:
    Converging() {
        pause.act = {};
        (void)control.ask("anvil_mine", {"0x50"});
    }
    void happen(const Meanwhile& meanwhile) {
        if (meanwhile.reorganised > 0) {
            (void)control.ask("anvil_reorg", {meanwhile.reorganised, Json::array()});
        }
        for (std::uint8_t i = 0; i < meanwhile.added; ++i) {
            strangers_log(++content_);
        }
    }
    void look(Follower& reader) {
        try {
            replica.take(reader.poll());
        } catch (const rpc::CallFailed&) {  // an answer that is refused: the caller looks again
        }
        clock.advance(Millis(100));
    }
    [[nodiscard]] bool stands_where_the_chain_does(const Follower& reader) {
        const auto head = rpc::block_header(control.client);
        return reader.tip() && reader.tip()->hash == head->hash;
    }
    /// Looks after the ill is over, until the follower has everything.
    int looks_to_converge(Follower& reader, Ill ill, const Meanwhile& meanwhile) {
        plague(first, ill, -1);
        look(reader);
        happen(meanwhile);
        for (int i = 1; i < kIllLooks; ++i) {
            look(reader);
        }
        first.get_well();
        int looks = 0;
        while (looks < kGiveUp && !stands_where_the_chain_does(reader)) {
            look(reader);
            ++looks;
        }
        return looks;
    }

private:
    std::uint8_t content_ = 0;
};

TEST_F(Converging, TakesTwoLooksAtMostAfterAFault) {
    Follower reader = follower();
    poll(reader);
    ASSERT_TRUE(stands_where_the_chain_does(reader));
    std::vector<int> all;
    for (const Ill ill : kIlls) {
        for (const Meanwhile& meanwhile : kMeanwhile) {
            all.push_back(looks_to_converge(reader, ill, meanwhile));
            EXPECT_LE(all.back(), 2) << "ill " << static_cast<int>(ill) << ", " << meanwhile.reorganised << " blocks replaced, "
                                     << int{meanwhile.added} << " added";
            EXPECT_EQ(replica.log_data(), done());
        }
    }
    std::sort(all.begin(), all.end());
    std::printf("looks to converge after a fault: median %d, 95 %% %d, most %d of %zu\n", all[all.size() / 2],
                all[all.size() * 95 / 100], all.back(), all.size());
}

/// A forged log holds the block back until the two endpoints tell the same; then as above.
TEST_F(Converging, TakesTwoLooksAtMostAfterAForgery) {
    follower::SecondEndpoint second(second_node.client, clock);
    Follower reader = follower(&second);
    poll(reader);
    for (const bool first_lies : {true, false}) {
        IllClient& liar = first_lies ? first : second_node;
        plague(liar, Ill::ForgedLog, -1, "eth_getLogs");
        happen({0, 3});
        for (int i = 0; i < kIllLooks; ++i) {
            look(reader);
        }
        EXPECT_FALSE(stands_where_the_chain_does(reader));
        liar.get_well();
        int looks = 0;
        while (looks < kGiveUp && !stands_where_the_chain_does(reader)) {
            look(reader);
            ++looks;
        }
        EXPECT_LE(looks, 2);
        EXPECT_EQ(replica.log_data(), done());
    }
}

}  // namespace
}  // namespace cone::test
