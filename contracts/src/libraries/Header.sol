// Reads one field of an RLP block header: prevRandao (EIP-4399), item 13, where mixHash used to be.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// A header is one RLP list of byte strings. Only its hash says that it is genuine; this reader says that it has the shape.
/// OpenZeppelin's BlockHeader decodes all fields and costs 2 kB of code; one field needs a walk over the first 14 items.
library Header {
    uint256 private constant PREV_RANDAO = 13;

    error HeaderMalformed(uint256 offset);

    function prevRandao(bytes calldata rlp) internal pure returns (bytes32) {
        uint256 here = _listStart(rlp);
        for (uint256 item = 0; item < PREV_RANDAO; ++item) {
            here = _afterString(rlp, here);
        }
        // A string of 32 bytes: 0xa0, then the bytes.
        if (here + 33 > rlp.length || uint8(rlp[here]) != 0xa0) revert HeaderMalformed(here);
        return bytes32(rlp[here + 1:here + 33]);
    }

    /// Offset of the first item of a list that fills all of `rlp`.
    function _listStart(bytes calldata rlp) private pure returns (uint256 start) {
        // Headers are longer than 55 bytes: 0xf7 + length of length, then the length, without leading zeros.
        if (rlp.length < 2 || uint8(rlp[0]) < 0xf8 || rlp[1] == 0) revert HeaderMalformed(0);
        start = uint256(uint8(rlp[0])) - 0xf6;
        if (start > rlp.length || start + _uint(rlp[1:start]) != rlp.length) revert HeaderMalformed(0);
    }

    /// Offset behind the string that begins at `here`.
    function _afterString(bytes calldata rlp, uint256 here) private pure returns (uint256 next) {
        if (here >= rlp.length) revert HeaderMalformed(here);
        uint8 head = uint8(rlp[here]);
        if (head < 0x80) {
            next = here + 1;
        } else if (head < 0xb8) {
            next = here + 1 + head - 0x80;
        } else if (head < 0xc0) {
            uint256 body = here + 1 + head - 0xb7;
            if (body > rlp.length) revert HeaderMalformed(here);
            next = body + _uint(rlp[here + 1:body]);
        } else {
            revert HeaderMalformed(here); // a list: headers hold none
        }
        if (next > rlp.length) revert HeaderMalformed(here);
    }

    /// Big-endian number of up to 8 bytes.
    function _uint(bytes calldata digits) private pure returns (uint64) {
        return uint64(bytes8(digits)) >> (8 * (8 - uint8(digits.length)));
    }
}
