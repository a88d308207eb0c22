package io.sluice.streams.nominate;

import java.util.Optional;

/**
 * How a task judges a candidate.
 *
 * @param reason the reason under which it is left out; empty when it is in the pool
 * @param scores its similarity to each query; of length 0 unless it is in the pool
 * @param content the hash by which the task's contents count once; empty if candidates do
 * @param leak whether it is in the pool and shares text with the task, if this is reported
 * @param offset where its record is in its partition of the representations topic; -1 if unknown
 */
public record JudgedCandidate(
    Optional<String> reason, float[] scores, String content, boolean leak, long offset) {}
