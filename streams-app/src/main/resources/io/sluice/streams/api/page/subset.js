/* The subset of a task in selection order: searched, filtered and paged through by the server. */
import { get, isAborted, path, query } from './api.js';
import { announce, h, newId, part } from './dom.js';
import { count, counted, decimal, excerpt } from './format.js';
import { candidateLink, failed, links, panel } from './parts.js';
import { answer, messages, prompt } from './messages.js';
import { asks, queriesOf } from './queries.js';

const TYPING_MILLIS = 250;
const FORMATS = [
  ['jsonl', 'JSON lines with scores'],
  ['messages', 'JSON lines of messages, to train on'],
  ['parquet', 'Parquet'],
  ['json', 'one JSON object'],
];

export function subset(id, details) {
  const asked = { budget: null, offset: 0, limit: 50, search: '', source: null, metaName: '', metaValue: '' };
  const unfolded = new Set();
  let request = new AbortController();
  let typing = null;
  let shownFor = null;

  const problem = h('div', { role: 'status' });
  const rows = part(h('div', { class: 'scroll' }), rowTable);
  const pager = part(h('nav', { class: 'row', 'aria-label': 'Pages of the subset' }), pageButtons);
  const found = h('p', { class: 'quiet small', 'aria-live': 'polite' });
  const downloads = part(h('div', { class: 'row small' }), (budget) => [
    h('span', { class: 'quiet' }, 'Download:'),
    FORMATS.map(([format, text]) => h('a', { href: `${path('tasks', id, 'download')}${query({ budget, format })}`, download: true, 'data-key': format }, text)),
  ]);

  const search = field('Search', h('input', { type: 'search', maxlength: 200, placeholder: 'text, id, source', oninput: typed((value) => { asked.search = value; }) }));
  const sources = h('select', { onchange: (event) => change(() => { asked.source = event.target.value === '*' ? null : event.target.value.slice(1); }) }, h('option', { value: '*' }, 'all sources'));
  const budgets = h('select', { onchange: (event) => change(() => { asked.budget = Number(event.target.value); unfolded.clear(); }) });
  const size = h('select', { onchange: (event) => change(() => { asked.limit = Number(event.target.value); }) },
    [25, 50, 100, 200].map((rowsAtOnce) => h('option', { value: rowsAtOnce, selected: rowsAtOnce === asked.limit }, rowsAtOnce)));
  const metaName = field('Metadata field', h('input', { type: 'text', maxlength: 200, placeholder: 'such as licence', oninput: typed((value) => { asked.metaName = value.trim(); }) }));
  const metaValue = field('has the value', h('input', { type: 'text', maxlength: 1024, placeholder: 'such as mit', oninput: typed((value) => { asked.metaValue = value; }) }));

  function field(name, input) {
    input.id = newId('field');
    return h('div', { class: 'field' }, h('label', { for: input.id }, name), input);
  }

  function typed(set) {
    return (event) => {
      clearTimeout(typing);
      const value = event.target.value;
      typing = setTimeout(() => change(() => set(value)), TYPING_MILLIS);
    };
  }

  function change(set) {
    set();
    asked.offset = 0;
    load();
  }

  async function load() {
    request.abort();
    request = new AbortController();
    const mine = request;
    const meta = asked.metaName && asked.metaValue ? { [`meta.${asked.metaName}`]: asked.metaValue } : {};
    const source = asked.source === null ? '' : `&source=${encodeURIComponent(asked.source)}`;
    const parameters = query({ budget: asked.budget, offset: asked.offset, limit: asked.limit, search: asked.search, ...meta });
    try {
      const page = await get(`${path('tasks', id, 'selected')}${parameters}${source}`, request.signal);
      const queries = await queriesOf(id, page.revision);
      if (mine.signal.aborted) return;
      problem.replaceChildren();
      rows.show({ ...page, search: page.selected.length === 0 ? asked.search.trim() : '', questions: Object.fromEntries(page.selected.map((row) => [row.query, asks(queries, row.query)])) });
      pager.show({ matching: page.matching, offset: page.offset, limit: page.limit });
      downloads.show(page.budget);
      found.textContent = page.matching === page.size
        ? `${counted(page.size, 'candidate')} in selection order.`
        : `${count(page.matching)} of ${counted(page.size, 'candidate')} match.`;
    } catch (failure) {
      if (!isAborted(failure)) problem.replaceChildren(failed(failure, load));
    }
  }

  function rowTable(page) {
    if (page.selected.length === 0) {
      return h('p', {}, page.size === 0
        ? 'Nothing is selected yet. Candidates appear here as soon as a worker has represented them and the streams-app has scored them.'
        : ['No candidate of the subset matches. Change the search or the filters.',
          page.search ? [' Only selected candidates are searched. If this is the id of another one, ', h('a', { href: links.candidate(page.search, id), 'data-key': 'other' }, `look up the candidate “${page.search}”`), '.'] : '']);
    }
    return h('table', {},
      h('caption', { class: 'unseen' }, `Selected candidates of task ${id}, in selection order`),
      h('thead', {}, h('tr', {}, [['Slot', 'number'], ['Candidate', 'id'], ['Example', 'wide'], ['Source', ''], ['Selected for', ''], ['Score', 'number'], ['Budget', 'number']].map(([name, kind]) => h('th', { scope: 'col', class: kind || null }, name)))),
      h('tbody', {}, page.selected.map((row) => rowOf(row, page.questions[row.query]))));
  }

  function rowOf(row, question) {
    const open = unfolded.has(row.candidate_id);
    const detail = newId('example');
    const button = h('button', { type: 'button', class: 'plain', 'data-key': `fold-${row.candidate_id}`, 'aria-expanded': String(open), 'aria-controls': detail, onclick: fold }, open ? 'Less' : 'Read', h('span', { class: 'unseen' }, ` candidate in slot ${row.rank}`));
    const below = h('tr', { id: detail, hidden: !open }, h('td', { colspan: 7 }, open ? whole(row, question) : null));
    const line = h('tr', { class: open ? 'unfolded' : null },
      h('td', { class: 'number' }, count(row.rank)),
      h('th', { scope: 'row', class: 'id' }, candidateLink(row.candidate_id, id, row.candidate_id), row.leak ? h('div', {}, h('span', { class: 'tag warn', title: 'shares text with the task’s queries or held-out examples' }, 'leak')) : null),
      h('td', { class: 'wide' }, h('div', {}, excerpt(prompt(row))), h('div', { class: 'quiet' }, '→ ', excerpt(answer(row), 90), ' ', button)),
      h('td', { class: 'id' }, row.source || h('span', { class: 'quiet' }, 'none')),
      h('td', { class: 'id small', title: question || null }, row.query),
      h('td', { class: 'number' }, decimal(row.score)),
      h('td', { class: 'number' }, count(row.tier)));
    function fold() {
      const opening = below.hidden;
      if (opening) unfolded.add(row.candidate_id);
      else unfolded.delete(row.candidate_id);
      below.hidden = !opening;
      line.classList.toggle('unfolded', opening);
      button.setAttribute('aria-expanded', String(opening));
      button.firstChild.textContent = opening ? 'Less' : 'Read';
      if (opening && below.firstChild.childElementCount === 0) below.firstChild.append(whole(row, question));
    }
    return [line, below];
  }

  function whole(row, question) {
    const metadata = Object.entries(row.metadata ?? {});
    return h('div', { class: 'stack' }, messages(row),
      question ? h('p', { class: 'small quiet' }, `Selected for the query ${row.query}, which asks: “${question}”`) : null,
      metadata.length > 0 ? h('p', { class: 'small quiet' }, metadata.map(([name, value]) => `${name}: ${value}`).join(' · ')) : null);
  }

  function pageButtons({ matching, offset, limit }) {
    const pages = Math.max(1, Math.ceil(matching / limit));
    const page = Math.floor(offset / limit) + 1;
    const to = (number, text, key) => h('button', { type: 'button', 'data-key': key, disabled: number < 1 || number > pages || number === page, onclick: () => { asked.offset = (number - 1) * limit; load(); announce(`Page ${number} of ${pages}`); } }, text);
    const number = h('input', { type: 'number', min: 1, max: pages, value: page, id: newId('page'), 'data-key': 'page', onchange: (event) => {
      const wanted = Math.min(pages, Math.max(1, Math.round(Number(event.target.value)) || 1));
      asked.offset = (wanted - 1) * limit;
      load();
    } });
    return [to(1, 'First', 'first'), to(page - 1, 'Previous', 'previous'), h('label', { for: number.id }, 'Page'), number, h('span', {}, `of ${count(pages)}`), to(page + 1, 'Next', 'next'), to(pages, 'Last', 'last')];
  }

  async function loadSources() {
    try {
      const shares = await get(`${path('tasks', id, 'shares')}?field=source`);
      const chosen = sources.value;
      sources.replaceChildren(h('option', { value: '*' }, 'all sources'),
        ...shares.values.filter((one) => one.value !== null && one.selected > 0).map((one) =>
          h('option', { value: `=${one.value}` }, `${one.value || 'no source'} (${count(one.selected)})`)));
      sources.value = chosen;
    } catch {
      // The list of sources is a convenience: the search finds sources too.
    }
  }

  function showBudgets(task) {
    if (!task || budgets.options.length === task.tiers.length) return;
    budgets.replaceChildren(...task.tiers.map((tier) => h('option', { value: tier.budget }, count(tier.budget))));
    budgets.value = String(asked.budget ?? task.tiers.at(-1).budget);
  }

  const refresh = h('button', { type: 'button', class: 'plain', hidden: true, onclick: () => { refresh.hidden = true; load(); } }, 'The subset has changed: show it as it is now');
  showBudgets(details);
  load();
  loadSources();
  return {
    element: panel('Selected candidates', 'In the order of selection: the candidate in slot 0 was chosen first. “Selected for” names the query whose turn it was, or that it is most similar to. Open a candidate to see why it is here.',
      h('div', { class: 'row end' },
        search,
        field('Source', sources),
        field('Budget', budgets),
        field('Rows', size)),
      h('details', {}, h('summary', {}, 'Filter by metadata'), h('div', { class: 'row end' }, metaName, metaValue)),
      problem, h('div', { class: 'row' }, found, refresh), rows.element, pager.element, downloads.element),
    details(task) {
      showBudgets(task);
      const key = JSON.stringify([task.revision, task.selected, task.nominated, task.pool]);
      if (shownFor !== null && shownFor !== key) {
        // Someone who reads on a later page, or has unfolded rows, is not moved away from them.
        if (asked.offset === 0 && unfolded.size === 0) load();
        else refresh.hidden = false;
      }
      shownFor = key;
    },
    close() {
      clearTimeout(typing);
      request.abort();
    },
  };
}

