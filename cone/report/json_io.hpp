// Two archives over one description of fields: JsonOut writes a struct as JSON, JsonIn reads it back and trusts nothing.
// SPDX-License-Identifier: Apache-2.0
//
// A struct is described once, for both directions:
//
//   template <class Io> void fields(Io& io, typename Io::template Ref<Vote> vote) {
//       io("executor", vote.executor);
//       io("weight", vote.weight);
//   }
//
// Private to this folder: the only header that shows nlohmann::json.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "cone/base/bytes.hpp"
#include "cone/base/errors.hpp"
#include "cone/base/ids.hpp"
#include "cone/base/wei.hpp"

namespace cone::report {

inline constexpr std::size_t kMaxDocumentBytes = 64U << 20U;
inline constexpr std::size_t kMaxDepth = 16;
inline constexpr std::size_t kMaxListLength = 65'536;
inline constexpr std::size_t kMaxTextLength = 4'096;

/// Names of an enumeration's values in JSON: specialise with a function `names()` that returns {value, "name"} pairs.
template <class Enum>
struct EnumNames;

/// Refuses a document at `pointer` (RFC 6901): throws DataError.
[[noreturn]] void refuse(const std::string& pointer, const std::string& why);

/// Parses one JSON object. Throws DataError when it is too large or too deep, is not JSON, or says a key twice.
[[nodiscard]] nlohmann::json parse_document(std::string_view text);

/// Throws DataError naming the first place where `read`, written again, is not what the file said: an unknown key, a figure
/// that disagrees with those it follows from, a second spelling of a hash.
void require_same(const nlohmann::json& file, const nlohmann::json& rewritten);

namespace detail {

template <class T>
struct IsId : std::false_type {};
template <class Int, class Tag>
struct IsId<Id<Int, Tag>> : std::true_type {};
template <class T>
struct IsFixed : std::false_type {};
template <std::size_t Size, class Tag>
struct IsFixed<FixedBytes<Size, Tag>> : std::true_type {};
template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <class T>
inline constexpr bool kIsBytes = std::is_same_v<T, Bytes>;

}  // namespace detail

class JsonOut {
public:
    template <class T>
    using Ref = const T&;

    template <class T>
    void operator()(const char* key, const T& value) {
        object_[key] = encode(value);
    }

    /// A figure that follows from others: written for readers, checked against them on the way in.
    template <class T>
    void derived(const char* key, const T& value) {
        object_[key] = encode(value);
    }

    template <class T>
    static nlohmann::ordered_json encode(const T& value);

    [[nodiscard]] nlohmann::ordered_json take() { return std::move(object_); }

private:
    nlohmann::ordered_json object_ = nlohmann::ordered_json::object();
};

class JsonIn {
public:
    template <class T>
    using Ref = T&;

    /// Throws DataError when `node` is not an object.
    JsonIn(const nlohmann::json& node, std::string pointer);

    template <class T>
    void operator()(const char* key, T& value) {
        decode(at(key), pointer_ + "/" + key, value);
    }

    template <class T>
    void derived(const char*, const T&) {}

    template <class T>
    static void decode(const nlohmann::json& node, const std::string& pointer, T& value);

private:
    [[nodiscard]] const nlohmann::json& at(const char* key) const;

