// Records against tests/vectors/records.json, which the C++ side writes and checks.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId} from "../../src/Types.sol";
import {Records} from "../../src/libraries/Records.sol";
import {Assert} from "../support/Assert.sol";
import {vm} from "../support/Vm.sol";

contract RecordsTest is Assert {
    string private json;

    function setUp() public {
        json = vm.readFile("../tests/vectors/records.json");
    }

    function test_jobHash_matchesVectors() public view {
        bytes32[] memory spec = words(".job_hash.spec_hash");
        bytes32[] memory data = words(".job_hash.data_hash");
        bytes32[] memory expected = expectedHashes("job_hash");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.jobHash(spec[i], data[i]), expected[i], "job hash");
        }
    }

    function test_segmentDigest_matchesVectors() public view {
        bytes32[] memory expected = expectedHashes("segment_digest");
        bytes32[] memory jobHash = words(".segment_digest.job_hash");
        uint256[] memory segment = numbers(".segment_digest.segment");
        bytes32[] memory previous = words(".segment_digest.previous_digest");
        bytes32[] memory state = words(".segment_digest.state_root");
        bytes32[] memory osmd = words(".segment_digest.osmd_root");
        uint256[] memory metric = numbers(".segment_digest.metric_bp");
        bytes32[] memory accesses = words(".segment_digest.accesses_root");
        bytes32[] memory trace = words(".segment_digest.trace_root");
        for (uint256 i = 0; i < expected.length; ++i) {
            Digest digest = Records.digest(
                Records.DigestOpening(
                    jobHash[i],
                    uint32(segment[i]),
                    Digest.wrap(previous[i]),
                    state[i],
                    osmd[i],
                    uint32(metric[i]),
                    accesses[i],
                    trace[i]
                )
            );
            eq(Digest.unwrap(digest), expected[i], "segment digest");
        }
    }

    function test_commitment_matchesVectors() public view {
        bytes32[] memory expected = expectedHashes("commitment");
        bytes32[] memory domain = words(".commitment.domain_separator");
        uint256[] memory jobId = numbers(".commitment.job_id");
        uint256[] memory segment = numbers(".commitment.segment");
        uint256[] memory attempt = numbers(".commitment.attempt");
        address[] memory executor = vm.parseJsonAddressArray(json, ".commitment.executor");
        bytes32[] memory digest = words(".commitment.digest");
        bytes32[] memory witness = words(".commitment.witness");
        bytes32[] memory salt = words(".commitment.salt");
        for (uint256 i = 0; i < expected.length; ++i) {
            bytes32 hash = Records.commitment(
                Records.CommitmentOpening(
                    domain[i],
                    JobId.wrap(uint64(jobId[i])),
                    uint32(segment[i]),
                    uint32(attempt[i]),
                    executor[i],
                    Digest.wrap(digest[i]),
                    witness[i],
                    salt[i]
                )
            );
            eq(hash, expected[i], "commitment");
        }
    }

    function test_commitmentLeaf_matchesVectors() public view {
        bytes32[] memory expected = expectedHashes("commitment_leaf");
        address[] memory executor = vm.parseJsonAddressArray(json, ".commitment_leaf.executor");
        bytes32[] memory commitment = words(".commitment_leaf.commitment");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.commitmentLeaf(executor[i], commitment[i]), expected[i], "commitment leaf");
        }
    }

    function test_accessesRoot_matchesVectors() public view {
        bytes32[] memory expected = expectedHashes("accesses_root");
        for (uint256 i = 0; i < expected.length; ++i) {
            uint256[] memory wide = numbers(item(".accesses_root.accesses", i));
            uint32[] memory accesses = new uint32[](wide.length);
            for (uint256 k = 0; k < wide.length; ++k) {
                accesses[k] = uint32(wide[k]);
            }
            eq(Records.accessesRoot(accesses), expected[i], "accesses root");
        }
    }

    function test_traceSealAndWitness_matchVectors() public view {
        bytes32[] memory expected = expectedHashes("trace_seal");
        bytes32[] memory trace = words(".trace_seal.trace_root");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.traceSeal(trace[i]), expected[i], "trace seal");
        }

        expected = expectedHashes("witness");
        bytes32[] memory seed = words(".witness.attempt_seed");
        trace = words(".witness.trace_root");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.witness(seed[i], trace[i]), expected[i], "witness");
        }
    }

    function test_dataHash_matchesVectors() public view {
        bytes32[] memory expected = expectedHashes("data_hash");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.dataHash(words(item(".data_hash.shard_roots", i))), expected[i], "data hash");
        }
    }

    function test_seeds_matchVectors() public view {
        bytes32[] memory expected = expectedHashes("job_seed");
        bytes32[] memory randao = words(".job_seed.prev_randao");
        uint256[] memory jobId = numbers(".job_seed.job_id");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.jobSeed(randao[i], JobId.wrap(uint64(jobId[i]))), expected[i], "job seed");
        }

        expected = expectedHashes("segment_seed");
        bytes32[] memory seed = words(".segment_seed.job_seed");
        bytes32[] memory previous = words(".segment_seed.previous_digest");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.segmentSeed(seed[i], Digest.wrap(previous[i])), expected[i], "segment seed");
        }

        expected = expectedHashes("attempt_seed");
        seed = words(".attempt_seed.segment_seed");
        uint256[] memory attempt = numbers(".attempt_seed.attempt");
        for (uint256 i = 0; i < expected.length; ++i) {
            eq(Records.attemptSeed(seed[i], uint32(attempt[i])), expected[i], "attempt seed");
        }
    }

    function test_ticket_matchesVectors() public view {
        bytes32[] memory expected = expectedHashes("ticket");
        bytes32[] memory seed = words(".ticket.segment_seed");
        uint256[] memory jobId = numbers(".ticket.job_id");
        uint256[] memory segment = numbers(".ticket.segment");
        address[] memory executor = vm.parseJsonAddressArray(json, ".ticket.executor");
        uint256[] memory unit = numbers(".ticket.unit");
        for (uint256 i = 0; i < expected.length; ++i) {
            bytes32 hash =
                Records.ticket(seed[i], JobId.wrap(uint64(jobId[i])), uint32(segment[i]), executor[i], uint32(unit[i]));
            eq(hash, expected[i], "ticket");
        }
    }

    /// The vectors of a record; a file without any would make every check above pass.
    function expectedHashes(string memory record) private view returns (bytes32[] memory expected) {
        expected = words(string.concat(".", record, ".hash"));
        check(expected.length > 1, "vectors present");
    }

    function words(string memory key) private view returns (bytes32[] memory) {
        return vm.parseJsonBytes32Array(json, key);
    }

    function numbers(string memory key) private view returns (uint256[] memory) {
        return vm.parseJsonUintArray(json, key);
    }

    function item(string memory key, uint256 i) private pure returns (string memory) {
        return string.concat(key, "[", vm.toString(i), "]");
    }
}
