/* Numbers, shares and times as people read them. What is not known is a dash. */

export const UNKNOWN = '–';

const WHOLE = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function known(value) {
  return value !== undefined && value !== null;
}

/** A count with separators of thousands. */
export function count(value) {
  return known(value) ? WHOLE.format(value) : UNKNOWN;
}

/** A count and its unit in singular or plural. */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

export function decimal(value, digits = 3) {
  if (!known(value)) return UNKNOWN;
  const text = new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  return /^-[0.]+$/.test(text) ? text.slice(1) : text;
}

/** A number in few characters, for axes. */
export function short(value) {
  const size = Math.abs(value);
  if (size >= 1e5 || (size > 0 && size < 1e-3)) return value.toExponential(1).replace('e+', 'e');
  if (Number.isInteger(value)) return WHOLE.format(value);
  return new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(value);
}

export function percent(value, digits = 0) {
  return known(value) ? `${decimal(100 * value, digits)}%` : UNKNOWN;
}

/** So many a second. */
export function rate(value) {
  if (!known(value)) return UNKNOWN;
  return `${value > 0 && value < 10 ? decimal(value, 1) : count(value)}/s`;
}

/** A point in time, in the reader's time zone. */
export function time(value) {
  if (!known(value) || value === '') return UNKNOWN;
  const date = new Date(value);
  return Number.isNaN(date.getTime())
    ? String(value)
    : new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(date);
}

export function clock(value) {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(value));
}

/** The time of a point of today, else with its date. */
export function moment(value) {
  return new Date(value).toDateString() === new Date().toDateString() ? clock(value) : time(value);
}

/** How long something took, in at most two units. */
export function duration(millis) {
  const seconds = Math.max(0, Math.round(millis / 1000));
  const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) return '0 s';
  let rest = seconds;
  return units.slice(first, first + 2).map(([name, size]) => {
    const number = Math.floor(rest / size);
    rest %= size;
    return number > 0 ? `${number} ${name}` : '';
  }).filter(Boolean).join(' ');
}

/** The beginning of a text on one line. */
export function excerpt(text, length = 160) {
  const line = String(text ?? '').slice(0, 4 * length).replace(/\s+/g, ' ').trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}

/** A text that begins with a capital letter and ends with a full stop. */
export function sentence(text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}.` : '';
}
