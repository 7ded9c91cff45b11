// The lead rule's threshold (docs/protocol.md 2.3): a sequential probability ratio test, Wald 1945.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cone::job {

/// L = ceil(ln((1-beta)/beta) / ln((1-f)/f)), at least 1: the lead that keeps the chance of accepting a wrong digest below
/// beta/(1-beta) while at most a share `fault_share` of the executors is faulty. A quotient within 1e-9 of a whole number is
/// that number, so decimal inputs such as f = 0.25, beta = 0.1 give 2 on every machine. 2^32-1 when it is larger than that, or
/// when an argument is outside (0, 1/2).
[[nodiscard]] std::uint32_t required_lead(double fault_share, double error_target);

}  // namespace cone::job
