package io.sluice.local.quickstart;

import java.util.List;

/**
 * The progress of a quickstart.
 *
 * @param sent number of candidates that were sent
 * @param allSent whether these are all candidates
 * @param represented number of distinct candidates that are represented
 * @param perSecond recent throughput of the worker, in examples per second
 * @param deadLetters number of dead letters
 * @param tasks the progress of each task, in the order of the input
 */
public record Progress(
    long sent,
    boolean allSent,
    long represented,
    double perSecond,
    long deadLetters,
    List<TaskProgress> tasks) {
  /** Copies the list, so that it cannot change afterwards. */
  public Progress {
    tasks = List.copyOf(tasks);
  }

  /**
   * The progress of a task.
   *
   * @param task task id
   * @param scored number of candidates that were scored for the task
   * @param tiers how full the subset of each budget is, by ascending budget
   */
  public record TaskProgress(String task, long scored, List<TierFill> tiers) {
    /** Copies the list, so that it cannot change afterwards. */
    public TaskProgress {
      tiers = List.copyOf(tiers);
    }
  }

  /** Returns the number of candidates that were scored for the task that is furthest behind. */
  public long scored() {
    return tasks.stream().mapToLong(TaskProgress::scored).min().orElse(0);
  }
}
