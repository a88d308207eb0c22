/**
 * What both stages keep for a revision of a target task, in the same form: the keys of their
 * stores, score rows, and the task's own selection beside its random control.
 *
 * <p>Both stages use this package. It knows neither of them, no topics and no processors.
 */
package io.sluice.streams.revision;
