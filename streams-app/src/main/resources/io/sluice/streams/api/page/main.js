/* The frame of the page: views by the fragment of the address, the connection, the token. */
import { token } from './api.js';
import { askForToken } from './dialogs.js';
import { announce, h, newId, part } from './dom.js';
import { clock, moment } from './format.js';
import { live } from './live.js';
import { failed, links } from './parts.js';
import { overview } from './overview.js';
import { task } from './task.js';
import { candidate } from './candidate.js';
import { jobs } from './jobs.js';
import { job } from './job.js';
import { letters } from './letters.js';
import { put } from './put.js';

const NAVIGATION = [
  ['', 'Overview'],
  ['jobs', 'Jobs'],
  ['dead-letters', 'Dead letters'],
  ['put', 'Put a task'],
];

const VIEWS = { '': overview, tasks: task, candidates: candidate, jobs: (id) => (id ? job(id) : jobs()), 'dead-letters': letters, put };

const content = document.getElementById('content');
let shown = { close() {}, listen() {} };

/** The parts of the fragment, decoded; a fragment that cannot be decoded leads to the overview. */
function route() {
  try {
    return location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  } catch {
    return [''];
  }
}

function show() {
  const [name, ...rest] = route();
  // The same view may take another part of the address itself, such as a tab.
  if (shown.goes?.(name, rest)) return false;
  shown.close?.();
  const view = VIEWS[name];
  try {
    shown = view ? view(...rest) : missing(name);
  } catch (failure) {
    shown = { title: 'Error', element: failed(failure) };
  }
  content.replaceChildren(...[shown.element].flat());
  document.title = shown.title ? `${shown.title} · Sluice` : 'Sluice';
  navigation.show(name);
  scrollTo(0, 0);
  return true;
}

function missing(name) {
  return {
    title: 'Not found',
    element: h('div', { class: 'stack' },
      h('h1', {}, 'There is no such view'),
      h('p', {}, `This page has no view named “${name}”. `, h('a', { href: '#/' }, 'Go to the overview'), '.')),
  };
}

const navigation = part(document.getElementById('nav'), (current) =>
  h('ul', {}, NAVIGATION.map(([name, text]) =>
    h('li', {}, h('a', { href: `#/${name}`, 'data-key': name, 'aria-current': name === current || (name === '' && current === 'tasks') ? 'page' : null }, text)))));

/** Any candidate by its id, selected or not. */
function fillFind(form) {
  const field = h('input', { type: 'search', id: newId('find'), maxlength: 256, placeholder: 'id of a candidate', autocomplete: 'off', spellcheck: 'false' });
  form.append(h('label', { for: field.id, class: 'unseen' }, 'Find a candidate by its id'), field, h('button', { type: 'submit' }, 'Find'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const id = field.value.trim();
    if (id === '') return;
    field.value = '';
    location.hash = links.candidate(id);
  });
}

const tools = part(document.getElementById('tools'), ({ state, needsToken, hasToken }) => [
  needsToken
    ? h('button', { type: 'button', class: 'plain', 'data-key': 'token', onclick: async () => { await askForToken(); showTools(); } }, hasToken ? 'Token is set' : 'Enter the token')
    : null,
  h('span', { class: `live ${state === 'live' ? 'on' : state}` }, { live: 'Live', connecting: 'Connecting …', away: 'Not connected' }[state]),
]);

function showTools() {
  tools.show({ state: live.connection.state, needsToken: live.overview?.token_required ?? false, hasToken: token.get() !== '' });
}

/** What is away, and since when: said once, above everything. */
const banner = part(document.getElementById('banner'), (sentences) => sentences.map((sentence) => h('p', {}, sentence)));

function showBanner() {
  if (live.connection.state === 'away') {
    banner.show([`No connection to the streams-app since ${clock(live.connection.since)}. What is shown may be out of date. The page connects again by itself.`]);
    return;
  }
  const away = (live.overview?.services ?? []).filter((service) => service.state === 'away' && matters(service));
  const sentences = away.map((service) => `${NAMES[service.service] ?? service.service} ${service.name ? `(${service.name}) ` : ''}is away since ${moment(service.since)}${service.detail ? `: ${service.detail}` : ''}.`);
  if (live.overview?.tasks_problem) sentences.push(`Tasks cannot be read at the moment: ${live.overview.tasks_problem}`);
  banner.show(sentences);
}

const NAMES = { kafka: 'Kafka', registry: 'The schema registry', streams: 'The streams-app', worker: 'The worker', trainer: 'The trainer' };

/** Without jobs, nobody misses a trainer that never was there. */
function matters(service) {
  return service.service !== 'trainer' || service.name !== '' || (live.overview?.jobs?.open ?? 0) > 0;
}

live.listen((type, data) => {
  showTools();
  showBanner();
  if (type === 'connection') announce(data.state === 'live' ? 'Connected.' : 'The connection to the streams-app is lost.');
  try {
    shown.listen?.(type, data);
  } catch (failure) {
    console.error(failure);
  }
});

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  content.focus();
});
addEventListener('hashchange', () => {
  if (show()) content.focus({ preventScroll: true });
});
fillFind(document.getElementById('find'));
document.getElementById('foot').append(
  'Sluice keeps, for each task, the subset of all candidates that helps most to fine-tune for it. ',
  h('a', { href: 'api/openapi.json' }, 'The API'));
showTools();
show();
live.start();
