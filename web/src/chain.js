// For the operator: what happened when, and what the chain charged for it.
// SPDX-License-Identifier: Apache-2.0
import { axis, chart, FONT, tip } from './charts.js';
import { bar, el, hex, section, table } from './dom.js';
import { count, duration } from './format.js';

const KINDS = [['train', 'blue', 'training'], ['commit', 'purple', 'commit'], ['vote', 'green', 'vote'], ['wait', 'grey', 'waiting'], ['chain', 'amber', 'chain'], ['fault', 'red', 'fault']];
const colorOf = (kind, colors) => colors[(KINDS.find(([name]) => name === kind) || KINDS[3])[1]];

/** Chain and bridge first, then executors by number. */
function lanesOf(timeline) {
  const rank = (lane) => (lane === 'chain' ? -2 : lane === 'bridge' ? -1 : Number((lane.match(/\d+/) || [1e6])[0]));
  return [...new Set(timeline.map((entry) => entry.lane))].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** A span as a rectangle, with its name where it fits. */
function drawSpan(names, ink, parameters, api) {
  const [from, to] = [api.coord([api.value(0), api.value(2)]), api.coord([api.value(1), api.value(2)])];
  const height = Math.min(18, api.size([0, 1])[1] * 0.62);
  const fault = api.value(3) === 1;
  const grow = fault ? 4 : 0;
  const shape = { x: from[0] - grow / 2, y: from[1] - height / 2 - grow / 2, width: Math.max(2, to[0] - from[0] - 0.5) + grow, height: height + grow, r: 2 };
  const rect = { type: 'rect', shape, style: { fill: api.visual('color'), opacity: fault ? 1 : 0.9 } };
  const room = Math.floor((shape.width - 12) / 6.2);
  if (names[parameters.dataIndex].length > room) return rect;
  return { ...rect, textContent: { type: 'text', silent: true, style: { text: names[parameters.dataIndex], fill: ink, font: `500 11px ${FONT}` } }, textConfig: { position: 'insideLeft', distance: 7 } };
}

function timelineOption(timeline, lanes, colors, width) {
  const narrow = width < 560;
  const names = timeline.map((entry) => entry.what.split(':')[0]);
  const end = Math.max(...timeline.map((entry) => entry.end_s), 1);
  return {
    grid: { left: narrow ? 74 : 88, right: 16, top: 8, bottom: 44 },
    xAxis: axis(colors, { type: 'value', min: 0, max: end, name: 'seconds since the run began', nameLocation: 'middle', nameGap: 28, axisLabel: { color: colors.muted, showMaxLabel: false } }),
    yAxis: axis(colors, { type: 'category', data: lanes, inverse: true, axisLine: { show: false }, axisLabel: { color: colors.ink, fontSize: narrow ? 11 : 12.5 }, splitLine: { show: true, lineStyle: { color: colors.line, type: 'solid' } } }),
    tooltip: { trigger: 'item', formatter: ({ dataIndex }) => tip(timeline[dataIndex].what, [['who', timeline[dataIndex].lane], ['from', `${timeline[dataIndex].start_s.toFixed(2)} s`], ['took', duration(timeline[dataIndex].end_s - timeline[dataIndex].start_s)]]) },
    series: [{
      type: 'custom', clip: true, renderItem: (parameters, api) => drawSpan(names, colors.surface, parameters, api), encode: { x: [0, 1], y: 2 },
      data: timeline.map((entry) => ({ value: [entry.start_s, entry.end_s, lanes.indexOf(entry.lane), entry.kind === 'fault' ? 1 : 0], itemStyle: { color: colorOf(entry.kind, colors) } })),
    }],
  };
}

export function timeline(result) {
  const entries = result.timeline.filter((entry) => entry.end_s >= entry.start_s);
  if (!entries.length) return null;
  const lanes = lanesOf(entries);
  const used = KINDS.filter(([kind]) => entries.some((entry) => entry.kind === kind));
  const parts = Object.entries(result.wall_s).filter(([name]) => name !== 'total').sort((a, b) => b[1] - a[1]).map(([name, seconds]) => `${name} ${duration(seconds)}`).join(', ');
  return section('timeline', 'What happened when', `Wall time by part: ${parts || 'not measured'}.`,
    el('p', { class: 'legend' }, used.map(([, color, text]) => el('span', {}, el('i', { class: `key ${color}` }), text))),
    chart({ kind: 'gantt', label: `Timeline of ${lanes.join(', ')}.`, height: () => 60 + 34 * lanes.length, option: (colors, width) => timelineOption(entries, lanes, colors, width) }));
}

export function gas(result) {
  if (!result.gas.length) return null;
  const total = result.gas.reduce((sum, use) => sum + use.gas, 0);
  const most = Math.max(...result.gas.map((use) => use.gas));
  const rows = result.gas.map((use) => [el('span', { class: 'call' }, use.call, el('span', { class: 'note' }, use.detail)), el('span', { class: 'withbar' }, bar(use.gas / most, 'amber'), count(use.gas)), count(use.block), hex(use.tx, 'transaction')]);
  return section('gas', 'What the chain charged', 'Every transaction the bridge sent for this job.',
    table('Gas by transaction', [{ title: 'Call' }, { title: 'Gas', number: true }, { title: 'Block', number: true }, { title: 'Transaction' }], rows, ['Total', count(total), '', '']));
}
