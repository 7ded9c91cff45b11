// What the contracts logged, decoded: the event's name and its arguments by name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/contracts/interface.hpp"
#include "bridge/contracts/spec.hpp"
#include "bridge/rpc/types.hpp"
#include "cone/base/bytes.hpp"
#include "cone/base/wei.hpp"

namespace cone::contracts {

/// Getters take the argument's name as the Solidity interface has it. CONE_ASSERT: there is one, of that kind.
struct Event {
    Contract contract = Contract::JobBoard;
    std::string name;
    std::vector<Argument> arguments;
    rpc::BlockRef block;
    Hash32 transaction;
    std::uint64_t index = 0;  ///< within the block

    /// Throws RpcError above 64 bits.
    [[nodiscard]] std::uint64_t number(std::string_view argument) const;
    [[nodiscard]] bool flag(std::string_view argument) const { return number(argument) != 0; }
    /// Throws RpcError above 2^128 - 1 wei: more than there is.
    [[nodiscard]] Wei wei(std::string_view argument) const;
    [[nodiscard]] Address address(std::string_view argument) const;
    [[nodiscard]] Hash32 hash(std::string_view argument) const;
    [[nodiscard]] const eth::AbiValues& list(std::string_view argument) const;
};

/// Nothing for an event that the contract's interface does not have. Throws RpcError when topics or data do not fit it.
[[nodiscard]] std::optional<Event> decode_event(Contract contract, const rpc::Log& log);

/// "JobBoard.SegmentAccepted(jobId=1, ...)".
[[nodiscard]] std::string to_text(const Event& event);

}  // namespace cone::contracts
