/* A task: what was selected for it, what that consists of, what changed, and its jobs. */
import { get, path } from './api.js';
import { confirmed, write } from './dialogs.js';
import { announce, h, part } from './dom.js';
import { changes } from './changes.js';
import { composition } from './composition.js';
import { count, counted, decimal, known, percent } from './format.js';
import { live } from './live.js';
import { algorithmSentence, failed, links, loaded, table, tierText } from './parts.js';
import { bar } from './plot.js';
import { subset } from './subset.js';
import { jobList } from './jobs.js';

const TABS = [
  ['', 'Selected candidates', subset],
  ['composition', 'What it consists of', composition],
  ['changes', 'Changes over time', changes],
  ['jobs', 'Jobs', (id) => jobList(id)],
];

export function task(id, firstTab = '') {
  const said = h('div', { role: 'status' });
  const head = part(h('div', { class: 'stack' }), (now) => summary(now));
  const tiers = loaded('Subsets', 'A subset of each budget is the beginning of one selection. When it is full and the pool is large enough, a fine-tune job fires by itself; you can also fire one. Similarity: the mean similarity of the candidates to the query that each was selected for. Turnover: the share of the subset that is new since its last job.', tierTable);
  const tabs = part(h('nav', { 'aria-label': `Parts of task ${id}` }), (current) =>
    h('ul', { class: 'tabs' }, TABS.map(([name, text]) =>
      h('li', {}, h('a', { href: links.task(id, name), 'data-key': name, 'aria-current': name === current ? 'page' : null }, text)))));
  const place = h('div', { class: 'stack wide-gap' });
  let tab = { close() {} };
  let opened = firstTab;
  const edits = h('div', { class: 'row' },
    h('a', { class: 'button', href: links.edit(id) }, 'Edit'),
    h('button', { type: 'button', class: 'danger', onclick: remove }, 'Remove'));
  /** What there is nothing in as long as there is no such task. */
  const ofTask = [edits, tiers.element, tabs.element, place];
  let details = null;
  let due = null;
  /** The job that was fired here, until it has ended. */
  let fired = null;

  function openTab(name) {
    opened = name;
    tab.close?.();
    const [known, , build] = TABS.find(([one]) => one === name) ?? TABS[0];
    tabs.show(known);
    tab = build(id, details);
    place.replaceChildren(...[tab.element].flat());
  }

  async function load() {
    due = null;
    await tiers.load(get(path('tasks', id)).catch((failure) => {
      if (failure.status === 404 || failure.status === 400) showMissing(true);
      throw failure;
    }).then((answer) => {
      details = answer;
      if (place.hidden) {
        showMissing(false);
        openTab(opened);
      }
      head.show(answer);
      tab.details?.(answer);
      // Counts can be ahead of the published subset, of which the answer is.
      reloadIfOld();
      return { tiers: answer.tiers, problem: answer.arms };
    }), load);
  }

  function showMissing(isMissing) {
    for (const one of ofTask) one.hidden = isMissing;
    said.replaceChildren(...(isMissing ? [h('p', { class: 'note warn' }, `There is no task “${id}”. The `, h('a', { href: '#/' }, 'overview'), ' lists those that there are.')] : []));
  }

  function reloadIfOld() {
    const now = live.tasks?.get(id);
    const isOld = details ? now && changed(now, details) : now && place.hidden;
    if (isOld && due === null) due = setTimeout(load, 1000);
  }

  function tierTable({ tiers: all }) {
    return table(`Subsets of ${id}`, [
      { name: 'Budget', number: true, cell: (tier) => count(tier.budget) },
      { name: 'Filled', cell: (tier) => h('div', {}, tierText(tier), ' ', bar(known(tier.filled) ? tier.filled / tier.budget : 0, tier.full ? 'full' : '')) },
      { name: 'Similarity', number: true, cell: (tier) => decimal(tier.mean_similarity) },
      { name: 'Turnover', number: true, cell: (tier) => (tier.jobs > 0 ? percent(tier.turnover) : h('span', { class: 'quiet' }, 'no job yet')) },
      { name: 'Jobs', number: true, cell: (tier) => count(tier.jobs) },
      { name: 'Now', cell: (tier) => (tier.open ? h('a', { href: links.task(id, 'jobs'), 'data-key': `open-${tier.budget}` }, 'a job is open') : fireButton(tier)) },
    ], all);
  }

  function fireButton(tier) {
    if (!tier.full) return h('span', { class: 'quiet small' }, 'a job needs a full subset');
    return h('button', { type: 'button', 'data-key': `fire-${tier.budget}`, 'data-fire': tier.budget, onclick: (event) => fire(tier.budget, event.target) },
      'Fire a job', h('span', { class: 'unseen' }, ` for budget ${tier.budget}`));
  }

  async function fire(budget, button) {
    button.disabled = true;
    said.replaceChildren(h('p', { class: 'note' }, `Firing a job for budget ${count(budget)} …`));
    try {
      const job = await write('POST', `${path('tasks', id, 'jobs')}?budget=${budget}`);
      fired = job.job;
      said.replaceChildren(h('p', { class: 'note good' }, 'Job ', h('a', { href: links.job(job.job) }, job.job), ` is fired: a trainer takes it and trains on the ${counted(job.examples, 'selected example')}, and on what they are compared with.`));
      await load();
    } catch (failure) {
      said.replaceChildren(failed(failure));
    }
    button.disabled = false;
  }

  async function remove() {
    if (!(await confirmed(`Remove task ${id}?`, 'Its subset is emptied and its open jobs are cancelled. Candidates stay, and the task can be put again.', 'Remove the task'))) return;
    try {
      await write('DELETE', path('tasks', id));
      announce(`Task ${id} is removed.`);
      location.hash = '#/';
    } catch (failure) {
      said.replaceChildren(failed(failure));
    }
  }

  openTab(firstTab);
  load();
  return {
    title: id,
    element: [
      h('div', { class: 'head' },
        h('div', {}, h('p', { class: 'quiet small' }, 'Task'), h('h1', {}, id)),
        edits),
      said, head.element, tiers.element, tabs.element, place,
    ],
    goes(name, [task, next = '']) {
      if (name !== 'tasks' || task !== id) return false;
      openTab(next);
      return true;
    },
    listen(type, data) {
      const mine = (type === 'task' && data.task === id) || type === 'overview';
      if (mine) reloadIfOld();
      if (type === 'job' && data.job === fired && data.state !== 'open') {
        fired = null;
        said.replaceChildren(h('p', { class: 'note' }, 'Job ', h('a', { href: links.job(data.job) }, data.job), ` is ${data.state}. Open it to see what it was worth.`));
      }
      if (((type === 'job' && data.task === id) || type === 'resumed') && due === null) due = setTimeout(load, 500);
      tab.listen?.(type, data);
    },
    close() {
      clearTimeout(due);
      tab.close?.();
    },
  };
}

