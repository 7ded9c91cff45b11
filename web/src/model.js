// What the sections ask of a result more than once: names, totals, the tally after each attempt.
// SPDX-License-Identifier: Apache-2.0
import { isZero, short, sumWei } from './format.js';

export function executorNumber(result, address) {
  const index = result.executor_addresses.indexOf(address);
  return index < 0 ? null : index;
}

export function executorName(result, address) {
  const index = executorNumber(result, address);
  return index === null ? `executor ${short(address)}` : `executor ${index}`;
}

export const paidTo = (result, ...roles) => sumWei(result.payouts.filter((payout) => roles.includes(payout.role)).map((payout) => payout.wei));

/** Index of the sellers that the run knows to be corrupted. */
export const corruptedSellers = (result) => result.sellers.flatMap((seller, i) => (seller.corrupted ? [i] : []));

export function lastDistribution(result) {
  const rounds = result.rounds;
  return rounds.length ? rounds[rounds.length - 1].distribution : result.sellers.map(() => 1 / result.sellers.length);
}

/** After each attempt: votes by digest so far, the best digest, its lead, and the size of the set. */
export function tallies(segment) {
  const votes = new Map();
  return segment.attempt_details.map((attempt, i) => {
    for (const digest of attempt.digests) {
      if (!isZero(digest)) votes.set(digest, (votes.get(digest) || 0) + 1);
    }
    const ranked = [...votes.entries()].sort((a, b) => b[1] - a[1]);
    const lead = ranked.length ? ranked[0][1] - (ranked.length > 1 ? ranked[1][1] : 0) : 0;
    return { ranked, lead, size: segment.set_sizes[i] };
  });
}

export const faultsIn = (result, segment) => result.faults_caught.filter((fault) => fault.segment === segment.index);
