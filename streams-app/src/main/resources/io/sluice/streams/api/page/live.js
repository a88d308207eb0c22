/*
 * What the streams-app tells the page without being asked: server-sent events. The page says since
 * when it has heard nothing, and connects again by itself.
 *
 * Browsers open six connections to a host at most, for all tabs together, and a stream of events
 * takes one for as long as it is open. So only a page that is seen has a stream: with one for each
 * tab, or for each page that the browser keeps for its Back button, the seventh would wait for ever.
 */
import { get } from './api.js';

const RECONNECT_MILLIS = 2000;
/** Heartbeats come each 5 s. */
const SILENCE_MILLIS = 16000;
const RATE_OVER_MILLIS = 10000;
const KEEP_MILLIS = 130000;

const FLOW = ['candidates', 'represented', 'scored', 'dead_letters'];

/** The newest state, and the listeners to it. */
export const live = {
  connection: { state: 'connecting', since: Date.now() },
  overview: null,
  /** Tasks by id; null until they are known. */
  tasks: null,
  /** Points of the flow, oldest first: `{ at, candidates, ... }` with `at` in milliseconds. */
  flow: [],
  listeners: new Set(),

  /**
   * Calls a listener with the type and the data of each event; returns what ends that. Beside those
   * of the streams-app there are `connection`, and `resumed` when others may have been missed.
   */
  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  },

  start() {
    follow();
    document.addEventListener('visibilitychange', follow);
    addEventListener('pageshow', follow);
    addEventListener('pagehide', disconnect);
    setInterval(watchSilence, 2000);
  },
};

/** Connects while the page is seen, and only then. */
function follow() {
  if (document.visibilityState === 'hidden') disconnect();
  else if (!source) {
    connect();
    loadHistory();
  }
}

function loadHistory() {
  get('api/overview').then(
    (overview) => {
      const heardSince = live.flow;
      live.flow = [];
      for (const point of overview.history ?? []) keepFlow(point.at, point);
      for (const point of heardSince) keepFlow(point.at, point);
      take('overview', overview);
    },
    () => {});
}

/** How many a second in the last seconds, by counter; null while that is not known. */
export function rates() {
  const last = live.flow.at(-1);
  const first = live.flow.find((point) => last && last.at - point.at <= RATE_OVER_MILLIS);
  const rate = {};
  for (const counter of FLOW) {
    const known = first && last.at > first.at && first[counter] !== null && last[counter] !== null;
    rate[counter] = known ? Math.max(0, (1000 * (last[counter] - first[counter])) / (last.at - first.at)) : null;
  }
  return rate;
}

/** The stream of events; null while the page is not seen. */
let source = null;
let heardAt = Date.now();
/** Whether events may have passed unheard since the last overview. */
let missed = false;

function connect() {
  source?.close();
  const stream = new EventSource('api/events');
  source = stream;
  heardAt = Date.now();
  for (const type of ['overview', 'task', 'task-removed', 'job', 'dead-letter', 'heartbeat']) {
    stream.addEventListener(type, (event) => {
      heard();
      take(type, JSON.parse(event.data));
      if (type === 'overview' && missed) {
        missed = false;
        tell('resumed', {});
      }
    });
  }
  stream.addEventListener('error', () => {
    lost();
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => { if (source === stream) connect(); }, RECONNECT_MILLIS);
  });
}

function disconnect() {
  source?.close();
  source = null;
  missed = true;
}

function heard() {
  heardAt = Date.now();
  connection('live');
}

function lost() {
  missed = true;
  connection('away');
}

function watchSilence() {
  if (source && Date.now() - heardAt > SILENCE_MILLIS) {
    lost();
    connect();
  }
}

function connection(state) {
  if (live.connection.state === state) return;
  live.connection = { state, since: Date.now() };
  tell('connection', live.connection);
}

function take(type, data) {
  if (type === 'overview') {
    live.overview = data;
    if (data.tasks) live.tasks = new Map(data.tasks.map((task) => [task.task, task]));
    if (data.flow) keepFlow(data.at, data.flow);
  } else if (type === 'task') {
    live.tasks = new Map(live.tasks ?? []).set(data.task, data);
  } else if (type === 'task-removed') {
    live.tasks?.delete(data.task);
  } else if (type === 'heartbeat' && live.flow.length > 0) {
    keepFlow(data.at, live.flow.at(-1));
  }
  tell(type, data);
}

function keepFlow(at, counters) {
  const when = new Date(at).getTime();
  const last = live.flow.at(-1);
  if (last && when <= last.at) return;
  const point = { at: when };
  for (const counter of FLOW) point[counter] = counters[counter] ?? null;
  live.flow.push(point);
  while (live.flow[0].at < when - KEEP_MILLIS) live.flow.shift();
}

function tell(type, data) {
  for (const listener of [...live.listeners]) listener(type, data);
}
