package io.sluice.gpuworker.worker;

/**
 * A worker's counts since its start. Records that are read again, after a rebalance or because they
 * were written again, count again.
 *
 * @param candidatesSeen records of the candidates topic that were decoded, whatever the verdict
 * @param represented candidates whose representation is published
 * @param deadLettered records of candidates and tasks that became dead letters
 * @param retracted candidates whose retraction is published
 * @param tasksRepresented task revisions whose queries are all published
 * @param examplesPerSecond candidates and queries represented per second, over the last 10 seconds
 */
public record WorkerProgress(
    long candidatesSeen,
    long represented,
    long deadLettered,
    long retracted,
    long tasksRepresented,
    double examplesPerSecond) {}
