// Where the escrow went, wei by wei, and what was taken from those who were caught.
// SPDX-License-Identifier: Apache-2.0
import { chart, tip } from './charts.js';
import { el, hex, icon, ICONS, section, table } from './dom.js';
import { capital, count, ether, plural, sumWei } from './format.js';
import { executorName, paidTo } from './model.js';

const GROUPS = [['seller', 'Sellers', 'blue'], ['executor', 'Executors', 'green'], ['buyer-refund', 'Back to the buyer', 'amber']];
const asNumber = (wei) => Number(BigInt(wei) / 10n ** 9n);   // gwei: exact enough for widths

function slashFlow(result, graph) {
  for (const fault of result.faults_caught.filter((each) => BigInt(each.slashed_wei) > 0n)) {
    const from = `Stake of ${executorName(result, fault.executor)}`;
    graph.nodes.push({ name: from, kind: 'grey', wei: fault.slashed_wei, depth: 0 });
    graph.links.push({ source: from, target: 'Slashed', wei: fault.slashed_wei });
  }
  const total = sumWei(result.faults_caught.map((fault) => fault.slashed_wei));
  if (total > 0n) graph.nodes.push({ name: 'Slashed', kind: 'red', wei: total, depth: 2 });
}

/** Escrow -> group -> payee; payees by name, so two credits of one payee are one band. */
function flow(result) {
  const graph = { nodes: [{ name: 'Escrow', kind: 'ink', wei: result.escrow_wei, depth: 0 }], links: [] };
  for (const [role, name, kind] of GROUPS) {
    const credits = result.payouts.filter((payout) => payout.role === role && BigInt(payout.wei) > 0n);
    if (!credits.length) continue;
    const total = sumWei(credits.map((credit) => credit.wei));
    graph.nodes.push({ name, kind, wei: total, depth: 1 });
    graph.links.push({ source: 'Escrow', target: name, wei: total });
    if (role === 'buyer-refund') continue;
    for (const credit of credits) {
      const payee = capital(credit.label || credit.address);
      graph.nodes.push({ name: payee, kind: /corrupted/.test(payee) ? 'red' : kind, wei: credit.wei, depth: 2 });
      graph.links.push({ source: name, target: payee, wei: credit.wei });
    }
  }
  slashFlow(result, graph);
  const known = new Set();
  graph.nodes = graph.nodes.filter(({ name }) => !known.has(name) && known.add(name));
  return graph;
}

function flowOption(result, graph, colors, width) {
  const narrow = width < 560;
  const label = (node) => ({ color: colors.ink, fontSize: narrow ? 10.5 : 12, position: 'right', formatter: `{n|${node.name.replace(/[{}|]/g, ' ')}}  {v|${ether(node.wei, narrow ? 2 : 4)}${narrow ? '' : ' ETH'}}`, rich: { n: { color: colors.ink, fontSize: narrow ? 10.5 : 12 }, v: { color: colors.muted, fontSize: narrow ? 10.5 : 12 } } });
  return {
    tooltip: { trigger: 'item', formatter: ({ data }) => tip(data.name || `${data.source} to ${data.target}`, [['amount', `${ether(data.wei, 6)} ETH`]]) },
    series: [{
      type: 'sankey', left: 2, right: narrow ? 108 : 190, top: 8, bottom: 8, nodeWidth: narrow ? 8 : 12, nodeGap: narrow ? 12 : 11, draggable: false, layoutIterations: 0, emphasis: { focus: 'adjacency' },
      lineStyle: { color: 'gradient', opacity: 0.28, curveness: 0.5 },
      data: graph.nodes.map((node) => ({ name: node.name, wei: node.wei, depth: node.depth, itemStyle: { color: colors[node.kind], borderWidth: 0 }, label: label(node) })),
      links: graph.links.map((link) => ({ ...link, value: Math.max(1, asNumber(link.wei)) })),
    }],
  };
}

function balance(result) {
  const out = paidTo(result, ...GROUPS.map(([role]) => role));
  const even = out === BigInt(result.escrow_wei);
  return el('p', { class: `balance ${even ? 'good' : 'bad'}` }, icon(even ? ICONS.check : ICONS.cross),
    even ? `Every wei is accounted for: ${count(BigInt(result.escrow_wei))} in, the same out.` : `In: ${count(BigInt(result.escrow_wei))} wei; out: ${count(out)} wei. These must be equal.`);
}

function payouts(result) {
  const rows = result.payouts.map((payout) => [capital(payout.label || payout.role), payout.role, hex(payout.address, 'address'), el('span', { title: `${payout.wei} wei` }, `${ether(payout.wei, 6)} ETH`)]);
  return el('details', {}, el('summary', {}, `All ${plural(result.payouts.length, 'credit')}`),
    table('Credits', [{ title: 'Payee' }, { title: 'Role' }, { title: 'Address' }, { title: 'Amount', number: true }], rows));
}

export function money(result) {
  const graph = flow(result);
  const leaves = Math.max(4, graph.nodes.filter((node) => node.depth === 2).length + result.faults_caught.length);
  const words = graph.links.map((link) => `${link.source} to ${link.target}: ${ether(link.wei)} ether`).join('; ');
  return section('money', 'Where the money went', 'The winning bid is held in escrow until the verdict. Payouts are credits on the Settlement contract that each payee withdraws.',
    balance(result),
    chart({ kind: 'flow', label: `Money flow. ${words}.`, height: () => 40 + 27 * leaves, option: (colors, width) => flowOption(result, graph, colors, width) }),
    payouts(result));
}
