/* One job: how far it is, what its arms lost, and what it trains on. */
import { get, path } from './api.js';
import { confirmed, write } from './dialogs.js';
import { h, part } from './dom.js';
import { count, counted, decimal, known, rate, sentence, time } from './format.js';
import { failed, jobBar, jobProgress, links, loaded, pairs, panel, table, tag } from './parts.js';
import { plot } from './plot.js';
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
  let now = null;

  async function load() {
    due = null;
    await state.load(get(path('jobs', id)).then((answer) => {
      now = answer;
      actions.show(answer.job.state);
      training.show({ points: answer.progress ?? [], state: answer.job.state });
      results.show({ results: answer.results ?? [], to: answer.compared_with, state: answer.job.state });
      facts.show({ job: answer.job, log: answer.log, why: answer.log_why, output: answer.output });
      showDistance();
      return { job: answer.job, report: answer.report };
    }), load);
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

  function showDistance() {
    distances.show(distance === null || distance === 'asked' ? { reading: true } : { distance, results: now?.results ?? [] });
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
      said, state.element,
      panel('Results', 'The loss is the mean negative log-likelihood of the answers, in nats per token: lower is better. ± is one standard error.', results.element),
      h('div', { class: 'columns' },
        panel('Distance against loss', 'How far the examples of an arm are from the task’s queries, and the loss after training on them. Selection pays when near examples mean a low loss.', distances.element),
        panel('Training', 'The loss of the batches while training, by step.', training.element)),
      panel('What it trains on', null, facts.element),
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
      report?.reported_at ? ['Last report', time(report.reported_at)] : null,
      known(report?.progress?.tokens_per_second) && job.state === 'open' ? ['Speed', `${rate(report.progress.tokens_per_second).replace('/s', '')} tokens/s, loss ${decimal(report.progress.loss)}`] : null),
  ];
}

function armName(one) {
  return one.name && one.name !== one.arm ? one.name : { none: 'no training', random: 'random subset', selected: 'selected subset' }[one.arm] ?? one.arm;
}

function resultsOf({ results, to, state }) {
  if (results.length === 0) {
    return h('p', { class: 'quiet' }, state === 'open' ? 'The arms are evaluated after training. Results appear here as they arrive.' : 'No trainer has reported results of this job.');
  }
  const loss = (mean) => (mean ? `${decimal(mean.mean, 4)} ± ${decimal(mean.standard_error, 4)}` : '–');
  const error = (difference) => Math.hypot(difference.error_over_examples ?? 0, difference.error_over_draws ?? 0);
  const difference = (one) => (one ? `${one.mean > 0 ? '+' : ''}${decimal(one.mean, 4)} ± ${decimal(error(one), 4)}` : '–');
  const selected = results.find((one) => one.arm === 'selected' && !one.further);
  const other = { random: 'the random subset', none: 'no training' }[to] ?? to;
  const verdict = selected?.query_difference
    ? selected.query_difference.mean < -2 * error(selected.query_difference)
      ? ['good', `Selection pays: its loss is lower than that of ${other} by more than two standard errors.`]
      : selected.query_difference.mean > 2 * error(selected.query_difference)
        ? ['bad', `Selection does not pay here: its loss is higher than that of ${other}.`]
        : ['', `The selected subset and ${other} differ by less than two standard errors: this job does not tell which is better.`]
    : null;
  const heldOut = results.some((one) => one.held_out_loss);
  return [
    verdict ? h('p', { class: `note ${verdict[0]}` }, verdict[1]) : null,
    table('Losses of the arms', [
      { name: 'Arm', cell: armName },
      { name: 'Trainings', number: true, cell: (one) => (one.arm === 'none' ? '–' : one.draws > 1 ? `${count(one.seeds)} × ${count(one.draws)} draws` : count(one.seeds)) },
      { name: 'Loss on the queries', number: true, cell: (one) => loss(one.query_loss) },
      to ? { name: `Difference to ${other}`, number: true, cell: (one) => difference(one.query_difference) } : null,
      heldOut ? { name: 'Loss on held-out examples', number: true, cell: (one) => loss(one.held_out_loss) } : null,
      heldOut && to ? { name: `Difference to ${other}`, number: true, cell: (one) => difference(one.held_out_difference) } : null,
    ].filter(Boolean), results),
    lossPlot(results.filter((one) => one.query_loss)),
  ];
}

/** The losses side by side, with their standard errors. */
function lossPlot(results) {
  return plot(results.map((one, at) => ({ name: armName(one), dots: true, errors: true, points: [[at + 1, one.query_loss.mean, one.query_loss.standard_error ?? 0]] })), {
    title: `Loss on the queries by arm: ${results.map((one) => `${armName(one)} ${decimal(one.query_loss.mean, 4)}`).join(', ')}`,
    x: 'arm', y: 'loss on the queries, nats per token', legend: true, ticksX: [], empty: 'No losses yet.',
  });
}

function distancePlot({ reading, distance, results }) {
  if (reading) return h('p', { class: 'quiet' }, 'Reading the dataset …');
  if (distance.problem) return h('p', { class: 'note warn' }, distance.problem);
  const of = (name) => results.find((one) => (one.name || one.arm) === name || one.arm === name);
  const points = distance.arms.filter((arm) => arm.distance).map((arm) => ({ arm, result: of(arm.arm) }));
  const known = points.filter(({ result }) => result?.query_loss);
  return [
    known.length > 0
      ? plot(known.map(({ arm, result }) => ({ name: armName(result), colour: results.filter((one) => one.query_loss).indexOf(result), dots: true, errors: true, points: [[arm.distance.mean, result.query_loss.mean, result.query_loss.standard_error ?? 0]] })), {
        title: 'Distance of each arm’s examples to the queries against the loss after training', x: 'distance to the queries (1 − similarity)', y: 'loss on the queries', legend: true })
      : h('p', { class: 'quiet' }, 'The plot needs results of the arms.'),
    points.length > 0
      ? table('Distances of the arms', [
        { name: 'Arm', cell: ({ arm }) => armName({ arm: arm.arm }) },
        { name: 'Distance to the queries', number: true, cell: ({ arm }) => `${decimal(arm.distance.mean)} ± ${decimal(arm.distance.standard_error)}` },
        { name: 'Examples', number: true, cell: ({ arm }) => count(arm.distance.examples) },
      ], points)
      : h('p', { class: 'quiet' }, 'The dataset has no scores.'),
  ];
}

function trainingPlot({ points, state }) {
  const runs = new Map();
  for (const point of points) {
    const key = `${point.name || armName(point)}, seed ${point.seed}`;
    if (!runs.has(key)) runs.set(key, []);
    runs.get(key).push([point.step, point.loss]);
  }
  return plot([...runs].map(([name, line]) => ({ name, points: line.sort((a, b) => a[0] - b[0]) })), {
    title: 'Loss of the batches by training step', x: 'step', y: 'loss of the batches', legend: true,
    empty: state === 'open' ? 'The first report of the trainer has not arrived yet.' : 'The reports of this training are not kept any more.',
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
