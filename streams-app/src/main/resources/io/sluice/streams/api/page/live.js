/*
 * What the streams-app tells the page without being asked: server-sent events. The page says since
 * when it has heard nothing, and connects again by itself.
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

  /** Calls a listener with the type and the data of each event; returns what ends that. */
  listen(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  },

  start() {
    connect();
    setInterval(watchSilence, 2000);
    get('api/overview').then(
      (overview) => {
        const heardSince = live.flow;
        live.flow = [];
        for (const point of overview.history ?? []) keepFlow(point.at, point);
        for (const point of heardSince) keepFlow(point.at, point);
        take('overview', overview);
      },
      () => {});
  },
};

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

let source;
let heardAt = Date.now();

function connect() {
  source?.close();
  source = new EventSource('api/events');
  heardAt = Date.now();
  for (const type of ['overview', 'task', 'task-removed', 'job', 'dead-letter', 'heartbeat']) {
    source.addEventListener(type, (event) => {
      heard();
      take(type, JSON.parse(event.data));
    });
  }
  source.addEventListener('error', () => {
    const ended = source.readyState === EventSource.CLOSED;
    lost();
    if (ended) setTimeout(connect, RECONNECT_MILLIS);
  });
}

function heard() {
  heardAt = Date.now();
  connection('live');
}

function lost() {
  connection('away');
}

function watchSilence() {
  if (Date.now() - heardAt > SILENCE_MILLIS) {
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
