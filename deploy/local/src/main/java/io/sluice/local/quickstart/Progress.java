package io.sluice.local.quickstart;

import java.util.List;

/**
 * How far a quickstart has come.
 *
 * @param in candidates sent
 * @param allIn whether no more will be sent
 * @param represented distinct candidates represented
 * @param perSecond examples represented a second, of late
 * @param deadLetters records that could not be used
 * @param tasks the tasks, in order
 */
public record Progress(
    long in,
    boolean allIn,
    long represented,
    double perSecond,
    long deadLetters,
    List<TaskProgress> tasks) {
  /** Copies the list. */
  public Progress {
    tasks = List.copyOf(tasks);
  }

  /**
   * How far a task has come.
   *
   * @param task its id
   * @param scored candidates scored for it
   * @param tiers how full the subset of each budget is, ascending
   */
  public record TaskProgress(String task, long scored, List<Tier> tiers) {
    /** Copies the list. */
    public TaskProgress {
      tiers = List.copyOf(tiers);
    }
  }

  /**
   * One budget.
   *
   * @param budget examples asked for
   * @param filled examples there
   */
  public record Tier(int budget, int filled) {
    @Override
    public String toString() {
      return filled + "/" + budget;
    }
  }

  /** Candidates scored for every task. */
  public long scored() {
    return tasks.stream().mapToLong(TaskProgress::scored).min().orElse(0);
  }
}
