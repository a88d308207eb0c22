/* What the arms of a job lost, and what that says: in words, figures and colours. */
import { decimal } from './format.js';

/** The colours of the arms that most jobs have; further arms take the ones between. */
const COLOURS = { selected: 0, random: 1, none: 5 };
const FURTHER = [2, 3, 4];
const NAMES = { none: 'no training', random: 'random subset', selected: 'selected subset' };
const OTHERS = { none: 'no training', random: 'the random subset' };

/** Names the arm of a result, an outcome or a step; random subsets are one arm. */
export function armOf(one) {
  return one.arm === 'random' ? 'random' : one.name || one.arm;
}

/** An arm in words. */
export function armName(arm) {
  return NAMES[arm] ?? arm;
}

/** The number of an arm's colour, the same in all plots of a job. */
export function armColour(arm, job) {
  if (arm in COLOURS) return COLOURS[arm];
  const at = (job.arms ?? []).filter((one) => !one.random).findIndex((one) => one.name === arm);
  return FURTHER[Math.max(0, at) % FURTHER.length];
}

/** The arm that is compared with, in words. */
export function otherName(to) {
  return OTHERS[to] ?? to;
}

export function loss(mean) {
  return mean ? `${decimal(mean.mean, 4)} ± ${decimal(mean.standard_error, 4)}` : '–';
}

export function difference(one) {
  return one ? `${one.mean > 0 ? '+' : ''}${decimal(one.mean, 4)} ± ${decimal(one.standard_error, 4)}` : '–';
}

/**
 * What the selected subset was worth: `{ difference, on, tone }`. Held-out examples, if there are
 * any, say more than the queries, by which the subset was selected. Null before that is known.
 */
export function worth(results) {
  const selected = results.find((one) => one.arm === 'selected' && !one.further);
  const given = selected?.held_out_difference ?? selected?.query_difference;
  if (!given) return null;
  return {
    difference: given,
    on: selected.held_out_difference ? 'held-out examples' : 'queries',
    tone: !given.clear ? '' : given.mean < 0 ? 'good' : 'bad',
  };
}
