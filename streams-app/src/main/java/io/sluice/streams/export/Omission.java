package io.sluice.streams.export;

/**
 * An example that folders of trainers do not contain.
 *
 * @param trainers names of these folders
 * @param id the id of the example
 * @param reason why not, as a phrase for people
 */
public record Omission(String trainers, String id, String reason) {}
