/* What comes in, what is selected, who works. */
import { h, part } from './dom.js';
import { count, counted, known, moment, rate, time } from './format.js';
import { live, rates } from './live.js';
import { algorithmSentence, fact, jobBar, jobProgress, links, panel, table, tag, tierBars } from './parts.js';
import { plot } from './plot.js';

export function overview() {
  const flow = part(h('dl', { class: 'facts' }), ({ counters, perSecond }) => [
    fact('Records sent', count(counters.candidates), `${rate(perSecond.candidates)} · candidates, retracted ones included`),
    fact('Records represented', count(counters.represented), `${rate(perSecond.represented)} · vectors by workers`),
    fact('Records scored', count(counters.scored), `${rate(perSecond.scored)} · compared with the tasks’ queries`),
    fact('Dead letters', h('a', { href: '#/dead-letters' }, count(counters.dead_letters)), `${rate(perSecond.dead_letters)} · could not be used`),
  ]);
  const tasks = part(h('div', {}), taskTable);
  const open = part(h('div', {}), jobTable);
  const services = part(h('div', {}), serviceTable);
  const growth = part(h('div', {}), (points) => flowPlot(points));

  function showAll() {
    const now = live.overview;
    flow.show({ counters: now?.flow ?? {}, perSecond: rates() });
    tasks.show(live.tasks ? [...live.tasks.values()] : null);
    open.show({ known: known(now), jobs: now?.open_jobs ?? [], counts: now?.jobs ?? null });
    services.show(now?.services ?? null);
    growth.show(live.flow);
  }

  showAll();
  return {
    title: 'Overview',
    element: [
      h('div', { class: 'stack' },
        h('h1', {}, 'Overview'),
        h('p', { class: 'lead' }, 'Candidates (instruction examples) flow in. A worker represents each of them by vectors, the streams-app compares it with the queries of every task and keeps the best as the task’s subset. Open a task to see what was selected for it, and why.')),
      flow.element,
      h('p', { class: 'quiet small' }, 'These count records since the topics exist: a candidate that is sent twice, or retracted, counts each time. How many different candidates a task can choose from is its pool.'),
      panel('Tasks', 'What you fine-tune for. Each has a subset for every budget; a subset is full when it has as many candidates as the budget.', tasks.element),
      panel('Jobs under way', 'A fine-tune job trains on a frozen copy of a subset, and on a random subset of the same size to compare with.', open.element),
      h('div', { class: 'columns' },
        panel('Services', null, services.element),
        panel('The last two minutes', 'When workers keep up, the lines run together.', growth.element)),
    ],
    listen: showAll,
  };
}

function taskTable(tasks) {
  if (tasks === null) return h('p', { class: 'quiet' }, 'Loading …');
  if (tasks.length === 0) {
    return h('p', {}, 'There is no task yet. ', h('a', { href: '#/put' }, 'Put a task'), ': its queries say what to select for.');
  }
  return table('Tasks', [
    { name: 'Task', id: true, cell: (task) => h('div', {}, h('a', { href: links.task(task.task), 'data-key': task.task }, task.task), h('div', { class: 'quiet small', title: algorithmSentence(task.algorithm) }, `${counted(task.queries, 'query', 'queries')}, ${task.algorithm}`)) },
    { name: 'Pool', number: true, cell: (task) => count(task.pool) },
    { name: 'Waiting', number: true, spare: true, cell: (task) => count(task.waiting) },
    { name: 'Subsets by budget', wide: true, cell: tierBars },
    { name: 'Jobs', number: true, cell: (task) => h('a', { href: links.task(task.task, 'jobs') }, count(task.tiers.reduce((sum, tier) => sum + (tier.jobs ?? 0), 0)), h('span', { class: 'unseen' }, ` jobs of ${task.task}`)) },
  ], tasks);
}

function jobTable({ known: isKnown, jobs, counts }) {
  if (!isKnown) return h('p', { class: 'quiet' }, 'Loading …');
  const ended = counts ? `${counted(counts.finished, 'job')} finished, ${count(counts.failed)} failed, ${count(counts.cancelled)} cancelled.` : '';
  if (jobs.length === 0) return h('p', {}, 'No job is open. ', ended, ' ', h('a', { href: '#/jobs' }, 'All jobs'));
  return h('div', { class: 'stack' },
    table('Jobs under way', [
      { name: 'Job', id: true, cell: (job) => h('a', { class: 'mono', href: links.job(job.job), 'data-key': job.job }, job.job) },
      { name: 'Task', cell: (job) => h('a', { href: links.task(job.task) }, job.task) },
      { name: 'Budget', number: true, cell: (job) => count(job.budget) },
      { name: 'Progress', wide: true, cell: (job) => [jobProgress(job), jobBar(job)] },
      { name: 'Fired', cell: (job) => time(job.fired_at) },
    ], jobs),
    h('p', { class: 'quiet small' }, ended));
}

const WHAT = { kafka: 'Kafka', registry: 'Schema registry', streams: 'Streams-app', worker: 'Worker', trainer: 'Trainer' };

function serviceTable(services) {
  if (services === null) return h('p', { class: 'quiet' }, 'Loading …');
  return table('Services', [
    { name: 'Service', cell: (one) => h('div', {}, WHAT[one.service] ?? one.service, one.name ? h('div', { class: 'quiet small mono' }, one.name) : null) },
    { name: 'State', cell: (one) => tag(one.state) },
    { name: 'Detail', cell: (one) => h('div', { class: 'small' }, [
      one.detail,
      // The lag of a trainer counts jobs under way, and markers of transactions when there is none.
      known(one.lag) && one.lag > 0 && one.service !== 'trainer' ? `${counted(one.lag, 'record')} behind` : '',
      one.since ? `at least since ${moment(one.since)}` : '',
    ].filter(Boolean).join('; ')) },
  ], services);
}

function flowPlot(points) {
  const last = points.at(-1)?.at ?? 0;
  const line = (name, counter) => ({ name, points: points.filter((point) => known(point[counter])).map((point) => [(point.at - last) / 1000, point[counter]]) });
  return plot([line('candidates', 'candidates'), line('represented', 'represented'), line('scored', 'scored')], {
    title: 'Candidates, represented and scored records over the last two minutes',
    x: 'seconds ago', y: 'records so far', formatX: (value) => count(Math.abs(value)), empty: 'Nothing has flowed yet.',
  });
}
