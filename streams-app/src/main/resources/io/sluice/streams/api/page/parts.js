/* What several views show in the same way. */
import { h, part } from './dom.js';
import { isAborted } from './api.js';
import { count, counted, known, UNKNOWN } from './format.js';
import { bar } from './plot.js';

const AGAIN_MILLIS = 5000;

export const links = {
  task: (id, tab = '') => `#/tasks/${encodeURIComponent(id)}${tab ? `/${tab}` : ''}`,
  candidate: (id, task = '') => `#/candidates/${encodeURIComponent(id)}${task ? `/${encodeURIComponent(task)}` : ''}`,
  job: (id) => `#/jobs/${encodeURIComponent(id)}`,
  edit: (id) => `#/put/${encodeURIComponent(id)}`,
};

/** A part of a view with a heading and a sentence that says what it shows. */
export function panel(title, lead, ...content) {
  return h('section', { class: 'panel' }, h('h2', {}, title), lead ? h('p', { class: 'lead' }, lead) : null, content);
}

/**
 * A panel whose content is loaded: it says that it loads, what went wrong, or shows what came.
 *
 * Returns the element, `load(request, again)` and `show(data)`. A newer request makes older ones
 * void. `again` repeats one that got no answer.
 */
export function loaded(title, lead, build) {
  const body = h('div', { class: 'stack' }, h('p', { class: 'quiet' }, 'Loading …'));
  const shown = part(body, build);
  const problem = h('div', { role: 'status' });
  const element = panel(title, lead, problem, body);
  let latest = 0;
  let isEmpty = true;
  function show(data) {
    isEmpty = false;
    shown.show(data);
  }
  return {
    element,
    show,
    async load(request, again) {
      latest += 1;
      const mine = latest;
      try {
        const data = await request;
        if (mine !== latest) return;
        problem.replaceChildren();
        show(data);
      } catch (failure) {
        if (mine !== latest || isAborted(failure)) return;
        problem.replaceChildren(failed(failure, again));
        if (isEmpty) body.replaceChildren();
      }
    },
  };
}

/** What went wrong. As long as that is shown, a request that got no answer is repeated by `again`. */
export function failed(failure, again) {
  const passes = again && (failure.status === 0 || failure.status === 503);
  const note = h('p', { class: 'note bad' }, passes ? `${failure.message} This view tries again by itself.` : failure.message);
  if (passes) setTimeout(() => { if (note.isConnected) again(); }, AGAIN_MILLIS);
  return note;
}

/**
 * A table. Columns: { name, number?, wide?, id?, bars?, spare?, cell(row) }; the first column names
 * the row, and spare ones are left out on narrow screens.
 */
export function table(caption, columns, rows, attributes = {}) {
  const kind = (column) => [column.number ? 'number' : '', column.wide ? 'wide' : '', column.id ? 'id' : '', column.bars ? 'bars' : '', column.spare ? 'spare' : ''].join(' ').trim() || null;
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption, ...attributes },
    h('table', {},
      h('caption', { class: 'unseen' }, caption),
      h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col', class: kind(column) }, column.name)))),
      h('tbody', {}, rows.map((row) =>
        h('tr', {}, columns.map((column, at) =>
          h(at === 0 ? 'th' : 'td', { class: kind(column), scope: at === 0 ? 'row' : null }, column.cell(row))))))));
}

export function pairs(...given) {
  return h('dl', { class: 'pairs' }, given.filter(Boolean).map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));
}

export function fact(name, value, note = '') {
  return h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, value), note ? h('dd', { class: 'hint' }, note) : null);
}

/** How full the subset of each budget is. */
export function tierBars(task) {
  return h('div', { class: 'tiers' }, task.tiers.map((tier) => [
    h('span', {}, count(tier.budget)),
    bar(known(tier.filled) ? tier.filled / tier.budget : 0, tier.full ? 'full' : ''),
    h('span', {}, tierText(tier)),
  ]));
}

export function tierText(tier) {
  if (!known(tier.filled)) return UNKNOWN;
  const tokens = known(tier.tokens) ? `, ${counted(tier.tokens, 'token')}` : '';
  if (tier.full) return tier.filled === tier.budget ? `full${tokens}` : `full with ${count(tier.filled)}${tokens}`;
  return `${count(tier.filled)} of ${count(tier.budget)}${tokens}`;
}

const STATES = {
  open: 'accent', started: 'accent', progress: 'accent', waiting: 'accent', finished: 'good', failed: 'bad', cancelled: '',
  up: 'good', away: 'warn', behind: 'warn', unknown: '', better: 'good', worse: 'bad', undecided: '',
  selected: 'good', pending: 'accent', not_selected: '', left_out: 'warn', dead_letter: 'bad', duplicate: '', retracted: 'warn',
};

/** A state as a word in its colour. */
export function tag(state) {
  return h('span', { class: `tag ${STATES[state] ?? ''}` }, String(state).replaceAll('_', ' '));
}

export function candidateLink(id, task, key = undefined) {
  return h('a', { class: 'mono', href: links.candidate(id, task), 'data-key': key }, id);
}

/** How far the trainer of an open job is, in words. */
export function jobProgress(job) {
  if (job.state !== 'open') return job.detail ?? '';
  if (!job.trainer_state || job.trainer_state === 'waiting') return 'waits for a trainer';
  if (!job.progress) return `taken by trainer ${job.trainer}`;
  const { arm, name, seed, step, steps } = job.progress;
  return `trains ${name || arm}, seed ${seed}: step ${count(step)} of ${count(steps)}${job.trainer ? ` on ${job.trainer}` : ''}`;
}

export function jobBar(job) {
  return job.state === 'open' && job.progress && job.progress.steps > 0 ? bar(job.progress.step / job.progress.steps) : null;
}

/** What a selection algorithm does, in one sentence. */
export function algorithmSentence(algorithm) {
  const name = String(algorithm).split(':')[0];
  return {
    'round-robin': 'The queries take turns; each takes the candidate most similar to it that has not been taken yet.',
    'doubly-greedy': 'Candidates are ordered by their highest similarity to any query.',
    'knn-uniform': 'Candidates are ordered by how many queries have them among their nearest.',
    random: 'The subset is a random sample of the pool, a baseline for the other algorithms.',
  }[name] ?? `The subset is selected by the algorithm ${algorithm}.`;
}

