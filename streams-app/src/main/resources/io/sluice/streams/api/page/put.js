/* Puts a task, or changes one. The server checks what is typed, with the rules by which it would take it. */
import { get, isAborted, path, query, send } from './api.js';
import { write } from './dialogs.js';
import { h, newId, part } from './dom.js';
import { count, counted, excerpt } from './format.js';
import { live } from './live.js';
import { failed, links, panel, tierBars } from './parts.js';
import { answer, prompt } from './messages.js';
import { bar } from './plot.js';

const TYPING_MILLIS = 400;
const SHOWN_ERRORS = 8;
const ALGORITHMS = [
  ['round-robin', 'round-robin: each query gets its share (recommended)'],
  ['doubly-greedy', 'doubly-greedy: what is closest to any query'],
  ['knn-uniform', 'knn-uniform: what is near many queries'],
  ['random', 'random: a baseline'],
];
const OWN = ['task', 'queries', 'held_out', 'budgets', 'algorithm', 'leaks', 'duplicates'];

export function put(edited = '') {
  let typing = null;
  let request = new AbortController();
  let done = null;

  const id = h('input', { type: 'text', maxlength: 100, value: edited, disabled: edited !== '', spellcheck: 'false', oninput: typed });
  const budgets = h('input', { type: 'text', value: '50, 100, 200', inputmode: 'numeric', oninput: typed });
  const algorithm = h('select', { onchange: typed }, ALGORITHMS.map(([name, text]) => h('option', { value: name }, text)));
  const leaks = h('select', { onchange: typed }, [['report', 'count and mark them'], ['exclude', 'leave them out'], ['ignore', 'do not look for them']].map(([name, text]) => h('option', { value: name }, text)));
  const duplicates = h('select', { onchange: typed }, [['all', 'every candidate counts'], ['one', 'equal contents count once']].map(([name, text]) => h('option', { value: name }, text)));
  const form = h('select', { onchange: typed }, h('option', { value: '' }, 'found out by itself'));
  const queries = h('textarea', { rows: 10, spellcheck: 'false', oninput: typed, placeholder: '{"id": "q1", "messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}' });
  const heldOut = h('textarea', { rows: 5, spellcheck: 'false', oninput: typed });
  const further = h('textarea', { rows: 6, spellcheck: 'false', oninput: typed, placeholder: '{"where": {"source": {"not_in": ["synthetic-v1"]}}, "min_pool_factor": 10}' });
  const said = h('div', { role: 'status' });
  const findings = part(h('div', { class: 'stack', 'aria-live': 'polite' }), showFindings);
  const preview = part(h('div', { class: 'stack' }), showPreview);
  const progress = part(h('div', {}), showProgress);
  const submit = h('button', { class: 'primary', type: 'submit', disabled: true }, edited ? 'Put the new revision' : 'Put the task');
  let body = null;

  function field(name, input, note = '') {
    input.id = newId('field');
    const hint = note ? h('p', { class: 'quiet small', id: `${input.id}-note` }, note) : null;
    if (hint) input.setAttribute('aria-describedby', hint.id);
    return h('div', { class: 'field' }, h('label', { for: input.id }, name), input, hint);
  }

  /** A text into which files can be dropped too. */
  function dropped(name, input, note) {
    const file = h('input', { type: 'file', class: 'unseen', id: newId('file'), accept: '.json,.jsonl,.ndjson,.txt', onchange: async (event) => { await read(event.target.files); event.target.value = ''; } });
    const area = h('div', {
      class: 'drop',
      ondragover: (event) => { event.preventDefault(); area.classList.add('over'); },
      ondragleave: () => area.classList.remove('over'),
      ondrop: async (event) => { event.preventDefault(); area.classList.remove('over'); await read(event.dataTransfer.files); },
    }, field(name, input, note), h('div', { class: 'row small' }, file, h('button', { type: 'button', class: 'plain', onclick: () => file.click() }, 'Choose a file'), h('span', { class: 'quiet' }, 'or drop one here')));
    async function read(files) {
      const texts = await Promise.all([...files].map((one) => one.text()));
      if (texts.length === 0) return;
      input.value = texts.join('\n');
      typed();
    }
    file.setAttribute('aria-label', `File with ${name.toLowerCase()}`);
    file.tabIndex = -1;
    return area;
  }

  function typed() {
    submit.disabled = true;
    body = null;
    clearTimeout(typing);
    typing = setTimeout(check, TYPING_MILLIS);
  }

  /** Reads examples in any of the server's forms: those that can be used, and what is wrong with the others. */
  async function examples(text, signal) {
    if (text.trim() === '') return { accepted: 0, rejected: 0, errors: [], examples: [], more: 0, forms: {} };
    const type = text.trimStart().startsWith('[') ? 'application/json' : 'application/x-ndjson';
    return send('POST', `api/examples/check${query({ format: form.value })}`, text, type, signal);
  }

  async function check() {
    request.abort();
    request = new AbortController();
    const { signal } = request;
    try {
      const [asked, tested] = await Promise.all([examples(queries.value, signal), examples(heldOut.value, signal)]);
      const problems = [];
      const task = { task: id.value.trim(), queries: asked.examples.map(plain), budgets: numbers(budgets.value, problems), algorithm: algorithm.value, leaks: leaks.value, duplicates: duplicates.value, ...furtherFields(problems) };
      if (tested.examples.length > 0) task.held_out = tested.examples.map(plain);
      if (asked.more + tested.more > 0) problems.push({ field: 'queries', reason: 'more than 2,000 examples cannot be put from this page: use deploy/sluice task put FILE' });
      let verdict = { valid: false, problems: [] };
      const text = JSON.stringify(task);
      if (!task.task) problems.push({ field: 'task', reason: 'give the task a name' });
      else verdict = await checkTask(task, text, signal);
      if (asked.examples.length === 0) problems.push({ field: 'queries', reason: 'paste at least one query' });
      const all = [...problems, ...verdict.problems];
      const rejected = [...asked.errors.map((one) => ({ ...one, of: 'queries' })), ...tested.errors.map((one) => ({ ...one, of: 'held-out examples' }))];
      findings.show({ problems: all, rejected, queries: asked.accepted, heldOut: tested.accepted, forms: asked.forms ?? {}, changes: verdict.changes, touched: queries.value !== '' || id.value !== '' });
      preview.show(asked.examples.slice(0, 5));
      body = all.length === 0 && rejected.length === 0 && verdict.valid ? text : null;
      submit.disabled = body === null;
    } catch (failure) {
      if (!isAborted(failure)) findings.show({ failure: failure.message });
    }
  }

  /** What the server says of a task; without queries, of its name alone. */
  async function checkTask(task, text, signal) {
    try {
      const verdict = await send('POST', path('tasks', task.task, 'check'), text, 'application/json', signal);
      return task.queries.length > 0 ? verdict : { valid: false, problems: [] };
    } catch (failure) {
      if (failure.status !== 400) throw failure;
      return { valid: false, problems: [{ field: 'task', reason: failure.message }] };
    }
  }

  function numbers(text, problems) {
    const given = text.split(/[\s,;]+/).filter(Boolean);
    const wrong = given.find((one) => !/^\d{1,9}$/.test(one));
    if (wrong) problems.push({ field: 'budgets', reason: `“${wrong}” is not a whole number: write budgets such as 50, 100, 200` });
    return given.filter((one) => /^\d{1,9}$/.test(one)).map(Number);
  }

  function furtherFields(problems) {
    if (further.value.trim() === '') return {};
    try {
      const fields = JSON.parse(further.value);
      if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) throw new Error('it is not an object');
      const twice = Object.keys(fields).filter((name) => OWN.includes(name));
      if (twice.length > 0) problems.push({ field: twice[0], reason: 'has a field of its own above: remove it from the further fields' });
      return Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN.includes(name)));
    } catch (failure) {
      problems.push({ field: 'further fields', reason: `not a JSON object: ${failure.message}` });
      return {};
    }
  }

  async function save(event) {
    event.preventDefault();
    if (body === null) return;
    submit.disabled = true;
    said.replaceChildren(h('p', { class: 'note' }, 'Putting the task …'));
    try {
      done = await write('PUT', path('tasks', id.value.trim()), body);
      said.replaceChildren(h('p', { class: 'note good' },
        done.changed ? `Revision ${done.revision} of ` : `Nothing has changed: revision ${done.revision} of `,
        h('a', { href: links.task(done.task) }, done.task), done.changed ? ' is put. All stored candidates are scored for it now.' : ' stays.'));
      follow();
    } catch (failure) {
      said.replaceChildren(failed(failure));
      submit.disabled = false;
    }
  }

  function follow() {
    if (done) progress.show(live.tasks?.get(done.task) ?? null);
  }

  async function fillIn() {
    try {
      const { forms } = await get('api/forms');
      form.append(...forms.map((name) => h('option', { value: name }, name)));
    } catch {
      // Without the list, the form of the examples is found out by itself.
    }
    if (!edited) return;
    try {
      const task = await get(path('tasks', edited, 'definition'));
      queries.value = task.queries.map((one) => JSON.stringify(one)).join('\n');
      heldOut.value = (task.held_out ?? []).map((one) => JSON.stringify(one)).join('\n');
      budgets.value = task.budgets.join(', ');
      if (![...algorithm.options].some((one) => one.value === task.algorithm)) algorithm.append(h('option', { value: task.algorithm }, task.algorithm));
      algorithm.value = task.algorithm;
      leaks.value = task.leaks ?? 'report';
      duplicates.value = task.duplicates ?? 'all';
      const rest = Object.fromEntries(Object.entries(task).filter(([name]) => !OWN.includes(name)));
      further.value = Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : '';
      check();
    } catch (failure) {
      said.replaceChildren(failed(failure));
    }
  }

  findings.show({ touched: false });
  preview.show([]);
  fillIn();
  return {
    title: edited ? `Edit ${edited}` : 'Put a task',
    element: [
      h('div', { class: 'stack' },
        h('h1', {}, edited ? `Edit ${edited}` : 'Put a task'),
        h('p', { class: 'lead' }, edited
          ? 'A change makes a new revision. The old one is served until all stored candidates are scored for the new one.'
          : 'A task says what to fine-tune for: its queries are examples of what the model is to do, usually 8 to 300. Sluice selects the candidates that are most similar to them.')),
      h('form', { class: 'panel', onsubmit: save },
        h('div', { class: 'columns' },
          field('Name of the task', id, 'Up to 100 letters, digits, dots, dashes and underscores, and no dot at the beginning.'),
          field('Budgets', budgets, 'The numbers of examples at which you want to train, ascending.')),
        dropped('Queries', queries, 'One example a line as JSON, or a JSON array, in any form that ingest reads. The last message of each is the assistant’s answer.'),
        h('div', { class: 'columns' },
          field('Algorithm', algorithm),
          field('Form of the examples', form)),
        h('details', {}, h('summary', {}, 'Held-out examples, rules and jobs'),
          h('div', { class: 'stack' },
            dropped('Held-out examples', heldOut, 'Further examples on which trained models are evaluated as well.'),
            h('div', { class: 'columns' },
              field('Candidates that share text with the task', leaks),
              field('Duplicates', duplicates)),
            field('Further fields of the task file, as a JSON object', further, 'Such as where, min_tokens, max_tokens, min_pool_factor, controls, arms, seeds, hyper_parameters.'))),
        findings.element,
        h('div', { class: 'row' }, submit), said, progress.element),
      panel('How the queries are read', null, preview.element),
    ],
    listen: follow,
    close() {
      clearTimeout(typing);
      request.abort();
    },
  };
}

