/* All jobs, or those of a task. */
import { get, query } from './api.js';
import { h } from './dom.js';
import { count, time } from './format.js';
import { jobBar, jobProgress, links, loaded, table, tag } from './parts.js';

const AGAIN_MILLIS = 500;
/** Why a job fired, by its trigger. */
export const TRIGGERS = { full: 'the subset was full', refresh: 'enough of the subset was new', manual: 'somebody fired it' };

export function jobs() {
  const list = jobList();
  return {
    ...list,
    title: 'Jobs',
    element: [
      h('div', { class: 'stack' },
        h('h1', {}, 'Jobs'),
        h('p', { class: 'lead' }, 'A fine-tune job is an order to train and evaluate a model for one task and budget, with a frozen copy of the subset. It compares the selected subset with a random one of the same size, and with no training at all. Fire a job on the page of its task.')),
      list.element],
  };
}

export function jobList(task = '') {
  const progress = new Map();
  let due = null;
  let fetched = [];
  const list = loaded(task ? `Jobs of ${task}` : 'All jobs', 'The newest first. Open a job to see what its training was worth.', (all) => jobTable(all, task));

  function show() {
    list.show([...fetched].sort((a, b) => b.fired_at.localeCompare(a.fired_at)).map((job) => ({ ...job, ...progress.get(job.job) })));
  }

  async function load() {
    due = null;
    await list.load(get(`api/jobs${query({ task })}`).then((answer) => {
      fetched = answer.jobs;
      return [...fetched].sort((a, b) => b.fired_at.localeCompare(a.fired_at)).map((job) => ({ ...job, ...progress.get(job.job) }));
    }), load);
  }

  load();
  return {
    element: list.element,
    listen(type, data) {
      const open = type === 'overview' ? data.open_jobs ?? [] : type === 'job' ? [data] : [];
      let unknown = false;
      for (const job of open) {
        if (task && job.task !== task) continue;
        progress.set(job.job, job);
        unknown ||= fetched.find((one) => one.job === job.job)?.state !== job.state;
      }
      if ((unknown || type === 'resumed') && due === null) due = setTimeout(load, AGAIN_MILLIS);
      else if (open.length > 0 && fetched.length > 0) show();
    },
    close() {
      clearTimeout(due);
    },
  };
}

function jobTable(all, task) {
  if (all.length === 0) {
    return h('p', {}, 'No job has been fired yet. A job fires by itself when a subset is full and the pool is large enough; or ',
      task ? 'fire one with the button of a full subset above.' : h('span', {}, 'open a task on the ', h('a', { href: '#/' }, 'overview'), ' and fire one.'));
  }
  return table('Jobs', [
    { name: 'Job', id: true, cell: (job) => h('a', { class: 'mono', href: links.job(job.job), 'data-key': job.job }, job.job) },
    task ? null : { name: 'Task', cell: (job) => h('a', { href: links.task(job.task) }, job.task) },
    { name: 'Budget', number: true, cell: (job) => count(job.budget) },
    { name: 'State', cell: (job) => tag(job.state) },
    { name: 'Progress', wide: true, cell: (job) => [jobProgress(job), jobBar(job)] },
    { name: 'Fired', cell: (job) => h('div', {}, time(job.fired_at), h('div', { class: 'quiet small' }, TRIGGERS[job.trigger] ?? job.trigger)) },
  ].filter(Boolean), all);
}
