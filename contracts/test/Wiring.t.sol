// How the five contracts are put together: an auction house refuses what does not point at it, and times that make no auction.
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAuctionHouse} from "../src/interfaces/IAuctionHouse.sol";
import {IJobBoard} from "../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract WiringTest is Market {
    function test_deploy_wrongTiming_reverts() public {
        IAuctionHouse.Timing memory timing = timingForTests();
        timing.hardEndBlocks = timing.auctionBlocks - 1;
        refuses(abi.encodeWithSelector(IAuctionHouse.TimingInvalid.selector));
        this.deployHouse(till, board, timing);

        timing = timingForTests();
        timing.extensionBlocks = timing.auctionBlocks + 1;
        refuses(abi.encodeWithSelector(IAuctionHouse.TimingInvalid.selector));
        this.deployHouse(till, board, timing);

        timing = timingForTests();
        timing.minIncrementBp = 10_001;
        refuses(abi.encodeWithSelector(IAuctionHouse.TimingInvalid.selector));
        this.deployHouse(till, board, timing);
    }

    /// A second house is not the one that till and board were deployed for.
    function test_deploy_wrongWiring_reverts() public {
        refuses(abi.encodeWithSelector(IAuctionHouse.WiringWrong.selector, till));
        this.deployHouse(till, board, timingForTests());
    }

    /// Till and board are this house's own, but the register serves another board.
    function test_deploy_wrongRegister_reverts() public {
        uint256 nonce = vm.getNonce(address(this));
        address boardAt = vm.computeCreateAddress(address(this), nonce + 2);
        address houseAt = vm.computeCreateAddress(address(this), nonce + 3);
        ISettlement till_ =
            ISettlement(vm.deployCode("Settlement.sol:Settlement", abi.encode(catalog, houseAt, boardAt)));
        address register_ = vm.deployCode(
            "ExecutorRegistry.sol:ExecutorRegistry", abi.encode(till_, address(board), UNIT_WEI, UNSTAKE_DELAY)
        );
        IJobBoard board_ =
            IJobBoard(vm.deployCode("JobBoard.sol:JobBoard", abi.encode(register_, till_, houseAt, rulesForTests())));
        refuses(abi.encodeWithSelector(IAuctionHouse.WiringWrong.selector, register_));
        this.deployHouse(till_, board_, timingForTests());
    }

    /// The till is this house's own, but names a board that serves another one.
    function test_deploy_wrongBoard_reverts() public {
        address houseAt = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        ISettlement till_ =
            ISettlement(vm.deployCode("Settlement.sol:Settlement", abi.encode(catalog, houseAt, address(board))));
        refuses(abi.encodeWithSelector(IAuctionHouse.WiringWrong.selector, board));
        this.deployHouse(till_, board, timingForTests());
    }

    function test_deploy_equalTimes_areAllowed() public {
        deploy(rulesForTests(), IAuctionHouse.Timing(20, 20, 20, 10_000));
        eq(house.auctionCount(), 0, "deployed");
    }

    function deployHouse(ISettlement till_, IJobBoard board_, IAuctionHouse.Timing calldata timing) external {
        bytes memory arguments = abi.encode(till_, board_, ADMIN, timing);
        bytes memory code = bytes.concat(vm.getCode("AuctionHouse.sol:AuctionHouse"), arguments);
        assembly ("memory-safe") {
            if iszero(create(0, add(code, 32), mload(code))) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
