// Elements without markup in strings: text from the result is always a text node.
// SPDX-License-Identifier: Apache-2.0
import { short } from './format.js';

function attach(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) node.append(child);
  }
  return node;
}

/** el('p', {class: 'note', onclick: f}, 'text', child, [children]); null children are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  return attach(node, children);
}

const SVG = 'http://www.w3.org/2000/svg';

/** A 16 x 16 stroke icon from one path. */
export function icon(path, label) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', 'icon');
  if (label) { svg.setAttribute('role', 'img'); svg.setAttribute('aria-label', label); } else svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(SVG, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  dash: 'M4 8h8',
  alert: 'M8 3v6.2M8 12.2v.6',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  arrow: 'M2 8h11M9 4l4 4-4 4',
};

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = attach(el('textarea', { class: 'offscreen' }), [text]);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

export function copyButton(text, label) {
  const button = el('button', { class: 'copy', type: 'button', title: 'Copy', 'aria-label': `Copy ${label}` }, icon(ICONS.copy));
  button.addEventListener('click', async () => {
    await toClipboard(text);
    button.replaceChildren(icon(ICONS.check));
    button.setAttribute('aria-label', 'Copied');
    setTimeout(() => { button.replaceChildren(icon(ICONS.copy)); button.setAttribute('aria-label', `Copy ${label}`); }, 1200);
  });
  return button;
}

/** A hash or address: short for the eye, whole in the title and in the clipboard. */
export const hex = (value, label) => el('span', { class: 'hex' }, el('code', { title: value }, short(value)), copyButton(value, label));

export function section(id, title, lead, ...body) {
  return el('section', { id, 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title` }, title), lead && el('p', { class: 'lead' }, lead), ...body);
}

/** Columns: {title, number?: true}. Rows: arrays of cells. */
export function table(caption, columns, rows, footer) {
  const kind = (i) => (columns[i].number ? { class: 'number' } : {});
  const line = (cells, tag) => el('tr', {}, cells.map((cell, i) => el(tag, kind(i), cell)));
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    el('table', {}, el('caption', { class: 'offscreen' }, caption),
      el('thead', {}, el('tr', {}, columns.map((column, i) => el('th', { scope: 'col', ...kind(i) }, column.title)))),
      el('tbody', {}, rows.map((row) => line(row, 'td'))),
      footer && el('tfoot', {}, line(footer, 'td'))));
}

/** A horizontal bar of `share` (0..1) behind nothing: length only, the figure stands beside it. */
export const bar = (share, kind = '') => el('span', { class: `bar ${kind}`, 'aria-hidden': 'true' },
  el('span', { style: `width:${(100 * Math.min(1, Math.max(0, share))).toFixed(2)}%` }));

export const facts = (pairs) => el('dl', { class: 'facts' }, pairs.map(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
