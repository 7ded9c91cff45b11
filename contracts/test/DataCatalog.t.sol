// The catalogue: every refusal, then registration, pausing and matching.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

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

        refuses(abi.encodeWithSelector(IDataCatalog.ShardAlreadyRegistered.selector, ROOT, 1));
        catalog.register(tagsOf(VISION), ROOT, 1, 0);
    }

    function test_register_tagFull_reverts() public {
        for (uint256 i = 0; i < 256; ++i) {
            catalog.register(tagsOf(DIGITS), shardRoot(i), 1, 0);
        }

        refuses(abi.encodeWithSelector(IDataCatalog.TagFull.selector, DIGITS));
        catalog.register(tagsOf(DIGITS, VISION), ROOT, 1, 0);
        eq(catalog.register(tagsOf(VISION), ROOT, 1, 0), 257, "another tag has room");
    }

    function test_register_keepsTheEntry() public {
        bytes32[] memory tags = tagsOf(DIGITS, VISION);

        vm.expectEmit(true, true, true, true, address(catalog));
        emit IDataCatalog.EntryRegistered(1, ALICE, ROOT, tags, 4800, 7);
        vm.prank(ALICE);
        uint32 id = catalog.register(tags, ROOT, 4800, 7);

        eq(id, 1, "ids start at 1");
        eq(catalog.entryCount(), 1, "count");
        eq(catalog.entryOfRoot(ROOT), 1, "id of the root");
        IDataCatalog.Entry memory entry = catalog.entry(1);
        eq(entry.owner, ALICE, "owner");
        eq(entry.shardRoot, ROOT, "root");
        eq(entry.records, 4800, "records");
        eq(entry.reserveWei, 7, "reserve");
        check(!entry.paused, "not paused");
    }

    function test_entry_unknown_reverts() public {
        refuses(abi.encodeWithSelector(IDataCatalog.NoSuchEntry.selector, 0));
        catalog.entry(0);
        refuses(abi.encodeWithSelector(IDataCatalog.NoSuchEntry.selector, 1));
        catalog.entry(1);
        refuses(abi.encodeWithSelector(IDataCatalog.NoSuchEntry.selector, 9));
        catalog.ownersOf(ids(9));
        refuses(abi.encodeWithSelector(IDataCatalog.NoSuchEntry.selector, 9));
        catalog.rootsOf(ids(9));
    }

    function test_pause_notOwner_reverts() public {
        addSellers(1);

        refuses(abi.encodeWithSelector(IDataCatalog.NotEntryOwner.selector, 1, ALICE));
        vm.prank(ALICE);
        catalog.pause(1);
        refuses(abi.encodeWithSelector(IDataCatalog.NotEntryOwner.selector, 1, ALICE));
        vm.prank(ALICE);
        catalog.unpause(1);
    }

    function test_pause_twice_reverts() public {
        addSellers(1);
        vm.startPrank(seller(0));
        catalog.pause(1);

        refuses(abi.encodeWithSelector(IDataCatalog.AlreadyPaused.selector, 1));
        catalog.pause(1);
    }

    function test_unpause_notPaused_reverts() public {
        addSellers(1);

        refuses(abi.encodeWithSelector(IDataCatalog.NotPaused.selector, 1));
        vm.prank(seller(0));
        catalog.unpause(1);
    }

    function test_pause_leavesMatchesUntilUnpaused() public {
        addSellers(3);
        vm.startPrank(seller(1));

        vm.expectEmit(true, true, true, true, address(catalog));
        emit IDataCatalog.EntryPaused(2);
        catalog.pause(2);
        same(catalog.matching(tagsOf(DIGITS), 1 ether), ids(1, 3));

        vm.expectEmit(true, true, true, true, address(catalog));
        emit IDataCatalog.EntryUnpaused(2);
        catalog.unpause(2);
        eq(catalog.matching(tagsOf(DIGITS), 1 ether).length, 3, "back");
    }

    function test_matching_wantsAllTags() public {
        catalog.register(tagsOf(DIGITS), shardRoot(1), 1, 0);
        catalog.register(tagsOf(DIGITS, VISION), shardRoot(2), 1, 0);
        catalog.register(tagsOf(VISION), shardRoot(3), 1, 0);
        catalog.register(tagsOf(DIGITS, VISION), shardRoot(4), 1, 0);

        same(catalog.matching(tagsOf(DIGITS, VISION), 0), ids(2, 4));
        eq(catalog.matching(tagsOf(VISION), 0).length, 3, "one tag");
        eq(catalog.matching(tagsOf(bytes32("audio")), 0).length, 0, "unknown tag");
        eq(catalog.matching(tagsOf(DIGITS, bytes32("zebra")), 0).length, 0, "one unknown tag");
    }

    function test_matching_reserveIsMetByTheExactShare() public {
        catalog.register(tagsOf(DIGITS), ROOT, 1, 10);

        eq(catalog.matching(tagsOf(DIGITS), 9).length, 0, "one wei short");
        eq(catalog.matching(tagsOf(DIGITS), 10).length, 1, "exact");
    }

    function test_matching_badTags_reverts() public {
        refuses(abi.encodeWithSelector(Tags.TagsNotAscending.selector, 1));
        catalog.matching(tagsOf(VISION, DIGITS), 0);
    }

    /// Against the definition: entry i carries tag t when bit t of its mask is set.
    function testFuzz_matching_isTheDefinition(uint8[12] memory masks, uint8 wanted) public {
        bytes32[] memory all = new bytes32[](12);
        for (uint256 i = 0; i < 12; ++i) {
            masks[i] = uint8(bound(masks[i], 1, 15));
            all[i] = shardRoot(i);
            catalog.register(tagsOfMask(masks[i]), all[i], 1, 0);
        }
        wanted = uint8(bound(wanted, 1, 15));

        uint32[] memory found = catalog.matching(tagsOfMask(wanted), 0);
        uint256 at_ = 0;
        for (uint32 i = 0; i < 12; ++i) {
            if (masks[i] & wanted != wanted) continue;
            check(at_ < found.length, "entry missing");
            eq(found[at_++], i + 1, "in catalogue order");
        }
        eq(at_, found.length, "nothing else");
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

    function ids(uint32 a) private pure returns (uint32[] memory list) {
        list = new uint32[](1);
        list[0] = a;
    }

    function ids(uint32 a, uint32 b) private pure returns (uint32[] memory list) {
        list = new uint32[](2);
        (list[0], list[1]) = (a, b);
    }

    function same(uint32[] memory actual, uint32[] memory expected) private pure {
        eq(keccak256(abi.encode(actual)), keccak256(abi.encode(expected)), "entries");
    }
}
