/**
 * Types that both stages use for the state of a revision of a target task: the keys of their
 * stores, score rows, and the task's own selection with its random control.
 *
 * <p>Both stages use this package. It knows neither of them, no topics and no processors.
 */
package io.sluice.streams.revision;
