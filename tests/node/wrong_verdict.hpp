// A verdict that is wrong beyond doubt: two executions on the right data say 'r', two endpoints say that 'w' was accepted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cone/node/self_check.hpp"

namespace cone::test {

[[nodiscard]] inline Hash32 letter_hash(char letter) {
    Hash32 hash;
    hash.bytes.fill(static_cast<std::uint8_t>(letter));
    return hash;
}

[[nodiscard]] inline node::VerdictRecord accepted_record(const Hash32& accepted, const Hash32& previous) {
    node::VerdictRecord record;
    record.job_runs = record.has_verdict = true;
    record.accepted = accepted;
    record.previous = previous;
    record.final_from_block = 120;
    record.set_size = 3;
    record.set_cap = 6;
    record.bond = Wei(1'000);
    return record;
}

[[nodiscard]] inline node::EndpointReport endpoint_report(const char* url, const node::VerdictRecord& record) {
    return {.url = url,
            .head = 100,
            .block = 100,
            .block_hash = letter_hash('b'),
            .record = record,
            .balance = Wei(5'000),
            .fees = Wei(10),
            .failure = {}};
}

[[nodiscard]] inline node::SelfCheck wrong_verdict() {
    const node::ExecutionReport run{letter_hash('r'), letter_hash('s'), letter_hash('d'), {}};
    const auto record = accepted_record(letter_hash('w'), letter_hash('p'));
    return {.job = JobId(7),
            .segment = SegmentIndex(1),
            .spec_hash = letter_hash('S'),
            .job_hash = letter_hash('J'),
            .data_hash = letter_hash('d'),
            .previous = letter_hash('p'),
            .executions = {run, run},
            .endpoints = {endpoint_report("http://a", record), endpoint_report("http://b", record)},
            .may_act = true};
}

}  // namespace cone::test
