// The tables. When an interface changes, tests/bridge/contracts/interface_test.cpp names the lines that differ.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/interface.hpp"

#include <algorithm>
#include <vector>

#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

using Text = std::string_view;

constexpr Text kDataCatalogEvents[] = {
    "EntryPaused(bytes32 indexed shardRoot)",
    ("EntryRegistered(bytes32 indexed shardRoot,address indexed owner,bytes32[] tags,uint32 records,uint96 "
     "reserveWei)"),
    "EntryUnpaused(bytes32 indexed shardRoot)",
};

constexpr Text kSettlementEvents[] = {
    "BondLocked(uint64 indexed jobId,uint256 amountWei)",
    "BuyerTold(uint64 indexed jobId,address indexed buyer,bool done)",
    "Burned(uint64 indexed jobId,uint256 amountWei)",
    "Credited(uint64 indexed jobId,address indexed payee,Role role,uint256 amountWei)",
    "EscrowHeld(uint64 indexed jobId,uint256 amountWei)",
    "JobSettled(uint64 indexed jobId,bool met,uint32 metricBp,uint256 sellersWei,uint256 executorsWei,uint256 buyerWei)",
    "StakeSeized(uint64 indexed jobId,uint256 amountWei)",
    "Withdrawn(address indexed payee,address indexed to,uint256 amountWei)",
};

constexpr Text kExecutorRegistryEvents[] = {
    "ExecutorRegistered(address indexed executor,uint32 units,uint256 stakeWei)",
    "ExitAnnounced(address indexed executor,uint64 withdrawableBlock,bool ejected)",
    "Slashed(uint64 indexed jobId,address indexed executor,Fault fault,uint256 amountWei,uint256 stakeLeftWei)",
    "StakeWithdrawn(address indexed executor,uint256 amountWei)",
    "UnitsAdded(address indexed executor,uint32 units,uint256 stakeWei)",
};

constexpr Text kJobBoardEvents[] = {
    ("CommitmentsPosted(uint64 indexed jobId,uint32 indexed segment,uint32 attempt,bytes32 root,address[] members,uint64 "
     "revealFromBlock,uint64 revealUntilBlock)"),
    ("CommittedDirectly(uint64 indexed jobId,uint32 indexed segment,uint32 attempt,uint16 position,address executor,bytes32 "
     "commitment)"),
    ("FaultFound(uint64 indexed jobId,uint32 indexed segment,address indexed executor,uint32 attempt,Fault fault,uint256 "
     "slashedWei)"),
    "JobClosed(uint64 indexed jobId,JobState state)",
    ("JobOpened(uint64 indexed jobId,address indexed buyer,address indexed "
     "bridge,(bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,uint16,uint16,address) request,bytes32 dataHash,bytes32 "
     "jobHash,bytes32[] shards,uint64 poolBlock,uint64 seedBlock,uint64 deadlineBlock)"),
    "JobSettling(uint64 indexed jobId,bytes32 digest)",
    "JobVoided(uint64 indexed jobId,VoidReason reason)",
    "SeedFixed(uint64 indexed jobId,bytes32 prevRandao,bytes32 jobSeed,uint16 setCap)",
    ("SegmentAccepted(uint64 indexed jobId,uint32 indexed segment,bytes32 digest,uint16 votes,uint16 secondVotes,uint64 "
     "finalFromBlock)"),
    "SegmentChallenged(uint64 indexed jobId,uint32 indexed segment,address indexed challenger,uint256 bondWei)",
    "SegmentFinal(uint64 indexed jobId,uint32 indexed segment,bytes32 digest)",
    "SegmentUndecided(uint64 indexed jobId,uint32 indexed segment,uint32 attempt,uint16 bestVotes,uint16 secondVotes)",
    "VerdictFlipped(uint64 indexed jobId,uint32 indexed segment,bytes32 from,bytes32 to,uint16 epoch)",
    ("VotesCast(uint64 indexed jobId,uint32 indexed segment,uint32 attempt,bytes32 digest,bytes32 witness,address[] "
     "executors)"),
};

constexpr Text kAuctionHouseEvents[] = {
    "AuctionOpened(uint64 indexed auctionId,bytes32 indexed tagsKey,bytes32[] tags,uint64 endBlock)",
    "AuctionVoid(uint64 indexed auctionId,address indexed bidder,uint256 matched,uint16 minSellers)",
    "AuctionWon(uint64 indexed auctionId,address indexed buyer,uint256 priceWei,uint256 matched)",
    ("BidPlaced(uint64 indexed auctionId,address indexed bidder,uint256 bidWei,uint64 "
     "endBlock,(bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,uint16,uint16,address) request)"),
    "PauseSet(bool paused)",
};

