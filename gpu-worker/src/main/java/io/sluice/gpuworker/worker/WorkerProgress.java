package io.sluice.gpuworker.worker;

/**
 * How far a worker has come since it was started. Records that are read again, after a rebalance or
 * because they were repeated, count again.
 *
 * @param candidatesSeen records of the candidates topic taken in hand, whatever becomes of them
 * @param represented candidates whose representation is published
 * @param deadLettered records, candidates and tasks alike, sent to the dead letters
 * @param retracted candidates whose retraction is published
 * @param tasksRepresented task revisions whose queries are all published
 * @param examplesPerSecond candidates and queries represented a second, over the last 10 seconds
 */
public record WorkerProgress(
    long candidatesSeen,
    long represented,
    long deadLettered,
    long retracted,
    long tasksRepresented,
    double examplesPerSecond) {}
