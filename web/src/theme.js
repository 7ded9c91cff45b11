// Light, dark or as the system says; paper is always light.
// SPDX-License-Identifier: Apache-2.0
import { redrawAll } from './charts.js';
import { el } from './dom.js';

const KEY = 'cone-theme';
const ORDER = ['system', 'light', 'dark'];
const root = document.documentElement;

// Storage is refused to some pages opened from disk; the choice then lasts as long as the page.
function remembered() {
  try { return ORDER.includes(localStorage.getItem(KEY)) ? localStorage.getItem(KEY) : 'system'; } catch { return 'system'; }
}
function remember(choice) {
  try { localStorage.setItem(KEY, choice); } catch { /* see remembered() */ }
}

function apply(choice) {
  if (choice === 'system') root.removeAttribute('data-theme');
  else root.setAttribute('data-theme', choice);
}

export function themeButton() {
  let choice = remembered();
  apply(choice);
  const button = el('button', { type: 'button', class: 'quiet', title: 'Colours: system, light, dark' }, `Theme: ${choice}`);
  button.addEventListener('click', () => {
    choice = ORDER[(ORDER.indexOf(choice) + 1) % ORDER.length];
    remember(choice);
    apply(choice);
    button.textContent = `Theme: ${choice}`;
    redrawAll();
  });
  return button;
}

export function followSystem() {
  let before = null;
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
  addEventListener('beforeprint', () => {
    before = root.getAttribute('data-theme');
    apply('light');
    root.toggleAttribute('data-print', true);   // narrows the page to paper before the charts are drawn for it
    redrawAll();
  });
  addEventListener('afterprint', () => {
    apply(before || 'system');
    root.toggleAttribute('data-print', false);
    redrawAll();
  });
}
