package io.sluice.streams.selection;

/**
 * One place of a selection and the candidate that holds it.
 *
 * @param <K> candidate ids
 * @param slot place in selection order, from 0
 * @param query the query for which the candidate was taken: the one to which the slot belongs where
 *     queries take turns, else the one that it is most similar to
 * @param id the candidate
 * @param score the candidate's similarity to that query
 */
public record Slot<K>(int slot, int query, K id, float score) {}
