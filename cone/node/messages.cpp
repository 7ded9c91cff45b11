// Bytes of the messages: a small envelope, then the fields through a Boost archive. Every length is checked against its bound
// before memory is taken, so an archive never sees a container, only numbers and fixed bytes.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/messages.hpp"

#include <algorithm>
#include <boost/archive/archive_exception.hpp>
#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/binary_object.hpp>
#include <sstream>
#include <string_view>

#include "cone/base/errors.hpp"

namespace cone::node {
namespace {

constexpr std::uint32_t kMagic = 0x434f4e45;  // "CONE"
constexpr unsigned kArchiveFlags = boost::archive::no_header;

/// Either direction through one function a type: `fields(archive, value)` names the fields once.
class Writer {
public:
    static constexpr bool kReading = false;
    template <class Number>
    void number(const Number& value) {
        archive_ << value;
    }
    void fixed(const std::uint8_t* data, std::size_t size) { archive_.save_binary(data, size); }
    std::size_t length(std::size_t actual, std::size_t bound) {
        CONE_ASSERT(actual <= bound, "message: a list above its bound");
        number(static_cast<std::uint64_t>(actual));
        return actual;
    }
    [[nodiscard]] Bytes take() const {
        const std::string text = stream_.str();
        return {text.begin(), text.end()};
    }

private:
    std::ostringstream stream_;
    boost::archive::binary_oarchive archive_{stream_, kArchiveFlags};
};

class Reader {
public:
    static constexpr bool kReading = true;
    explicit Reader(ByteSpan bytes) : stream_(std::string(bytes.begin(), bytes.end())), archive_(stream_, kArchiveFlags) {}

