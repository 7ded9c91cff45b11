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

    /// Where votes are cast: what they sign beside digest and witness.
    struct Place {
        bytes32 domain;
        JobId jobId;
        uint32 segment;
        uint32 attempt;
    }

    function domainSeparator(address board) internal view returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256("CONE"), keccak256("1"), block.chainid, board));
    }

    /// @notice The 32 bytes an executor signs.
    function signingHash(Place memory place, Digest digest, bytes32 witness) internal pure returns (bytes32) {
        bytes32 structHash =
            keccak256(abi.encode(VOTE_TYPE, place.jobId, place.segment, place.attempt, digest, witness));
        return keccak256(abi.encodePacked(bytes2(0x1901), place.domain, structHash));
    }

    /// @notice Reverts unless (r, vs) is `executor`'s EIP-2098 signature of a signing hash. Compact form, hence low-s only.
    function requireSigner(bytes32 signed, address executor, bytes32 r, bytes32 vs) internal pure {
        (address signer,,) = ECDSA.tryRecover(signed, r, vs);
        if (signer == address(0) || signer != executor) revert IJobBoard.BadSignature(signer, executor);
    }
}
