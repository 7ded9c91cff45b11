// Writes tests/vectors/games.json: whole simulated games, call by call and to the last wei, which contracts/test/Games.t.sol replays
// against the contracts. Addresses, seed, shards and rules are those of contracts/test/support/Market.sol.
// Usage: write_game_vectors > FILE
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "bridge/eth/key.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/keccak.hpp"
#include "cone/hash/records.hpp"
#include "cone/play/series.hpp"

namespace {

using namespace cone;
using namespace cone::play;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t kFirstKey = 0xE0000;
constexpr std::uint64_t kFirstSeller = 0x5E11E0000;
constexpr std::uint32_t kGamesAStrategy = 3;
constexpr std::uint32_t kRotations = 400;  ///< tried until a game is wanted

template <class Fixed>
Fixed number_as(std::uint64_t value) {
    Fixed fixed;
    for (std::size_t i = 0; i < 8; ++i) {
        fixed.bytes[Fixed::kSize - 1 - i] = static_cast<std::uint8_t>(value >> (8 * i));
    }
    return fixed;
}

Hash32 keccak_of(std::string_view text) {
    return hash::keccak256(Bytes(text.begin(), text.end()));
}

Hash32 keccak_of_words(std::initializer_list<Hash32> words) {
    Bytes bytes;
    std::for_each(words.begin(), words.end(), [&](const Hash32& word) { append(bytes, word); });
    return hash::keccak256(bytes);
}

/// keccak256(abi.encode("shard", i))
Hash32 shard_root(std::uint64_t i) {
    Hash32 text{};
    constexpr std::string_view kWord = "shard";
    std::copy(kWord.begin(), kWord.end(), text.bytes.begin());
    return keccak_of_words({number_as<Hash32>(0x40), number_as<Hash32>(i), number_as<Hash32>(kWord.size()), text});
}

Address executor(std::uint32_t number) {
    return eth::SecretKey::from_bytes(number_as<Hash32>(kFirstKey + number).bytes)->address();
}

/// The first executors of the cast are the attackers: another rotation, another game.
Cast cast_of_market(const GameSetup& setup, std::uint32_t rotation) {
    Cast cast;
    for (std::uint32_t i = 0; i < setup.executors; ++i) {
        cast.executors.push_back(executor((i * 7 + rotation) % setup.executors));
    }
    std::vector<Hash32> roots;
    for (std::uint32_t i = 0; i < kSellers; ++i) {
        cast.sellers.push_back(number_as<Address>(kFirstSeller + i));
        roots.push_back(shard_root(i));
    }
    cast.buyer = number_as<Address>(0xA11CE);
    cast.attacker = number_as<Address>(0xB0B);
    cast.watcher = number_as<Address>(0xCA401);
    cast.job_hash = hash::job_hash(keccak_of("spec"), hash::data_hash(roots));
    const Hash32 randao = keccak_of_words({keccak_of("randao"), number_as<Hash32>(setup.terms.id.value)});
    cast.job_seeds.assign(2, hash::job_seed(randao, setup.terms.id));
    return cast;
}

GameSetup market_setup(std::uint32_t executors) {
    GameSetup setup;
    setup.rules.commit_blocks = 2;
    setup.rules.reveal_blocks = 10;
    setup.rules.challenge_blocks = 20;
    setup.rules.stall_blocks = 300;
    setup.rules.unstake_delay_blocks = 1'000;
    setup.executors = executors;
    setup.attackers = executors * 2 / 5;
    setup.unreliable = 1;
    return setup;
}

/// One game as columns: forge reads a whole column at once.
class Script {
public:
    explicit Script(const GameSetup& setup) {
        for (std::uint32_t i = 0; i < setup.executors; ++i) {
            numbers_[executor(i)] = i;
        }
    }

    void add(const Call& call) { calls_.push_back(call); }

    [[nodiscard]] bool has(std::string_view what) const {
        return std::any_of(calls_.begin(), calls_.end(), [&](const Call& call) { return call.what == what; });
    }

    [[nodiscard]] Json json() {
        Json all;
        for (const char* column :
             {"what", "block", "segment", "attempt", "who", "votesFrom", "voter", "digest", "witness", "hashes"}) {
            all[column] = Json::array();
        }
        for (const Call& call : calls_) {
            add_to(all, call);
        }
        all["votesFrom"].push_back(all["voter"].size());
        for (const Hash32& hash : hashes_) {
            all["hashes"].push_back(to_hex(hash));
        }
        return all;
    }

private:
    void add_to(Json& all, const Call& call) {
        all["what"].push_back(call.what);
        all["block"].push_back(call.block);
        all["segment"].push_back(call.segment);
        all["attempt"].push_back(call.attempt.value);
        all["who"].push_back(to_hex(call.who));
        all["votesFrom"].push_back(all["voter"].size());
        for (const agreement::Vote& vote : call.what == "post" ? cast_later(call) : call.votes) {
            all["voter"].push_back(numbers_.at(vote.executor));
            all["digest"].push_back(number_of(vote.digest));
            all["witness"].push_back(number_of(vote.witness));
        }
    }

