// A notebook whose pages outlive the process that a test kills.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cone/node/notebook.hpp"

namespace cone::test {

class MemoryNotebook final : public node::Notebook {
public:
    /// `pages` outlive it. What is kept went through its bytes, as on disk.
    explicit MemoryNotebook(std::vector<Bytes>& pages) : pages_(pages) {}

    void keep(const node::Note& note) override { pages_.push_back(node::encode(note)); }
    [[nodiscard]] std::vector<node::Note> read() override {
        std::vector<node::Note> notes;
        for (const auto& page : pages_) {
            notes.push_back(node::decode_note(page));
        }
        return notes;
    }

private:
    std::vector<Bytes>& pages_;
};

}  // namespace cone::test
