/* Conversations as people read them: who speaks, what is said, which tools are called. */
import { h } from './dom.js';

const ROLES = { system: 'System', user: 'User', assistant: 'Assistant', tool: 'Tool result' };
const THOUGHTS = ['reasoning_content', 'reasoning', 'thinking'];

/** All turns of an example, with the tools that are offered to the model. */
export function messages(example) {
  const tools = parsed(example.tools);
  return h('div', { class: 'messages' },
    Array.isArray(tools) && tools.length > 0
      ? h('details', {}, h('summary', {}, `Tools offered: ${tools.map(toolName).join(', ')}`), code(tools))
      : null,
    (example.messages ?? []).map(turn));
}

/** The text of the turn that a list shows: the last question, else whatever there is. */
export function prompt(example) {
  const turns = example.messages ?? [];
  const question = turns.filter((one) => one.role === 'user').at(-1) ?? turns[0] ?? {};
  return text(question.content);
}

/** The last answer of the assistant, or the call that it makes. */
export function answer(example) {
  const last = (example.messages ?? []).filter((one) => one.role === 'assistant').at(-1) ?? {};
  return text(last.content) || calls(last).map((call) => `${call.name}(…)`).join(', ');
}

function turn(one) {
  const masked = one.weight === 0;
  const name = one.name ? ` · ${one.name}` : '';
  return h('div', { class: `turn ${ROLES[one.role] ? one.role : ''}` },
    h('div', { class: 'role' }, `${ROLES[one.role] ?? one.role}${name}${masked ? ' · masked: seen by the model, not learnt' : ''}`),
    THOUGHTS.filter((field) => one[field]).map((field) =>
      h('details', {}, h('summary', {}, 'Thoughts'), h('pre', {}, text(one[field])))),
    one.content ? h('pre', {}, text(one.content)) : null,
    calls(one).map((call) =>
      h('div', { class: 'stack' }, h('div', { class: 'small' }, 'Calls ', h('strong', {}, call.name)), code(call.arguments))));
}

function calls(one) {
  const given = parsed(one.tool_calls);
  return (Array.isArray(given) ? given : []).map((call) => {
    const named = call?.function ?? call ?? {};
    return { name: String(named.name ?? 'a tool'), arguments: parsed(named.arguments) ?? {} };
  });
}

function toolName(tool) {
  return String(tool?.function?.name ?? tool?.name ?? 'unnamed');
}

/** JSON text as the value it stands for; anything else as it is. */
function parsed(value) {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function text(content) {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map((piece) => piece?.text ?? JSON.stringify(piece)).join('');
  return JSON.stringify(content);
}

function code(value) {
  return h('pre', { class: 'code', tabindex: '0', role: 'group', 'aria-label': 'JSON' },
    typeof value === 'string' ? value : JSON.stringify(value, null, 2));
}
