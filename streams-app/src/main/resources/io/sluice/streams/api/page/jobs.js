/* All jobs, or those of a task. */
import { get, query } from './api.js';
import { h } from './dom.js';
import { count, duration, time } from './format.js';
import { jobBar, jobProgress, links, loaded, table, tag } from './parts.js';
import { difference, otherName, worth } from './results.js';

const AGAIN_MILLIS = 500;
/** An instance reads the reports from the topic when it is asked for the first time. */
const REPORTS_AFTER_MILLIS = 2000;
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
  let results = new Map();
  let due = null;
  let fetched = [];
  let askedAgain = false;
  const list = loaded(task ? `Jobs of ${task}` : 'All jobs', 'The newest first. The result is the loss after training on the selected subset minus that of the arm it is compared with: below 0, selection was better. Open a job for all arms.', (all) => jobTable(all, task));

  function shown() {
    return [...fetched].sort((a, b) => b.fired_at.localeCompare(a.fired_at)).map((job) => ({ ...job, ...progress.get(job.job), result: results.get(job.job) ?? null }));
  }

  async function load() {
    due = null;
    await list.load(Promise.all([get(`api/jobs${query({ task })}`), get(`api/results${query({ task })}`)]).then(([all, reported]) => {
      fetched = all.jobs;
      results = new Map(reported.results.map((one) => [one.job, one]));
      return shown();
    }), load);
    if (!askedAgain && due === null && fetched.some((job) => job.state === 'finished' && !results.has(job.job))) {
      askedAgain = true;
      due = setTimeout(load, REPORTS_AFTER_MILLIS);
    }
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
      else if (open.length > 0 && fetched.length > 0) list.show(shown());
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
    { name: 'Progress and result', wide: true, cell: (job) => [resultOf(job) ?? jobProgress(job), jobBar(job), endOf(job)] },
    { name: 'Fired', cell: (job) => h('div', {}, h('div', { class: 'nowrap' }, time(job.fired_at)), h('div', { class: 'quiet small' }, TRIGGERS[job.trigger] ?? job.trigger)) },
  ].filter(Boolean), all);
}

/** What a finished job was worth; null if that is not known. */
function resultOf(job) {
  const what = job.state === 'finished' && job.result ? worth(job.result.results) : null;
  return what ? h('div', {}, tag(what.difference.clear ? (what.difference.mean < 0 ? 'better' : 'worse') : 'undecided'), ` ${what.difference.clear ? 'than' : 'against'} ${otherName(job.result.compared_with)} on the ${what.on}: ${difference(what.difference)} nats per token`) : null;
}

/** When a job ended; null while it is open, or if no trainer reported its end. */
function endOf(job) {
  if (job.state === 'open' || !job.result || job.result.state !== job.state) return null;
  return h('div', { class: 'quiet small' }, `ended ${time(job.result.reported_at)}, ${duration(new Date(job.result.reported_at) - new Date(job.fired_at))} after it was fired`);
}
