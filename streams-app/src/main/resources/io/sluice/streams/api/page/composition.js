/* What a subset consists of: shares of sources, scores by slot, and how well each query is served. */
import { get, isAborted, path, query } from './api.js';
import { h, newId, part } from './dom.js';
import { count, decimal, percent } from './format.js';
import { failed, loaded, panel, table } from './parts.js';
import { bar, plot } from './plot.js';
import { queriesOf, queryName } from './queries.js';

const SLIDING_MILLIS = 120;

export function composition(id, details) {
  let budgets = [];
  let sliding = null;
  let request = new AbortController();
  let fieldName = 'source';

  const slider = h('input', { type: 'range', id: newId('budget'), min: 1, max: 1, step: 1, oninput: slide });
  const chosen = h('output', { for: slider.id, class: 'number' });
  const problem = h('div', { role: 'status' });
  const shares = part(h('div', {}), shareTable);
  const scores = part(h('div', {}), scorePlot);
  const field = h('input', { type: 'text', id: newId('field'), value: 'source', maxlength: 200, onchange: (event) => {
    fieldName = event.target.value.trim() || 'source';
    event.target.value = fieldName;
    load();
  } });
  const coverage = loaded('How well each query is served', 'The support of a query is the mean similarity to it of the candidates that were selected for it, at the largest budget. Weak queries come first: their support is far below that of the others, or nothing was selected for them. Data like them is missing.', coverageTable);
  const buttons = part(h('div', { class: 'row' }), (all) => all.map((budget) =>
    h('button', { type: 'button', 'data-key': budget, onclick: () => { slider.value = budget; slide(); } }, count(budget))));

  function slide() {
    chosen.textContent = `the first ${count(Number(slider.value))} candidates`;
    clearTimeout(sliding);
    sliding = setTimeout(load, SLIDING_MILLIS);
  }

  async function load() {
    request.abort();
    request = new AbortController();
    const budget = Number(slider.value);
    try {
      const of = fieldName === 'source' || fieldName.startsWith('meta.') ? fieldName : `meta.${fieldName}`;
      const [share, score] = await Promise.all([
        get(`${path('tasks', id, 'shares')}${query({ budget, field: of })}`, request.signal),
        get(`${path('tasks', id, 'scores')}${query({ points: 300 })}`, request.signal),
      ]);
      problem.replaceChildren();
      shares.show(share);
      scores.show({ points: score.points, budget });
    } catch (failure) {
      if (!isAborted(failure)) problem.replaceChildren(failed(failure, load));
    }
  }

  function take(task) {
    const now = task.tiers.map((tier) => tier.budget);
    if (JSON.stringify(now) !== JSON.stringify(budgets)) {
      budgets = now;
      slider.max = budgets.at(-1);
      slider.value = budgets.at(-1);
      buttons.show(budgets);
    }
    slide();
    queriesOf(id, task.revision).then((queries) => coverage.show({ served: task.coverage ?? [], queries: [...queries.values()] }));
  }

  if (details) take(details);
  return {
    element: [
      panel('Compare budgets', 'Every smaller budget is the beginning of a larger one. Move the slider to see what the first candidates consist of.',
        h('div', { class: 'field' }, h('div', { class: 'row' }, h('label', { for: slider.id }, 'Budget'), chosen), slider),
        buttons.element, problem,
        h('div', { class: 'columns' },
          h('div', { class: 'stack' }, h('h3', {}, 'Shares, beside the pool'),
            h('div', { class: 'row' }, h('label', { for: field.id }, 'By the field'), field),
            shares.element),
          h('div', { class: 'stack' }, h('h3', {}, 'Scores by slot'), scores.element))),
      coverage.element,
    ],
    details: take,
    close() {
      clearTimeout(sliding);
      request.abort();
    },
  };
}

function shareTable(shares) {
  if (shares.size === 0) return h('p', { class: 'quiet' }, 'Nothing is selected yet.');
  const known = shares.sample_size > 0;
  const name = (one) => (one.value === null ? 'all others' : one.value || 'none');
  return [
    table(`Shares of ${shares.field} in the first ${shares.size} candidates`, [
      { name: shares.field === 'source' ? 'Source' : shares.field.replace(/^meta\./, ''), id: true, cell: name },
      { name: 'Of the subset', number: true, cell: (one) => percent(one.selected / shares.size, 1) },
      { name: 'Subset above pool', bars: true, cell: (one) => h('div', { class: 'twin' }, bar(one.selected / shares.size), known ? bar(one.sample / shares.sample_size, 'pool') : null) },
      { name: 'Of the pool', number: true, cell: (one) => (known ? percent(one.sample / shares.sample_size, 1) : '–') },
    ], shares.values),
    h('p', { class: 'quiet small' }, known
      ? `The pool’s shares are estimated from a uniform sample of ${count(shares.sample_size)} of its candidates.`
      : `The pool’s shares are not known: ${shares.why}`),
  ];
}

function scorePlot({ points, budget }) {
  const line = (name, field) => ({ name, points: points.map((point) => [point.slot + (point.slots - 1) / 2, point[field]]) });
  const many = points.some((point) => point.slots > 1);
  return [
    plot(many ? [line('mean', 'mean'), line('highest', 'highest'), line('lowest', 'lowest')] : [line('score', 'mean')], {
      title: 'Similarity of the selected candidates to the query for which each was selected, by slot', x: 'slot', y: 'similarity', marks: [{ x: Math.min(budget, points.at(-1)?.slot ?? 0) }], empty: 'Nothing is selected yet.' }),
    h('p', { class: 'quiet small' }, 'The further the line has fallen, the less similar further candidates are to the queries. It goes up and down where queries take turns, because some find closer candidates than others. The dashed line is the chosen budget.'),
  ];
}

function coverageTable({ served, queries }) {
  if (served.length === 0) return h('p', { class: 'quiet' }, 'Nothing is selected yet.');
  const byId = new Map(queries.map((one) => [one.id, one]));
  const sorted = [...served].sort((a, b) => (b.weak === true) - (a.weak === true) || (a.mean ?? -2) - (b.mean ?? -2));
  const best = Math.max(...served.map((one) => one.mean ?? 0), 1e-9);
  return table('Queries, the worst served first', [
    { name: 'Query', id: true, cell: (one) => h('div', {}, queryName(byId, one.query), one.weak ? h('span', { class: 'tag warn' }, 'weak') : null) },
    { name: 'Support', number: true, cell: (one) => (one.candidates > 0 ? decimal(one.mean) : '–') },
    { name: 'Beside the best', bars: true, cell: (one) => bar((one.mean ?? 0) / best, one.weak ? 'warn' : '') },
    { name: 'Selected for it', number: true, cell: (one) => count(one.candidates) },
    { name: 'Best similarity', number: true, cell: (one) => decimal(one.best) },
  ], sorted);
}
