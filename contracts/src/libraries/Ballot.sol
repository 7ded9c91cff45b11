// Votes as EIP-712 typed data (docs/protocol.md 2.4): domain, digest to sign, signer.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Digest, JobId} from "../Types.sol";
import {IJobBoard} from "../interfaces/IJobBoard.sol";

library Ballot {
    bytes32 private constant DOMAIN_TYPE =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant VOTE_TYPE =
        keccak256("Vote(uint64 jobId,uint32 segment,uint32 attempt,bytes32 digest,bytes32 witness)");

    struct Vote {
        JobId jobId;
        uint32 segment;
        uint32 attempt;
        Digest digest;
        bytes32 witness;
    }

    function domainSeparator(address board) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256("CONE"), keccak256("1"), block.chainid, board));
    }

    /// @notice The 32 bytes an executor signs.
    function signingHash(bytes32 domain, Vote memory vote) internal pure returns (bytes32) {
        bytes32 structHash =
            keccak256(abi.encode(VOTE_TYPE, vote.jobId, vote.segment, vote.attempt, vote.digest, vote.witness));
        return keccak256(abi.encodePacked(bytes2(0x1901), domain, structHash));
    }

    /// @notice Reverts unless (r, vs) is `executor`'s EIP-2098 signature of the vote. Compact form, hence low-s only.
    function requireSigned(bytes32 domain, Vote memory vote, address executor, bytes32 r, bytes32 vs) internal pure {
        (address signer,,) = ECDSA.tryRecover(signingHash(domain, vote), r, vs);
        if (signer == address(0) || signer != executor) revert IJobBoard.BadSignature(signer, executor);
    }
}