    template <class Number>
    void number(Number& value) {
        archive_ >> value;
    }
    void fixed(std::uint8_t* data, std::size_t size) { archive_.load_binary(data, size); }
    std::size_t length(std::size_t, std::size_t bound) {
        std::uint64_t value = 0;
        number(value);
        if (value > bound) {
            throw DataError("message: a length of " + std::to_string(value) + ", at most " + std::to_string(bound) +
                            " allowed");
        }
        return static_cast<std::size_t>(value);
    }
    [[nodiscard]] bool at_end() { return stream_.peek() == std::istringstream::traits_type::eof(); }

private:
    std::istringstream stream_;
    boost::archive::binary_iarchive archive_;
};

template <class Ar>
void field(Ar& ar, std::uint32_t& value) {
    ar.number(value);
}
template <class Ar>
void field(Ar& ar, std::uint64_t& value) {
    ar.number(value);
}
template <class Ar>
void field(Ar& ar, double& value) {
    ar.number(value);
}
template <class Ar, std::size_t Size, class Tag>
void field(Ar& ar, FixedBytes<Size, Tag>& value) {
    ar.fixed(value.bytes.data(), Size);
}
template <class Ar, class Int, class Tag>
void field(Ar& ar, Id<Int, Tag>& value) {
    ar.number(value.value);
}

template <class Ar>
void field(Ar& ar, std::string& text) {
    text.resize(ar.length(std::min(text.size(), kMaxText), kMaxText));  // a longer text is cut, never refused
    ar.fixed(reinterpret_cast<std::uint8_t*>(text.data()), text.size());
}
template <class Ar>
void field(Ar& ar, Bytes& bytes) {
    bytes.resize(ar.length(bytes.size(), kMaxSpecBytes));
    ar.fixed(bytes.data(), bytes.size());
}

template <class Ar>
void field(Ar& ar, hash::DigestOpening& opening);
template <class Ar>
void field(Ar& ar, hash::SealedOpening& opening);
template <class Ar>
void field(Ar& ar, training::RoundTrace& round);

/// Grows element by element, so that a false length costs no more memory than the bytes that are there.
template <class Ar, class Element>
void field(Ar& ar, std::vector<Element>& list) {
    const std::size_t count = ar.length(list.size(), kMaxListLength);
    if constexpr (Ar::kReading) {
        for (std::size_t i = 0; i < count; ++i) {
            field(ar, list.emplace_back());
        }
    } else {
        for (auto& element : list) {
            field(ar, element);
        }
    }
}

template <class Ar, class... Fields>
void all(Ar& ar, Fields&... values) {
    (field(ar, values), ...);
}

template <class Ar>
void field(Ar& ar, hash::DigestOpening& o) {
    all(ar, o.job_hash, o.segment, o.previous_digest, o.state_root, o.osmd_root, o.metric_bp, o.accesses_root, o.trace_root);
}
template <class Ar>
void field(Ar& ar, hash::SealedOpening& o) {
    all(ar, o.job_hash, o.segment, o.previous_digest, o.state_root, o.osmd_root, o.metric_bp, o.accesses_root, o.trace_seal);
}
template <class Ar>
void field(Ar& ar, training::RoundTrace& r) {
    all(ar, r.round, r.state_root, r.osmd_root, r.metric_bp, r.utility, r.draws, r.gains, r.passed, r.distribution, r.accesses);
}

template <class Ar>
void fields(Ar& ar, Welcome& m) {
    all(ar, m.job, m.spec_hash, m.job_hash, m.job_seed, m.domain_separator, m.spec, m.shard_roots);
}
template <class Ar>
void fields(Ar& ar, RunSegment& m) {
    all(ar, m.segment, m.attempt, m.position, m.previous_digest, m.previous, m.leading_digest);
}
template <class Ar>
void fields(Ar& ar, CommitmentsOnChain& m) {
    all(ar, m.segment, m.attempt, m.root, m.members, m.commitments);
}
template <class Ar>
void fields(Ar& ar, RootPosted& m) {
    fields(ar, m.list);
}
template <class Ar>
void fields(Ar& ar, SegmentAgreed& m) {
    all(ar, m.segment, m.digest);
}
template <class Ar>
void fields(Ar& ar, Stop& m) {
    all(ar, m.reason, m.all_alive);
}
template <class Ar>
void fields(Ar& ar, Join& m) {
    all(ar, m.address);
}
template <class Ar>
void fields(Ar& ar, Refused& m) {
    all(ar, m.reason);
}
template <class Ar>
void fields(Ar& ar, Progress& m) {
    all(ar, m.segment, m.round, m.metric_bp, m.phase);
}
template <class Ar>
void fields(Ar& ar, Commitment& m) {
    all(ar, m.segment, m.attempt, m.commitment);
}
template <class Ar>
void fields(Ar& ar, Reveal& m) {
    all(ar, m.segment, m.attempt, m.digest, m.witness, m.salt, m.signature, m.opening, m.trace, m.training_seconds,
        m.digest_seconds);
}
template <class Ar>
void fields(Ar& ar, Failed& m) {
    all(ar, m.segment, m.reason);
}
template <class Ar>
void fields(Ar&, Goodbye&) {}

/// What tells directions and notes apart in the envelope.
template <class Message>
constexpr std::uint32_t kDirection = 0;
template <>
constexpr std::uint32_t kDirection<ToExecutor> = 1;
template <>
constexpr std::uint32_t kDirection<ToBridge> = 2;
template <>
constexpr std::uint32_t kDirection<Note> = 3;

template <class Message>
Bytes encode_any(Message message) {
    Writer writer;
    writer.number(kMagic);
    writer.number(kDirection<Message>);
    writer.number(static_cast<std::uint32_t>(message.index()));
    std::visit([&](auto& body) { fields(writer, body); }, message);
    return writer.take();
}

template <class Message, std::size_t Index = 0>
Message read_alternative(Reader& reader, std::uint32_t wanted) {
    if constexpr (Index == std::variant_size_v<Message>) {
        throw DataError("message: kind " + std::to_string(wanted) + " is unknown");
    } else {
        if (wanted != Index) {
            return read_alternative<Message, Index + 1>(reader, wanted);
        }
        std::variant_alternative_t<Index, Message> body;
        fields(reader, body);
        return body;
    }
}

template <class Message>
Message decode_any(ByteSpan bytes) {
    try {
        Reader reader(bytes);
        std::uint32_t magic = 0;
        std::uint32_t direction = 0;
        std::uint32_t kind = 0;
        all(reader, magic, direction, kind);
        if (magic != kMagic || direction != kDirection<Message>) {
            throw DataError("message: not one of ours, or of the other direction");
        }
        Message message = read_alternative<Message>(reader, kind);
        if (!reader.at_end()) {
            throw DataError("message: bytes left over");
        }
        return message;
    } catch (const boost::archive::archive_exception& error) {
        throw DataError(std::string("message: cut short (") + error.what() + ")");
    }
}

}  // namespace

Bytes encode(const ToExecutor& message) {
    return encode_any<ToExecutor>(message);
}
Bytes encode(const ToBridge& message) {
    return encode_any<ToBridge>(message);
}
Bytes encode(const Note& note) {
    return encode_any<Note>(note);
}
ToExecutor decode_to_executor(ByteSpan bytes) {
    return decode_any<ToExecutor>(bytes);
}
ToBridge decode_to_bridge(ByteSpan bytes) {
    return decode_any<ToBridge>(bytes);
}
Note decode_note(ByteSpan bytes) {
    return decode_any<Note>(bytes);
}

}  // namespace cone::node
