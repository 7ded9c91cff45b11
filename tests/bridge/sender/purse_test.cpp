// Who may pay how much, when: classes, deadlines, budgets, and a file that outlives the program.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/sender/purse.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "cone/base/errors.hpp"
#include "tests/support/temporary_folder.hpp"

namespace cone::sender {
namespace {

constexpr std::uint64_t kGas = 100'000;

/// Dispute: 100 gwei a unit, 0.02 ether each, 0.05 a day. Commit: 50, 0.01, 0.03. Payout: 10, 0.001, 0.002.
FeePolicy policy() {
    const auto milli = [](std::uint64_t n) { return U256(n) * 1'000'000 * kGwei; };
    FeePolicy p;
    p.dispute = {Millis(24'000), U256(100) * kGwei, milli(20), milli(50)};
    p.commit = {Millis(60'000), U256(50) * kGwei, milli(10), milli(30)};
    p.payout = {Millis(300'000), U256(10) * kGwei, milli(1), milli(2)};
    return p;
}
Market market(std::uint64_t base_gwei = 1, std::uint64_t head = 100, std::uint64_t time = 1'000'000) {
    return {head, time, U256(base_gwei) * kGwei, U256(kGwei)};
}
Bill bill(FeeClass fee_class, Term term = {}, std::uint64_t nonce = 7) {
    return {.nonce = nonce, .own = {fee_class, term}, .gas_limit = kGas};
}
U256 gwei(std::uint64_t n) {
    return U256(n) * kGwei;
}

TEST(Urgency, IsLessThanAQuarterOfTheTerm) {
    const Term term{100, 140};
    EXPECT_FALSE(is_urgent(term, 100));
    EXPECT_FALSE(is_urgent(term, 130));  // exactly a quarter
    EXPECT_TRUE(is_urgent(term, 131));
    EXPECT_TRUE(is_urgent(term, 139));
    EXPECT_FALSE(is_urgent(term, 140)) << "the next block is too late: nothing is worth paying for";
    EXPECT_FALSE(is_urgent(term, 500));
    EXPECT_FALSE(is_urgent({}, 5)) << "no deadline";
    EXPECT_FALSE(is_urgent({50, 40}, 39)) << "a term that never was";
}

TEST(Purse, BoundsAUnitAndATransaction) {
    const Purse purse(policy(), {});
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Dispute), market()).fee, gwei(100));
    Bill large = bill(FeeClass::Dispute);
    large.gas_limit = 1'000'000;  // 0.02 ether / 1,000,000
    EXPECT_EQ(purse.ceiling(large, market()).fee, gwei(20));
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Commit), market()).fee, gwei(50));
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Payout), market()).fee, gwei(10));
}

TEST(Purse, LetsOnlyAnUrgentDisputeBeyondItsCaps) {
    const Purse purse(policy(), {});
    const Term term{0, 120};
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Dispute, term), market(1, 90)).fee, gwei(100));
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Dispute, term), market(1, 91)).fee, gwei(400));
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Dispute, term), market(1, 120)).fee, gwei(100));
}

TEST(Purse, LetsWhatHasADeadlinePayAsADisputeInItsLastQuarterAndAfterIt) {
    Purse purse(policy(), {});
    const Term term{0, 120};
    for (const FeeClass fee_class : {FeeClass::Commit, FeeClass::Payout}) {
        const Bill one = bill(fee_class, term);
        const U256 usual = purse.ceiling(bill(fee_class), market(1, 110)).fee;
        EXPECT_EQ(purse.ceiling(one, market(1, 90)).fee, usual) << "exactly a quarter is left";
        for (const std::uint64_t head : {91U, 110U, 120U, 500U}) {
            const Ceiling late = purse.ceiling(one, market(1, head));
            EXPECT_EQ(late.fee, gwei(100)) << "never the hard factor; head " << head;
            EXPECT_EQ(late.claim, (Claim{FeeClass::Dispute, {}})) << "of the disputes' budget";
            EXPECT_FALSE(purse.why_not_now(one, market(90, head)));
        }
        EXPECT_TRUE(purse.why_not_now(one, market(90, 90)));
    }
    EXPECT_EQ(purse.why_not_now(bill(FeeClass::Payout, term), market(101, 110)),
              "a gas unit costs 101 gwei, class dispute may pay 100 gwei");
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Payout, {50, 40}), market(1, 45)).fee, gwei(10)) << "a term that never was";
}

