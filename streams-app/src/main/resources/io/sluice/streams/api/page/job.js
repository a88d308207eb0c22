/* One job: how far it is, what its arms lost, and what it trains on. */
import { get, path } from './api.js';
import { confirmed, write } from './dialogs.js';
import { h, part } from './dom.js';
import { count, counted, decimal, duration, known, rate, sentence, time } from './format.js';
import { failed, jobBar, jobProgress, links, loaded, pairs, panel, table, tag } from './parts.js';
import { plot } from './plot.js';
import { armColour, armName, armOf, difference, loss, otherName, worth } from './results.js';
import { TRIGGERS } from './jobs.js';

const AGAIN_MILLIS = 700;

export function job(id) {
  const said = h('div', { role: 'status' });
  const actions = part(h('div', { class: 'row' }), (state) => (state === 'open' ? h('button', { type: 'button', class: 'danger', onclick: cancel }, 'Cancel the job') : null));
  const state = loaded('State', null, stateOf);
  const training = part(h('div', { class: 'stack' }), trainingPlot);
  const results = part(h('div', { class: 'stack' }), resultsOf);
  const distances = part(h('div', { class: 'stack' }), distancePlot);
  const facts = part(h('div', { class: 'stack' }), factsOf);
  let due = null;
  let distance = null;
  let leaks = null;
  let now = null;
  /** What there is nothing to say in before the job is known. */
  const rest = [
    panel('Results', 'The loss is the mean negative log-likelihood of the answers, in nats per token (natural logarithms): lower is better. ± is one standard error over the queries, or over the held-out examples. A difference compares trainings with the same seed example by example. Its own ± is therefore often much smaller than those of the two losses, and it alone tells whether one arm is better, even where the bars of the losses overlap.', results.element),
    h('div', { class: 'columns' },
      panel('Distance against loss', 'How far the examples of an arm are from the task’s queries, and the loss after training on them. If selection works, the arm with the nearer examples has the lower loss.', distances.element),
      panel('Training', 'The loss of the batches while training, by step, with a line for each training. Each arm is trained on examples of its own, so that the heights of different arms cannot be compared.', training.element)),
    panel('What it trains on', null, facts.element),
  ];
  for (const one of rest) one.hidden = true;

  async function load() {
    due = null;
    await state.load(get(path('jobs', id)).catch((failure) => {
      if (failure.status === 404) {
        state.element.hidden = true;
        said.replaceChildren(h('p', { class: 'note warn' }, `There is no job “${id}”. The `, h('a', { href: '#/jobs' }, 'list of jobs'), ' has those that there are.'));
      }
      throw failure;
    }).then((answer) => {
      now = answer;
      actions.show(answer.job.state);
      training.show({ outcomes: answer.outcomes, points: answer.progress, job: answer.job });
      showResults();
      facts.show({ job: answer.job, log: answer.log, why: answer.log_why, output: answer.output });
      showDistance();
      for (const one of [state.element, ...rest]) one.hidden = false;
      return { job: answer.job, report: answer.report };
    }), load);
    if (now && leaks === null) {
      leaks = await get(path('tasks', now.job.task)).then((answer) => answer.leaks ?? 0, () => 0);
      showResults();
    }
    if (distance === null && now) {
      distance = 'asked';
      try {
        distance = await get(path('jobs', id, 'distance'));
      } catch (failure) {
        distance = { problem: failure.message };
      }
      showDistance();
    }
  }

  function showResults() {
    results.show({ results: now.results, to: now.compared_with, job: now.job, leaks: leaks ?? 0 });
  }

  function showDistance() {
    distances.show(distance === null || distance === 'asked' ? { reading: true } : { distance, results: now?.results ?? [], job: now?.job });
  }

  async function cancel() {
    if (!(await confirmed('Cancel this job?', 'A trainer that is working on it stops. Another job of the task and budget can be fired then.', 'Cancel the job'))) return;
    try {
      await write('DELETE', path('jobs', id));
      said.replaceChildren(h('p', { class: 'note good' }, 'The job is cancelled.'));
      await load();
    } catch (failure) {
      said.replaceChildren(failed(failure));
    }
  }

  load();
  return {
    title: id,
    element: [
      h('div', { class: 'head' },
        h('div', {}, h('p', { class: 'quiet small' }, 'Job'), h('h1', {}, id)),
        actions.element),
      said, state.element, ...rest,
    ],
    listen(type, data) {
      if (due === null && (type === 'resumed' || (type === 'job' && data.job === id) || (type === 'overview' && now?.job.state === 'open' && !(data.open_jobs ?? []).some((one) => one.job === id)))) due = setTimeout(load, AGAIN_MILLIS);
    },
    close() {
      clearTimeout(due);
    },
  };
}

