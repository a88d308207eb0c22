package io.sluice.streams.trigger;

import java.time.Instant;
import java.util.Optional;

/**
 * The state of one budget of a task.
 *
 * @param budget number of examples, at least 1
 * @param selected examples in the subset of the budget so far
 * @param endedByTokens whether a budget in tokens ends the subset, although it may have fewer
 *     examples than the budget
 * @param pool candidates scored for the task so far; if its jobs compare with arms of other
 *     representations, for the one of them that has the fewest
 * @param armProblem why one of the arms that its jobs compare with cannot be part of a job yet, for
 *     people; empty when all of them can
 * @param open whether a job of this task and budget is open, of any revision
 * @param last the last job for this budget and revision of the task; empty when none has fired
 */
public record TierState(
    int budget,
    int selected,
    boolean endedByTokens,
    long pool,
    Optional<String> armProblem,
    boolean open,
    Optional<LastJob> last) {

  /** The state of a budget that counts examples alone, of a task without further arms. */
  public TierState(int budget, int selected, long pool, boolean open, Optional<LastJob> last) {
    this(budget, selected, false, pool, Optional.empty(), open, last);
  }

  /** Whether no candidate can be added to the subset without another one leaving it. */
  public boolean isFull() {
    return selected >= 1 && (endedByTokens || selected >= budget);
  }

  /** The number of examples of the subset once it is full. */
  public int examples() {
    return endedByTokens ? selected : budget;
  }

  /**
   * The last job that fired.
   *
   * @param firedAt when it fired
   * @param turnover share of the current subset that it does not train on, 0 to 1
   */
  public record LastJob(Instant firedAt, double turnover) {}
}
