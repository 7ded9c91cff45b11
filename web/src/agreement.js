// For everybody: who was asked, what each one said, and when that was enough.
// SPDX-License-Identifier: Apache-2.0
import { el, hex, icon, ICONS, section } from './dom.js';
import { capital, duration, ether, isZero, percent, plural } from './format.js';
import { executorName, executorNumber, faultsIn, tallies } from './model.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Digests of a segment by votes, the best first: where none was accepted they are called A, B, C. */
const ranking = (segment) => Object.entries(segment.votes).sort((a, b) => b[1] - a[1]).map(([digest]) => digest);

/** What a member's mark says: agreed with the accepted digest, said something else, said nothing. */
function ballot(segment, digest) {
  if (!digest || isZero(digest)) return { kind: 'silent', mark: icon(ICONS.dash), says: 'no vote' };
  if (isZero(segment.digest)) {
    const place = Math.max(0, ranking(segment).indexOf(digest));
    return { kind: `open open${place % 3}`, mark: LETTERS[place % 26], says: `voted for digest ${LETTERS[place % 26]}` };
  }
  if (digest === segment.digest) return { kind: 'agrees', mark: icon(ICONS.check), says: 'voted for the accepted digest' };
  return { kind: 'differs', mark: icon(ICONS.cross), says: 'voted for another digest' };
}

function member(result, segment, attempt, position) {
  const address = attempt.members[position];
  const digest = attempt.digests[position];
  const { kind, mark, says } = ballot(segment, digest);
  const number = executorNumber(result, address);
  const fault = faultsIn(result, segment).find((each) => each.executor === address);
  return el('li', { class: `member ${kind}`, title: `${address}\n${digest || ''}` },
    el('span', { class: 'disc', role: 'img', 'aria-label': `${executorName(result, address)}: ${says}` }, number === null ? '?' : String(number), el('span', { class: 'mark' }, mark)),
    el('code', {}, digest && !isZero(digest) ? digest.slice(2, 8) : '—'),
    fault && el('span', { class: 'fault' }, fault.kind));
}

/** The lead as steps towards L. */
function leadSteps(lead, needed) {
  const steps = Array.from({ length: Math.max(lead, needed) }, (_, i) => el('i', { class: `${i < lead ? 'full' : ''} ${i >= needed ? 'extra' : ''}` }));
  return el('span', { class: 'steps', 'aria-hidden': 'true' }, steps);
}

function attemptCard(result, segment, index, tally) {
  const attempt = segment.attempt_details[index];
  const needed = result.spec.agreement.lead;
  const score = [...tally.ranked.map(([, votes]) => votes), ...(tally.ranked.length < 2 ? [0] : [])].join(' : ');
  const enough = tally.lead >= needed;
  return el('li', { class: 'attempt' },
    el('p', { class: 'caption' }, el('b', {}, `Attempt ${index}`), index ? ` ${attempt.members.length} more, set of ${tally.size}` : ` set of ${tally.size}`),
    el('ul', { class: 'members', 'aria-label': `Members of attempt ${index}` }, attempt.members.map((_, position) => member(result, segment, attempt, position))),
    el('p', { class: `score ${enough ? 'good' : 'warn'}` }, leadSteps(tally.lead, needed), el('span', {}, el('b', {}, score), ` lead ${tally.lead}, needed ${needed}${enough ? '' : index + 1 < segment.attempts ? ': ask more' : ': not enough'}`)));
}

const grows = () => el('li', { class: 'grows', 'aria-label': 'the set grows' }, icon(ICONS.arrow));

function votesLine(segment) {
  return el('p', { class: 'digests' }, ranking(segment).map((digest) => {
    const { kind, mark } = ballot(segment, digest);
    return el('span', { class: kind }, el('i', { class: `mini ${kind}` }, mark), `${plural(segment.votes[digest], 'vote')} for`, hex(digest, 'digest'));
  }));
}

function segmentCard(result, segment) {
  const per = result.spec.schedule.rounds_per_segment;
  const first = segment.index * per;
  const accepted = segment.verdict === 'accepted';
  const tally = tallies(segment);
  const attempts = segment.attempt_details.flatMap((_, i) => [i ? grows() : null, attemptCard(result, segment, i, tally[i])]);
  return el('article', { class: 'segment' },
    el('div', { class: 'head' },
      el('h3', {}, `Segment ${segment.index}`),
      el('p', { class: 'note' }, `${per > 1 ? `rounds ${first} to ${first + per - 1}` : `round ${first}`}, ${duration(segment.wall_s)}`),
      el('span', { class: `badge small ${accepted ? 'good' : 'bad'}` }, icon(accepted ? ICONS.check : ICONS.cross), segment.verdict)),
    el('ol', { class: 'attempts' }, attempts),
    votesLine(segment));
}

function legend(result) {
  const entry = (kind, path, text) => el('span', {}, el('i', { class: `mini ${kind}` }, icon(path)), text);
  return el('p', { class: 'legend' }, entry('agrees', ICONS.check, 'voted for the accepted digest'), entry('differs', ICONS.cross, 'voted for another'), entry('silent', ICONS.dash, 'no vote'),
    result.segments.some((segment) => isZero(segment.digest)) && el('span', {}, el('i', { class: 'mini open0' }, 'A'), 'voted, but nothing was accepted'), el('span', {}, 'under each: first digits of the digest'));
}

export function agreement(result) {
  const { lead, fault_share: faulty, error_target: error, growth } = result.spec.agreement;
  const rule = `Several executors run the same segment without seeing each other’s result. A result counts when it leads by ${lead} votes: with up to ${percent(faulty, 0)} liars a wrong one then passes with a chance of about ${percent(error, 0)}. Until then the set grows (${growth}).`;
  return section('agreement', 'How the executors agreed', rule, legend(result), el('div', { class: 'segments' }, result.segments.map((segment) => segmentCard(result, segment))), faultList(result));
}

const DEEDS = {
  'wrong-digest': 'voted for a wrong digest', 'no-reveal': 'did not reveal its vote', 'false-witness': 'showed a false witness: it did not do the work itself',
  equivocation: 'signed two different votes',
};

function faultLine(result, fault) {
  const lost = BigInt(fault.slashed_wei) > 0n ? `${ether(fault.slashed_wei)} ETH of its stake was slashed.` : 'Its stake was not touched.';
  return el('li', {}, icon(ICONS.alert), el('span', {}, el('b', {}, capital(executorName(result, fault.executor))), ` ${DEEDS[fault.kind] || fault.kind} in segment ${fault.segment}. ${lost}`));
}

const faultList = (result) => (result.faults_caught.length ? el('ul', { class: 'faults' }, result.faults_caught.map((fault) => faultLine(result, fault))) : null);
