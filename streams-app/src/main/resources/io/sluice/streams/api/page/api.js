/* Requests to the API of the streams-app that serves this page. */

const TOKEN = 'sluice.token';
const PATIENCE_MILLIS = 30000;

/** What the API, or the way to it, says against a request; `status` is 0 when there was no answer. */
export class ApiError extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

/** The token for writing. It stays in this tab, and is forgotten when the tab is closed. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN) ?? '',
  set(value) {
    if (value) sessionStorage.setItem(TOKEN, value);
    else sessionStorage.removeItem(TOKEN);
  },
};

/** A path below `api/` whose segments may have any characters. */
export function path(...segments) {
  return `api/${segments.map(encodeURIComponent).join('/')}`;
}

/** A query string of the parameters that have a value; a list gives one parameter for each entry. */
export function query(parameters) {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) {
      if (one !== undefined && one !== null && one !== '') given.append(name, one);
    }
  }
  const text = given.toString();
  return text ? `?${text}` : '';
}

/** Reads JSON. */
export function get(url, signal) {
  return request(url, { signal });
}

/** Writes, with the token if there is one. */
export function send(method, url, body, type = 'application/json', signal = undefined) {
  const headers = {};
  if (body !== undefined) headers['Content-Type'] = type;
  if (token.get()) headers.Authorization = `Bearer ${token.get()}`;
  return request(url, { method, body, headers, signal });
}

async function request(url, options) {
  let response;
  let text;
  const patience = AbortSignal.timeout(PATIENCE_MILLIS);
  try {
    const signal = options.signal && AbortSignal.any ? AbortSignal.any([options.signal, patience]) : (options.signal ?? patience);
    response = await fetch(url, { ...options, signal, cache: 'no-store', credentials: 'same-origin' });
    text = await response.text();
  } catch (failure) {
    if (options.signal?.aborted) throw failure;
    throw new ApiError(0, 'The streams-app does not answer. Check that it runs.');
  }
  if (response.ok) return text ? JSON.parse(text) : null;
  throw new ApiError(response.status, reason(response, text));
}

function reason(response, text) {
  try {
    return JSON.parse(text).reason ?? text;
  } catch {
    return text || `The streams-app answered with status ${response.status}.`;
  }
}

/** Whether a failure is the end of a request that is not needed any more. */
export function isAborted(failure) {
  return failure?.name === 'AbortError';
}
