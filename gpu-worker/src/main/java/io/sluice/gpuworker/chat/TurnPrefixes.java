package io.sluice.gpuworker.chat;

import io.sluice.gpuworker.chat.LearntText.Reason;
import io.sluice.gpuworker.chat.LearntText.Unlearnt;
import io.sluice.gpuworker.chat.jinja.Rendered;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is learnt of a text whose template does not mark it: an answer is what follows the prompt
 * that the template gives to the model at that point, if the text shows exactly that.
 *
 * <p>With {@code p} the conversation before an answer with the generation prompt, and {@code q} the
 * conversation up to the answer without it, the answer is what {@code q} has after {@code p}. It is
 * learnt if {@code p} is a prefix of {@code q} and {@code q} is a prefix of the whole text.
 * Otherwise the answer stays in the text and is not learnt: some templates drop the thoughts of
 * earlier answers, or write an end only after the last one, and training there would teach the
 * model what it never writes at that point, or at positions that belong to something else. The
 * later answers can be learnt all the same, with the earlier ones before them as the model would
 * see them. A conversation of which no answer can be learnt is refused.
 */
final class TurnPrefixes {
  private final ChatTemplate template;
  private final Conversation conversation;
  private final String text;
  private final StepBudget budget;

  private TurnPrefixes(
      ChatTemplate template, Conversation conversation, String text, StepBudget budget) {
    this.template = template;
    this.conversation = conversation;
    this.text = text;
    this.budget = budget;
  }

  /**
   * Finds the answers in a text.
   *
   * @param text the whole conversation, rendered without the generation prompt
   * @param budget what all renderings may use together
   */
  static LearntText of(
      ChatTemplate template, Conversation conversation, String text, StepBudget budget) {
    return new TurnPrefixes(template, conversation, text, budget).from(0);
  }

  /**
   * Finds the last message, which is the assistant's, in a text.
   *
   * @param text the whole conversation, rendered without the generation prompt
   * @param budget what all renderings may use together
   */
  static LearntText last(
      ChatTemplate template, Conversation conversation, String text, StepBudget budget) {
    return new TurnPrefixes(template, conversation, text, budget)
        .from(conversation.messages().size() - 1);
  }

  /** Finds the answers from a message on. */
  private LearntText from(int first) {
    List<LearntText.Part> learnt = new ArrayList<>();
    List<Unlearnt> unlearnt = new ArrayList<>();
    for (int i = first; i < conversation.messages().size(); i++) {
      if (!conversation.isAssistant(i)) {
        continue;
      }
      Answer answer = answer(i);
      if (budget.isExhausted()) {
        return new LearntText.Refused(budget.reason());
      }
      if (answer instanceof Missing missing) {
        unlearnt.add(new Unlearnt(i, missing.reason()));
      } else if (answer instanceof Found found && found.start() < found.end()) {
        Rendered.Span span = new Rendered.Span(found.start(), found.end());
        learnt.add(new LearntText.Part(OptionalInt.of(i), span));
      }
    }
    return learnt.isEmpty()
        ? new LearntText.Refused(reason(unlearnt))
        : new LearntText.Learnable(text, learnt, unlearnt);
  }

  private static String reason(List<Unlearnt> unlearnt) {
    if (unlearnt.isEmpty()) {
      return "it has no answer of the assistant";
    }
    Unlearnt last = unlearnt.get(unlearnt.size() - 1);
    return "none of its answers can be learnt with this chat template (message "
        + (last.message() + 1)
        + ": "
        + last.reason().description()
        + "): use a template that marks the answers with {% generation %}";
  }

  /** Where an answer is in the text. */
  private sealed interface Answer {}

  private record Found(int start, int end) implements Answer {}

  private record Missing(Reason reason) implements Answer {}

  private Answer answer(int message) {
    Rendering before = template.render(conversation.upTo(message), true, budget);
    if (!(before instanceof Rendering.Complete prompt)) {
      return new Missing(Reason.PREFIX_REFUSED);
    }
    boolean last = message == conversation.messages().size() - 1;
    Optional<String> upTo = last ? Optional.of(text) : upTo(message);
    if (upTo.isEmpty()) {
      return new Missing(Reason.TURN_REFUSED);
    }
    if (!upTo.get().startsWith(prompt.text())) {
      return new Missing(Reason.NOT_A_PREFIX);
    }
    return text.startsWith(upTo.get())
        ? new Found(prompt.text().length(), upTo.get().length())
        : new Missing(Reason.CHANGED_LATER);
  }

  /** The conversation up to a message, included, unless the template refuses it. */
  private Optional<String> upTo(int message) {
    return template.render(conversation.upTo(message + 1), false, budget)
            instanceof Rendering.Complete complete
        ? Optional.of(complete.text())
        : Optional.empty();
  }
}
