// For the buyer: how the model got better, and whose data it came from.
// SPDX-License-Identifier: Apache-2.0
import { chart, axis, tip } from './charts.js';
import { bar, el, hex, icon, ICONS, section, table } from './dom.js';
import { count, ether, percent, plural, sumWei, weiShare } from './format.js';
import { corruptedSellers, lastDistribution, paidTo } from './model.js';

function segmentBands(result, colors, width) {
  const per = result.spec.schedule.rounds_per_segment;
  const segments = Math.ceil(result.rounds.length / per);
  const label = (segment) => ({ show: (width - 70) / segments > 80, formatter: `segment ${segment}`, position: 'insideBottomRight', color: colors.muted, fontSize: 11 });
  return {
    silent: true,
    data: Array.from({ length: segments }, (_, segment) => [
      { xAxis: segment * per, label: label(segment), itemStyle: { color: colors.ink, opacity: segment % 2 ? 0 : 0.035 } },
      { xAxis: Math.min((segment + 1) * per, result.rounds.length) }]),
  };
}

const roundsAxis = (colors, rounds) => axis(colors, { type: 'value', min: 0, max: rounds, minInterval: 1, name: 'rounds done', nameLocation: 'middle', nameGap: 28, splitLine: { show: false } });
const stepOf = (range) => (range <= 25 ? 5 : range <= 50 ? 10 : 20);
const shareAxis = (colors, min) => axis(colors, { type: 'value', min, max: 100, interval: stepOf(100 - min), axisLabel: { color: colors.muted, formatter: '{value}%' }, axisLine: { show: false } });
const afterRound = (round) => (round ? `After round ${round}` : 'Before training');

/** The axis begins below the curve, not at 0: the untrained model's point would flatten all that matters. */
const lowest = (result) => Math.max(0, 5 * Math.floor((100 * Math.min(result.metric.threshold || 1, ...result.metric.by_round) - 2.5) / 5));

function accuracyOption(result, colors, width) {
  const points = [result.metric.initial, ...result.metric.by_round].map((value, i) => [i, 100 * value]);
  const every = Math.ceil((points.length * 50) / width);
  const label = (i) => ({ show: i > 0 && ((points.length - 1 - i) % every === 0), position: 'top', distance: 7, formatter: `${points[i][1].toFixed(i === points.length - 1 ? 2 : 1)}%`, color: colors.ink, fontSize: 12, fontWeight: i === points.length - 1 ? 650 : 400 });
  return {
    grid: { left: 46, right: 24, top: 18, bottom: 44 },
    xAxis: roundsAxis(colors, points.length - 1),
    yAxis: shareAxis(colors, lowest(result)),
    tooltip: { trigger: 'axis', formatter: ([point]) => tip(afterRound(point.value[0]), [['accuracy', `${point.value[1].toFixed(2)}%`]]) },
    series: [{
      type: 'line', data: points.map((value, i) => ({ value, label: label(i) })), symbol: 'circle', symbolSize: points.length > 24 ? 5 : 8, color: colors.blue, lineStyle: { width: 2.5 }, clip: true,
      markLine: { silent: true, symbol: 'none', lineStyle: { color: colors.muted, type: [5, 4], width: 1 }, label: { formatter: `asked for: ${percent(result.metric.threshold, 0)}`, color: colors.muted, fontSize: 11, position: 'insideEndBottom' }, data: [{ yAxis: 100 * result.metric.threshold }] },
      markArea: segmentBands(result, colors, width),
    }],
  };
}

function bandStyle(corrupted, place, colors) {
  if (!corrupted) return { color: colors.blue, opacity: place % 2 ? 0.28 : 0.5 };
  return { color: colors.red, opacity: 0.72, decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2, 4], rotation: -Math.PI / 4, color: 'rgba(255,255,255,.4)' } };
}

function band(result, seller, place, rows, colors) {
  const { color, opacity, decal } = bandStyle(result.sellers[seller].corrupted, place, colors);
  return {
    type: 'line', name: `seller ${seller}`, stack: 'p', stackStrategy: 'all', symbol: 'none', data: rows.map((row, i) => [i, 100 * row[seller]]),
    lineStyle: { width: 1, color: colors.surface }, itemStyle: { color, decal }, areaStyle: { color, opacity, decal }, emphasis: { disabled: true },
  };
}

/** Names at the right end of the bands that are thick enough to carry one. */
function bandNames(result, order, last, x, colors) {
  let below = 0;
  const names = order.flatMap((seller) => {
    const middle = below + 50 * last[seller];
    below += 100 * last[seller];
    return last[seller] < 0.045 ? [] : [{ value: [x, middle], label: { show: true, position: 'right', distance: 6, formatter: `seller ${seller}`, color: result.sellers[seller].corrupted ? colors.red : colors.muted, fontSize: 11 } }];
  });
  return { type: 'line', data: names, symbol: 'circle', symbolSize: 0.01, lineStyle: { opacity: 0 }, silent: true, clip: false };
}

