// Reads the result that stands in the page and draws the sections, in the order in which people ask.
// SPDX-License-Identifier: Apache-2.0
import { agreement } from './agreement.js';
import { gas, timeline } from './chain.js';
import { startCharts } from './charts.js';
import { el } from './dom.js';
import { footer, job, verify } from './facts.js';
import { header } from './header.js';
import { learning, sellers } from './learning.js';
import { money } from './money.js';
import { followSystem } from './theme.js';

const NAV = [['learning', 'Model'], ['sellers', 'Sellers'], ['agreement', 'Agreement'], ['money', 'Money'], ['timeline', 'Timeline'], ['gas', 'Gas'], ['job', 'Job'], ['verify', 'Verify']];

const result = JSON.parse(document.getElementById('result').textContent);
const sections = [learning, sellers, agreement, money, timeline, gas, job, verify].map((draw) => draw(result)).filter(Boolean);
const there = new Set(sections.map((section) => section.id));
const nav = el('nav', { 'aria-label': 'Sections' }, NAV.filter(([id]) => there.has(id)).map(([id, text]) => el('a', { href: `#${id}` }, text)));

document.title = `CONE job ${result.job_id}: ${result.status}`;
document.getElementById('report').replaceChildren(header(result), nav, ...sections, footer(result));
startCharts();
followSystem();