constexpr Text kErrors[] = {
    "AccessesCount(uint256 given,uint256 sellers)",
    "AlreadyCommitted(uint16 position)",
    "AlreadyPaused(bytes32 shardRoot)",
    "AlreadyProven()",
    "AlreadyRegistered(address executor)",
    "AlreadyVoted(uint16 position)",
    "AttemptOpen(uint32 attempt,uint64 revealUntilBlock)",
    "AuctionClosed(uint64 auctionId,IAuctionHouse.Status status)",
    "AuctionNotOver(uint64 auctionId,uint64 endBlock)",
    "AuctionNotStale(uint64 auctionId,uint64 voidableFrom)",
    "AuctionOver(uint64 auctionId,uint64 endBlock)",
    "AuctionRunning(uint64 auctionId)",
    "BadSignature(address signer,address executor)",
    "BidTooHigh(uint256 bidWei,uint256 mostWei)",
    "BidTooLow(uint256 bidWei,uint256 leastWei)",
    "BlockNotOver(uint64 blockNumber,uint256 currentBlock)",
    "BondTooSmall(uint64 jobId,uint256 heldWei,uint256 askedWei)",
    "ChallengePending()",
    "ChallengeWindowClosed(uint64 finalFromBlock)",
    "ChallengeWindowOpen(uint64 finalFromBlock)",
    "CheckpointUnorderedInsertion()",
    "CommitWindowClosed(uint64 revealFromBlock)",
    "CommitmentNotOpened(uint16 position)",
    "DigestMismatch(bytes32 opened,bytes32 accepted)",
    "EmptyShard()",
    "EscrowExists(uint64 jobId)",
    "GasTooLow(uint256 left,uint256 needed)",
    "HeaderMalformed(uint256 offset)",
    "HeaderMismatch(bytes32 given,bytes32 expected)",
    "InvalidRequest(IAuctionHouse.RequestField field)",
    "JobExpired(uint64 deadlineBlock)",
    "JobHashMismatch(bytes32 given,bytes32 expected)",
    "JobNotRunning(uint64 jobId,JobState state)",
    "JobRefuses(JobState state,JobEvent what)",
    "ListMismatch(bytes32 setKey)",
    "ListsLeftOver(uint256 given,uint256 used)",
    "ListsMissing(uint256 given)",
    "NewAuctionsPaused()",
    "NoAttempt(uint64 jobId,uint32 segment)",
    "NoBondHeld()",
    "NoEscrow(uint64 jobId)",
    "NoSuchAuction(uint64 auctionId)",
    "NoSuchEntry(bytes32 shardRoot)",
    "NoSuchJob(uint64 jobId)",
    "NoSuchMember(uint16 position,uint16 size)",
    "NoSuchSegment(uint64 jobId,uint32 segment)",
    "NotActive(address executor,IExecutorRegistry.Status status)",
    "NotEntryOwner(bytes32 shardRoot,address caller)",
    "NotEquivocation()",
    "NotExhausted(SegmentState state,uint16 setSize,uint16 setCap)",
    "NotFinal(uint64 jobId,uint32 segment)",
    "NotInOrder(uint32 segment,uint32 next)",
    "NotInPool(address executor,uint64 poolBlock)",
    "NotLeaving(address executor,IExecutorRegistry.Status status)",
    "NotOmitted(address executor)",
    "NotOpened(bytes32 voted)",
    "NotPaused(bytes32 shardRoot)",
    "NotStalled(uint64 voidableFromBlock)",
    "NotTheMember(address caller,address member)",
    "NobodyToPay(uint64 jobId)",
    "NothingToCount()",
    "NothingToWithdraw(address payee)",
    "OnlyAdmin(address caller)",
    "OnlyArbiter(address caller)",
    "OnlyAuctionHouse(address caller)",
    "OnlyBridge(uint64 jobId,address caller)",
    "OnlyJobBoard(address caller)",
    "OnlySettlement(address caller)",
    "PoolExhausted(uint16 setSize)",
    "PreviousNotAccepted(uint64 jobId,uint32 segment)",
    "PreviousNotFinal(uint64 jobId,uint32 segment)",
    "RevealWindowClosed(uint64 revealUntilBlock)",
    "RevealWindowNotOpen(uint64 revealFromBlock)",
    "RootMismatch(bytes32 given,bytes32 expected)",
    "RulesInvalid()",
    "SafeCastOverflowedUintDowncast(uint8 bits,uint256 value)",
    "SeedBlockGone(uint64 seedBlock)",
    "SeedBlockNotOver(uint64 seedBlock)",
    "SegmentIsFinal(uint64 jobId,uint32 segment)",
    "SegmentRefuses(SegmentState state,SegmentEvent what)",
    "SetFull(bytes32 setKey)",
    "ShardAlreadyRegistered(bytes32 shardRoot)",
    "StakeLocked(address executor,uint64 withdrawableBlock)",
    "TagCountOutOfRange(uint256 count)",
    "TagFull(bytes32 tag)",
    "TagsNotAscending(uint256 index)",
    "TicketOrder(uint256 index,address executor)",
    "TimingInvalid()",
    "TooFewSellers(uint256 matched,uint16 minSellers)",
    "TransferFailed(address to,uint256 amountWei)",
    "UnitsOutOfRange(uint32 units,uint32 maxUnits)",
    "WiringWrong(address contract_)",
    "WitnessIsTrue()",
    "WrongAttempt(uint32 given,uint32 expected)",
    "WrongBond(uint256 sentWei,uint256 expectedWei)",
    "WrongMembers(uint32 attempt)",
    "WrongSetSize(uint256 given,uint256 expected)",
    "WrongStake(uint256 sentWei,uint256 expectedWei)",
    "ZeroBid()",
    "ZeroCommitment()",
    "ZeroDigest()",
    "ZeroPayee()",
    "ZeroRoot()",
    "ZeroShardRoot()",
};

