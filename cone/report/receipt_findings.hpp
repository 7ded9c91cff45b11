// The list under construction: how the parts of the check say what they found. Private to this folder.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cone/report/receipt_check.hpp"

namespace cone::report {

class Findings {
public:
    /// Adds a finding and returns whether it is ok.
    bool add(const std::string& check, bool ok, std::string detail) {
        list_.push_back({check, ok, std::move(detail)});
        return ok;
    }

    /// Adds the comparison of two hashes; the detail shows both when they differ.
    bool equal(const std::string& check, const std::string& what, const Hash32& claimed, const Hash32& computed) {
        const bool ok = claimed == computed;
        return add(check, ok, ok ? what : what + " is " + to_hex(claimed) + ", computed " + to_hex(computed));
    }

    [[nodiscard]] std::vector<Finding> take() { return std::move(list_); }

private:
    std::vector<Finding> list_;
};

}  // namespace cone::report
