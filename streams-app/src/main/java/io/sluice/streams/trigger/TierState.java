package io.sluice.streams.trigger;

import java.time.Instant;
import java.util.Optional;

/**
 * What one budget of a task has come to.
 *
 * @param budget examples asked for, at least 1
 * @param selected examples selected so far, over all tiers
 * @param pool candidates scored for the task so far
 * @param open whether a job of this task and budget has not ended, of whatever revision
 * @param last the last job for this budget and revision of the task
 */
public record TierState(int budget, int selected, long pool, boolean open, Optional<LastJob> last) {

  /** Whether there are as many examples as the budget asks for. */
  public boolean isFull() {
    return selected >= budget;
  }

  /**
   * The job before.
   *
   * @param firedAt when it fired
   * @param turnover share of the subset now that it does not train on, 0 to 1
   */
  public record LastJob(Instant firedAt, double turnover) {}
}
