/* Everything that is known about one candidate: what it says, and for each task why it is in or out. */
import { get, query, path } from './api.js';
import { confirmed, write } from './dialogs.js';
import { h } from './dom.js';
import { count, counted, decimal, sentence } from './format.js';
import { algorithmSentence, candidateLink, failed, links, loaded, pairs, panel, table, tag } from './parts.js';
import { messages } from './messages.js';
import { asks, queriesOf, queryName } from './queries.js';
import { bar } from './plot.js';

/** Explanations take time: with more tasks than this, only the one that the reader came from is explained at once. */
const MOST_OPENED = 3;

export function candidate(id, firstTask = '') {
  const said = h('div', { role: 'status' });
  const example = loaded('The example', null, content);
  const tasks = h('div', { class: 'stack wide-gap' });
  const retract = h('button', { type: 'button', class: 'danger', onclick: ask }, 'Retract');

  async function load() {
    const request = get(`api/candidate${query({ id })}`);
    await example.load(request, load);
    const answer = await request.catch(() => null);
    if (!answer) return;
    retract.hidden = !answer.known;
    if (!answer.known) {
      tasks.replaceChildren();
      return;
    }
    const first = answer.tasks.filter((one) => one.task === firstTask);
    const rest = answer.tasks.filter((one) => one.task !== firstTask);
    const all = [...first, ...rest];
    const queries = await Promise.all(all.map((one) => queriesOf(one.task, one.revision)));
    tasks.replaceChildren(...all.map((one, at) => inTask(id, one, one.task === firstTask || all.length <= MOST_OPENED, queries[at])));
    if (answer.tasks.length === 0) tasks.replaceChildren(panel('In the tasks', null, h('p', { class: 'quiet' }, 'There is no task.')));
  }

  function content(answer) {
    if (!answer.known) {
      return [
        h('p', { class: 'note warn' }, `No candidate with the id “${id}” was found. If it was sent a moment ago, reload this view.`),
        answer.why ? h('p', { class: 'quiet small' }, sentence(answer.why)) : null,
      ];
    }
    const metadata = Object.entries(answer.metadata ?? {});
    return [
      pairs(['Source', answer.source || 'none'], ...metadata),
      messages(answer),
      answer.why ? h('p', { class: 'quiet small' }, answer.why) : null,
    ];
  }

  async function ask() {
    if (!(await confirmed('Retract this candidate?', 'It leaves all subsets, and the next best candidate takes its place. Jobs that train on it list it as retracted. To bring it back, send it again.', 'Retract it'))) return;
    retract.disabled = true;
    try {
      await write('DELETE', `api/candidate${query({ id })}`);
      said.replaceChildren(h('p', { class: 'note good' }, 'The candidate is retracted. It leaves the subsets within seconds.'));
      setTimeout(load, 2000);
    } catch (failure) {
      said.replaceChildren(failed(failure));
    }
    retract.disabled = false;
  }

  load();
  return {
    title: id,
    element: [
      h('div', { class: 'head' },
        h('div', {}, h('p', { class: 'quiet small' }, 'Candidate'), h('h1', {}, id)),
        h('div', { class: 'row' }, retract)),
      said, example.element, tasks,
    ],
  };
}

const SENTENCES = {
  selected: 'It is in the subset.',
  not_selected: 'It is in the pool, and others have all slots.',
  left_out: 'The rules of the task leave it out of the pool.',
  not_scored: 'It is not in the pool: it has not been scored for this task.',
};

function inTask(id, one, opened, queries) {
  const why = h('div', { class: 'stack', 'aria-live': 'polite' });
  let asked = false;
  const details = h('details', { ontoggle: () => { if (details.open && !asked) explain(); } },
    h('summary', {}, 'Why it is in or out, and which slots it lost'), why);

  async function explain() {
    asked = true;
    why.replaceChildren(h('p', { class: 'quiet' }, 'Looking for the reason …'));
    try {
      const answer = await get(`${path('tasks', one.task, 'explain')}${query({ candidate: id })}`);
      why.replaceChildren(...explanation(answer, one, queries).filter(Boolean));
    } catch (failure) {
      asked = false;
      why.replaceChildren(failed(failure), h('button', { type: 'button', onclick: explain }, 'Ask again'));
    }
  }

  const place = one.place;
  const element = h('section', { class: 'panel' },
    h('h2', {}, 'In task ', h('a', { href: links.task(one.task) }, one.task), ' ', tag(one.state)),
    h('p', {}, SENTENCES[one.state] ?? '', one.reason ? ` ${one.reason}` : '',
      place ? ` Slot ${count(place.slot)} of the selection, chosen for the query ${place.query} with a similarity of ${decimal(place.score)}. It is part of budget ${count(place.tier)} and of all larger ones.` : ''),
    place && asks(queries, place.query) ? h('p', { class: 'quiet' }, `The query ${place.query} asks: “${asks(queries, place.query)}”`) : null,
    one.leak ? h('p', { class: 'note warn' }, 'It shares text with the queries or held-out examples of this task (a leak): a model that is trained on it has seen what it is tested on.') : null,
    details,
    one.scores.length > 0 ? h('details', { open: opened }, h('summary', {}, `Its score to each of ${counted(one.scores.length, 'query', 'queries')}`), scoreTable(one, queries)) : null);
  if (opened) details.open = true;
  return element;
}

function scoreTable(one, queries) {
  const scores = [...one.scores].sort((a, b) => b.score - a.score);
  const best = Math.max(...scores.map((row) => row.score), 1e-9);
  return table(`Scores in task ${one.task}, the highest first`, [
    { name: 'Query', id: true, cell: (row) => queryName(queries, row.query) },
    { name: 'Score', number: true, cell: (row) => decimal(row.score, 4) },
    { name: 'Beside its best', bars: true, cell: (row) => bar(row.score / best) },
  ], scores);
}

function explanation(answer, one, queries) {
  const lost = answer.queries.filter((row) => row.lost).sort((a, b) => a.lost.by - b.lost.by);
  return [
    h('p', { class: 'note' }, sentence(answer.why)),
    answer.state === 'selected' || answer.state === 'not_selected' ? h('p', { class: 'quiet' }, algorithmSentence(answer.algorithm)) : null,
    answer.left_out_by.length > 0 ? h('p', {}, `Rules that it does not meet: ${answer.left_out_by.join(', ')}.`) : null,
    answer.leaks_with.length > 0 ? h('p', {}, `It shares text with: ${answer.leaks_with.join(', ')}.`) : null,
    answer.same_content_as ? h('p', {}, 'It has the same content as ', candidateLink(answer.same_content_as, one.task), ', which counts for it.') : null,
    lost.length > 0 ? h('h3', {}, 'The slots that it lost, the closest first') : null,
    lost.length > 0 ? table('Slots that the candidate lost', [
      { name: 'Query', id: true, cell: (row) => queryName(queries, row.query) },
      { name: 'Its score', number: true, cell: (row) => decimal(row.score, 4) },
      { name: 'Slots lost', number: true, cell: (row) => count(row.lost.slots) },
      { name: 'The easiest', number: true, cell: (row) => `slot ${count(row.lost.closest)}` },
      { name: 'Held by', id: true, cell: (row) => candidateLink(row.lost.to, one.task) },
      { name: 'Whose score is', number: true, cell: (row) => decimal(row.lost.score, 4) },
      { name: 'More by', number: true, cell: (row) => decimal(row.lost.by, 4) },
    ], lost) : null,
  ];
}
