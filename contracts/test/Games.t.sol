// Whole games between honest parties and an attacker, simulated in C++ (cone/play), replayed against the contracts: every draw,
// refusal of none, and every wei must agree (tests/vectors/games.json).
// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Digest, JobId, Request} from "../src/Types.sol";
import {IJobBoard} from "../src/interfaces/IJobBoard.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Records} from "../src/libraries/Records.sol";
import {Market} from "./support/Market.sol";
import {vm} from "./support/Vm.sol";

contract GamesTest is Market {
    uint256 private constant SELLERS = 4;
    bytes32 private constant SALT = keccak256("salt");

    /// The columns of one game; row i is call i, its votes are rows votesFrom[i] to votesFrom[i + 1] - 1 of the last three.
    struct Script {
        string name;
        string[] what;
        uint256[] blocks;
        uint256[] segment;
        uint256[] attempt;
        address[] who;
        uint256[] votesFrom;
        uint256[] voter;
        uint256[] digest;
        uint256[] witness;
        bytes32[] hashes;
    }

    function test_games_endAsInTheSimulation() public {
        string memory json = vm.readFile("../tests/vectors/games.json");
        uint256 games = 0;
        uint256 clean = vm.snapshotState();
        for (; vm.keyExistsJson(json, column(games, "name")); ++games) {
            Script memory script = read(json, games);
            JobId jobId = startJob(SELLERS, vm.parseJsonUint(json, column(games, "executors")), request());
            replay(jobId, script, vm.parseJsonBool(json, column(games, "wrongLast")));
            checkBooks(jobId, json, games, script.name);
            vm.revertToState(clean);
            clean = vm.snapshotState();
        }
        check(games >= 36, "a few dozen games");
    }

    function request() private pure returns (Request memory r) {
        r = requestForTests();
        r.segments = 3;
    }

    function column(uint256 game, string memory name) private pure returns (string memory) {
        return string.concat(".games[", vm.toString(game), "].", name);
    }

    function read(string memory json, uint256 game) private pure returns (Script memory script) {
        script.name = vm.parseJsonString(json, column(game, "name"));
        script.what = vm.parseJsonStringArray(json, column(game, "what"));
        script.blocks = vm.parseJsonUintArray(json, column(game, "block"));
        script.segment = vm.parseJsonUintArray(json, column(game, "segment"));
        script.attempt = vm.parseJsonUintArray(json, column(game, "attempt"));
        script.who = vm.parseJsonAddressArray(json, column(game, "who"));
        script.votesFrom = vm.parseJsonUintArray(json, column(game, "votesFrom"));
        script.voter = vm.parseJsonUintArray(json, column(game, "voter"));
        script.digest = vm.parseJsonUintArray(json, column(game, "digest"));
        script.witness = vm.parseJsonUintArray(json, column(game, "witness"));
        script.hashes = vm.parseJsonBytes32Array(json, column(game, "hashes"));
    }

    /// The game's blocks count from pool block 100; here the job's pool block is what it is.
    function replay(JobId jobId, Script memory script, bool wrongLast) private {
        uint256 start = board.job(jobId).poolBlock - 100;
        for (uint256 i = 0; i < script.what.length; ++i) {
            reach(start + script.blocks[i]);
            bytes32 what = keccak256(bytes(script.what[i]));
            uint32 segment = uint32(script.segment[i]);
            uint32 attempt = uint32(script.attempt[i]);
            if (what == keccak256("post")) postVotes(jobId, segment, attempt, script, i);
            if (what == keccak256("cast")) {
                castVotes(jobId, segment, attempt, votesAt(jobId, segment, attempt, script, i));
            }
            if (what == keccak256("close")) board.closeAttempt(jobId, segment);
            if (what == keccak256("challenge")) {
                vm.prank(script.who[i]);
                board.challenge{value: BOND_WEI}(jobId, segment);
            }
            if (what == keccak256("finalize")) finalizeNow(jobId, segment);
            if (what == keccak256("equivocation")) accuse(jobId, segment, attempt, script.who[i]);
            if (what == keccak256("falseWitness")) disprove(jobId, segment, script, i);
            if (what == keccak256("exhausted")) board.voidExhausted(jobId, segment);
            if (what == keccak256("reclaim")) board.reclaimBond(jobId, segment, attempt);
            if (what == keccak256("void")) board.voidStale(jobId);
            if (what == keccak256("settle")) till.settle(jobId, opened(wrongLast), SPEC, shards(SELLERS));
        }
    }

    function postVotes(JobId jobId, uint32 segment, uint32 attempt, Script memory script, uint256 row) private {
        address[] memory members = draw(jobId, segment);
        bytes32[] memory commitments = new bytes32[](members.length);
        uint256 found = 0;
        for (uint256 v = script.votesFrom[row]; v < script.votesFrom[row + 1]; ++v) {
            for (uint256 i = 0; i < members.length; ++i) {
                if (members[i] != executorAt(script.voter[v])) continue;
                commitments[i] = commitmentOf(jobId, segment, attempt, members[i], moveAt(script, v));
                ++found;
            }
        }
        eq(found, script.votesFrom[row + 1] - script.votesFrom[row], string.concat(script.name, ": who is drawn"));
        postAs(jobId, segment, attempt, members, commitments);
    }

    function votesAt(JobId jobId, uint32 segment, uint32 attempt, Script memory script, uint256 row)
        private
        view
        returns (Vote[] memory votes)
    {
        address[] storage members = membersOf[place(jobId, segment, attempt)];
        uint256 from = script.votesFrom[row];
        votes = new Vote[](script.votesFrom[row + 1] - from);
        for (uint256 v = 0; v < votes.length; ++v) {
            address executor = executorAt(script.voter[from + v]);
            uint16 position = 0;
            while (members[position] != executor) ++position;
            Move memory m = moveAt(script, from + v);
            (bytes32 r, bytes32 vs) = signVote(jobId, segment, attempt, executor, m);
            votes[v] = Vote(position, m.digest, m.witness, m.salt, r, vs);
        }
    }

    function moveAt(Script memory script, uint256 v) private pure returns (Move memory) {
        return Move(Digest.wrap(script.hashes[script.digest[v]]), script.hashes[script.witness[v]], SALT, false);
    }

    function accuse(JobId jobId, uint32 segment, uint32 attempt, address executor) private {
        IJobBoard.SignedVote memory a = signed(jobId, segment, attempt, executor, "one");
        IJobBoard.SignedVote memory b = signed(jobId, segment, attempt, executor, "other");
        board.proveEquivocation(jobId, segment, attempt, executor, a, b);
    }

    function disprove(JobId jobId, uint32 segment, Script memory script, uint256 row) private {
        Move memory m = moveAt(script, script.votesFrom[row]);
        uint32 attempt = uint32(script.attempt[row]);
        (bytes32 r, bytes32 vs) = signVote(jobId, segment, attempt, script.who[row], m);
        ISettlement.OpenedDigest memory o = opened(false);
        Records.DigestOpening memory opening_ = Records.DigestOpening({
            jobHash: board.job(jobId).jobHash,
            segment: segment,
            previous: board.segment(jobId, segment).previous,
            stateRoot: o.stateRoot,
            osmdRoot: o.osmdRoot,
            metricBp: o.metricBp,
            accessesRoot: Records.accessesRoot(o.accesses),
            traceRoot: o.traceRoot
        });
        IJobBoard.SignedVote memory vote = IJobBoard.SignedVote(m.digest, m.witness, r, vs);
        board.proveFalseWitness(jobId, segment, attempt, script.who[row], vote, opening_);
    }

    function signed(JobId jobId, uint32 segment, uint32 attempt, address executor, bytes memory what)
        private
        view
        returns (IJobBoard.SignedVote memory)
    {
        Move memory m = move(keccak256(what));
        (bytes32 r, bytes32 vs) = signVote(jobId, segment, attempt, executor, m);
        return IJobBoard.SignedVote(m.digest, m.witness, r, vs);
    }

    function opened(bool wrong) private pure returns (ISettlement.OpenedDigest memory opening_) {
        bytes32 ones = bytes32(uint256(type(uint256).max) / 255);
        opening_ = ISettlement.OpenedDigest(
            bytes32(uint256(ones) * (wrong ? 0x99 : 0x11)),
            bytes32(uint256(ones) * 0x22),
            9500,
            new uint32[](SELLERS),
            bytes32(uint256(ones) * 0x33)
        );
        for (uint256 i = 0; i < SELLERS; ++i) {
            opening_.accesses[i] = wrong && i + 1 < SELLERS ? 0 : 1;
        }
    }

    function executorAt(uint256 number) private pure returns (address) {
        return vm.addr(0xE0000 + number);
    }

    function checkBooks(JobId jobId, string memory json, uint256 game, string memory name) private view {
        eq(
            uint256(board.job(jobId).state),
            vm.parseJsonUint(json, column(game, "state")),
            string.concat(name, ": state")
        );
        uint256[] memory stakes = vm.parseJsonUintArray(json, column(game, "stakes"));
        uint256[] memory credits = vm.parseJsonUintArray(json, column(game, "credits"));
        for (uint256 i = 0; i < stakes.length; ++i) {
            eq(registry.executor(executorAt(i)).stakeWei, stakes[i], string.concat(name, ": stake"));
            eq(till.creditOf(executorAt(i)), credits[i], string.concat(name, ": executor's credit"));
        }
        uint256[] memory sellers = vm.parseJsonUintArray(json, column(game, "sellerCredits"));
        for (uint256 i = 0; i < SELLERS; ++i) {
            eq(till.creditOf(seller(i)), sellers[i], string.concat(name, ": seller's credit"));
        }
        uint256[] memory others = vm.parseJsonUintArray(json, column(game, "otherCredits"));
        eq(till.creditOf(ALICE), others[0], string.concat(name, ": buyer's credit"));
        eq(till.creditOf(BOB), others[1], string.concat(name, ": attacker's credit"));
        eq(till.creditOf(CAROL), others[2], string.concat(name, ": watcher's credit"));
        eq(till.burnedWei(), vm.parseJsonUint(json, column(game, "burned")), string.concat(name, ": burned"));
    }
}
