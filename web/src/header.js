// The first screen: what came out, what it cost, who misbehaved.
// SPDX-License-Identifier: Apache-2.0
import { el, icon, ICONS } from './dom.js';
import { capital, count, duration, enumerate, ether, percent, plural, sumWei, weiShare } from './format.js';
import { corruptedSellers, executorName, lastDistribution, paidTo } from './model.js';
import { themeButton } from './theme.js';

const STATUS = {
  settled: { kind: 'good', icon: ICONS.check, text: 'Settled', says: 'The model met the threshold and the escrow was paid out.' },
  unmet: { kind: 'warn', icon: ICONS.alert, text: 'Unmet', says: 'The model stayed below the threshold: executors were paid, the rest went back to the buyer.' },
  void: { kind: 'bad', icon: ICONS.cross, text: 'Void', says: 'The executors could not agree: the buyer was refunded.' },
  failed: { kind: 'bad', icon: ICONS.cross, text: 'Failed', says: 'The run did not finish.' },
};
export const statusOf = (result) => STATUS[result.status] || { kind: 'warn', icon: ICONS.alert, text: capital(result.status), says: '' };

function caughtSentence(result) {
  const names = [...new Set(result.faults_caught.map((fault) => executorName(result, fault.executor)))];
  if (!names.length) return result.status === 'void' ? 'Nobody can be said to have lied.' : 'No executor misbehaved.';
  return `${capital(enumerate(names))} ${names.length === 1 ? 'was' : 'were'} caught and ${result.faults_caught.some((f) => f.slashed) ? 'slashed' : 'lost the vote'}.`;
}

function dataSentence(result) {
  const bad = corruptedSellers(result);
  const all = paidTo(result, 'seller');
  if (!bad.length || all === 0n) return null;
  const share = weiShare(sumWei(bad.map((i) => result.sellers[i].paid_wei)), all);
  return `The ${plural(bad.length, 'seller')} with corrupted data earned ${percent(share, share ? 1 : 0)} of the sellers’ pay.`;
}

const tile = (name, value, note) => el('div', { class: 'tile' }, el('dt', {}, name), el('dd', {}, el('span', { class: 'value' }, value), el('span', { class: 'note' }, note)));

function accuracyTile(result) {
  const { initial, final, threshold } = result.metric;
  if (!result.rounds.length) return tile('Accuracy', 'none', 'no round was accepted');
  return tile('Accuracy', percent(final), `${percent(threshold, 0)} asked for, ${percent(initial)} untrained`);
}

function weightTile(result) {
  const bad = corruptedSellers(result);
  if (!bad.length || !result.rounds.length) return tile('Sellers paid', count(result.sellers.filter((seller) => BigInt(seller.paid_wei) > 0n).length), `of ${count(result.sellers.length)} sellers`);
  const weights = lastDistribution(result);
  const share = bad.reduce((sum, i) => sum + weights[i], 0);
  return tile('Corrupted weight', percent(share, 1), `of the draw; ${percent(bad.length / result.sellers.length, 1)} at the start`);
}

function escrowNote(result) {
  const parts = [['seller', 'to sellers'], ['executor', 'to executors'], ['buyer-refund', 'back']];
  return parts.map(([role, text]) => [paidTo(result, role), text]).filter(([wei]) => wei > 0n).map(([wei, text]) => `${ether(wei, 2)} ${text}`).join(', ');
}

function faultsNote(result) {
  if (result.faults_caught.length) return enumerate([...new Set(result.faults_caught.map((fault) => fault.kind))]);
  return result.segments.every((segment) => Object.keys(segment.votes).length < 2) ? 'all votes agreed' : 'votes differed';
}

function tiles(result) {
  const gas = result.gas.reduce((sum, use) => sum + use.gas, 0);
  return el('dl', { class: 'tiles' },
    accuracyTile(result),
    tile('Escrow', `${ether(result.escrow_wei)} ETH`, escrowNote(result)),
    weightTile(result),
    tile('Faults caught', count(result.faults_caught.length), faultsNote(result)),
    tile('Time', duration(result.wall_s.total ?? NaN), `${plural(result.rounds.length, 'round')} in ${plural(result.segments.length, 'segment')}`),
    tile('Gas', `${(gas / 1e6).toFixed(2)} M`, plural(result.gas.length, 'transaction')));
}

export function header(result) {
  const status = statusOf(result);
  return el('header', {},
    el('div', { class: 'top' },
      el('p', { class: 'brand' }, 'CONE', el('span', {}, 'training report')),
      themeButton()),
    el('div', { class: 'title' }, el('h1', {}, `Job ${result.job_id}`, result.name && el('span', { class: 'name' }, result.name)),
      el('span', { class: `badge ${status.kind}` }, icon(status.icon), status.text)),
    el('p', { class: 'verdict' }, [status.says, dataSentence(result), caughtSentence(result)].filter(Boolean).join(' ')),
    tiles(result));
}
