package io.sluice.streams.trigger;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * When a subset is worth training on: first when its tier is full and the pool is so much larger
 * than the budget that there was something to choose from; again when enough of the subset has
 * changed since and some time has passed; never while a job of the same task and budget is open,
 * nor before all arms that it compares can be part of it.
 *
 * <p>A pure function of the state and the time that are given: the same state and time always give
 * the same decision.
 *
 * @param minPoolFactor candidates in the pool for each example of the budget, at least 1
 * @param refreshTurnover share of the subset that must be new to the last job, above 0, at most 1
 * @param cooldown least time between a job and the next one that fires by itself, not negative
 */
public record TriggerPolicy(double minPoolFactor, double refreshTurnover, Duration cooldown) {

  /** Decides about one budget of a task, without any effect. */
  public Decision decide(TierState tier, Instant now) {
    if (tier.open()
        || !tier.isFull()
        || tier.armProblem().isPresent()
        || tier.pool() < minPoolFactor * tier.examples()) {
      return new Decision.Nothing();
    }
    if (tier.last().isEmpty()) {
      return new Decision.Fire(Reason.FULL);
    }
    TierState.LastJob last = tier.last().get();
    if (last.turnover() < refreshTurnover) {
      return new Decision.Nothing();
    }
    Instant ready = last.firedAt().plus(cooldown);
    return now.isBefore(ready) ? new Decision.Wait(ready) : new Decision.Fire(Reason.REFRESH);
  }

  /**
   * Why a job cannot fire even when a person requests it; pool, turnover and cooldown do not matter
   * then.
   *
   * @return a reason, for people; empty when the job can fire
   */
  public static Optional<String> refusal(TierState tier) {
    if (tier.open()) {
      return Optional.of(
          "a job for budget %d is open: wait until it has ended, or cancel it"
              .formatted(tier.budget()));
    }
    if (tier.endedByTokens() && tier.selected() == 0) {
      return Optional.of(
          "the first candidate has more learnt tokens than the budget: use more budget_tokens");
    }
    if (!tier.isFull()) {
      return Optional.of(
          "%d of %d examples are selected: send more candidates"
              .formatted(tier.selected(), tier.budget()));
    }
    return tier.armProblem();
  }

  /** Why a job fires by itself. */
  public enum Reason {
    /** The tier is full for the first time. */
    FULL,
    /** Enough of the subset has changed since the last job. */
    REFRESH
  }

  /** Whether to fire a job, and if not, when to decide again. */
  public sealed interface Decision {
    /**
     * Calls the one argument that is for this kind of decision.
     *
     * @param fire for {@link Fire}, with the reason
     * @param wait for {@link Wait}, with the end of the wait
     * @param nothing for {@link Nothing}
     */
    void match(Consumer<Reason> fire, Consumer<Instant> wait, Runnable nothing);

    /** To fire a job now. */
    record Fire(Reason reason) implements Decision {
      @Override
      public void match(Consumer<Reason> fire, Consumer<Instant> wait, Runnable nothing) {
        fire.accept(reason);
      }
    }

    /** Not to fire; to decide again at that time, or earlier if the state has changed. */
    record Wait(Instant until) implements Decision {
      @Override
      public void match(Consumer<Reason> fire, Consumer<Instant> wait, Runnable nothing) {
        wait.accept(until);
      }
    }

    /** Not to fire; to decide again when the state has changed. */
    record Nothing() implements Decision {
      @Override
      public void match(Consumer<Reason> fire, Consumer<Instant> wait, Runnable nothing) {
        nothing.run();
      }
    }
  }
}
