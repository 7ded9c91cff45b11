// The header reader: a real header as known answer, and malformed ones.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Header} from "../../src/libraries/Header.sol";
import {Assert} from "../support/Assert.sol";
import {Headers} from "../support/Headers.sol";
import {vm} from "../support/Vm.sol";

contract HeaderTest is Assert {
    function read(bytes calldata rlp) external pure returns (bytes32) {
        return Header.prevRandao(rlp);
    }

    function test_prevRandao_ofARealHeader() public view {
        eq(keccak256(Headers.ANVIL), Headers.ANVIL_HASH, "hash of the header");
        eq(this.read(Headers.ANVIL), Headers.ANVIL_RANDAO, "prevRandao");
    }

    function testFuzz_prevRandao_isWhatWasWritten(bytes32 randao) public view {
        eq(this.read(Headers.withRandao(randao)), randao, "prevRandao");
    }

    function test_prevRandao_empty_reverts() public {
        refusesMalformed(0);
        this.read("");
    }

    function test_prevRandao_notAList_reverts() public {
        bytes memory header = Headers.ANVIL;
        header[0] = 0xb9;
        refusesMalformed(0);
        this.read(header);
    }

    function test_prevRandao_trailingByte_reverts() public {
        refusesMalformed(0);
        this.read(bytes.concat(Headers.ANVIL, hex"00"));
    }

    function test_prevRandao_lengthWithLeadingZero_reverts() public {
        refusesMalformed(0);
        this.read(hex"f90003a0a0a0");
    }

    function test_prevRandao_lengthOfLengthCut_reverts() public {
        refusesMalformed(0);
        this.read(hex"ff01");
    }

    function test_prevRandao_listInside_reverts() public {
        bytes memory header = Headers.ANVIL;
        header[3] = 0xc0;
        refusesMalformed(3);
        this.read(header);
    }

    function test_prevRandao_fieldOfOtherSize_reverts() public {
        bytes memory header = Headers.ANVIL;
        uint256 head = Headers.randaoOffset() - 1;
        header[head] = 0x9f;
        refusesMalformed(head);
        this.read(header);
    }

    function test_prevRandao_stringBeyondTheEnd_reverts() public {
        bytes memory header = Headers.ANVIL;
        header[3] = 0xb9;
        header[4] = 0xff;
        header[5] = 0xff;
        refusesMalformed(3);
        this.read(header);
    }

    function test_prevRandao_stringLengthBeyondTheEnd_reverts() public {
        // 56 one-byte strings, the third a string whose length does not fit into the list.
        bytes memory header = bytes.concat(hex"f838", new bytes(56));
        header[2 + 10] = 0xbf;
        header[2 + 11] = 0xff;
        refusesMalformed(12);
        this.read(header);
    }

    function testFuzz_prevRandao_cutAnywhere_reverts(uint256 length) public {
        bytes memory header = Headers.ANVIL;
        bytes memory cut = new bytes(length % header.length);
        for (uint256 i = 0; i < cut.length; ++i) {
            cut[i] = header[i];
        }
        refusesMalformed(0);
        this.read(cut);
    }

    function testFuzz_prevRandao_noise_neverReadsPastTheEnd(bytes calldata noise) public view {
        // Either a value or HeaderMalformed; a panic or an out-of-bounds read would be another revert.
        try this.read(noise) returns (bytes32) {}
        catch (bytes memory reason) {
            eq(bytes32(bytes4(reason)), bytes32(Header.HeaderMalformed.selector), "reason");
        }
    }

    function refusesMalformed(uint256 offset) private {
        refuses(abi.encodeWithSelector(Header.HeaderMalformed.selector, offset));
    }
}
