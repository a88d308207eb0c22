/* Questions to the person: the token, and whether something that cannot be undone is meant. */
import { ApiError, send, token } from './api.js';
import { h, newId, announce } from './dom.js';

/** Asks before something is done; resolves to whether it is to be done. */
export function confirmed(title, text, action) {
  return new Promise((resolve) => {
    const close = (answer) => () => {
      dialog.close();
      resolve(answer);
    };
    const dialog = open(title,
      h('p', {}, text),
      h('div', { class: 'row' },
        h('button', { class: 'danger', type: 'button', onclick: close(true), id: 'confirm' }, action),
        h('button', { type: 'button', onclick: close(false) }, 'Keep as it is')));
    dialog.addEventListener('cancel', () => resolve(false));
  });
}

/** Asks for the token, checks it, and keeps it for this tab; resolves to whether there is one now. */
export function askForToken(problem = '') {
  return new Promise((resolve) => {
    const field = h('input', { id: newId('token'), type: 'password', autocomplete: 'off', value: token.get(), maxlength: '1000' });
    const said = h('p', { class: problem ? 'note bad' : '', role: 'alert' }, problem);
    const finish = (answer) => {
      dialog.close();
      resolve(answer);
    };
    const save = async (event) => {
      event.preventDefault();
      const before = token.get();
      token.set(field.value.trim());
      try {
        await send('POST', 'api/token');
        announce('The token is right.');
        finish(true);
      } catch (failure) {
        token.set(before);
        said.className = 'note bad';
        said.textContent = failure.status === 401 ? 'This is not the token of this streams-app (its setting http.token).' : failure.message;
        field.focus();
      }
    };
    const dialog = open('Token for writing',
      h('p', {}, 'Everyone may read. To put tasks, fire and cancel jobs or retract candidates, enter the token of this streams-app (its setting http.token). It stays in this browser tab and is forgotten when the tab is closed.'),
      h('form', { class: 'stack', onsubmit: save },
        h('div', { class: 'field' }, h('label', { for: field.id }, 'Token'), field),
        said,
        h('div', { class: 'row' },
          h('button', { class: 'primary', type: 'submit' }, 'Use this token'),
          token.get()
            ? h('button', { type: 'button', onclick: () => { token.set(''); finish(false); } }, 'Forget it')
            : null,
          h('button', { type: 'button', onclick: () => finish(false) }, 'Cancel'))));
    dialog.addEventListener('cancel', () => resolve(false));
  });
}

/** Writes; when the token is missing or wrong, asks for it and tries again. */
export async function write(method, url, body) {
  for (;;) {
    try {
      return await send(method, url, body);
    } catch (failure) {
      if (!(failure instanceof ApiError) || failure.status !== 401) throw failure;
      const problem = token.get() ? 'This is not the token of this streams-app.' : '';
      if (!(await askForToken(problem))) throw new ApiError(401, 'Nothing was done: writing needs the token of this streams-app (its setting http.token).');
    }
  }
}

function open(title, ...content) {
  const heading = h('h2', { id: newId('dialog') }, title);
  const dialog = h('dialog', { 'aria-labelledby': heading.id }, h('div', { class: 'stack' }, heading, content));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
