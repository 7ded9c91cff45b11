// The five contracts' functions, events and errors as text. A test holds these tables against what the compiler says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace cone::contracts {

/// In the order of deployment.
enum class Contract : std::uint8_t { DataCatalog, Settlement, ExecutorRegistry, JobBoard, AuctionHouse };

inline constexpr std::array kContracts{Contract::DataCatalog, Contract::Settlement, Contract::ExecutorRegistry,
                                       Contract::JobBoard, Contract::AuctionHouse};

[[nodiscard]] std::string_view name_of(Contract contract);

/// Every event of a contract, with `indexed` where it is.
[[nodiscard]] std::span<const std::string_view> events_of(Contract contract);
/// Every error that a call of a contract can end with, its libraries' and callees' included, each once.
[[nodiscard]] std::span<const std::string_view> all_errors();

/// Names of the values of an enum, as declarations name it: "JobState", "IAuctionHouse.Status". CONE_ASSERT: there is one.
[[nodiscard]] std::span<const std::string_view> enumerators_of(std::string_view enumeration);

/// A function that C++ calls.
struct Function {
    Contract contract;
    std::string_view signature;
    std::string_view returns;  ///< a tuple of types; "()" when C++ does not read it
};

namespace fn {

// DataCatalog
inline constexpr Function kRegisterShard{Contract::DataCatalog, "register(bytes32[],bytes32,uint32,uint96)", "()"};
inline constexpr Function kEntry{Contract::DataCatalog, "entry(bytes32)", "((address,uint88,bool))"};
inline constexpr Function kOwnersOf{Contract::DataCatalog, "ownersOf(bytes32[])", "(address[])"};
// Settlement
inline constexpr Function kSettle{Contract::Settlement,
                                  "settle(uint64,(bytes32,bytes32,uint32,uint32[],bytes32),bytes32,bytes32[])", "()"};
inline constexpr Function kPayExecutors{Contract::Settlement, "payExecutors(uint64,uint256)", "()"};
inline constexpr Function kWithdraw{Contract::Settlement, "withdraw()", "(uint256)"};
inline constexpr Function kEscrowOf{Contract::Settlement, "escrowOf(uint64)", "(uint256)"};
inline constexpr Function kCreditOf{Contract::Settlement, "creditOf(address)", "(uint256)"};
// ExecutorRegistry
inline constexpr Function kRegisterExecutor{Contract::ExecutorRegistry, "register(uint32)", "()"};
inline constexpr Function kAnnounceExit{Contract::ExecutorRegistry, "announceExit()", "()"};
inline constexpr Function kWithdrawStake{Contract::ExecutorRegistry, "withdrawStake()", "()"};
inline constexpr Function kExecutor{Contract::ExecutorRegistry, "executor(address)", "((uint8,uint32,uint64,uint128))"};
inline constexpr Function kExecutorCount{Contract::ExecutorRegistry, "executorCount()", "(uint256)"};
inline constexpr Function kExecutorAt{Contract::ExecutorRegistry, "executorAt(uint256)", "(address)"};
inline constexpr Function kUnitsAtOf{Contract::ExecutorRegistry, "unitsAtOf(address[],uint64)", "(uint32[])"};
inline constexpr Function kUnitStakeWei{Contract::ExecutorRegistry, "unitStakeWei()", "(uint256)"};
// JobBoard
inline constexpr Function kFixSeed{Contract::JobBoard, "fixSeed(uint64,bytes)", "()"};
inline constexpr Function kPostCommitments{Contract::JobBoard, "postCommitments(uint64,uint32,uint32,address[],bytes32)", "()"};
inline constexpr Function kCastVotes{
    Contract::JobBoard,
    "castVotes(uint64,uint32,uint32,address[],bytes32[],(bytes32,bytes32,(uint16,bytes32,bytes32,bytes32)[])[])", "()"};
inline constexpr Function kCommitDirect{Contract::JobBoard, "commitDirect(uint64,uint32,uint32,address[],uint16,bytes32)",
                                        "()"};
inline constexpr Function kProveOmission{Contract::JobBoard,
                                         "proveOmission(uint64,uint32,uint32,address[],address[],uint16,address)", "()"};
inline constexpr Function kReclaimBond{Contract::JobBoard, "reclaimBond(uint64,uint32,uint32)", "()"};
inline constexpr Function kCloseAttempt{Contract::JobBoard, "closeAttempt(uint64,uint32)", "()"};
inline constexpr Function kChallenge{Contract::JobBoard, "challenge(uint64,uint32)", "()"};
inline constexpr Function kFinalize{Contract::JobBoard, "finalize(uint64,uint32,address[][])", "()"};
inline constexpr Function kProveEquivocation{
    Contract::JobBoard,
    "proveEquivocation(uint64,uint32,uint32,address,(bytes32,bytes32,bytes32,bytes32),(bytes32,bytes32,bytes32,bytes32))",
    "()"};
inline constexpr Function kProveFalseWitness{Contract::JobBoard,
                                             "proveFalseWitness(uint64,uint32,uint32,address,(bytes32,bytes32,bytes32,bytes32),"
                                             "(bytes32,uint32,bytes32,bytes32,bytes32,uint32,bytes32,bytes32))",
                                             "()"};
inline constexpr Function kVoidStale{Contract::JobBoard, "voidStale(uint64)", "()"};
inline constexpr Function kVoidExhausted{Contract::JobBoard, "voidExhausted(uint64,uint32)", "()"};
inline constexpr Function kJob{
    Contract::JobBoard, "job(uint64)",
    "((uint8,address,address,uint16,uint16,uint16,uint16,uint16,uint64,uint64,uint64,uint64,bytes32,bytes32,uint16))"};
inline constexpr Function kSegment{Contract::JobBoard, "segment(uint64,uint32)",
                                   "((uint8,uint16,uint16,uint16,uint16,uint16,bytes32,bytes32,bytes32,uint64))"};
inline constexpr Function kAttempt{Contract::JobBoard, "attempt(uint64,uint32,uint32)",
                                   "((bytes32,uint64,uint64,uint16,uint16,address))"};
inline constexpr Function kNextAttempt{Contract::JobBoard, "nextAttempt(uint64,uint32)",
                                       "((uint32,uint16,bytes32,bytes32,bytes32,bytes32))"};
inline constexpr Function kRules{Contract::JobBoard, "rules()",
                                 "((uint32,uint32,uint32,uint32,uint32,uint16,uint16,uint16,uint128))"};
inline constexpr Function kDomainSeparator{Contract::JobBoard, "domainSeparator()", "(bytes32)"};
// AuctionHouse
inline constexpr Function kOpenAuction{
    Contract::AuctionHouse, "open(bytes32[],(bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,uint16,uint16,address))",
    "(uint64)"};
inline constexpr Function kBid{Contract::AuctionHouse,
                               "bid(uint64,(bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,uint16,uint16,address))",
                               "()"};
inline constexpr Function kOrder{
    Contract::AuctionHouse,
    "order(bytes32[],(bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,uint16,uint16,address),bytes32[][])", "(uint64)"};
inline constexpr Function kCloseAuction{Contract::AuctionHouse, "close(uint64,bytes32[][])", "(uint64)"};
inline constexpr Function kVoidStaleAuction{Contract::AuctionHouse, "voidStale(uint64)", "()"};
inline constexpr Function kAuction{
    Contract::AuctionHouse, "auction(uint64)",
    "((uint8,uint64,uint64,address,uint256,(bytes32,uint32,uint16,uint16,uint16,uint8,uint16,uint16,"
    "uint16,uint16,address),bytes32[]))"};
inline constexpr Function kLeastBid{Contract::AuctionHouse, "leastBid(uint64)", "(uint256)"};
inline constexpr Function kMostBid{Contract::AuctionHouse, "mostBid(uint16,uint16)", "(uint256)"};
inline constexpr Function kRunningAuction{Contract::AuctionHouse, "runningAuction(bytes32[])", "(uint64)"};
inline constexpr Function kAuctionCount{Contract::AuctionHouse, "auctionCount()", "(uint64)"};

inline constexpr std::array kAll{kRegisterShard,
                                 kPayExecutors,
                                 kCommitDirect,
                                 kProveOmission,
                                 kReclaimBond,
                                 kOrder,
                                 kEntry,
                                 kOwnersOf,
                                 kSettle,
                                 kWithdraw,
                                 kEscrowOf,
                                 kCreditOf,
                                 kRegisterExecutor,
                                 kAnnounceExit,
                                 kWithdrawStake,
                                 kExecutor,
                                 kExecutorCount,
                                 kExecutorAt,
                                 kUnitsAtOf,
                                 kUnitStakeWei,
                                 kFixSeed,
                                 kPostCommitments,
                                 kCastVotes,
                                 kCloseAttempt,
                                 kChallenge,
                                 kFinalize,
                                 kProveEquivocation,
                                 kProveFalseWitness,
                                 kVoidStale,
                                 kVoidExhausted,
                                 kJob,
                                 kSegment,
                                 kAttempt,
                                 kNextAttempt,
                                 kRules,
                                 kDomainSeparator,
                                 kOpenAuction,
                                 kBid,
                                 kCloseAuction,
                                 kVoidStaleAuction,
                                 kAuction,
                                 kLeastBid,
                                 kMostBid,
                                 kRunningAuction,
                                 kAuctionCount};

}  // namespace fn

}  // namespace cone::contracts