    /// What is committed to when an attempt is posted: the votes that are cast in it.
    [[nodiscard]] std::vector<agreement::Vote> cast_later(const Call& post) const {
        std::vector<agreement::Vote> votes;
        for (const Call& call : calls_) {
            if (call.what == "cast" && call.segment == post.segment && call.attempt == post.attempt) {
                votes.insert(votes.end(), call.votes.begin(), call.votes.end());
            }
        }
        return votes;
    }

    std::size_t number_of(const Hash32& hash) {
        const auto at = std::find(hashes_.begin(), hashes_.end(), hash);
        const auto number = static_cast<std::size_t>(at - hashes_.begin());
        if (at == hashes_.end()) {
            hashes_.push_back(hash);
        }
        return number;
    }

    std::map<Address, std::uint32_t> numbers_;
    std::vector<Call> calls_;
    std::vector<Hash32> hashes_;
};

Json amounts(const Till& till, const std::vector<Address>& who, Wei (Till::*of)(const Address&) const) {
    Json list = Json::array();
    for (const Address& address : who) {
        list.push_back(to_string((till.*of)(address)));
    }
    return list;
}

/// A game in which something worth replaying happens.
struct Wanted {
    const Strategy& strategy;
    GameSetup setup;
    std::string_view call = "";  ///< that must be made; nothing: the strategy had an occasion
};

bool is_wanted(const Wanted& wanted, const Played& played, const Script& script) {
    return wanted.call.empty() ? played.attacked : script.has(wanted.call);
}

Json ending(const Played& played, const Cast& cast, std::uint32_t count, Json out) {
    std::vector<Address> executors;
    for (std::uint32_t i = 0; i < count; ++i) {
        executors.push_back(executor(i));
    }
    out["executors"] = count;
    out["wrongLast"] = played.wrong_last;
    out["stakes"] = amounts(played.till, executors, &Till::stake_of);
    out["credits"] = amounts(played.till, executors, &Till::credit_of);
    out["sellerCredits"] = amounts(played.till, cast.sellers, &Till::credit_of);
    out["otherCredits"] = amounts(played.till, {cast.buyer, cast.attacker, cast.watcher}, &Till::credit_of);
    out["burned"] = to_string(played.till.burned);
    out["state"] = static_cast<int>(played.end);
    return out;
}

Json game(const Wanted& wanted, std::uint32_t number) {
    for (std::uint32_t rotation = number; rotation < kRotations; rotation += kGamesAStrategy) {
        const Cast cast = cast_of_market(wanted.setup, rotation);
        Script script(wanted.setup);
        const Played played = play::play(wanted.setup, wanted.strategy, cast, [&](const Call& call) { script.add(call); });
        if (is_wanted(wanted, played, script) || rotation + kGamesAStrategy >= kRotations) {
            Json out = script.json();
            out["name"] = std::string(wanted.strategy.name) + " " + std::to_string(number);
            return ending(played, cast, wanted.setup.executors, std::move(out));
        }
    }
    return {};
}

/// Challenges what stands on a lie, while that lie is challenged too: its bond is dropped with the segment, and reclaimed.
Strategy bold() {
    Strategy strategy{"bold", ""};
    strategy.deed = [](const View& view, std::size_t) {
        const bool alone = view.segment == 0 && view.is_first_attempt() && view.own_members() == view.members.size();
        return alone ? Deed::Lie : Deed::Honest;
    };
    strategy.challenges = [](const View& view) { return view.segment == 1; };
    return strategy;
}

/// Challenges the second segment, and as the bridge posts no attempt for it: the job is void, the bond reclaimed.
Strategy deserter() {
    Strategy strategy{"deserter", ""};
    strategy.challenges = [](const View& view) { return view.segment == 1; };
    strategy.posts = [](const View& view) { return view.segment == 0 || view.board.segment(view.segment).attempts.empty(); };
    return strategy;
}

/// Disagrees with everybody in the second segment, which exhausts the pool before the first one is Final.
Strategy voider() {
    Strategy strategy{"voider", ""};
    strategy.deed = [](const View& view, std::size_t) { return view.segment == 0 ? Deed::Honest : Deed::LieAlone; };
    return strategy;
}

/// Most of the pool lies and nobody watches: the wrong digest is settled by.
GameSetup lost_market() {
    GameSetup setup = market_setup(12);
    setup.attackers = 9;
    setup.watched = false;
    return setup;
}

}  // namespace

int main() {
    Json games = Json::array();
    const Strategy brave = bold();
    const Strategy gone = deserter();
    const Strategy quarreller = voider();
    for (std::uint32_t number = 0; number < kGamesAStrategy; ++number) {
        const GameSetup setup = market_setup(12 + 4 * number);
        for (const Strategy& strategy : strategies()) {
            games.push_back(game({strategy, setup}, number));
        }
        GameSetup late = setup;
        late.watched_late = true;
        games.push_back(game({brave, late, "reclaim"}, number));
        games.push_back(game({gone, setup, "reclaim"}, number));
        GameSetup torn = lost_market();
        torn.unreliable = 0;
        games.push_back(game({quarreller, torn, "exhausted"}, number));
        games.push_back(game({strategies().front(), lost_market()}, number));
    }
    std::cout << Json{{"games", games}}.dump() << "\n";
}
