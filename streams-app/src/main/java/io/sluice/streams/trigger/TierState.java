package io.sluice.streams.trigger;

import java.time.Instant;
import java.util.Optional;

/**
 * The state of one budget of a task.
 *
 * @param budget number of examples, at least 1
 * @param selected examples selected for the task so far, over all tiers
 * @param pool candidates scored for the task so far
 * @param open whether a job of this task and budget is open, of any revision
 * @param last the last job for this budget and revision of the task; empty when none has fired
 */
public record TierState(int budget, int selected, long pool, boolean open, Optional<LastJob> last) {

  /** Whether at least as many examples are selected as the budget requires. */
  public boolean isFull() {
    return selected >= budget;
  }

  /**
   * The last job that fired.
   *
   * @param firedAt when it fired
   * @param turnover share of the current subset that it does not train on, 0 to 1
   */
  public record LastJob(Instant firedAt, double turnover) {}
}
