// The authority is what stands between the scheme and the first / ? or # (RFC 3986).
// SPDX-License-Identifier: Apache-2.0
#include "cone/base/url.hpp"

namespace cone {

std::string origin_of(std::string_view url) {
    const auto scheme = url.find("://");
    const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
    const auto end = url.find_first_of("/?#", host);
    const auto authority = url.substr(host, end == std::string_view::npos ? end : end - host);
    const auto at = authority.rfind('@');
    return std::string(url.substr(0, host)) + std::string(at == std::string_view::npos ? authority : authority.substr(at + 1));
}

}  // namespace cone