/** An example as a task file has it: without the number of its line. */
function plain({ line, ...example }) {
  return example;
}

function showFindings(found) {
  if (found.failure) return h('p', { class: 'note bad' }, found.failure);
  if (!found.touched) return h('p', { class: 'quiet' }, 'What you type is checked at once. Nothing is sent before you put the task.');
  const forms = Object.entries(found.forms).map(([name, number]) => `${name} ${count(number)}`).join(', ');
  const wrong = found.rejected.slice(0, SHOWN_ERRORS).map((one) => h('li', {}, `${one.of}, line ${count(one.line)}: ${one.reason}`));
  return [
    h('p', {}, `${counted(found.queries, 'query', 'queries')} can be used`, forms ? ` (form ${forms})` : '', found.heldOut > 0 ? `, ${counted(found.heldOut, 'held-out example')}` : '', '.'),
    found.problems.length + wrong.length > 0
      ? h('ul', { class: 'note warn' }, found.problems.map((one) => h('li', {}, one.field && !one.reason.startsWith(one.field) ? `${one.field}: ` : '', one.reason)), wrong,
        found.rejected.length > SHOWN_ERRORS ? h('li', {}, `and ${count(found.rejected.length - SHOWN_ERRORS)} more lines`) : null)
      : h('p', { class: 'note good' }, found.changes === false ? 'The task is valid, and the same as the one that there is.' : 'The task is valid.'),
  ];
}

function showPreview(examples) {
  if (examples.length === 0) return h('p', { class: 'quiet' }, 'The first queries are shown here as they are understood.');
  return h('ol', { class: 'changes' }, examples.map((one) => h('li', {}, h('div', {}, excerpt(prompt(one), 240)), h('div', { class: 'quiet' }, '→ ', excerpt(answer(one), 240)))));
}

function showProgress(task) {
  if (!task) return h('p', { class: 'quiet' }, 'The streams-app learns about the task in a moment …');
  return h('div', { class: 'stack' },
    task.incoming ? h('div', {}, `Revision ${task.incoming.revision} is being prepared: ${count(task.incoming.scored)} candidates are scored for it, ${count(task.incoming.waiting)} wait.`, bar(task.incoming.progress ?? 0)) : null,
    tierBars(task),
    h('p', {}, h('a', { href: links.task(task.task) }, `Open task ${task.task}`)));
}