function stateOf({ job, report }) {
  const merged = { ...job, ...report, state: job.state, detail: job.detail || report?.detail || '' };
  return [
    h('div', { class: 'row' }, tag(job.state), h('span', {}, jobProgress(merged))),
    jobBar(merged),
    pairs(
      ['Task', h('a', { href: links.task(job.task) }, job.task)],
      ['Budget', counted(job.budget, 'example')],
      ['Fired', `${time(job.fired_at)}: ${TRIGGERS[job.trigger] ?? job.trigger}`],
      report?.trainer ? ['Trainer', `${report.trainer}, attempt ${count(report.attempt)}`] : null,
      report?.reported_at ? ['Last report', `${time(report.reported_at)}, ${duration(new Date(report.reported_at) - new Date(job.fired_at))} after the job was fired`] : null,
      known(report?.progress?.tokens_per_second) && job.state === 'open' ? ['Speed', `${rate(report.progress.tokens_per_second).replace('/s', '')} tokens/s, loss ${decimal(report.progress.loss)}`] : null),
  ];
}

function resultsOf({ results, to, job, leaks }) {
  if (results.length === 0) {
    return h('p', { class: 'quiet' }, job.state === 'open' ? 'The arms are evaluated after training. Results appear here as they arrive.' : 'No trainer has reported results of this job.');
  }
  const what = worth(results);
  const heldOut = results.some((one) => one.held_out_loss);
  return [
    what ? h('p', { class: `note ${what.tone}` }, verdict(what, to)) : null,
    what && !heldOut ? h('p', { class: 'quiet small' }, 'The candidates were selected by their similarity to these queries, so that a lower loss on them is to be expected. This job has no held-out examples: whether the gain goes beyond the queries was not tested.') : null,
    what && leaks > 0 ? h('p', { class: 'note warn' }, `${counted(leaks, 'candidate')} in the pool of `, h('a', { href: links.task(job.task) }, job.task), ' share text with its queries or held-out examples (leaks). As far as the job has trained on them, the model has seen what it is tested on. They are marked in the list of selected candidates.') : null,
    table('Losses of the arms', [
      { name: 'Arm', cell: (one) => armName(one.arm) },
      { name: 'Trainings', number: true, cell: (one) => (one.arm === 'none' ? '–' : one.draws > 1 ? `${count(one.seeds)} × ${count(one.draws)} draws` : count(one.seeds)) },
      { name: 'Loss on the queries', number: true, cell: (one) => loss(one.query_loss) },
      to ? { name: `Difference to ${otherName(to)}`, number: true, cell: (one) => difference(one.query_difference) } : null,
      heldOut ? { name: 'Loss on held-out examples', number: true, cell: (one) => loss(one.held_out_loss) } : null,
      heldOut && to ? { name: `Difference to ${otherName(to)}`, number: true, cell: (one) => difference(one.held_out_difference) } : null,
    ].filter(Boolean), results),
    lossPlot(results.filter((one) => one.query_loss), job),
  ];
}

function verdict({ difference: found, on, tone }, to) {
  const figure = `${difference(found)} nats per token`;
  if (tone === '') return `The selected subset and ${otherName(to)} differ on the ${on} by less than two standard errors (${figure}): this job does not tell which is better.`;
  return tone === 'good'
    ? `Selection pays on the ${on}: the loss is lower than that of ${otherName(to)} by more than two standard errors (${figure}).`
    : `Selection does not pay on the ${on}: the loss is higher than that of ${otherName(to)} by more than two standard errors (${figure}).`;
}

/** The losses side by side, with their standard errors. */
function lossPlot(results, job) {
  return plot(results.map((one, at) => ({ name: armName(one.arm), colour: armColour(one.arm, job), dots: true, errors: true, points: [[at + 1, one.query_loss.mean, one.query_loss.standard_error ?? 0]] })), {
    title: `Loss on the queries by arm: ${results.map((one) => `${armName(one.arm)} ${decimal(one.query_loss.mean, 4)}`).join(', ')}`,
    x: 'arm', y: 'loss on the queries, nats per token', legend: true, ticksX: [], empty: 'No losses yet.',
  });
}

