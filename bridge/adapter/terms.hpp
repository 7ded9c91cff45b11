// A job's terms, read from the contracts once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bridge/contracts/deployment.hpp"
#include "bridge/rpc/client.hpp"
#include "cone/node/chain.hpp"

namespace cone::adapter {

/// Job record, sellers from the catalogue, pool from the registry at the job's pool block, spec hash from JobOpened.
/// Throws ChainError when there is no such job or its seed is not fixed yet; RpcError when the node cannot be reached.
[[nodiscard]] node::JobTerms read_terms(rpc::Client& client, const contracts::Deployment& deployment, JobId job);

}  // namespace cone::adapter
