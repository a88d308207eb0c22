package io.sluice.streams.selection;

/**
 * One place of a selection and who holds it.
 *
 * @param <K> candidate ids
 * @param slot place in selection order, from 0
 * @param query the query to which the slot belongs: {@code slot mod queries}
 * @param id the candidate
 * @param score the candidate's similarity to that query
 */
public record Slot<K>(int slot, int query, K id, float score) {}