function distancePlot({ reading, distance, results, job }) {
  if (reading) return h('p', { class: 'quiet' }, 'Reading the dataset …');
  if (distance.problem) return h('p', { class: 'note warn' }, distance.problem);
  const points = distance.arms.filter((arm) => arm.distance).map((arm) => ({ arm, result: results.find((one) => one.arm === arm.arm) }));
  const trained = points.filter(({ result }) => result?.query_loss);
  return [
    trained.length > 0
      ? plot(trained.map(({ arm, result }) => ({ name: armName(arm.arm), colour: armColour(arm.arm, job), dots: true, errors: true, points: [[arm.distance.mean, result.query_loss.mean, result.query_loss.standard_error ?? 0]] })), {
        title: 'Distance of each arm’s examples to the queries against the loss after training', x: 'distance to the queries (1 − similarity)', y: 'loss on the queries', legend: true })
      : h('p', { class: 'quiet' }, 'The plot needs results of the arms.'),
    points.length > 0
      ? table('Distances of the arms', [
        { name: 'Arm', cell: ({ arm }) => armName(arm.arm) },
        { name: 'Distance to the queries', number: true, cell: ({ arm }) => `${decimal(arm.distance.mean)} ± ${decimal(arm.distance.standard_error)}` },
        { name: 'Examples', number: true, cell: ({ arm }) => count(arm.distance.examples) },
      ], points)
      : h('p', { class: 'quiet' }, 'The dataset has no scores.'),
  ];
}

/** Of runs that are done, their outcomes have the whole curve; of the others there is what was reported on the way. */
function trainingPlot({ outcomes, points, job }) {
  const runs = new Map();
  const run = (one) => `${one.name || one.arm}, seed ${one.seed}`;
  const line = (one) => {
    const arm = armOf(one);
    return { name: `${armName(arm)}${one.name && one.name !== arm ? ` ${one.name}` : ''}, seed ${one.seed}`, group: armName(arm), colour: armColour(arm, job), points: [] };
  };
  for (const one of outcomes.filter((each) => each.training_losses?.length > 0)) {
    runs.set(run(one), { ...line(one), done: true, points: one.training_losses.map((point) => [point.step, point.loss]) });
  }
  for (const point of points.filter((each) => !runs.get(run(each))?.done)) {
    if (!runs.has(run(point))) runs.set(run(point), line(point));
    runs.get(run(point)).points.push([point.step, point.loss]);
  }
  for (const one of runs.values()) one.points.sort((a, b) => a[0] - b[0]);
  return plot([...runs.values()], {
    title: 'Loss of the batches by training step', x: 'step', y: 'loss of the batches, nats per token', whole: true, legend: true,
    empty: job.state === 'open' ? 'The trainer has not reported a step yet.' : 'No losses of this training were reported, or they are not kept any more.',
  });
}

function factsOf({ job, log, why, output }) {
  const settings = job.hyper_parameters ?? {};
  return [
    pairs(
      ['Examples', `${counted(job.examples, 'selected example')}, ${counted(job.random_examples, 'random one')}, of a pool of ${count(job.pool)}`],
      ['Evaluated on', `${counted(job.queries, 'query', 'queries')}${job.held_out > 0 ? `, ${counted(job.held_out, 'held-out example')}` : ''}`],
      ['Arms', ['selected', ...job.controls, ...(job.arms ?? []).map((arm) => arm.name)].join(', ')],
      ['Seeds', job.seeds.join(', ')],
      ['Selected by', `${job.algorithm}, revision ${job.revision}, representation ${job.representation_id}`],
      ['Settings', Object.entries(settings).map(([name, value]) => `${name.replaceAll('_', ' ')} ${Array.isArray(value) ? value.join('/') || 'default' : value}`).join(', ')],
      job.retracted?.length > 0 ? ['Retracted since', `${job.retracted.join(', ')}${job.retracted_incomplete ? ' and more' : ''}`] : null,
      output ? ['Trained models', h('span', { class: 'mono' }, output)] : null),
    h('div', { class: 'row small' }, h('span', { class: 'quiet' }, 'Download the dataset:'),
      [['jsonl', 'JSON lines'], ['parquet', 'Parquet'], ['both', 'both']].map(([format, text]) => h('a', { href: `${path('jobs', job.job, 'download')}?format=${format}`, download: true, 'data-key': format }, `${text} (zip)`))),
    h('p', { class: 'quiet small' }, 'Folders for TRL, Axolotl and LLaMA-Factory: ', h('code', { class: 'mono' }, `deploy/sluice dataset ${job.job} --out DIR --model DIR`)),
    h('details', { open: Boolean(log) }, h('summary', {}, 'What the training program wrote'),
      log ? h('pre', { class: 'code', tabindex: '0', role: 'region', 'aria-label': 'What the training program wrote' }, log) : null,
      h('p', { class: 'quiet small' }, sentence(why))),
  ];
}
