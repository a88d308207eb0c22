/* How a task came to its subset: counts over time, and who came and left. */
import { get, path } from './api.js';
import { h } from './dom.js';
import { clock, count, counted, decimal, known, percent, time } from './format.js';
import { candidateLink, loaded } from './parts.js';
import { plot } from './plot.js';

const AGAIN_MILLIS = 2000;
const AT_ONCE = 12;
const PUBLICATIONS = 20;

export function changes(id) {
  let due = null;
  const history = loaded('Over time', 'How the subsets filled, and how much of each is new since its last job (turnover): a job fires again when enough of it is new.', historyPlots);
  const newest = loaded('The newest changes', 'Each entry is what was published at once: who came into the subset, who left it, and whose budget changed.', (answer) => publications(answer, id));

  async function load() {
    clearTimeout(due);
    due = null;
    const past = get(path('tasks', id, 'history'));
    const now = get(`${path('tasks', id, 'changes')}?limit=${PUBLICATIONS}`);
    await Promise.all([history.load(past, load), newest.load(now, load)]);
    const answers = await Promise.allSettled([past, now]);
    if (answers.some((answer) => answer.value?.state === 'reading')) due = setTimeout(load, AGAIN_MILLIS);
  }

  load();
  return {
    element: [history.element, newest.element],
    details() {
      if (due === null) due = setTimeout(load, AGAIN_MILLIS);
    },
    close() {
      clearTimeout(due);
    },
  };
}

/** What a reader of the topics says about itself. */
function readerNote(answer) {
  if (answer.state === 'reading') return h('p', { class: 'quiet' }, 'Reading what was published …');
  if (answer.state === 'away') return h('p', { class: 'note warn' }, `This cannot be read at the moment: ${answer.reason}`);
  return answer.complete ? null : h('p', { class: 'quiet small' }, 'Earlier records are not kept any more.');
}

function historyPlots(answer) {
  const points = answer.points;
  if (points.length === 0) return readerNote(answer) ?? h('p', { class: 'quiet' }, 'Nothing has been published yet.');
  const at = (point) => new Date(point.at).getTime();
  const begin = at(points[0]);
  const sameDay = at(points.at(-1)) - begin < 86400000;
  const formatX = (value) => (sameDay ? clock(value) : time(value).replace(/ \d{4}.*/, ''));
  const options = { x: 'time', formatX, zero: true };
  const tiers = [...new Set(points.flatMap((point) => point.tiers.map((tier) => tier.budget)))].sort((a, b) => a - b);
  const ofTier = (field) => tiers.map((budget) => ({
    name: `budget ${count(budget)}`,
    points: points.flatMap((point) => point.tiers.filter((tier) => tier.budget === budget && known(tier[field])).map((tier) => [at(point), tier[field]])),
  }));
  return h('div', { class: 'stack' },
    readerNote(answer),
    h('div', { class: 'columns' },
      plot(ofTier('filled'), { ...options, title: 'Candidates in the subset of each budget over time', y: 'candidates in the subset', legend: true }),
      plot(ofTier('turnover'), { ...options, top: 1, title: 'Turnover of the subset of each budget over time', y: 'turnover', formatY: (value) => percent(value), legend: true }),
      plot([{ name: 'pool', points: points.filter((point) => known(point.pool)).map((point) => [at(point), point.pool]) }], { ...options, title: 'Candidates in the pool over time', y: 'candidates in the pool' })));
}

function publications(answer, task) {
  if (answer.publications.length === 0) return readerNote(answer) ?? h('p', { class: 'quiet' }, 'Nothing has been published yet.');
  return h('div', { class: 'stack' }, readerNote(answer), h('ol', { class: 'changes' }, answer.publications.map((one) => publication(one, task))));
}

function publication(one, task) {
  const { entered, left, moved } = one;
  const sums = [
    entered.length > 0 ? `${count(entered.length)} came in` : '',
    left.length > 0 ? `${count(left.length)} left` : '',
    moved.length > 0 ? `${count(moved.length)} changed` : '',
    one.more > 0 ? `and ${count(one.more)} more` : '',
  ].filter(Boolean).join(', ');
  const swap = entered.length === 1 && left.length === 1;
  return h('li', {},
    h('div', { class: 'row' }, h('span', { class: 'quiet nowrap' }, time(one.at)), h('strong', {}, sums)),
    swap
      ? h('p', {}, person(entered[0], task), ' took the place of ', person(left[0], task), '.')
      : h('div', { class: 'stack' }, names('Came in', entered, task), names('Left', left, task), names('Changed', moved, task)));
}

function names(what, all, task) {
  if (all.length === 0) return null;
  const first = all.slice(0, AT_ONCE);
  const rest = all.slice(AT_ONCE);
  const list = (some) => some.map((one, at) => [at > 0 ? ', ' : '', person(one, task)]);
  return h('div', { class: 'small' }, h('span', { class: 'quiet' }, `${what}: `), list(first),
    rest.length > 0 ? h('details', {}, h('summary', {}, `${counted(rest.length, 'more', 'more')}`), list(rest)) : null);
}

function person(one, task) {
  return h('span', {}, candidateLink(one.candidate, task), known(one.score) ? h('span', { class: 'quiet' }, ` (${decimal(one.score)}${one.query ? ` for ${one.query}` : ''})`) : null);
}
