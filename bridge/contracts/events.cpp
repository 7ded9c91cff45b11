// Logs to named arguments: indexed ones from the topics, the others from the data.
// SPDX-License-Identifier: Apache-2.0
#include "bridge/contracts/events.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "cone/base/errors.hpp"

namespace cone::contracts {
namespace {

using Key = std::pair<Contract, Hash32>;

const std::map<Key, Spec>& events_by_topic() {
    static const std::map<Key, Spec> table = [] {
        std::map<Key, Spec> made;
        for (const Contract contract : kContracts) {
            for (const std::string_view declaration : events_of(contract)) {
                Spec spec = parse_spec(declaration);
                made.emplace(Key{contract, eth::event_topic(spec.signature())}, std::move(spec));
            }
        }
        return made;
    }();
    return table;
}

[[noreturn]] void malformed(Contract contract, const Spec& spec, const rpc::Log& log) {
    throw RpcError("a log of " + std::string(name_of(contract)) + " in block " + std::to_string(log.block.number) + " is no " +
                   spec.signature());
}

/// The topics after the first, put together as the static tuple that they are.
Bytes indexed_words(const rpc::Log& log) {
    Bytes words;
    for (std::size_t i = 1; i < log.topics.size(); ++i) {
        append(words, log.topics[i]);
    }
    return words;
}

template <class T>
const T& argument_of(const Event& event, std::string_view name) {
    const auto found = std::find_if(event.arguments.begin(), event.arguments.end(),
                                    [&](const Argument& argument) { return argument.name == name; });
    CONE_ASSERT(found != event.arguments.end(), "an event has no such argument");
    const T* value = std::get_if<T>(&found->value);
    CONE_ASSERT(value != nullptr, "an event's argument is of another kind");
    return *value;
}

}  // namespace

std::uint64_t Event::number(std::string_view argument) const {
    const auto value = eth::to_u64(argument_of<eth::U256>(*this, argument));
    if (!value) {
        throw RpcError(name + "." + std::string(argument) + " does not fit 64 bits");
    }
    return *value;
}

Wei Event::wei(std::string_view argument) const {
    const auto value = eth::to_wei(argument_of<eth::U256>(*this, argument));
    if (!value) {
        throw RpcError(name + "." + std::string(argument) + " is more ether than there is");
    }
    return *value;
}

Address Event::address(std::string_view argument) const {
    return argument_of<Address>(*this, argument);
}

Hash32 Event::hash(std::string_view argument) const {
    const Bytes& bytes = argument_of<Bytes>(*this, argument);
    CONE_ASSERT(bytes.size() == Hash32::kSize, "an event's argument is no hash");
    Hash32 hash;
    std::copy(bytes.begin(), bytes.end(), hash.bytes.begin());
    return hash;
}

const eth::AbiValues& Event::list(std::string_view argument) const {
    return argument_of<eth::AbiValues>(*this, argument);
}

std::optional<Event> decode_event(Contract contract, const rpc::Log& log) {
    const auto found = log.topics.empty() ? events_by_topic().end() : events_by_topic().find({contract, log.topics.front()});
    if (found == events_by_topic().end()) {
        return std::nullopt;
    }
    const Spec& spec = found->second;
    const eth::AbiType indexed_types = spec.types(true);
    const auto indexed = eth::abi_decode(indexed_types, indexed_words(log));
    const auto data = eth::abi_decode(spec.types(false), log.data);
    if (log.topics.size() != indexed_types.parts.size() + 1 || !indexed || !data) {
        malformed(contract, spec, log);
    }
    Event event{contract, spec.name, {}, log.block, log.transaction, log.index};
    std::size_t next_indexed = 0;
    std::size_t next_data = 0;
    for (const Parameter& parameter : spec.parameters) {
        event.arguments.push_back(
            {parameter.name, parameter.indexed ? (*indexed)[next_indexed++] : (*data)[next_data++], parameter.enumeration});
    }
    return event;
}

std::string to_text(const Event& event) {
    return std::string(name_of(event.contract)) + "." + to_text(event.name, event.arguments);
}

}  // namespace cone::contracts
