// The words shared by all contracts: ids, digests, a buyer's request, states, faults.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A job, numbered from 1. An auction's number becomes its job's number, so both name one thing.
type JobId is uint64;

/// Hash of everything a segment produced (docs/protocol.md, record 0x03). Zero is never a digest.
type Digest is bytes32;

using {isZero, equals as ==, differs as !=} for Digest global;

function isZero(Digest digest) pure returns (bool) {
    return Digest.unwrap(digest) == bytes32(0);
}

function equals(Digest a, Digest b) pure returns (bool) {
    return Digest.unwrap(a) == Digest.unwrap(b);
}

function differs(Digest a, Digest b) pure returns (bool) {
    return Digest.unwrap(a) != Digest.unwrap(b);
}

/// What a buyer asks for, beside tags and money. The contract reads only what verdict and payment need; the rest is in the spec.
struct Request {
    bytes32 specHash; // record 0x07 of the job spec
    uint32 tauBp; // threshold on the metric, basis points, at most 10,000
    uint16 minSellers; // fewer matching sellers void the auction; at least 1
    uint16 segments; // how many segments are voted on; at least 1
    uint16 lead; // L: best votes minus second best that accepts a digest; at least 1
    uint8 policy; // growth: 0 doubling, 1 d2m, 2 lead (docs/protocol.md 2.3)
    uint16 minSize; // size of the first set; `base` of d2m; at least 1
    uint16 cNum; // policy 2: c = cNum / cDen, at least 1
    uint16 cDen;
    uint16 executorShareBp; // of the escrow, for the executors; at most 10,000
    address bridge; // may post commitment roots for this job
}

enum JobState {
    None,
    Open,
    Running,
    Settling,
    Settled,
    Unmet,
    Void
}

enum SegmentState {
    Pending,
    Committed,
    Undecided,
    Accepted,
    Challenged,
    Final
}

/// Why an executor loses stake. The first is soft, the others hard.
enum Fault {
    NoReveal,
    FalseWitness,
    MinorityDigest,
    Equivocation
}

/// Why a job became Void.
enum VoidReason {
    PoolExhausted,
    Stalled,
    WrongDraw
}

/// In which role somebody is owed money.
enum Role {
    Bidder, // an outbid or voided bid
    Buyer, // what a job did not spend
    Seller,
    Executor,
    Challenger, // bond back, or the reward for a flipped verdict
    Checker // re-executed for a challenge that failed
}