function weightsOption(result, colors) {
  const rows = [result.sellers.map(() => 1 / result.sellers.length), ...result.rounds.map((round) => round.distribution)];
  const order = [...result.sellers.keys()].sort((a, b) => result.sellers[a].corrupted - result.sellers[b].corrupted || a - b);
  const lines = (points) => points.filter((point) => point.seriesIndex < order.length).reverse().map((point) => [result.sellers[order[point.seriesIndex]].corrupted ? `${point.seriesName} (corrupted)` : point.seriesName, `${point.value[1].toFixed(1)}%`]);
  return {
    grid: { left: 46, right: 66, top: 18, bottom: 44 },
    aria: { enabled: true, label: { enabled: false }, decal: { show: false } },
    xAxis: roundsAxis(colors, rows.length - 1),
    yAxis: shareAxis(colors, 0),
    tooltip: { trigger: 'axis', formatter: (points) => tip(afterRound(points[0].value[0]), lines(points)) },
    series: [...order.map((seller, place) => band(result, seller, place, rows, colors)), bandNames(result, order, rows[rows.length - 1], rows.length - 1, colors)],
  };
}

function weightLegend(result) {
  const bad = corruptedSellers(result);
  if (!bad.length) return null;
  const weights = lastDistribution(result);
  const share = bad.reduce((sum, i) => sum + weights[i], 0);
  return el('p', { class: 'legend' },
    el('span', {}, el('i', { class: 'key red hatch' }), `${plural(bad.length, 'corrupted seller')}, ${percent(share, 1)} at the end`),
    el('span', {}, el('i', { class: 'key blue' }), `${plural(result.sellers.length - bad.length, 'honest seller')}, ${percent(1 - share, 1)}`));
}

const figure = (title, ...content) => el('figure', {}, el('figcaption', {}, title), ...content);

export function learning(result) {
  if (!result.rounds.length) return section('learning', 'What the model learned', 'No round was accepted, so there is no model and no curve.');
  const accuracy = `Accuracy by round: ${[result.metric.initial, ...result.metric.by_round].map((value) => percent(value, 1)).join(', ')}.`;
  const bad = corruptedSellers(result);
  const weights = `Weight of each seller by round, stacked; the end: ${lastDistribution(result).map((value, i) => `seller ${i} ${percent(value, 1)}`).join(', ')}.`;
  return section('learning', 'What the model learned', 'Each round draws sellers by weight, trains on their data, and keeps an update only if it helps on the buyer’s validation set.',
    el('div', { class: 'pair' },
      figure('Accuracy on the test set', el('p', { class: 'legend' }, el('span', {}, `before training: ${percent(result.metric.initial)}`), el('span', {}, 'shading: segments')), chart({ kind: 'tall', label: accuracy, option: (colors, width) => accuracyOption(result, colors, width) })),
      figure(bad.length ? 'Weight of sellers: corrupted data is squeezed out' : 'Weight of sellers', weightLegend(result), chart({ kind: 'tall', label: weights, option: (colors) => weightsOption(result, colors) }))));
}

const sellerRow = (result, weights, total) => (seller, i) => [
  el('span', { class: 'who' }, `Seller ${i}`, seller.corrupted && el('span', { class: 'tag bad' }, icon(ICONS.alert), 'corrupted')),
  count(seller.accesses),
  el('span', { class: 'withbar' }, bar(weights[i] / Math.max(...weights), seller.corrupted ? 'red' : ''), percent(weights[i], 1)),
  el('span', { class: 'withbar' }, bar(weiShare(seller.paid_wei, total), 'green'), `${ether(seller.paid_wei)} ETH`),
  hex(seller.address, `address of seller ${i}`),
];

export function sellers(result) {
  const weights = lastDistribution(result);
  const most = result.sellers.reduce((max, seller) => (BigInt(seller.paid_wei) > max ? BigInt(seller.paid_wei) : max), 0n);
  const columns = [{ title: 'Seller' }, { title: 'Accesses', number: true }, { title: 'Weight', number: true }, { title: 'Paid', number: true }, { title: 'Address' }];
  const accesses = result.sellers.reduce((sum, seller) => sum + seller.accesses, 0);
  const paid = sumWei(result.sellers.map((seller) => seller.paid_wei));
  const planted = corruptedSellers(result).length ? ' Which sellers hold corrupted data is known here only because the demo planted it; the market never asks.' : '';
  const lead = paid === paidTo(result, 'seller') ? `A seller is paid for each access: a pick whose update passed the gate.${planted}` : 'Credits and the sellers’ own figures differ; trust the credits below.';
  return section('sellers', 'Sellers', lead, table('Sellers', columns, result.sellers.map(sellerRow(result, weights, most)), ['Total', count(accesses), '', `${ether(paid)} ETH`, '']));
}