    const nlohmann::json& node_;
    std::string pointer_;
};

/// NaN and the infinities as strings, since JSON has no number for them.
[[nodiscard]] nlohmann::ordered_json encode_double(double value);
[[nodiscard]] double decode_double(const nlohmann::json& node, const std::string& pointer);
[[nodiscard]] std::uint64_t decode_unsigned(const nlohmann::json& node, const std::string& pointer, std::uint64_t max);
[[nodiscard]] bool decode_bool(const nlohmann::json& node, const std::string& pointer);
[[nodiscard]] std::string decode_text(const nlohmann::json& node, const std::string& pointer);
[[nodiscard]] Bytes decode_hex(const nlohmann::json& node, const std::string& pointer);
[[nodiscard]] Wei decode_wei(const nlohmann::json& node, const std::string& pointer);
/// Throws DataError when `node` is not an array of at most kMaxListLength elements.
void require_list(const nlohmann::json& node, const std::string& pointer);
void require_map(const nlohmann::json& node, const std::string& pointer);

template <class T>
nlohmann::ordered_json JsonOut::encode(const T& value) {
    using Json = nlohmann::ordered_json;
    if constexpr (std::is_same_v<T, double>) {
        return encode_double(value);
    } else if constexpr (std::is_same_v<T, bool> || std::is_unsigned_v<T> || std::is_same_v<T, std::string>) {
        return value;
    } else if constexpr (std::is_enum_v<T>) {
        for (const auto& [known, name] : EnumNames<T>::names()) {
            if (known == value) {
                return name;
            }
        }
        throw DataError("JSON: a value outside its enumeration");
    } else if constexpr (detail::IsId<T>::value) {
        return value.value;
    } else if constexpr (detail::IsFixed<T>::value || detail::kIsBytes<T>) {
        return to_hex(value);
    } else if constexpr (std::is_same_v<T, Wei>) {
        return to_string(value);
    } else if constexpr (detail::IsList<T>::value) {
        Json list = Json::array();
        for (const auto& element : value) {
            list.push_back(encode(element));
        }
        return list;
    } else if constexpr (detail::IsMap<T>::value) {
        Json map = Json::object();
        for (const auto& [key, element] : value) {
            map[key] = encode(element);
        }
        return map;
    } else {
        JsonOut io;
        fields(io, value);
        return io.take();
    }
}

template <class T>
void JsonIn::decode(const nlohmann::json& node, const std::string& pointer, T& value) {
    if constexpr (std::is_same_v<T, double>) {
        value = decode_double(node, pointer);
    } else if constexpr (std::is_same_v<T, bool>) {
        value = decode_bool(node, pointer);
    } else if constexpr (std::is_unsigned_v<T>) {
        value = static_cast<T>(decode_unsigned(node, pointer, std::numeric_limits<T>::max()));
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = decode_text(node, pointer);
    } else if constexpr (std::is_enum_v<T>) {
        const std::string text = decode_text(node, pointer);
        for (const auto& [known, name] : EnumNames<T>::names()) {
            if (text == name) {
                value = known;
                return;
            }
        }
        refuse(pointer, "unknown value \"" + text + "\"");
    } else if constexpr (detail::IsId<T>::value) {
        decode(node, pointer, value.value);
    } else if constexpr (detail::IsFixed<T>::value) {
        const auto fixed = fixed_from_hex<T>(to_hex(decode_hex(node, pointer)));
        fixed ? void(value = *fixed) : refuse(pointer, "expected " + std::to_string(T::kSize) + " bytes of hexadecimal");
    } else if constexpr (detail::kIsBytes<T>) {
        value = decode_hex(node, pointer);
    } else if constexpr (std::is_same_v<T, Wei>) {
        value = decode_wei(node, pointer);
    } else if constexpr (detail::IsList<T>::value) {
        require_list(node, pointer);
        value.clear();
        for (std::size_t i = 0; i < node.size(); ++i) {
            decode(node[i], pointer + "/" + std::to_string(i), value.emplace_back());
        }
    } else if constexpr (detail::IsMap<T>::value) {
        require_map(node, pointer);
        value.clear();
        for (const auto& [key, element] : node.items()) {
            decode(element, pointer + "/" + key, value[key]);
        }
    } else {
        JsonIn io(node, pointer);
        fields(io, value);
    }
}

/// Indented, with a newline at the end; bytes that are not UTF-8 become U+FFFD.
template <class T>
std::string write_document(const T& value) {
    return JsonOut::encode(value).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

/// Reads what write_document wrote; throws DataError with the place on anything else.
template <class T>
T read_document(std::string_view text, std::uint32_t schema_version) {
    const nlohmann::json file = parse_document(text);
    JsonIn io(file, "");
    std::uint32_t version = 0;
    io("schema_version", version);
    if (version != schema_version) {
        refuse("/schema_version", std::to_string(version) + " is not " + std::to_string(schema_version));
    }
    T value;
    fields(io, value);
    require_same(file, JsonOut::encode(value));
    return value;
}

}  // namespace cone::report
