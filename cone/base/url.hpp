// What of a URL may be shown.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace cone {

/// Scheme, host and port: without name and password, path and query, where access keys stand. All that logs, errors and files
/// show of an endpoint.
[[nodiscard]] std::string origin_of(std::string_view url);

}  // namespace cone
