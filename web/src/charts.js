// ECharts with only what the page draws, in the page's colours; every chart is described in words for screen readers.
// SPDX-License-Identifier: Apache-2.0
import { CustomChart, LineChart, SankeyChart } from 'echarts/charts';
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { el } from './dom.js';

echarts.use([CustomChart, LineChart, SankeyChart, AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

export const FONT = "'Inter Variable', system-ui, 'Segoe UI', Roboto, sans-serif";
const NAMES = ['bg', 'surface', 'ink', 'muted', 'line', 'blue', 'sky', 'red', 'green', 'amber', 'purple', 'grey'];

/** The style sheet's colours, read when a chart is drawn so that themes and paper need no second list. */
export function palette() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

export function axis(colors, more = {}) {
  return {
    axisLine: { lineStyle: { color: colors.line } },
    axisTick: { show: false },
    axisLabel: { color: colors.muted, fontSize: 12 },
    nameTextStyle: { color: colors.muted, fontSize: 12 },
    splitLine: { lineStyle: { color: colors.line, type: [2, 4] } },
    ...more,
  };
}

/** Tooltip lines as elements: names from the result never become markup. */
export const tip = (title, rows) => el('div', { class: 'tip' }, el('strong', {}, title),
  rows.map(([name, value]) => el('div', {}, el('span', {}, name), el('b', {}, value))));

function base(colors) {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, color: colors.ink },
    tooltip: {
      confine: true, backgroundColor: colors.surface, borderColor: colors.line, borderWidth: 1, padding: 10,
      textStyle: { color: colors.ink, fontSize: 13 }, extraCssText: 'box-shadow:0 4px 16px rgba(0,0,0,.12);border-radius:8px',
    },
  };
}

const drawn = [];

function redraw(chart) {
  const colors = palette();
  const width = chart.node.clientWidth;
  chart.width = width;
  if (chart.height) chart.node.style.height = `${chart.height(width)}px`;
  chart.instance.resize();
  const { tooltip, ...option } = chart.option(colors, width);
  const common = base(colors);
  chart.instance.setOption({ ...common, ...option, tooltip: { ...common.tooltip, ...tooltip } }, true);
}

/** A figure of class `kind`. `option(colors, width)` gives ECharts' option; it is asked again on resize, theme change and print. */
export function chart({ kind, label, option, height }) {
  const node = el('div', { class: `chart ${kind}`, role: 'img', 'aria-label': label });
  drawn.push({ node, option, height, instance: null, width: 0 });
  return node;
}

export const redrawAll = () => drawn.forEach(redraw);
const redrawStale = () => drawn.filter(({ node, width }) => node.clientWidth !== width).forEach(redraw);

/** Draws all charts; call once, when their nodes are in the page. */
export function startCharts() {
  for (const each of drawn) each.instance = echarts.init(each.node, null, { renderer: 'svg' });
  redrawAll();
  const watch = new ResizeObserver(() => requestAnimationFrame(redrawStale));
  for (const { node } of drawn) watch.observe(node);
}
