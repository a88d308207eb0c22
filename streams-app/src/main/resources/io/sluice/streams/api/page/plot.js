/*
 * Small plots as SVG: they take their colours from the style sheet, so they follow light and dark,
 * and screen readers get the sentence that describes them.
 */
import { h, s } from './dom.js';
import { short } from './format.js';

/** Widths of the drawing: on narrow screens fewer units, so that the text stays readable. */
const WIDE = 640;
const NARROW = 360;
const NARROW_SCREEN = 600;
const HEIGHT = 220;
const LEFT = 56;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 38;
const MOST_POINTS = 600;

/** Round steps for an axis: 1, 2 or 5 times a power of ten. */
export function ticks(low, high, wanted = 5) {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= rough);
  const values = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-9; at += step) {
    values.push(Number(at.toPrecision(12)));
  }
  return values;
}

/** Thins a long series evenly, and keeps its first and last point. */
function thin(points) {
  if (points.length <= MOST_POINTS) return points;
  const every = Math.ceil(points.length / MOST_POINTS);
  return points.filter((point, at) => at % every === 0 || at === points.length - 1);
}

/**
 * Lines or dots over two axes.
 *
 * @param series  list of { name, points: [[x, y, error?], ...], dots?, errors?, colour?, group? }: dots
 *     without a line, whether bars of the errors are drawn, the number of the colour if it is not
 *     that of the series, and the name of a group of lines that the legend has once
 * @param options title (says what is seen), x and y (names of the axes), formatX, formatY, ticksX,
 *     whole (whether x is named at whole numbers only), zero (whether y begins at 0), top (that y
 *     reaches at least), marks ([{ x }], vertical lines), legend (also of a single line), empty
 *     (what is said without points)
 */
export function plot(series, options) {
  const lines = series.filter((line) => line.points.length > 0).map((line) => ({ ...line, points: thin(line.points) }));
  if (lines.length === 0) return h('p', { class: 'quiet' }, options.empty ?? 'Nothing to plot yet.');
  const formatX = options.formatX ?? short;
  const formatY = options.formatY ?? short;
  const width = innerWidth < NARROW_SCREEN ? NARROW : WIDE;
  const xs = lines.flatMap((line) => line.points.map((point) => point[0]));
  const ys = lines.flatMap((line) => line.points.flatMap((point) => [point[1], ...(line.errors ? [point[1] - point[2], point[1] + point[2]] : [])]));
  const x = scale(Math.min(...xs), Math.max(...xs), LEFT, width - RIGHT, lines.some((line) => line.dots));
  const y = scale(options.zero ? Math.min(0, ...ys) : Math.min(...ys), Math.max(...ys, options.top ?? -Infinity), HEIGHT - BOTTOM, TOP, !options.zero);
  const picture = s('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': options.title, class: 'plot' });
  for (const at of ticks(y.low, y.high, 4)) {
    picture.append(
      s('line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y.of(at), y2: y.of(at) }),
      s('text', { class: 'tick', x: LEFT - 6, y: y.of(at) + 4, 'text-anchor': 'end' }, formatY(at)));
  }
  const named = new Set();
  for (const at of options.ticksX ?? ticks(x.low, x.high, width === WIDE ? 6 : 3)) {
    if (named.has(formatX(at)) || (options.whole && !Number.isInteger(at))) continue;
    named.add(formatX(at));
    picture.append(s('text', { class: 'tick', x: x.of(at), y: HEIGHT - BOTTOM + 16, 'text-anchor': 'middle' }, formatX(at)));
  }
  for (const mark of options.marks ?? []) {
    if (mark.x < x.low || mark.x > x.high) continue;
    picture.append(s('line', { class: 'mark', x1: x.of(mark.x), x2: x.of(mark.x), y1: TOP, y2: HEIGHT - BOTTOM }));
  }
  lines.forEach((line, number) => {
    const colour = colourOf(line, number);
    if (!line.dots) {
      picture.append(s('polyline', { class: `line ${colour}`, points: line.points.map((point) => `${x.of(point[0]).toFixed(1)},${y.of(point[1]).toFixed(1)}`).join(' ') }));
    }
    if (line.dots || line.points.length < 25) {
      for (const point of line.points) {
        if (line.errors) {
          picture.append(s('line', { class: `error ${colour}`, x1: x.of(point[0]), x2: x.of(point[0]), y1: y.of(point[1] - point[2]), y2: y.of(point[1] + point[2]) }));
        }
        picture.append(s('circle', { class: `dot ${colour}`, cx: x.of(point[0]).toFixed(1), cy: y.of(point[1]).toFixed(1), r: line.dots ? 4 : 2.5 },
          s('title', {}, `${line.name}: ${options.x} ${formatX(point[0])}, ${options.y} ${formatY(point[1])}`)));
      }
    }
  });
  picture.append(s('text', { class: 'axis', x: width - RIGHT, y: HEIGHT - 6, 'text-anchor': 'end' }, options.x));
  return h('figure', { class: 'figure' },
    h('figcaption', {}, h('span', {}, options.y), lines.length > 1 || options.legend ? legend(lines) : null),
    picture);
}

function colourOf(line, number) {
  return `series-${(line.colour ?? number) % 6}`;
}

function legend(lines) {
  const entries = new Map(lines.map((line, number) => [line.group ?? line.name, colourOf(line, number)]));
  return h('ul', { class: 'legend' }, [...entries].map(([name, colour]) =>
    h('li', {}, h('span', { class: `swatch ${colour}`, 'aria-hidden': 'true' }), name)));
}

function scale(low, high, from, to, pad) {
  if (low === high) {
    low -= Math.abs(low) * 0.05 || 1;
    high += Math.abs(high) * 0.05 || 1;
  } else if (pad) {
    const margin = 0.05 * (high - low);
    low -= margin;
    high += margin;
  }
  return { low, high, of: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

/** A bar of a share; the number stands beside it, so the bar itself says nothing to screen readers. */
export function bar(share, tone = '') {
  return h('span', { class: `bar ${tone}`, 'aria-hidden': 'true', share: Math.max(0, Math.min(1, share ?? 0)) }, h('span', {}));
}
