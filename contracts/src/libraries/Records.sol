// The tagged records of docs/protocol.md section 2: one function a record, the same bytes as cone/hash/records.hpp.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId} from "../Types.sol";

/// Every preimage starts with its own tag byte, so no record can be read as another.
library Records {
    /// What a segment's digest commits to (record 0x03).
    struct DigestOpening {
        bytes32 jobHash;
        uint32 segment;
        Digest previous;
        bytes32 stateRoot;
        bytes32 osmdRoot;
        uint32 metricBp;
        bytes32 accessesRoot;
        bytes32 traceRoot; // of the segment's rounds: known to who executed it, until the digest is opened
    }

    /// What a commitment hides (record 0x04).
    struct CommitmentOpening {
        bytes32 domainSeparator;
        JobId jobId;
        uint32 segment;
        uint32 attempt;
        address executor;
        Digest digest;
        bytes32 witness;
        bytes32 salt;
    }

    function jobHash(bytes32 specHash, bytes32 dataHash_) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x02), specHash, dataHash_));
    }

    function digest(DigestOpening memory o) internal pure returns (Digest) {
        return Digest.wrap(
            keccak256(
                abi.encodePacked(
                    bytes1(0x03),
                    o.jobHash,
                    o.segment,
                    o.previous,
                    o.stateRoot,
                    o.osmdRoot,
                    o.metricBp,
                    o.accessesRoot,
                    traceSeal(o.traceRoot)
                )
            )
        );
    }

    /// What a digest shows of the trace root to those who only take its state over.
    function traceSeal(bytes32 traceRoot) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x10), traceRoot));
    }

    function commitment(CommitmentOpening memory o) internal pure returns (bytes32) {
        bytes memory head = commitmentHead(o.domainSeparator, o.jobId, o.segment, o.attempt);
        return commitment(head, o.executor, abi.encodePacked(o.digest, o.witness), o.salt);
    }

    /// Same, with the fields before and after the executor packed already: those that many openings share.
    function commitment(bytes memory head, address executor, bytes memory what, bytes32 salt)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(head, executor, what, salt));
    }

    /// The first fields of a commitment.
    function commitmentHead(bytes32 domainSeparator, JobId jobId, uint32 segment, uint32 attempt)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(bytes1(0x04), domainSeparator, jobId, segment, attempt);
    }

    /// Leaf of the commitments list (docs/protocol.md 2.4), tag 0x00 of the tree.
    function commitmentLeaf(address executor, bytes32 commitment_) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), executor, commitment_));
    }

    /// Each count becomes a word of 32 bytes.
    function accessesRoot(uint32[] memory accesses) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x05), accesses));
    }

    function segmentSeed(bytes32 jobSeed_, Digest previous) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x08), jobSeed_, previous));
    }

    function ticket(bytes32 segmentSeed_, JobId jobId, uint32 segment, address executor, uint32 unit)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(bytes1(0x09), segmentSeed_, jobId, segment, executor, unit));
    }

    /// What a member of the attempt shows for its work.
    function witness(bytes32 attemptSeed_, bytes32 traceRoot) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0a), attemptSeed_, traceRoot));
    }

    function dataHash(bytes32[] memory shardRoots) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0b), shardRoots));
    }

    function jobSeed(bytes32 prevRandao, JobId jobId) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0c), prevRandao, jobId));
    }

    function attemptSeed(bytes32 segmentSeed_, uint32 attempt) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x0d), segmentSeed_, attempt));
    }
}
