// Draw and growth under the terms of a job.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/rules.hpp"

#include <algorithm>

#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"
#include "cone/sortition/draw.hpp"
#include "cone/sortition/growth.hpp"

namespace cone::node {
namespace {

sortition::StakeTable stakes_of(const JobTerms& terms) {
    std::vector<sortition::Stake> stakes;
    for (const auto& member : terms.pool) {
        stakes.push_back({member.address, member.units});
    }
    auto table = sortition::StakeTable::from(std::move(stakes));
    if (!table) {
        throw ChainError("the job's pool names an executor twice");
    }
    return *table;
}

}  // namespace

std::vector<Address> ticket_order(const JobTerms& terms, SegmentIndex segment, const Hash32& previous_digest) {
    const sortition::DrawContext context{hash::segment_seed(terms.job_seed, previous_digest), terms.job, segment};
    std::vector<Address> order;
    for (const auto& member : sortition::ticket_order(context, stakes_of(terms))) {
        order.push_back(member.executor);
    }
    return order;
}

std::uint32_t set_size_after(const JobTerms& terms, std::uint32_t index, std::uint32_t total, std::uint32_t lead_now) {
    job::AgreementSpec spec;
    spec.lead = terms.lead;
    spec.growth = terms.growth;
    spec.min_size = terms.min_size;
    spec.c_num = terms.c_num;
    spec.c_den = terms.c_den;
    return sortition::next_total(spec, {AttemptIndex(index), total, lead_now, sortition::most_members(terms.pool.size())});
}

}  // namespace cone::node
