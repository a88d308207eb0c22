/* What the queries of tasks say: their ids alone tell people little. */
import { get, path, query } from './api.js';
import { h } from './dom.js';
import { excerpt } from './format.js';
import { prompt } from './messages.js';

const MOST_TASKS = 20;
const EXCERPT = 110;

/** By task: `{ revision, asked }`, where `asked` resolves to the queries by their ids. */
const kept = new Map();

/** The queries of a revision of a task by their ids; those that cannot be had now are missing. */
export function queriesOf(task, revision) {
  if (kept.get(task)?.revision !== revision) {
    kept.delete(task);
    kept.set(task, { revision, asked: ask(task, revision) });
    if (kept.size > MOST_TASKS) kept.delete(kept.keys().next().value);
  }
  return kept.get(task).asked;
}

async function ask(task, revision) {
  try {
    const answer = await get(`${path('tasks', task, 'queries')}${query({ messages: true })}`);
    if (answer.revision === revision) return new Map(answer.examples.map((one) => [one.id, one]));
  } catch {
    // The ids are shown without what they stand for, until the next view asks again.
  }
  kept.delete(task);
  return new Map();
}

/** What a query asks, in one line; empty if that is not known. */
export function asks(queries, id) {
  return queries.has(id) ? excerpt(prompt(queries.get(id)), EXCERPT) : '';
}

/** The id of a query, and below it what it asks. */
export function queryName(queries, id) {
  const text = asks(queries, id);
  return h('div', {}, h('span', { class: 'mono' }, id), text ? h('div', { class: 'quiet small' }, text) : null);
}
