package io.sluice.gpuworker.chat;

import io.sluice.gpuworker.chat.Beginnings.Beginning;
import io.sluice.gpuworker.chat.Beginnings.Complete;
import io.sluice.gpuworker.chat.Beginnings.Refused;
import io.sluice.gpuworker.chat.LearntText.Reason;
import io.sluice.gpuworker.chat.LearntText.Unlearnt;
import io.sluice.gpuworker.chat.jinja.Rendered;
import io.sluice.gpuworker.chat.jinja.SharedText;
import java.util.ArrayDeque;
import java.util.Deque;
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
  private final Conversation conversation;
  private final Beginnings beginnings;

  TurnPrefixes(Conversation conversation, Beginnings beginnings) {
    this.conversation = conversation;
    this.beginnings = beginnings;
  }

  /** Finds all answers. */
  LearntText all() {
    return from(0);
  }

  /** Finds the last message, which is the assistant's. */
  LearntText last() {
    return from(conversation.messages().size() - 1);
  }

  private LearntText from(int first) {
    Beginning all = beginnings.upTo(conversation.messages().size(), false);
    return all instanceof Complete whole
        ? from(first, whole.text())
        : new LearntText.Refused(((Refused) all).refusal().reason());
  }

  /**
   * Finds the answers from a message on, the last one first, so that every rendering is one of
   * fewer messages than those before.
   */
  private LearntText from(int first, SharedText whole) {
    Deque<LearntText.Part> learnt = new ArrayDeque<>();
    Deque<Unlearnt> unlearnt = new ArrayDeque<>();
    for (int i = conversation.messages().size() - 1; i >= first; i--) {
      if (!conversation.isAssistant(i)) {
        continue;
      }
      Answer answer = answer(i, whole);
      if (beginnings.budget().isExhausted()) {
        return new LearntText.Refused(beginnings.budget().reason());
      }
      if (answer instanceof Missing missing) {
        unlearnt.addFirst(new Unlearnt(i, missing.reason()));
      } else if (answer instanceof Found found && found.start() < found.end()) {
        Rendered.Span span = new Rendered.Span(found.start(), found.end());
        learnt.addFirst(new LearntText.Part(OptionalInt.of(i), span));
      }
    }
    return learnt.isEmpty()
        ? new LearntText.Refused(reason(List.copyOf(unlearnt)))
        : new LearntText.Learnable(whole.toString(), List.copyOf(learnt), List.copyOf(unlearnt));
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

  private Answer answer(int message, SharedText whole) {
    if (!(beginnings.upTo(message, true) instanceof Complete prompt)) {
      return new Missing(Reason.PREFIX_REFUSED);
    }
    Optional<SharedText> upTo = withAnswer(message, whole);
    if (upTo.isEmpty()) {
      return new Missing(Reason.TURN_REFUSED);
    }
    if (!prompt.text().isBeginningOf(upTo.get())) {
      return new Missing(Reason.NOT_A_PREFIX);
    }
    return upTo.get().isBeginningOf(whole)
        ? new Found(prompt.text().length(), upTo.get().length())
        : new Missing(Reason.CHANGED_LATER);
  }

  /** The conversation up to an answer, which is included, unless the template refuses it. */
  private Optional<SharedText> withAnswer(int message, SharedText whole) {
    if (message == conversation.messages().size() - 1) {
      return Optional.of(whole);
    }
    return beginnings.upTo(message + 1, false) instanceof Complete complete
        ? Optional.of(complete.text())
        : Optional.empty();
  }
}
