package io.sluice.gpuworker.chat;

import io.sluice.gpuworker.chat.jinja.RenderException;
import io.sluice.gpuworker.chat.jinja.Renderings;
import io.sluice.gpuworker.chat.jinja.SharedText;
import io.sluice.gpuworker.chat.jinja.Work;

/** A conversation up to each of its messages, as text. Used by one thread. */
final class Beginnings {
  private final Renderings renderings;
  private final StepBudget budget;

  /**
   * Creates the beginnings of a conversation.
   *
   * @param budget what all renderings may use together
   */
  Beginnings(Renderings renderings, StepBudget budget) {
    this.renderings = renderings;
    this.budget = budget;
  }

  /** What a chat template makes of the first messages. */
  sealed interface Beginning {}

  /** A text. */
  record Complete(SharedText text) implements Beginning {}

  /** The template refuses these messages, or fails on them. */
  record Refused(Rendering.Refused refusal) implements Beginning {}

  /**
   * Renders the first messages. The first call should be for all of them.
   *
   * @param generationPrompt whether the text ends with what makes the model answer
   */
  Beginning upTo(int messages, boolean generationPrompt) {
    Work work = budget.next();
    try {
      SharedText text = renderings.render(messages, generationPrompt, work);
      return text.isWellFormed()
          ? new Complete(text)
          : new Refused(Rendering.Refused.halfCharacter());
    } catch (RenderException e) {
      return new Refused(Rendering.Refused.of(e));
    } finally {
      budget.used(work);
    }
  }

  StepBudget budget() {
    return budget;
  }
}
