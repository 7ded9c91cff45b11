// Words from left to right.
// SPDX-License-Identifier: Apache-2.0
#include "cone/model/layer_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "cone/base/errors.hpp"

namespace cone::model {
namespace {

constexpr const char* kWords =
    "conv, linear, relu, maxpool, avgpool, groupnorm, layernorm, add, embedding, attention or dropout";
constexpr std::uint32_t kMostNumber = 1u << 20;

class Words {
public:
    Words(std::string_view line, std::size_t index) : index_(index) {
        for (std::size_t start = 0; start <= line.size();) {
            const auto end = std::min(line.find(' ', start), line.size());
            words_.emplace_back(line.substr(start, end - start));
            start = end + 1;
        }
    }

    [[nodiscard]] bool done() const { return next_ == words_.size(); }

    std::string take(const char* what) {
        if (done()) {
            refuse_layer(index_, std::string("the line ends where ") + what + " should stand",
                         "for example \"conv 16 3 pad 1\"");
        }
        return words_[next_++];
    }

    bool take_if(std::string_view word) {
        const bool here = !done() && words_[next_] == word;
        next_ += here ? 1 : 0;
        return here;
    }

    std::uint32_t number(const char* what, std::uint32_t least = 1) {
        const auto word = take(what);
        std::uint32_t value = 0;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
        const bool canonical = error == std::errc() && end == word.data() + word.size() && word == std::to_string(value);
        if (!canonical || value < least || value > kMostNumber) {
            refuse_layer(index_, "\"" + word + "\" is not " + what,
                         "a whole number from " + std::to_string(least) + " to " + std::to_string(kMostNumber));
        }
        return value;
    }

    std::string name() {
        const auto word = take("a name");
        const bool good = !word.empty() && word.size() <= 32 && std::all_of(word.begin(), word.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
        });
        if (!good) {
            refuse_layer(index_, "\"" + word + "\" is not a name", "1 to 32 of a-z, 0-9, - and _");
        }
        return word;
    }

private:
    std::size_t index_;
    std::vector<std::string> words_;
    std::size_t next_ = 0;
};

void read_conv(Words& words, LayerText& layer) {
    layer.first = words.number("a number of maps");
    layer.second = words.number("a side");
    if (words.take_if("stride")) {
        layer.stride = words.number("a stride");
    }
    if (words.take_if("pad")) {
        layer.padding = words.number("a padding", 0);
    }
}

void read_own_words(Words& words, LayerText& layer) {
    if (layer.word == "conv") {
        read_conv(words, layer);
    } else if (layer.word == "linear") {
        layer.classes = words.take_if("classes");
        layer.first = layer.classes ? 0 : words.number("a number of values");
    } else if (layer.word == "avgpool") {
        layer.all = words.take_if("all");
        layer.first = layer.all ? 0 : words.number("a side");
    } else if (layer.word == "add") {
        layer.other = words.name();
    } else if (layer.word == "attention") {
        layer.first = words.number("a number of heads");
        layer.causal = words.take_if("causal");
    } else if (layer.word != "relu" && layer.word != "layernorm") {
        layer.first = words.number("a number");
    }
}

void require_known(const std::string& word, std::size_t index) {
    constexpr std::array<std::string_view, 11> kKnown = {
        "conv", "linear", "relu", "maxpool", "avgpool", "groupnorm", "layernorm", "add", "embedding", "attention", "dropout"};
    if (std::find(kKnown.begin(), kKnown.end(), word) == kKnown.end()) {
        refuse_layer(index, "unknown layer \"" + word + "\"", std::string("use ") + kWords);
    }
}

}  // namespace

void refuse_layer(std::size_t index, const std::string& problem, const std::string& hint) {
    throw ConfigError("model.layers[" + std::to_string(index) + "]: " + problem, hint);
}

LayerText parse_layer(std::string_view line, std::size_t index) {
    Words words(line, index);
    LayerText layer;
    layer.word = words.take("a layer");
    require_known(layer.word, index);
    read_own_words(words, layer);
    if (words.take_if("from")) {
        layer.from = words.name();
    }
    if (words.take_if("as")) {
        layer.as = words.name();
    }
    if (!words.done()) {
        refuse_layer(index, "\"" + words.take("") + "\" does not belong to " + layer.word, "see cone/model/layer_text.hpp");
    }
    return layer;
}

}  // namespace cone::model