/** Whether counts of a task are others than those shown. */
function changed(now, shown) {
  return ['revision', 'pool', 'waiting', 'selected', 'nominated', 'leaks', 'incoming', 'left_out'].some((field) => JSON.stringify(now[field]) !== JSON.stringify(shown[field]))
    || now.tiers.some((tier, at) => ['filled', 'jobs', 'turnover', 'open', 'full'].some((field) => tier[field] !== shown.tiers[at]?.[field]));
}

function summary(task) {
  const leftOut = Object.entries(task.left_out ?? {});
  const sum = leftOut.reduce((all, [, number]) => all + number, 0);
  return [
    h('p', {}, known(task.pool)
      ? `Of ${counted(task.pool, 'candidate')} in the pool, ${count(task.selected)} are selected for the ${counted(task.queries, 'query', 'queries')} of this task. `
      : 'The first counts arrive in a moment. ',
    algorithmSentence(task.algorithm)),
    h('p', { class: 'quiet small' }, [
      `revision ${task.revision}`, `algorithm ${task.algorithm}`, `representation ${task.representation_id}`,
      known(task.waiting) && task.waiting > 0 ? `${counted(task.waiting, 'candidate')} still to be scored` : known(task.waiting) ? 'all represented candidates are scored' : '',
      `a job needs a pool of ${decimal(task.min_pool_factor, 0)} times its budget to fire by itself`,
    ].filter(Boolean).join(' · ')),
    task.incoming ? h('div', { class: 'note' }, `Revision ${task.incoming.revision} is being prepared: ${count(task.incoming.scored)} candidates are scored for it, ${count(task.incoming.waiting)} wait. Until then revision ${task.revision} is served.`, bar(task.incoming.progress ?? 0)) : null,
    sum > 0 ? h('p', { class: 'small' }, `${counted(sum, 'candidate')} left out by the task’s rules: ${leftOut.map(([reason, number]) => `${reason} ${count(number)}`).join(', ')}.`) : null,
    (task.leaks ?? 0) > 0 ? h('p', { class: 'note warn' }, `${counted(task.leaks, 'candidate')} in the pool share text with the queries or held-out examples of this task (leaks). A model that is trained on them has seen part of what it is tested on. Selected ones are marked. To leave them out, `, h('a', { href: links.edit(task.task) }, 'edit the task'), ': “Candidates that share text with the task”, “leave them out”.') : null,
    (task.arms ?? []).filter((arm) => arm.problem).map((arm) => h('p', { class: 'note warn' }, `Arm ${arm.name} is not ready for a job: ${arm.problem}`)),
  ];
}