TEST(Purse, NeverGoesBeyondTheDayEvenWhenUrgent) {
    Purse purse(policy(), {});
    const Bill urgent = bill(FeeClass::Dispute, {0, 120});
    purse.promise(bill(FeeClass::Dispute, {}, 1), {gwei(100), {FeeClass::Dispute, {}}}, market(), gwei(450));  // 0.045 ether
    EXPECT_EQ(purse.ceiling(urgent, market(1, 110)).fee, gwei(50));  // 0.005 ether left / 100,000 gas
    purse.promise(bill(FeeClass::Dispute, {}, 2), {gwei(50), {FeeClass::Dispute, {}}}, market(), gwei(50));
    EXPECT_EQ(purse.ceiling(urgent, market(1, 110)).fee, 0);
    EXPECT_NE(purse.why_not_now(urgent, market(1, 110)).value_or("").find("day's budget of class dispute"), std::string::npos);
}

TEST(Purse, GivesTheBudgetBackAfterADayOfTheChain) {
    Purse purse(policy(), {});
    purse.promise(bill(FeeClass::Payout, {}, 1), {gwei(10), {FeeClass::Payout, {}}}, market(1, 100, 1'000'000), gwei(20));
    EXPECT_TRUE(purse.why_not_now(bill(FeeClass::Payout), market(1, 200, 1'086'399)));
    EXPECT_FALSE(purse.why_not_now(bill(FeeClass::Payout), market(1, 200, 1'086'400)));
}

TEST(Purse, CountsTheClassesApart) {
    Purse purse(policy(), {});
    purse.promise(bill(FeeClass::Payout, {}, 1), {gwei(10), {FeeClass::Payout, {}}}, market(), gwei(20));
    EXPECT_TRUE(purse.why_not_now(bill(FeeClass::Payout), market()));
    EXPECT_FALSE(purse.why_not_now(bill(FeeClass::Commit), market()));
    EXPECT_FALSE(purse.why_not_now(bill(FeeClass::Dispute), market()));
}

TEST(Purse, DoesNotCountANonceAgainstItself) {
    Purse purse(policy(), {});
    purse.promise(bill(FeeClass::Payout), {gwei(10), {FeeClass::Payout, {}}}, market(), gwei(10));
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Payout), market()).fee, gwei(10));
    EXPECT_EQ(purse.ceiling(bill(FeeClass::Payout, {}, 8), market()).fee, gwei(10));  // 0.001 of 0.002 left
}

