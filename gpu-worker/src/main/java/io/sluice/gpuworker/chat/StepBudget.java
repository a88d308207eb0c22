package io.sluice.gpuworker.chat;

import io.sluice.gpuworker.chat.jinja.Limits;
import io.sluice.gpuworker.chat.jinja.Work;

/**
 * What several renderings of one conversation may use together: their number grows with the number
 * of answers, and with some templates the length of each as well. Used by one thread.
 */
final class StepBudget {
  private final Limits perRendering;
  private final long steps;
  private long left;

  /**
   * Creates a budget.
   *
   * @param perRendering what one rendering may use
   * @param renderings how many such renderings all of them may cost
   */
  StepBudget(Limits perRendering, int renderings) {
    this.perRendering = perRendering;
    this.steps = perRendering.steps() * renderings;
    this.left = steps;
  }

  /** Limits the next rendering. */
  Work next() {
    long allowed = Math.max(0, Math.min(left, perRendering.steps()));
    return new Work(new Limits(allowed, perRendering.characters(), perRendering.depth()));
  }

  /** Subtracts what a rendering used. */
  void used(Work work) {
    left -= work.used();
  }

  /** The steps that all renderings so far have used. */
  long used() {
    return steps - left;
  }

  boolean isExhausted() {
    return left <= 0;
  }

  /** Why a conversation is refused that exhausts the budget. */
  String reason() {
    return "the chat template needs more than " + steps + " steps to find its answers";
  }
}
