// Commitments, their root, and who is bound by it.
// SPDX-License-Identifier: Apache-2.0
#include "cone/node/vote.hpp"

#include <sys/random.h>

#include <cerrno>

#include "cone/agreement/commitments.hpp"
#include "cone/base/errors.hpp"
#include "cone/hash/records.hpp"

namespace cone::node {

Hash32 random_salt() {
    Hash32 salt;
    ssize_t got = 0;
    do {
        got = getrandom(salt.bytes.data(), Hash32::kSize, 0);
    } while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(Hash32::kSize)) {
        throw EnvironmentError("getrandom: the operating system gives no random numbers");
    }
    return salt;
}

Hash32 commitment_of(const VoteDomain& domain, const PreparedVote& vote) {
    return hash::commitment(
        {domain.separator, domain.job, vote.segment, vote.attempt, vote.executor, vote.digest, vote.witness, vote.salt});
}

Hash32 commitments_root(std::span<const Address> members, std::span<const Hash32> commitments) {
    CONE_ASSERT(!members.empty() && members.size() == commitments.size(), "one commitment a member");
    std::vector<agreement::MemberCommitment> list;
    for (std::size_t i = 0; i < members.size(); ++i) {
        list.push_back({members[i], commitments[i]});
    }
    return agreement::commitments_root(list);
}

bool binds(const CommitmentsOnChain& posted, const Address& executor, const Hash32& commitment) {
    if (posted.members.empty() || posted.members.size() != posted.commitments.size() || commitment.is_zero()) {
        return false;
    }
    bool listed = false;
    for (std::size_t i = 0; i < posted.members.size(); ++i) {
        listed = listed || (posted.members[i] == executor && posted.commitments[i] == commitment);
    }
    return listed && commitments_root(posted.members, posted.commitments) == posted.root;
}

}  // namespace cone::node
