// The catalogue: every refusal, then registration, pausing and matching.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {IDataCatalog} from "../src/interfaces/IDataCatalog.sol";
import {Tags} from "../src/libraries/Tags.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract DataCatalogTest is Market {
    bytes32 private constant ROOT = keccak256("root");

    function test_register_noTags_reverts() public {
        refuses(abi.encodeWithSelector(Tags.TagCountOutOfRange.selector, 0));
        catalog.register(new bytes32[](0), ROOT, 1, 0);
    }

    function test_register_fiveTags_reverts() public {
        bytes32[] memory tags = new bytes32[](5);
        refuses(abi.encodeWithSelector(Tags.TagCountOutOfRange.selector, 5));
        catalog.register(tags, ROOT, 1, 0);
    }

    function test_register_zeroTag_reverts() public {
        refuses(abi.encodeWithSelector(Tags.TagsNotAscending.selector, 0));
        catalog.register(tagsOf(bytes32(0)), ROOT, 1, 0);
    }

    function test_register_tagsDescending_reverts() public {
        refuses(abi.encodeWithSelector(Tags.TagsNotAscending.selector, 1));
        catalog.register(tagsOf(VISION, DIGITS), ROOT, 1, 0);
    }

    function test_register_tagTwice_reverts() public {
        refuses(abi.encodeWithSelector(Tags.TagsNotAscending.selector, 1));
        catalog.register(tagsOf(DIGITS, DIGITS), ROOT, 1, 0);
    }

    function test_register_zeroRoot_reverts() public {
        refuses(abi.encodeWithSelector(IDataCatalog.ZeroShardRoot.selector));
        catalog.register(tagsOf(DIGITS), bytes32(0), 1, 0);
    }

    function test_register_noRecords_reverts() public {
        refuses(abi.encodeWithSelector(IDataCatalog.EmptyShard.selector));
        catalog.register(tagsOf(DIGITS), ROOT, 0, 0);
    }

    function test_register_rootTwice_reverts() public {
        catalog.register(tagsOf(DIGITS), ROOT, 1, 0);

        refuses(abi.encodeWithSelector(IDataCatalog.ShardAlreadyRegistered.selector, ROOT));
        catalog.register(tagsOf(VISION), ROOT, 1, 0);
    }

    function test_register_reserveTooLarge_reverts() public {
        uint256 tooLarge = uint256(type(uint88).max) + 1;
        vm.expectPartialRevert(SafeCast.SafeCastOverflowedUintDowncast.selector);
        catalog.register(tagsOf(DIGITS), ROOT, 1, uint96(tooLarge));
        catalog.register(tagsOf(DIGITS), ROOT, 1, type(uint88).max);
    }

    function test_register_setFull_reverts() public {
        for (uint256 i = 0; i < 256; ++i) {
            catalog.register(tagsOf(DIGITS), shardRoot(i), 1, 0);
        }

        refuses(abi.encodeWithSelector(IDataCatalog.SetFull.selector, keccak256(abi.encodePacked(DIGITS))));
        catalog.register(tagsOf(DIGITS), ROOT, 1, 0);
        catalog.register(tagsOf(DIGITS, VISION), ROOT, 1, 0);
        eq(catalog.matching(tagsOf(DIGITS), 0, listsOf(shards(256), one(ROOT))).length, 256, "the first 256 match");
    }

    function test_register_tagInTooManySets_reverts() public {
        for (uint256 i = 0; i < 64; ++i) {
            catalog.register(tagsOf(DIGITS, bytes32(uint256(DIGITS) + 1 + i)), shardRoot(i), 1, 0);
        }

        refuses(abi.encodeWithSelector(IDataCatalog.TagFull.selector, DIGITS));
        catalog.register(tagsOf(DIGITS, VISION), ROOT, 1, 0);
        catalog.register(tagsOf(VISION), ROOT, 1, 0);
    }

    function test_register_keepsTheEntry() public {
        bytes32[] memory tags = tagsOf(DIGITS, VISION);

        vm.expectEmit(true, true, true, true, address(catalog));
        emit IDataCatalog.EntryRegistered(ROOT, ALICE, tags, 4800, 7);
        vm.prank(ALICE);
        catalog.register(tags, ROOT, 4800, 7);

        IDataCatalog.Entry memory entry = catalog.entry(ROOT);
        eq(entry.owner, ALICE, "owner");
        eq(entry.reserveWei, 7, "reserve");
        check(!entry.paused, "not paused");
        eq(catalog.ownersOf(one(ROOT))[0], ALICE, "owners");
    }

    function test_unknownEntries_revert() public {
        bytes memory none = abi.encodeWithSelector(IDataCatalog.NoSuchEntry.selector, ROOT);
        eq(catalog.entry(ROOT).owner, address(0), "nobody's");
        refuses(none);
        catalog.ownersOf(one(ROOT));
        refuses(none);
        catalog.pause(ROOT);
        refuses(none);
        catalog.unpause(ROOT);
    }

    function test_pause_notOwner_reverts() public {
        addSellers(1);
        bytes memory notOwner = abi.encodeWithSelector(IDataCatalog.NotEntryOwner.selector, shardRoot(0), ALICE);

        refuses(notOwner);
        vm.prank(ALICE);
        catalog.pause(shardRoot(0));
        refuses(notOwner);
        vm.prank(ALICE);
        catalog.unpause(shardRoot(0));
    }

    function test_pause_twice_reverts() public {
        addSellers(1);
        vm.startPrank(seller(0));
        catalog.pause(shardRoot(0));

        refuses(abi.encodeWithSelector(IDataCatalog.AlreadyPaused.selector, shardRoot(0)));
        catalog.pause(shardRoot(0));
    }

    function test_unpause_notPaused_reverts() public {
        addSellers(1);

        refuses(abi.encodeWithSelector(IDataCatalog.NotPaused.selector, shardRoot(0)));
        vm.prank(seller(0));
        catalog.unpause(shardRoot(0));
    }

    function test_pause_leavesMatchesUntilUnpaused() public {
        addSellers(3);
        vm.startPrank(seller(1));

        vm.expectEmit(true, true, true, true, address(catalog));
        emit IDataCatalog.EntryPaused(shardRoot(1));
        catalog.pause(shardRoot(1));
        same(catalog.matching(tagsOf(DIGITS), 1 ether, lists()), two(shardRoot(0), shardRoot(2)));

        vm.expectEmit(true, true, true, true, address(catalog));
        emit IDataCatalog.EntryUnpaused(shardRoot(1));
        catalog.unpause(shardRoot(1));
        eq(catalog.matching(tagsOf(DIGITS), 1 ether, lists()).length, 3, "back");
        eq(catalog.entry(shardRoot(1)).owner, seller(1), "still its owner's");
    }

    function test_matching_wantsAllTags() public {
        catalog.register(tagsOf(DIGITS), shardRoot(1), 1, 0);
        catalog.register(tagsOf(DIGITS, VISION), shardRoot(2), 1, 0);
        catalog.register(tagsOf(VISION), shardRoot(3), 1, 0);
        catalog.register(tagsOf(DIGITS, VISION), shardRoot(4), 1, 0);
        bytes32[] memory both = two(shardRoot(2), shardRoot(4));

        same(catalog.matching(tagsOf(DIGITS, VISION), 0, listsOf(both)), both);
        eq(catalog.matching(tagsOf(VISION), 0, listsOf(both, one(shardRoot(3)))).length, 3, "one tag");
        eq(catalog.matching(tagsOf(bytes32("audio")), 0, new bytes32[][](0)).length, 0, "unknown tag");
        eq(catalog.matching(tagsOf(DIGITS, bytes32("zebra")), 0, new bytes32[][](0)).length, 0, "one unknown tag");
    }

    /// Nobody can be left out, slipped in, doubled or moved, and no list either.
    function test_matching_otherLists_revert() public {
        addSellers(3);
        catalog.register(tagsOf(DIGITS), ROOT, 1, 0);
        bytes memory mismatch =
            abi.encodeWithSelector(IDataCatalog.ListMismatch.selector, keccak256(abi.encodePacked(DIGITS, VISION)));
        bytes32[] memory list = shards(3);

        refuses(mismatch);
        catalog.matching(tagsOf(DIGITS), 0, listsOf(shards(2), one(ROOT)));
        refuses(mismatch);
        catalog.matching(tagsOf(DIGITS), 0, listsOf(shards(4), one(ROOT)));
        (list[0], list[1]) = (list[1], list[0]);
        refuses(mismatch);
        catalog.matching(tagsOf(DIGITS), 0, listsOf(list, one(ROOT)));
        refuses(mismatch);
        catalog.matching(tagsOf(DIGITS), 0, listsOf(one(ROOT), shards(3)));
        refuses(abi.encodeWithSelector(IDataCatalog.ListsMissing.selector, 1));
        catalog.matching(tagsOf(DIGITS), 0, listsOf(shards(3)));
        refuses(abi.encodeWithSelector(IDataCatalog.ListsLeftOver.selector, 2, 1));
        catalog.matching(tagsOf(VISION), 0, listsOf(shards(3), one(ROOT)));
    }

    function test_matching_reserveIsMetByTheExactShare() public {
        catalog.register(tagsOf(DIGITS), ROOT, 1, 10);

        eq(catalog.matching(tagsOf(DIGITS), 9, listsOf(one(ROOT))).length, 0, "one wei short");
        eq(catalog.matching(tagsOf(DIGITS), 10, listsOf(one(ROOT))).length, 1, "exact");
    }

    function test_matching_badTags_reverts() public {
        refuses(abi.encodeWithSelector(Tags.TagsNotAscending.selector, 1));
        catalog.matching(tagsOf(VISION, DIGITS), 0, new bytes32[][](0));
    }

    /// Against the definition: entry i carries tag t when bit t of its mask is set.
    function testFuzz_matching_isTheDefinition(uint8[12] memory masks, uint8 wanted) public {
        uint256[16] memory firsts; // entry that was the first of its set, plus 1
        for (uint256 i = 0; i < 12; ++i) {
            masks[i] = uint8(bound(masks[i], 1, 15));
            if (firsts[masks[i]] == 0) firsts[masks[i]] = i + 1;
            catalog.register(tagsOfMask(masks[i]), shardRoot(i), 1, 0);
        }
        wanted = uint8(bound(wanted, 1, 15));
        bytes32[][] memory given = listsByDefinition(masks, firsts, wanted);

        bytes32[] memory found = catalog.matching(tagsOfMask(wanted), 0, given);
        uint256 count = 0;
        for (uint256 l = 0; l < given.length; ++l) {
            for (uint256 k = 0; k < given[l].length; ++k) {
                eq(found[count++], given[l][k], "in catalogue order");
            }
        }
        eq(count, found.length, "nothing else");
    }

    /// One list a set, in the order of their first entries.
    function listsByDefinition(uint8[12] memory masks, uint256[16] memory firsts, uint8 wanted)
        private
        pure
        returns (bytes32[][] memory given)
    {
        given = new bytes32[][](12);
        uint256 count = 0;
        for (uint256 i = 0; i < 12; ++i) {
            if (masks[i] & wanted != wanted || firsts[masks[i]] != i + 1) continue;
            bytes32[] memory list = new bytes32[](12);
            uint256 length = 0;
            for (uint256 k = i; k < 12; ++k) {
                if (masks[k] == masks[i]) list[length++] = shardRoot(k);
            }
            assembly ("memory-safe") {
                mstore(list, length)
            }
            given[count++] = list;
        }
        assembly ("memory-safe") {
            mstore(given, count)
        }
    }

    function tagsOfMask(uint8 mask) private pure returns (bytes32[] memory tags) {
        tags = new bytes32[](4);
        uint256 count = 0;
        for (uint256 t = 0; t < 4; ++t) {
            if (mask & (1 << t) != 0) tags[count++] = bytes32(t + 1);
        }
        assembly ("memory-safe") {
            mstore(tags, count)
        }
    }

    function one(bytes32 a) private pure returns (bytes32[] memory list) {
        list = new bytes32[](1);
        list[0] = a;
    }

    function two(bytes32 a, bytes32 b) private pure returns (bytes32[] memory list) {
        list = new bytes32[](2);
        (list[0], list[1]) = (a, b);
    }

    function listsOf(bytes32[] memory a) private pure returns (bytes32[][] memory all) {
        all = new bytes32[][](1);
        all[0] = a;
    }

    function listsOf(bytes32[] memory a, bytes32[] memory b) private pure returns (bytes32[][] memory all) {
        all = new bytes32[][](2);
        (all[0], all[1]) = (a, b);
    }

    function same(bytes32[] memory actual, bytes32[] memory expected) private pure {
        eq(keccak256(abi.encode(actual)), keccak256(abi.encode(expected)), "entries");
    }
}
