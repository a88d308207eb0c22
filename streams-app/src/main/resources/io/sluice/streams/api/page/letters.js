/* Records that could not be used, by reason, with samples. */
import { get, query } from './api.js';
import { announce, h, part } from './dom.js';
import { count, counted, time } from './format.js';
import { candidateLink, loaded, table } from './parts.js';

const LIMIT = 20;
const AGAIN_MILLIS = 1000;
const ALL = { reason: '', topic: '', stage: '' };

export function letters() {
  let asked = { ...ALL };
  let offset = 0;
  let due = null;
  const reasons = loaded('By reason', 'Equal faults are counted together. Choose one to see its records.', reasonTable);
  const samples = part(h('div', { class: 'stack' }), sampleList);
  const records = h('section', { class: 'panel', hidden: true }, h('h2', {}, 'Records'), samples.element);

  async function load() {
    due = null;
    await reasons.load(get(`api/dead-letters${query({ ...asked, offset, limit: LIMIT })}`).then((answer) => {
      records.hidden = answer.total === 0;
      samples.show({ letters: answer.letters, matching: answer.matching, offset: answer.offset, asked });
      return { reasons: answer.reasons, total: answer.total, read: answer.read, complete: answer.complete, asked };
    }), load);
  }

  function choose(chosen) {
    asked = chosen;
    offset = 0;
    load();
  }

  function reasonTable(answer) {
    if (answer.reasons.length === 0) return h('p', {}, 'There are no dead letters: everything that was sent could be used.');
    return [
      table('Dead letters by reason', [
        { name: 'Reason', id: true, cell: (one) => one.kind },
        { name: 'Records', number: true, cell: (one) => count(one.count) },
        { name: 'Where', cell: (one) => h('div', { class: 'small' }, one.stage, h('div', { class: 'quiet mono' }, one.topic)) },
        { name: 'Last', cell: (one) => time(one.last_at) },
        { name: 'Samples', cell: (one) => {
          const chosen = { reason: one.kind, topic: one.topic, stage: one.stage };
          const same = JSON.stringify(chosen) === JSON.stringify(answer.asked);
          return h('button', { type: 'button', class: 'plain', 'aria-pressed': String(same), 'data-key': `${one.kind}${one.topic}${one.stage}`, onclick: () => choose(same ? { ...ALL } : chosen) }, same ? 'Show all' : 'Show');
        } },
      ], answer.reasons),
      answer.complete ? null : h('p', { class: 'quiet small' }, `The newest ${count(answer.read)} of ${count(answer.total)} are counted.`),
    ];
  }

  function sampleList(answer) {
    if (answer.letters.length === 0) return h('p', { class: 'quiet' }, 'Nothing to show.');
    const pages = Math.ceil(answer.matching / LIMIT);
    const page = Math.floor(answer.offset / LIMIT) + 1;
    const to = (number, text, key) => h('button', { type: 'button', 'data-key': key, disabled: number < 1 || number > pages, onclick: () => { offset = (number - 1) * LIMIT; load(); announce(`Page ${number} of ${pages}`); } }, text);
    return [
      h('p', { class: 'quiet small' }, `${counted(answer.matching, 'record')}${answer.asked.reason ? ' of the chosen reason' : ''}, the newest first.`),
      h('ol', { class: 'changes' }, answer.letters.map(letter)),
      h('nav', { class: 'row', 'aria-label': 'Pages of dead letters' }, to(page - 1, 'Newer', 'newer'), h('span', {}, `Page ${count(page)} of ${count(pages)}`), to(page + 1, 'Older', 'older')),
    ];
  }

  load();
  return {
    title: 'Dead letters',
    element: [
      h('div', { class: 'stack' },
        h('h1', {}, 'Dead letters'),
        h('p', { class: 'lead' }, 'Records that could not be used are kept here with the reason, so that nothing is lost silently. If the record is at fault, mend what the reason names and send the example again under the same id. If a service was at fault, mend that; then ', h('code', { class: 'mono' }, 'deploy/sluice dead-letters replay --dry-run'), ' says which records it can send again.')),
      reasons.element,
      records,
    ],
    listen(type) {
      if ((type === 'dead-letter' || type === 'resumed') && due === null) due = setTimeout(load, AGAIN_MILLIS);
    },
    close() {
      clearTimeout(due);
    },
  };
}

function letter(one) {
  return h('li', {},
    h('div', { class: 'row' }, h('span', { class: 'quiet nowrap' }, time(one.at)), one.key ? (one.topic.endsWith('candidates') ? candidateLink(one.key) : h('span', { class: 'mono' }, one.key)) : null),
    h('p', {}, one.reason),
    h('p', { class: 'quiet small' }, `${one.stage}; from ${one.topic}, partition ${one.source_partition}, offset ${count(one.source_offset)}; ${counted(one.value_bytes, 'byte')}`),
    one.value ? h('details', {}, h('summary', {}, one.binary ? 'The record (no text: what can be read of it)' : 'The record'), h('pre', { class: 'code', tabindex: '0', role: 'group', 'aria-label': 'Record' }, one.value), one.value_cut ? h('p', { class: 'quiet small' }, 'Only the beginning is shown.') : null) : null);
}