TEST(Purse, TakesWhatWasPaidForWhatWasPromised) {
    Purse purse(policy(), {});
    purse.promise(bill(FeeClass::Payout, {}, 1), {gwei(10), {FeeClass::Payout, {}}}, market(), gwei(20));
    purse.settle(1, gwei(21'000));
    EXPECT_FALSE(purse.why_not_now(bill(FeeClass::Payout), market()));
    purse.settle(99, gwei(1));  // never promised: not ours
    EXPECT_FALSE(purse.claim_of(99));
}

TEST(Purse, LendsAWaitingDisputesRightsToWhatStandsBeforeIt) {
    const Purse purse(policy(), {});
    Bill stuck = bill(FeeClass::Payout);
    stuck.waiting = {FeeClass::Dispute, {0, 120}};
    const Ceiling calm = purse.ceiling(stuck, market(50, 80));
    EXPECT_EQ(calm.fee, gwei(100));
    EXPECT_EQ(calm.claim, stuck.waiting);
    EXPECT_EQ(purse.ceiling(stuck, market(50, 110)).fee, gwei(400));
    EXPECT_EQ(purse.replace_after(stuck), Millis(24'000));

    Bill dispute = bill(FeeClass::Dispute);
    dispute.waiting = {FeeClass::Payout, {}};
    EXPECT_EQ(purse.ceiling(dispute, market()).claim.fee_class, FeeClass::Dispute);
    EXPECT_EQ(purse.replace_after(dispute), Millis(24'000));
}

TEST(Purse, BidsTwiceTheBaseFeeAndInTheLastQuarterAllItMay) {
    const Purse purse(policy(), {});
    const auto bid = [&](const Claim& claim, std::uint64_t head) {
        const Bill one{.nonce = 7, .own = claim, .gas_limit = kGas};
        return purse.offer(purse.ceiling(one, market(3, head)), market(3, head));
    };
    EXPECT_EQ(bid({FeeClass::Dispute, {0, 120}}, 90), (Fees{gwei(1), gwei(7)}));
    EXPECT_EQ(bid({FeeClass::Dispute, {0, 120}}, 110), (Fees{gwei(1), gwei(400)}));
    EXPECT_EQ(bid({FeeClass::Commit, {0, 120}}, 110), (Fees{gwei(1), gwei(7)}));
}

TEST(Purse, TipsNoMoreThanItsBoundWhateverTheNodeSuggests) {
    Purse purse(policy(), {});
    Market greedy = market();
    greedy.tip = gwei(500);
    const Ceiling ceiling = purse.ceiling(bill(FeeClass::Dispute), greedy);
    EXPECT_EQ(purse.offer(ceiling, greedy), (Fees{gwei(20), gwei(22)}));
    greedy.tip = 0;
    EXPECT_EQ(purse.offer(ceiling, greedy).tip, gwei(1)) << "nor less than the least";

    greedy.tip = gwei(500);
    std::optional<Fees> last = purse.offer(ceiling, greedy);
    std::size_t bids = 0;
    for (auto next = last; next; next = purse.better_offer(*last, ceiling, greedy)) {
        last = next;
        ++bids;
    }
    EXPECT_LE(last->tip, gwei(80)) << "a node that mines nothing is not paid ever more";
    EXPECT_GE(bids, 12U);
    const Ceiling urgent = purse.ceiling(bill(FeeClass::Dispute, {0, 120}), market(1, 110));
    EXPECT_TRUE(purse.better_offer(*last, urgent, market(1, 110))) << "but in the last quarter";
}

TEST(Purse, NeverOffersMoreThanTheAccountHas) {
    const Purse purse(policy(), {});
    Bill poor = bill(FeeClass::Dispute);
    poor.means = gwei(5) * kGas + 1;
    EXPECT_EQ(purse.ceiling(poor, market()).fee, gwei(5));
    EXPECT_FALSE(purse.why_not_now(poor, market(5)));
    EXPECT_EQ(purse.why_not_now(poor, market(6)), "its fee is at least 600000 gwei, the account has 500000 gwei left for fees");
    poor.means = 0;
    EXPECT_TRUE(purse.why_not_now(poor, market(0)));
}

TEST(Purse, SaysWhatIsTooDear) {
    const Purse purse(policy(), {});
    EXPECT_EQ(purse.why_not_now(bill(FeeClass::Payout), market(11)), "a gas unit costs 11 gwei, class payout may pay 10 gwei");
    EXPECT_FALSE(purse.why_not_now(bill(FeeClass::Payout), market(10)));
}

class PurseFile : public testing::Test {
protected:
    void write(const std::string& text) {
        std::filesystem::create_directories(file_.parent_path());
        std::ofstream(file_) << text;
    }

    tests::TemporaryFolder folder_;
    std::filesystem::path file_ = folder_.path() / "fees" / "spend.log";
};

TEST_F(PurseFile, KeepsTheBudgetAndTheClaimAcrossARestart) {
    const Claim claim{FeeClass::Dispute, {90, 120}};
    Purse(policy(), file_).promise(bill(FeeClass::Dispute), {gwei(100), claim}, market(), gwei(100));
    const Purse again(policy(), file_);
    EXPECT_EQ(again.claim_of(7), claim);
    EXPECT_EQ(again.ceiling(bill(FeeClass::Dispute, {}, 8), market()).fee, gwei(100));
    Purse(policy(), file_).promise(bill(FeeClass::Dispute, {}, 8), {gwei(100), claim}, market(), gwei(400));
    EXPECT_TRUE(Purse(policy(), file_).why_not_now(bill(FeeClass::Dispute, {}, 9), market()));
}

TEST_F(PurseFile, DropsATornLastLineAtEveryByte) {
    const std::string first = "v1 1 payout 0 0 1000000 1000000000000000\n";
    const std::string second = "v1 2 payout 0 0 1000000 1000000000000000\n";
    for (std::size_t size = 0; size < second.size(); ++size) {
        write(first + second.substr(0, size));
        const SpendBook book(file_);
        EXPECT_TRUE(book.of(1)) << size;
        EXPECT_FALSE(book.of(2)) << size;
    }
}

TEST_F(PurseFile, RefusesLinesThatAreNone) {
    for (const std::string line : {"", "x", "v2 1 payout 0 0 1 1", "v1 1 gift 0 0 1 1", "v1 1 payout 0 0 1",
                                   "v1 1 payout 0 0 1 -1", "v1 -1 payout 0 0 1 1", "v1  1 payout 0 0 1 1",
                                   "v1 1 payout 0 0 1 1 1", "v1 1 payout 0 0 1 0x10", "v1 1 payout 0 0 1 01"}) {
        write(line + "\nv1 2 payout 0 0 1 1\n");
        EXPECT_THROW(SpendBook{file_}, DataError) << line;
    }
}

TEST_F(PurseFile, ForgetsWhatIsDaysOld) {
    write("v1 1 payout 0 0 1000000 5\nv1 2 payout 0 0 1200000 5\n");
    EXPECT_FALSE(SpendBook(file_).of(1));
    EXPECT_TRUE(SpendBook(file_).of(2));
}

TEST_F(PurseFile, PromisesNothingThatItCannotKeep) {
    Purse purse(policy(), file_);
    std::filesystem::remove_all(file_.parent_path());
    EXPECT_THROW(purse.promise(bill(FeeClass::Payout), {gwei(10), {FeeClass::Payout, {}}}, market(), gwei(1)),
                 EnvironmentError);
    EXPECT_FALSE(purse.claim_of(7));
}

}  // namespace
}  // namespace cone::sender
