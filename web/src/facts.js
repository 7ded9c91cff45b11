// The job's terms, the machine, and how a stranger checks all of it.
// SPDX-License-Identifier: Apache-2.0
import { copyButton, el, facts, hex, section } from './dom.js';
import { count, isZero, percent, plural } from './format.js';

const code = (text) => el('code', {}, text);

const MOST_LAYERS = 14;

function layers({ layers: lines }) {
  const shown = lines.slice(0, MOST_LAYERS).join(', ');
  return lines.length > MOST_LAYERS ? `${shown} and ${plural(lines.length - MOST_LAYERS, 'more layer')}` : shown;
}

function terms({ spec }) {
  return facts([
    ['Network', layers(spec.model)],
    ['Images', `${spec.model.channels} × ${spec.model.height} × ${spec.model.width} to ${spec.model.classes} classes`],
    ['Schedule', `${plural(spec.schedule.rounds, 'round')}, ${spec.schedule.rounds_per_segment} a segment`],
    ['Local training', `${plural(spec.local.epochs, 'epoch')}, batch ${spec.local.batch}, rate ${spec.local.learning_rate}, ${spec.local.optimiser}${spec.local.optimiser === 'sgd' ? `, momentum ${spec.local.momentum}` : ''}`],
    ['Aggregation', `${spec.osmd.aggregation}, ${plural(spec.osmd.draws, 'draw')} a round, alpha ${spec.osmd.alpha}, eta ${spec.osmd.eta}, clip ${spec.osmd.clip}`],
    ['Agreement', `lead ${spec.agreement.lead}, faulty share ${percent(spec.agreement.fault_share, 0)}, error ${percent(spec.agreement.error_target, 0)}, growth ${spec.agreement.growth}`],
    ['Asked for', `accuracy of ${percent(spec.threshold_bp / 1e4)}, at least ${plural(spec.min_sellers, 'seller')}`],
  ]);
}

function machine(result) {
  const { profile } = result;
  return facts([
    ['Engine', `${profile.engine} ${profile.engine_version} (${profile.operator_set})`],
    ['Instructions', `${profile.isa === 'any' ? 'any: the digest does not depend on them' : profile.isa}, block ${count(profile.block)}`],
    ['Probe', isZero(profile.probe) ? 'none' : hex(profile.probe, 'probe digest')],
    ['Executors', `${result.executors}, ${plural(result.ranks_per_executor, 'rank')} each`],
    ['Machine', result.machine || 'not said'],
    ['Program', result.version || 'not said'],
    ['Started', result.started_at || 'not said'],
  ]);
}

function identities(result) {
  return facts([
    ['Job', code(`${result.job_id} on chain ${result.chain_id}`)],
    ['Spec hash', hex(result.spec_hash, 'spec hash')],
    ['Job hash', hex(result.job_hash, 'job hash')],
    ['Test data', hex(result.spec.test_root, 'root of the test shard')],
    ['Validation data', hex(result.spec.validation_root, 'root of the validation shard')],
    ...Object.entries(result.contracts).map(([name, address]) => [name, hex(address, name)]),
  ]);
}

export function job(result) {
  const block = (title, body) => el('div', {}, el('h3', {}, title), body);
  return section('job', 'The job and its profile', null, el('div', { class: 'columns' }, block('Terms', terms(result)), block('Execution profile', machine(result)), block('Identities', identities(result))));
}

const command = (text, says) => el('div', { class: 'command' }, el('p', {}, says), el('pre', { tabindex: '0' }, code(text), copyButton(text, 'command')));

function saveButton(result) {
  const button = el('button', { type: 'button', class: 'quiet' }, 'Save result.json');
  button.addEventListener('click', () => {
    const url = URL.createObjectURL(new Blob([JSON.stringify(result, null, 2)], { type: 'application/json' }));
    el('a', { href: url, download: `result-job-${result.job_id}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  });
  return button;
}

export function verify(result) {
  return section('verify', 'Do not take our word for it', 'receipt.json lies beside this page and holds the spec, every commitment, every signed vote and the trace of each round.',
    command('cone verify --receipt receipt.json --offline-only', 'Check the hashes, the draw of every execution set, the signatures and the lead rule. Needs no data and no network.'),
    command('cone verify --receipt receipt.json', 'Then train every segment again on the same data and compare digests. Says equal (exit 0) or names the first round that differs (exit 5).'),
    el('p', {}, saveButton(result)));
}

export const footer = (result) => el('footer', {}, el('p', {}, `${result.version || 'cone'} · result schema ${result.schema_version} · this page is one file and fetches nothing`));