struct Enumeration {
    Text name;
    std::vector<Text> enumerators;
};

const std::vector<Enumeration>& enumerations() {
    static const std::vector<Enumeration> table{
        {"JobState", {"None", "Open", "Running", "Settling", "Settled", "Unmet", "Void"}},
        {"SegmentState", {"Pending", "Committed", "Undecided", "Accepted", "Challenged", "Final"}},
        {"Fault", {"NoReveal", "FalseWitness", "MinorityDigest", "Equivocation"}},
        {"VoidReason", {"PoolExhausted", "Stalled", "WrongDraw"}},
        {"Role", {"Bidder", "Buyer", "Seller", "Executor", "Challenger", "Checker"}},
        {"JobEvent",
         {"AuctionWon", "SeedFixed", "LastSegmentFinal", "MetricMet", "MetricMissed", "PoolExhausted", "WrongDraw", "Stalled"}},
        {"SegmentEvent", {"Committed", "LeadReached", "LeadMissed", "Challenged", "WindowOver", "PreviousFlipped"}},
        {"IAuctionHouse.Status", {"None", "Bidding", "Won", "Void"}},
        {"IAuctionHouse.RequestField",
         {"SpecHash", "TauBp", "MinSellers", "Segments", "Lead", "Policy", "MinSize", "Growth", "ExecutorShareBp", "Bridge"}},
        {"IExecutorRegistry.Status", {"None", "Active", "Leaving"}},
    };
    return table;
}

}  // namespace

std::string_view name_of(Contract contract) {
    switch (contract) {
        case Contract::DataCatalog:
            return "DataCatalog";
        case Contract::Settlement:
            return "Settlement";
        case Contract::ExecutorRegistry:
            return "ExecutorRegistry";
        case Contract::JobBoard:
            return "JobBoard";
        case Contract::AuctionHouse:
            return "AuctionHouse";
    }
    CONE_ASSERT(false, "a contract without a name");
}

std::span<const std::string_view> events_of(Contract contract) {
    switch (contract) {
        case Contract::DataCatalog:
            return kDataCatalogEvents;
        case Contract::Settlement:
            return kSettlementEvents;
        case Contract::ExecutorRegistry:
            return kExecutorRegistryEvents;
        case Contract::JobBoard:
            return kJobBoardEvents;
        case Contract::AuctionHouse:
            return kAuctionHouseEvents;
    }
    CONE_ASSERT(false, "a contract without events");
}

std::span<const std::string_view> all_errors() {
    return kErrors;
}

std::span<const std::string_view> enumerators_of(std::string_view enumeration) {
    const auto found = std::find_if(enumerations().begin(), enumerations().end(),
                                    [&](const Enumeration& candidate) { return candidate.name == enumeration; });
    CONE_ASSERT(found != enumerations().end(), "a declaration names an unknown enum");
    return found->enumerators;
}

}  // namespace cone::contracts
